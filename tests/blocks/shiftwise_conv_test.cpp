#include "lamina/blocks/shiftwise_conv.hpp"

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("shiftwise convolution: gradients", "[blocks]") {
  check_gradients<shiftwise_conv<5, 3, 2, 2>, input<5, 4, 3>>({.tolerance = 2e-6});
}

TEST_CASE("shiftwise convolution: parameters", "[blocks]") {
  STATIC_REQUIRE(shiftwise_channels(96) == 74);  // 73.92
  STATIC_REQUIRE(shiftwise_channels(10) == 8);   // 7.7
  STATIC_REQUIRE(shiftwise_channels(3) == 2);    // 2.31
  STATIC_REQUIRE(parameter_count(shiftwise_conv<51>, input<96, 14, 14>) == 2 * 74 * 17 * 9 + 3 * 2 * 74);
  STATIC_REQUIRE(output_shape(shiftwise_conv<51>, input<96, 14, 12>) == shape<96, 14, 12>);
}

TEST_CASE("the last channels pass a shiftwise convolution, and all do where its norms are nothing",
          "[blocks]") {
  Model<shiftwise_conv<5>, input<10, 3, 4>> model{seed{1}};
  RandomImages<float> images(shape<10, 3, 4>, 1);
  std::vector<double> x;
  for (Index i = 0; i < images.storage.size(); ++i) x.push_back(static_cast<double>(images.storage[i]));
  auto y = elements(model.predict(images.view));
  const auto passed = [](const auto& all) { return std::vector<double>(all.begin() + 8 * 12, all.end()); };
  REQUIRE(passed(y) == passed(x));
  REQUIRE(y != x);
  for (const auto& parameter : model.parameters())
    if (parameter.extents().rank == 1)
      for (Index i = 0; i < parameter.size(); ++i) parameter[i] = 0;
  REQUIRE(elements(model.predict(images.view)) == x);
}

}  // namespace
