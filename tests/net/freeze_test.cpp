#include "lamina/net/freeze.hpp"

#include <thread>

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

constexpr auto frozen_net = conv<9, 3> | relu | residual(conv<9, 3, no_bias> | batch_norm) | silu |
                            dropout<0.5> | global_avg_pool | dense<7, no_bias> | gelu | dense<3>;

TEST_CASE("a frozen model answers as the model does, with fewer operations", "[net]") {
  Model<frozen_net, input<2, 5, 6>> model{seed{4}};
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
  Model<frozen_net, input<2, 5, 6>> model{seed{4}};
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

TEST_CASE("a frozen net refuses inputs that it does not take, and workspaces of other nets", "[net]") {
  constexpr auto two = inputs(input<3, 4, 4>, extra<"e", 2, 4, 4>);
  constexpr auto joined = concat(conv<4, 3>, from<"e">) | conv<2, 3>;
  const auto frozen = freeze(Model<joined, two>{seed{1}});
  auto workspace = frozen.workspace();
  RandomImages<float> image(shape<3, 4, 4>, 2), extra(shape<2, 4, 4>, 2), pixel(shape<2, 1, 1>, 2),
      one(shape<2, 4, 4>, 1);
  REQUIRE_THROWS_AS(frozen(image.view, workspace, pixel.view), shape_error);
  REQUIRE_THROWS_AS(frozen(image.view, workspace, one.view), shape_error);
  auto other = freeze(Model<conv<2, 3>, input<3, 4, 4>>{seed{1}}).workspace();
  REQUIRE_THROWS_WITH(frozen(image.view, other, extra.view), containing("the workspace is another net's"));
  REQUIRE(frozen(image.view, workspace, extra.view).channels == 2);
}

TEST_CASE("a frozen net with several outputs gives them all", "[net]") {
  constexpr auto joined = conv<4, 3> | relu | outputs(conv<2, 1>, conv<3, 3> | relu);
  Model<joined, input<3, 4, 4>> model{seed{1}};
  RandomImages<float> images(shape<3, 4, 4>, 2);
  model.predict(images.view);
  const auto first = elements(model.output(0)), second = elements(model.output(1));
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  require_close(elements(frozen(images.view, workspace)), first, 1e-5);
  require_close(elements(frozen.output(workspace, 1)), second, 1e-5);
}

TEST_CASE("a lone layer can be frozen", "[net]") {
  Model<dense<4, no_bias>, input<6>> model{seed{2}};
  RandomImages<float> images(shape<6>, 2);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  REQUIRE(elements(predict(images.view, workspace)) == expected);
}

TEST_CASE("shared weights are folded for each of their uses", "[net]") {
  // The two maps' convolutions go by different algorithms, which have weights packed in different orders.
  constexpr auto head = shared<"head">(conv<16, 3> | batch_norm | relu);
  constexpr auto pyramid = conv<16, 3> | head | max_pool<8> | head | global_avg_pool | dense<3>;
  Model<pyramid, input<3, 48, 48>> model{seed{4}};
  RandomImages<float> images(shape<3, 48, 48>, 2);
  model.forward(images.view);
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
}

TEST_CASE("gates that become one may have blocks of the same name", "[net]") {
  constexpr auto gate_of = gate(named<"g">(global_avg_pool | dense<6> | sigmoid));
  constexpr auto both = conv<6, 3> | maximum(gate_of, gate_of) | conv<2, 1>;
  const Model<both, input<3, 5, 4>> model{seed{4}};
  RandomImages<float> images(shape<3, 5, 4>, 2);
  const auto expected = elements(Model<both, input<3, 5, 4>>{seed{4}}.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
}

}  // namespace
