// What tests of frozen nets share: how many operations are left, and whether the answers are the model's.
#pragma once

#include "lamina/net/freeze.hpp"
#include "support/check_gradients.hpp"

namespace support {

template <auto Net> std::size_t operations_when_frozen() {
  return freeze(Model<Net, input<2, 5, 6>>{seed{4}}).structure().operations.size();
}

template <auto Net, Shape In> void require_same_answers(double tolerance = 2e-5) {
  Model<Net, Input<In>{}> model{seed{4}};
  RandomImages<float> images(In, 3);
  model.forward(images.view);  // moves the running statistics
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, tolerance);
}

}  // namespace support
