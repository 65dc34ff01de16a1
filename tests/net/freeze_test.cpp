#include "lamina/net/freeze.hpp"

#include <thread>

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

constexpr auto net = conv<9, 3> | relu | residual(conv<9, 3, no_bias> | batch_norm) | silu | dropout<0.5> |
                     global_avg_pool | dense<7, no_bias> | gelu | dense<3>;

TEST_CASE("a frozen model answers as the model does, with fewer operations", "[net]") {
  Model<net, input<2, 5, 6>> model{seed{4}};
  RandomImages<float> images(shape<2, 5, 6>, 3);
  model.forward(images.view);  // moves the running statistics
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
  REQUIRE(predict.structure().operations.size() ==
          6);  // conv+relu conv+norm+add+silu dropout pool dense+gelu dense
}

TEST_CASE("it is apart from the model, and two threads may ask it at once", "[net]") {
  Model<net, input<2, 5, 6>> model{seed{4}};
  RandomImages<float> images(shape<2, 5, 6>, 2);
  const auto predict = freeze(model);
  auto first = predict.workspace(), second = predict.workspace();
  const auto before = elements(predict(images.view, first));
  model.parameter("0.weight")[0] += 1;
  std::vector<double> there;
  std::thread other([&] { there = elements(predict(images.view, second)); });
  const auto here = elements(predict(images.view, first));
  other.join();
  REQUIRE(here == before);
  REQUIRE(there == before);
}

TEST_CASE("a lone layer can be frozen", "[net]") {
  Model<dense<4, no_bias>, input<6>> model{seed{2}};
  RandomImages<float> images(shape<6>, 2);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  REQUIRE(elements(predict(images.view, workspace)) == expected);
}

}  // namespace
