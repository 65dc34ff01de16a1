#include "lamina/kernels/expressions/convolution.hpp"

#include <type_traits>

#include "kernels/expressions/convolution_reference.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"

namespace lamina::test {
namespace {

using DoubleMaps = Tensor<double, dyn, dyn, dyn, dyn>;

const auto maps = random_normal<double, 2, 6, 9, 7>(seed{1});
const auto volume = as_volume(maps);

template <Index... E> auto weights() { return random_normal<double, E...>(seed{2}); }

/// Requires conv2d of maps with weights w to be what the definition gives, as the compiler knows the options
/// or not; and the compiler to find the same shape.
template <auto... Option, class W> void check(const W& w, const ConvolutionWindow& window) {
  const DoubleMaps x = maps, v = w;
  const DoubleMaps y = conv2d<Option...>(x, v);
  require_volume(y, convolve(volume, as_volume(w), window), reference_tolerance);
  using Known = typename decltype(conv2d<Option...>(maps, w))::extents_type;
  STATIC_REQUIRE(Known::is_static);
  REQUIRE(y.extents() == Known{});
  const DoubleMaps z = conv2d(x, v, Option...);
  REQUIRE(y == z);
}

ConvolutionWindow around(Index vertical, Index horizontal) {
  return {.before = {0, vertical, horizontal}, .after = {0, vertical, horizontal}};
}

TEST_CASE("conv2d: padding", "[kernels]") {
  const auto w = weights<5, 6, 3, 3>();
  check<>(w, around(1, 1));
  check<same>(w, around(1, 1));
  check<valid>(w, {});
  check<pad<2>>(w, around(2, 2));
  check<pad<0, 3>>(w, around(0, 3));
  check<pad<1, 0, 2, 3>>(w, {.before = {0, 1, 0}, .after = {0, 2, 3}});
  check<same_upper, stride<2>>(w, {.stride = {1, 2, 2}, .before = {0, 1, 1}, .after = {0, 1, 1}});
  check<same_upper>(weights<5, 6, 2, 4>(), {.before = {0, 0, 1}, .after = {0, 1, 2}});
}

TEST_CASE("conv2d: strides, dilations, groups in any order", "[kernels]") {
  const auto w = weights<8, 6, 3, 3>();
  ConvolutionWindow window = around(1, 1);
  window.stride = {1, 2, 2};
  check<stride<2>>(w, window);
  window.stride = {1, 1, 3};
  check<pad<1>, stride<1, 3>>(w, window);
  window = around(2, 2);
  window.dilation = {1, 2, 2};
  check<dilation<2>>(w, window);
  window = {.dilation = {1, 3, 1}};
  check<valid, dilation<3, 1>>(w, window);
  window = around(1, 1);
  window.groups = 2;
  check<lamina::groups<2>>(weights<10, 3, 3, 3>(), window);
  window.groups = 3;
  window.stride = {1, 2, 2};
  check<stride<2>, lamina::groups<3>, pad<1>>(weights<3, 2, 3, 3>(), window);
  window = around(1, 1);
  window.groups = 6;
  check<lamina::groups<6>>(weights<6, 1, 3, 3>(), window);
}

TEST_CASE("conv2d: borders", "[kernels]") {
  const auto w = weights<5, 6, 3, 5>();
  ConvolutionWindow window = around(1, 2);
  window.border = Border::reflect;
  check<border<Border::reflect>>(w, window);
  window.border = Border::replicate;
  check<border<Border::replicate>>(w, window);
  window.border = Border::circular;
  check<border<Border::circular>>(w, window);
  window.border = Border::partial;
  check<border<Border::partial>>(w, window);
}

TEST_CASE("conv2d: channels that fill blocks and that do not, images among them", "[kernels]") {
  const auto check_channels = [](Index in, Index out) {
    CAPTURE(in, out);
    const auto x = random_normal<double, dyn, dyn, dyn, dyn>(seed{1}, 2, in, 5, 6);
    const auto w = random_normal<double, dyn, dyn, dyn, dyn>(seed{2}, out, in, 3, 2);
    const Tensor y = conv2d(x, w, valid);
    require_volume(y, convolve(as_volume(x), as_volume(w), {}), reference_tolerance);
  };
  for (const Index in : {1, 3, 4, 8, 13, 24}) check_channels(in, 9);
  for (const Index out : {1, 7, 8, 16, 27}) check_channels(5, out);
}

TEST_CASE("conv2d: what is known of the operands is known of the result", "[kernels]") {
  const Tensor<double, dyn, 3, 8, dyn> x(2, 9);
  const Tensor<double, 4, 3, 3, 3> w;
  using Same = decltype(evaluate(conv2d(x, w)));
  using Given = decltype(evaluate(conv2d(x, w, stride<2>)));
  STATIC_REQUIRE(std::is_same_v<Same, Tensor<double, dyn, 4, 8, dyn>>);
  STATIC_REQUIRE(std::is_same_v<Given, Tensor<double, dyn, 4, dyn, dyn>>);
  REQUIRE(conv2d(x, w, stride<2>).extents() == lamina::Extents<2, 4, 4, 5>{});
}

TEST_CASE("conv2d: of views, temporaries, expressions and mixed types", "[kernels]") {
  const auto w = weights<5, 6, 3, 3>();
  const Volume expected = convolve(volume, as_volume(w), around(1, 1));
  Tensor<double, 2, 9, 7, 6> last;
  TensorView<double, 2, 6, 9, 7> channels_last(last.data(), {}, {9 * 7 * 6, 1, 7 * 6, 6});
  channels_last = maps;
  require_volume(conv2d(channels_last, w), expected, reference_tolerance);
  require_volume(conv2d(maps * 2, w * 0.5), expected, reference_tolerance);
  auto held = conv2d(Tensor(maps), weights<5, 6, 3, 3>());
  require_volume(held, expected, reference_tolerance);
  const Tensor<float, 2, 6, 9, 7> narrow = maps;
  const Tensor mixed = conv2d(narrow, w);
  STATIC_REQUIRE(std::is_same_v<decltype(mixed)::value_type, double>);
  require_volume(mixed, convolve(as_volume(narrow), as_volume(w), around(1, 1)), reference_tolerance);
  const Tensor<float, 5, 6, 3, 3> narrow_weights = w;
  require_volume(conv2d(maps, narrow_weights), convolve(volume, as_volume(narrow_weights), around(1, 1)),
                 reference_tolerance);
  const auto wide = random_normal<double, 2, 6, 11, 9>(seed{4});
  require_volume(conv2d<valid>(wide(all, all, range<1, 10>(), range<0, 7>()), w),
                 convolve(as_volume(wide(all, all, range<1, 10>(), range<0, 7>())), as_volume(w), {}),
                 reference_tolerance);
}

TEST_CASE("conv2d: an empty batch, and sizes of one", "[kernels]") {
  const Tensor<double, dyn, 3, 5, 5> none(0);
  const Tensor<double, 2, 3, 3, 3> w;
  REQUIRE(evaluate(conv2d(none, w)).extents() == lamina::Extents<0, 2, 5, 5>{});
  const auto x = random_normal<double, 1, 1, 1, 1>(seed{1});
  const auto v = random_normal<double, 1, 1, 1, 1>(seed{2});
  REQUIRE(evaluate(conv2d(x, v))(0, 0, 0, 0) == x(0, 0, 0, 0) * v(0, 0, 0, 0));
}

TEST_CASE("convolutions that cannot be are refused with both shapes", "[kernels]") {
  const DoubleMaps x(2, 6, 5, 7), w(4, 3, 3, 3);
  REQUIRE_THROWS_WITH(conv2d(x, w), containing("conv2d: input (2, 6, 5, 7), weights (4, 3, 3, 3)") &&
                                        containing("must have as many channels"));
  REQUIRE_NOTHROW(conv2d(x, w, groups<2>));
  REQUIRE_THROWS_WITH(conv2d(x, DoubleMaps(3, 3, 3, 3), groups<2>),
                      containing("the groups must divide them"));
  REQUIRE_THROWS_WITH(conv2d(x, DoubleMaps(4, 6, 6, 3), valid), containing("larger than the padded input"));
  REQUIRE_THROWS_WITH(conv2d(x, DoubleMaps(4, 6, 0, 3)), containing("larger than the padded input"));
  REQUIRE_THROWS_WITH(conv2d(DoubleMaps(2, 6, 0, 7), DoubleMaps(4, 6, 1, 3)), containing("no pixels"));
  REQUIRE_THROWS_WITH(conv2d(x, DoubleMaps(4, 6, 3, 3), pad<5>, border<Border::reflect>),
                      containing("reflect padding must be smaller"));
  REQUIRE_THROWS_WITH(conv2d(x, w, stride<0>), containing("stride and dilation start at 1"));
  REQUIRE_THROWS_WITH(conv2d(x, DoubleMaps(4, 6, 3, 3), pad<-1>), containing("padding cannot be negative"));
  REQUIRE_THROWS_AS(conv2d(x, w), shape_error);
  REQUIRE_THROWS_WITH(conv2d_transposed(x, DoubleMaps(4, 6, 3, 3)),
                      containing("conv2d_transposed: input (2, 6"));
  REQUIRE_THROWS_WITH(conv2d_transposed(x, DoubleMaps(6, 4, 3, 3), same_upper),
                      containing("padding is same"));
  REQUIRE_THROWS_WITH(conv2d_transposed(x, DoubleMaps(6, 4, 3, 3), stride<2>, output_padding<2>),
                      containing("output padding must be smaller than the stride"));
  REQUIRE_THROWS_WITH(conv2d_transposed(x, DoubleMaps(6, 4, 1, 1), pad<4>), containing("larger than"));
  const Tensor<float, dyn, dyn, dyn, dyn, dyn> v(1, 2, 3, 3, 3);
  REQUIRE_THROWS_WITH(conv3d(v, v, border<Border::partial>), containing("conv3d: the border is zero"));
}

}  // namespace
}  // namespace lamina::test
