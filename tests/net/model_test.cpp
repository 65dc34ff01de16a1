// Models: names, counts, frozen and grouped parameters, several inputs and outputs, dynamic extents, batches.
#include "lamina/net/model.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

constexpr auto block = with_input([](auto in) { return residual(conv<in.channels, 3, no_bias> | relu); });
constexpr auto whole_net = conv<8, 3> | relu | block | named<"head">(conv<4, 1> | repeat<2>(conv<4, 1>)) |
                           add(shared<"s">(conv<4, 3>), shared<"s">(conv<4, 3>) | relu) |
                           named<"last">(conv<2, 1>);

TEST_CASE("the net answers at compile time", "[net]") {
  STATIC_REQUIRE(output_shape(whole_net, input<3, 8, 6>) == shape<2, 8, 6>);
  STATIC_REQUIRE(parameter_count(whole_net, input<3, 8, 6>) ==
                 (27 + 1) * 8 + 8 * 8 * 9 + (8 + 1) * 4 + 2 * (4 + 1) * 4 + (36 + 1) * 4 + (4 + 1) * 2);
  STATIC_REQUIRE(macs(whole_net, input<3, 8, 6>) ==
                 48 * (27 * 8 + 72 * 8 + 8 * 4 + 2 * 4 * 4 + 2 * 36 * 4 + 4 * 2));
  STATIC_REQUIRE(receptive_field(whole_net, input<3, 8, 6>).height == 7);
  STATIC_REQUIRE(receptive_field(conv<8, 3, stride<2>> | max_pool<2> | conv<8, 3>, input<3, 32, 32>).height ==
                 3 + 2 + 8);
  STATIC_REQUIRE(activation_bytes(whole_net, input<3, 8, 6>) > 0);
  STATIC_REQUIRE(activation_bytes(whole_net, input<3, 8, 6>) <
                 training_activation_bytes(whole_net, input<3, 8, 6>));
}

TEST_CASE("parameters are named as in torch.nn.Sequential", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  std::vector<std::string> names;
  for (const auto& parameter : model.parameters()) names.push_back(parameter.name());
  REQUIRE(names == std::vector<std::string>{"0.weight", "0.bias", "2.1.0.weight", "head.0.weight",
                                            "head.0.bias", "head.1.weight", "head.1.bias", "head.2.weight",
                                            "head.2.bias", "4.0.weight", "4.0.bias", "last.weight",
                                            "last.bias"});
  REQUIRE(model.parameter_count() == parameter_count(whole_net, input<3, 8, 6>));
  REQUIRE(model.parameter("0.weight").extents() == ParameterExtents{8, 3, 3, 3});
  REQUIRE_THROWS_AS(model.parameter("1.weight"), error);
}

TEST_CASE("the seed determines the parameters", "[net]") {
  Model<whole_net, input<3, 8, 6>> a{seed{1}}, b{seed{1}}, c{seed{2}};
  REQUIRE(a.parameter("head.0.weight").values() == b.parameter("head.0.weight").values());
  REQUIRE(a.parameter("head.0.weight").values() != c.parameter("head.0.weight").values());
  Model<whole_net, input<3, 8, 6>, double> d{seed{1}};
  require_close(d.parameter("0.weight").values(), a.parameter("0.weight").values(), 1e-6);
}

TEST_CASE("a clone is apart from its model", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  auto copy = model.clone();
  RandomImages<float> images(shape<3, 8, 6>, 2);
  const auto y = elements(model.predict(images.view));
  model.parameter("0.weight")[0] += 1;
  REQUIRE(elements(copy.predict(images.view)) == y);
  REQUIRE(elements(model.predict(images.view)) != y);
  auto moved = std::move(copy);
  REQUIRE(elements(moved.predict(images.view)) == y);
}

TEST_CASE("each sample of a batch is computed as if alone", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  RandomImages<float> images(shape<3, 8, 6>, 5);
  const auto all = elements(model.predict(images.view));
  const std::size_t each = all.size() / 5;
  for (Index n = 0; n < 5; ++n) {
    const auto one = elements(model.predict(FeatureMapView<const float, 1>(images.view).samples(n, 1)));
    REQUIRE(std::equal(one.begin(), one.end(), all.begin() + n * static_cast<Index>(each)));
  }
}

TEST_CASE("training and inference modes agree where no layer tells them apart", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  RandomImages<float> images(shape<3, 8, 6>, 3);
  const auto y = elements(model.predict(images.view));
  REQUIRE(elements(model.forward(images.view)) == y);
}

TEST_CASE("backward needs a forward", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  REQUIRE_THROWS_AS(model.backward(), error);
  RandomImages<float> images(shape<3, 8, 6>, 1);
  model.predict(images.view);
  REQUIRE_THROWS_AS(model.output_gradient(), error);
}

TEST_CASE("a model refuses images of another shape, naming both", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  RandomImages<float> images(shape<3, 6, 8>, 1);
  REQUIRE_THROWS_WITH(model.predict(images.view), containing("3x8x6") && containing("3x6x8"));
}

TEST_CASE("gradients add up until an optimizer uses them", "[net]") {
  Model<whole_net, input<3, 8, 6>, double> model{seed{1}};
  RandomImages<double> images(shape<3, 8, 6>, 2);
  const auto pass = [&] {
    model.forward(images.view);
    kernels::fill(model.output_gradient(), 1.0);
    model.backward();
  };
  pass();
  const auto once = model.gradient("0.weight").values();
  pass();
  const auto twice = model.gradient("0.weight").values();
  for (std::size_t i = 0; i < once.size(); ++i) require_close(twice[i], 2 * once[i], 1e-12);
}

constexpr auto with_frozen = frozen(conv<8, 3>) | relu | conv<4, 3> | group<2>(conv<2, 1>);

TEST_CASE("frozen parts get no gradients, groups are told apart", "[net]") {
  Model<with_frozen, input<2, 4, 4>> model{seed{1}};
  const auto segments = model.parameter_space().segments;
  REQUIRE(segments[0].frozen);
  REQUIRE_FALSE(segments[2].frozen);
  REQUIRE(segments[4].group == 2);
  REQUIRE(segments[2].decays);
  REQUIRE_FALSE(segments[3].decays);
  RandomImages<float> images(shape<2, 4, 4>, 1);
  model.forward(images.view);
  kernels::fill(model.output_gradient(), 1.0f);
  model.backward();
  for (const float g : model.gradient("0.weight").values()) REQUIRE(g == 0);
  bool any = false;
  for (const float g : model.gradient("2.weight").values()) any = any || g != 0;
  REQUIRE(any);
  REQUIRE(model.set_frozen("2.", true) == 2);
  REQUIRE(model.parameter_space().segments[2].frozen);
  REQUIRE(model.set_rate_scale("3.weight", 0.1f) == 1);
  REQUIRE(model.set_rate_scale(2, 0.5f) == 2);
  REQUIRE(model.set_rate_scale(7, 0.5f) == 0);
}

constexpr auto two_headed =
    conv<8, 3> | relu | tap<"trunk"> | outputs(conv<2, 1>, from<"trunk"> | conv<3, 3>);

TEST_CASE("several outputs, each with a gradient of its own", "[net]") {
  Model<two_headed, input<1, 4, 4>, double> model{seed{1}};
  STATIC_REQUIRE(decltype(model)::output_count == 2);
  RandomImages<double> images(shape<1, 4, 4>, 2);
  model.forward(images.view);
  REQUIRE(model.output(0).channels == 2);
  REQUIRE(model.output(1).channels == 3);
  kernels::fill(model.output_gradient(0), 0.0);
  kernels::fill(model.output_gradient(1), 1.0);
  model.backward();
  for (const double g : model.gradient("3.0.weight").values()) REQUIRE(g == 0);
  require_close(model.gradient("3.1.1.bias").values(), {32.0, 32.0, 32.0}, 1e-12);
}

constexpr auto with_extra = conv<8, 3> | add(id, from<"time"> | conv<8, 1>) | relu;

TEST_CASE("an extra input is a tap that the model is given", "[net]") {
  Model<with_extra, inputs(input<1, 4, 4>, extra<"time", 5, 1, 1>)> model{seed{1}};
  RandomImages<float> images(shape<1, 4, 4>, 2), time(shape<5, 1, 1>, 2, 9), other(shape<5, 1, 1>, 2, 10);
  const auto y = elements(model.predict(images.view, time.view));
  REQUIRE(y != elements(model.predict(images.view, other.view)));
  REQUIRE(y == elements(model.predict(images.view, time.view)));
}

constexpr auto fully_convolutional =
    conv<8, 3, stride<2>> | relu | concat(id, conv<8, 3>) | max_pool<2> | conv<3, 1>;

TEST_CASE("dynamic extents: any image size, and the same numbers as static ones", "[net]") {
  Model<fully_convolutional, input<2, dyn, dyn>> model{seed{1}};
  Model<fully_convolutional, input<2, 9, 12>> fixed{seed{1}};
  RandomImages<float> small(shape<2, 9, 12>, 2), large(shape<2, 17, 8>, 1);
  const auto y = elements(model.predict(small.view));
  REQUIRE(y == elements(fixed.predict(small.view)));
  const auto z = model.predict(large.view);
  REQUIRE(z.height == 4);
  REQUIRE(z.width == 2);
  REQUIRE(elements(model.predict(small.view)) == y);
  model.forward(large.view);
  kernels::fill(model.output_gradient(), 1.0f);
  model.backward();
}

TEST_CASE("a dynamic extent that is too small is refused at run time, in words", "[net]") {
  Model<fully_convolutional, input<2, dyn, dyn>> model{seed{1}};
  RandomImages<float> tiny(shape<2, 2, 2>, 1);
  REQUIRE_THROWS_AS(model.predict(tiny.view), shape_error);
}

TEST_CASE("a size that was refused is refused again, and others work", "[net]") {
  // A function first: it refuses nothing, so only the shapes can.
  Model<relu | conv<4, 3, valid> | conv<4, 3, valid>, input<3, dyn, dyn>> model{seed{1}};
  RandomImages<float> large(shape<3, 9, 9>, 1), tiny(shape<3, 2, 2>, 1);
  const auto y = elements(model.predict(large.view));
  REQUIRE_THROWS_AS(model.predict(tiny.view), shape_error);
  REQUIRE_THROWS_AS(model.predict(tiny.view), shape_error);
  REQUIRE(elements(model.predict(large.view)) == y);
}

TEST_CASE("levels of names are whole", "[net]") {
  Model<repeat<11>(conv<2, 1, no_bias>), input<2, 3, 3>> model{seed{1}};
  REQUIRE(model.set_frozen("1", true) == 1);
  REQUIRE(model.set_frozen("1.", true) == 1);
  REQUIRE(model.set_frozen("10.weight", true) == 1);
  REQUIRE(model.set_rate_scale("", 0.5f) == 11);
  REQUIRE(model.set_frozen("nothing", true) == 0);
}

TEST_CASE("the summary counts what the net counts", "[net]") {
  Model<whole_net, input<3, 8, 6>> model{seed{1}};
  const std::string text = summary(model);
  REQUIRE_THAT(text, containing("head.0"));
  REQUIRE_THAT(text, containing("1,034"));
}

TEST_CASE("different nets have different hashes", "[net]") {
  Model<whole_net, input<3, 8, 6>> a{seed{1}}, b{seed{2}};
  Model<with_frozen, input<2, 4, 4>> c{seed{1}};
  REQUIRE(a.architecture_hash() == b.architecture_hash());
  REQUIRE(a.architecture_hash() != c.architecture_hash());
}

}  // namespace
