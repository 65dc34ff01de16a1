#include "lamina/train/dilation_search.hpp"

#include <sstream>

#include "lamina/blocks/inception_conv.hpp"
#include "support/check_gradients.hpp"

namespace lamina::test {
namespace {

/// Sets the nine taps of dilations (vertical, horizontal) of a filter.
template <class T>
void plant(const NamedArray<T>& kernel, Index o, Index vertical, Index horizontal, double value) {
  const Index channels = kernel.extents()[1], side = kernel.extents()[2];
  for (Index i = 0; i < channels; ++i)
    for (const Index r : {-vertical, Index{0}, vertical})
      for (const Index c : {-horizontal, Index{0}, horizontal})
        kernel[((o * channels + i) * side + side / 2 + r) * side + side / 2 + c] = static_cast<T>(value);
}

std::string text(const DilationPattern& pattern) {
  std::ostringstream out;
  out << pattern;
  return out.str();
}

}  // namespace

TEST_CASE("dilations that were planted are found, whatever little noise is about") {
  Model<conv<6, 9, init<initializers::normal(0.01)>>, input<3, 12, 12>> supernet{seed{2}};
  const auto kernel = supernet.parameter("weight");
  constexpr Index planted[][2] = {{4, 1}, {1, 1}, {2, 3}, {1, 1}, {4, 4}, {2, 3}};
  for (Index o = 0; o < 6; ++o) plant(kernel, o, planted[o][0], planted[o][1], 0.5);
  for (const DilationError how : {DilationError::magnitudes, DilationError::expectations}) {
    const DilationPattern pattern = search_dilations(kernel, {}, how);
    REQUIRE(text(pattern) ==
            "inception_conv<DilationPart{1, 1, 2}, DilationPart{2, 3, 2}, DilationPart{4, 1, 1}, "
            "DilationPart{4, 4, 1}>");
    REQUIRE(pattern.order() == std::vector<Index>{1, 3, 2, 5, 0, 4});
  }
}

TEST_CASE("the pattern is a convolution that does what the dense one does, in its order") {
  constexpr auto in = input<2, 7, 6>;
  Model<conv<3, 5, init<initializers::zeros>>, in, double> dense;
  Model<inception_conv<DilationPart{1, 2, 2}, DilationPart{2, 2, 1}>, in, double> sparse{seed{3}};
  const auto kernel = dense.parameter("weight");
  const Index dilations[][2] = {{1, 2}, {1, 2}, {2, 2}}, outputs[] = {0, 2, 1};
  for (Index at = 0; at < 3; ++at) {  // filters 0, 2, 1 of the dense kernel from the parts' weights
    const auto part = sparse.parameters()[at < 2 ? 0 : 2];
    for (Index i = 0; i < 2; ++i)
      for (Index tap = 0; tap < 9; ++tap) {
        const Index row = 2 + (tap / 3 - 1) * dilations[at][0], column = 2 + (tap % 3 - 1) * dilations[at][1];
        kernel[((outputs[at] * 2 + i) * 5 + row) * 5 + column] = part[((at % 2) * 2 + i) * 9 + tap];
      }
  }
  const DilationPattern pattern = search_dilations(kernel);
  REQUIRE(text(pattern) == "inception_conv<DilationPart{1, 2, 2}, DilationPart{2, 2, 1}>");
  REQUIRE(pattern.error == 0);
  const auto order = pattern.order();
  support::RandomImages<double> images(in.shape, 1);
  const auto of_dense = dense.predict(images.view), of_sparse = sparse.predict(images.view);
  for_each_element(of_sparse, [&](Index n, Index c, Index h, Index w) {
    require_close(of_sparse(n, c, h, w), of_dense(n, order[static_cast<std::size_t>(c)], h, w), 1e-12);
  });
}

TEST_CASE("the two readings of the expectation differ, and inputs count as much as they are expected to be") {
  Model<conv<1, 5, init<initializers::zeros>>, input<2, 6, 6>, double> dense;
  const auto kernel = dense.parameter("weight");
  plant(kernel, 0, 1, 1, 1);
  kernel[0] = 3;  // corners of dilation 2: much, and in sum nothing
  kernel[4] = -3;
  REQUIRE(text(search_dilations(kernel)) == "inception_conv<DilationPart{1, 1, 1}>");
  REQUIRE(search_dilations(kernel).error == 6);
  REQUIRE(search_dilations(kernel, {}, DilationError::expectations).error == 0);
  for (Index i = 0; i < 5; i += 2) kernel[20 + i] = 9;
  REQUIRE(text(search_dilations(kernel)) == "inception_conv<DilationPart{2, 2, 1}>");
  const double only_second[] = {0, 1};
  REQUIRE(text(search_dilations(kernel, only_second)) == "inception_conv<DilationPart{1, 1, 1}>");
}

TEST_CASE("of equal ones the smaller, and what is no dense kernel is refused") {
  Model<conv<2, 7, init<initializers::zeros>> | conv<2, 4> | conv<2, kernel<3, 5>>, input<1, 8, 8>> model;
  REQUIRE(text(search_dilations(model.parameter("0.weight"))) == "inception_conv<DilationPart{1, 1, 2}>");
  REQUIRE_THROWS_WITH(search_dilations(model.parameter("1.weight")), containing("odd number of taps"));
  REQUIRE_THROWS_WITH(search_dilations(model.parameter("2.weight")), containing("square convolution"));
  const double three[] = {1, 1, 1};
  REQUIRE_THROWS_WITH(search_dilations(model.parameter("0.weight"), three),
                      containing("3 inputs for a kernel of 1"));
}

}  // namespace lamina::test
