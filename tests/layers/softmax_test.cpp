#include "lamina/layers/softmax.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("softmax and log-softmax: gradients", "[layers]") {
  check_gradients<(conv<9, 3> | softmax), input<2, 3, 2>>();
  check_gradients<(conv<9, 3> | log_softmax), input<2, 3, 2>>();
}

TEST_CASE("softmax sums to one over the channels of each pixel, however large the logits", "[layers]") {
  Model<softmax, input<11, 2, 3>> model{};
  RandomImages<float> images(shape<11, 2, 3>, 2, 7, 1e3);
  const auto y = model.predict(images.view);
  for (Index n = 0; n < 2; ++n)
    for (Index p = 0; p < 6; ++p) {
      double sum = 0;
      for (Index c = 0; c < 11; ++c) sum += static_cast<double>(y(n, c, p / 3, p % 3));
      require_close(sum, 1, 1e-5);
    }
}

TEST_CASE("softmax and log_softmax are one object each, a layer and a function of tensors", "[layers]") {
  Model<softmax, input<11, 1, 1>> model{};
  Model<log_softmax, input<11, 1, 1>> logarithm{};
  RandomImages<float> images(shape<11, 1, 1>, 5, 7, 1.0);
  Tensor<float, 5, 11> x;
  for (Index n = 0; n < 5; ++n)
    for (Index c = 0; c < 11; ++c) x(n, c) = images.view(n, c, 0, 0);
  const auto y = softmax(x), z = log_softmax(x);
  const auto predicted = model.predict(images.view), predicted_logarithm = logarithm.predict(images.view);
  for (Index n = 0; n < 5; ++n)
    for (Index c = 0; c < 11; ++c) {
      require_close(predicted(n, c, 0, 0), y(n, c), 1e-6);
      require_close(predicted_logarithm(n, c, 0, 0), z(n, c), 1e-6);
    }
}

}  // namespace
