// Sequences, volumes, and transposed convolutions of all of them.
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/expressions/convolution_reference.hpp"
#include "lamina/kernels/expressions/convolution.hpp"
#include "lamina/tensor/creation.hpp"

namespace lamina::test {
namespace {

using Sequences = Tensor<double, dyn, dyn, dyn>;
using DynamicMaps = Tensor<double, dyn, dyn, dyn, dyn>;
using Volumes = Tensor<double, dyn, dyn, dyn, dyn, dyn>;

/// Elements like those of random_normal, of run-time extents.
template <class X, class... I> X random(std::uint64_t number, I... extents) {
  X x(extents...);
  std::uint64_t i = 0;
  for (double& value : x) value = std::sin(static_cast<double>(++i * number)) + 0.1;
  return x;
}

/// Requires a convolution, transposed or not, of x and w to be what the definition gives.
template <class X, class Y>
void check(const Y& convolution, const X& x, const X& w, const ConvolutionWindow& window) {
  const X y = convolution;
  require_volume(y, convolve(as_volume(x), as_volume(w), window), reference_tolerance);
}
template <class X, class Y>
void check_transposed(const Y& convolution, const X& x, const X& w, const ConvolutionWindow& window) {
  const X y = convolution;
  require_volume(y, convolve_transposed(as_volume(x), as_volume(w), window), reference_tolerance);
}

TEST_CASE("conv1d: sequences are read by the horizontal options", "[kernels]") {
  const auto x = random<Sequences>(1, 2, 6, 23), w = random<Sequences>(2, 5, 6, 3),
             v = random<Sequences>(3, 4, 3, 4), u = random<Sequences>(3, 6, 1, 5);
  check(conv1d(x, w), x, w, {.before = {0, 0, 1}, .after = {0, 0, 1}});
  check(conv1d<stride<9, 2>, pad<9, 3>>(x, w), x, w,
        {.stride = {1, 1, 2}, .before = {0, 0, 3}, .after = {0, 0, 3}});
  check(conv1d(x, w, valid, dilation<4>), x, w, {.dilation = {1, 1, 4}});
  check(conv1d(x, v, groups<2>, valid, stride<3>), x, v, {.stride = {1, 1, 3}, .groups = 2});
  check(conv1d(x, u, groups<6>, border<Border::reflect>), x, u,
        {.before = {0, 0, 2}, .after = {0, 0, 2}, .groups = 6, .border = Border::reflect});
  check(conv1d(x, w, border<Border::partial>), x, w,
        {.before = {0, 0, 1}, .after = {0, 0, 1}, .border = Border::partial});
  check(conv1d(x, v, same_upper, groups<2>), x, v, {.before = {0, 0, 1}, .after = {0, 0, 2}, .groups = 2});
  const Tensor<double, 2, 6, 23> known = x;
  const Tensor<double, 5, 6, 4> taps;
  STATIC_REQUIRE(std::is_same_v<decltype(conv1d<valid, stride<2>>(known, taps))::extents_type,
                                lamina::Extents<2, 5, 10>>);
}

TEST_CASE("conv3d: every option has a depth", "[kernels]") {
  const auto x = random<Volumes>(1, 2, 5, 6, 5, 7), w = random<Volumes>(2, 9, 5, 3, 3, 2);
  const Axes ones{1, 1, 1};
  check(conv3d(x, w, valid), x, w, {});
  check(conv3d(x, w, pad<1>), x, w, {.before = ones, .after = ones});
  check(conv3d<pad<2, 1, 0>, stride<2, 1, 3>>(x, w), x, w,
        {.stride = {2, 1, 3}, .before = {2, 1, 0}, .after = {2, 1, 0}});
  check(conv3d(x, w, pad<1, 0, 0, 2, 1, 0>, dilation<2, 1, 3>), x, w,
        {.dilation = {2, 1, 3}, .before = {1, 0, 0}, .after = {2, 1, 0}});
  check(conv3d(x, w, same_upper, stride<2>), x, w,
        {.stride = {2, 2, 2}, .before = {0, 1, 0}, .after = {1, 1, 1}});
  check(conv3d(x, w, stride<1, 2, 1>, dilation<1>), x, w,
        {.stride = {1, 2, 1}, .before = {1, 1, 0}, .after = {1, 1, 0}});
  REQUIRE_THROWS_WITH(conv3d(x, w, stride<2, 1>), containing("one for each"));  // of which axes?
  const auto of_two_axes = random<Tensor<double, dyn, dyn, dyn, dyn>>(3, 1, 2, 8, 8);
  REQUIRE_THROWS_WITH(conv2d(of_two_axes, of_two_axes, pad<1, 1, 1>), containing("one for each"));
  const auto grouped = random<Volumes>(2, 10, 1, 2, 3, 3);
  check(conv3d(x, grouped, groups<5>, valid), x, grouped, {.groups = 5});
}

TEST_CASE("conv3d: borders with values, in depth too", "[kernels]") {
  const auto x = random<Volumes>(1, 1, 2, 4, 5, 6), w = random<Volumes>(2, 3, 2, 3, 3, 3);
  ConvolutionWindow window{.stride = {2, 1, 1}, .before = {2, 1, 1}, .after = {2, 1, 1}};
  for (const Border border : {Border::zero, Border::reflect, Border::replicate, Border::circular}) {
    window.border = border;
    check(conv3d(x, w, pad<2, 1, 1>, stride<2, 1, 1>, border), x, w, window);
  }
}

TEST_CASE("conv3d: kernels and volumes of one plane", "[kernels]") {
  const auto x = random<Volumes>(1, 2, 3, 1, 5, 4), w = random<Volumes>(2, 4, 3, 1, 3, 3);
  check(conv3d(x, w), x, w, {.before = {0, 1, 1}, .after = {0, 1, 1}});
  check(conv3d(x, w, pad<1, 0, 0>), x, w, {.before = {1, 0, 0}, .after = {1, 0, 0}});
  check(conv3d(x, w, pad<1, 0, 0>, stride<2, 1, 1>), x, w,
        {.stride = {2, 1, 1}, .before = {1, 0, 0}, .after = {1, 0, 0}});
  const auto deep = random<Volumes>(3, 2, 3, 6, 5, 4);
  check(conv3d(deep, w, valid), deep, w, {});
}

TEST_CASE("transposed convolutions of sequences and maps", "[kernels]") {
  const auto s = random<Sequences>(1, 2, 6, 9), t = random<Sequences>(2, 6, 5, 4);
  check_transposed(conv1d_transposed(s, t, valid, stride<3>), s, t, {.stride = {1, 1, 3}});
  check_transposed(conv1d_transposed<stride<2>, pad<1>, output_padding<1>>(s, t), s, t,
                   {.stride = {1, 1, 2}, .before = {0, 0, 1}, .after = {0, 0, 1}, .extra = {0, 0, 1}});
  const auto x = random<DynamicMaps>(1, 2, 6, 4, 5), w = random<DynamicMaps>(2, 6, 5, 3, 4),
             v = random<DynamicMaps>(3, 6, 3, 2, 3);
  check_transposed(conv2d_transposed(x, w), x, w, {.before = {0, 1, 1}, .after = {0, 1, 1}});
  check_transposed(conv2d_transposed<stride<2>, pad<1>>(x, w), x, w,
                   {.stride = {1, 2, 2}, .before = {0, 1, 1}, .after = {0, 1, 1}});
  check_transposed(conv2d_transposed(x, w, stride<2, 3>, pad<0, 1, 2, 1>, output_padding<1, 2>), x, w,
                   {.stride = {1, 2, 3}, .before = {0, 0, 1}, .after = {0, 2, 1}, .extra = {0, 1, 2}});
  check_transposed(conv2d_transposed(x, w, valid, dilation<2, 3>), x, w, {.dilation = {1, 2, 3}});
  check_transposed(conv2d_transposed(x, v, valid, groups<2>, stride<2>), x, v,
                   {.stride = {1, 2, 2}, .groups = 2});
  const Tensor<double, 2, 6, 4, 5> known = x;
  const Tensor<double, 6, 3, 4, 4> taps;
  STATIC_REQUIRE(std::is_same_v<decltype(conv2d_transposed<pad<1>, stride<2>, lamina::groups<2>>(
                                    known, taps))::extents_type,
                                lamina::Extents<2, 6, 8, 10>>);
}

TEST_CASE("transposed convolutions of volumes", "[kernels]") {
  const auto x = random<Volumes>(1, 2, 4, 3, 4, 3), w = random<Volumes>(2, 4, 5, 3, 2, 3),
             v = random<Volumes>(2, 4, 3, 1, 2, 2);
  check_transposed(conv3d_transposed(x, w, valid), x, w, {});
  check_transposed(conv3d_transposed<stride<2>, pad<1, 0, 1>, output_padding<1>>(x, w), x, w,
                   {.stride = {2, 2, 2}, .before = {1, 0, 1}, .after = {1, 0, 1}, .extra = {1, 1, 1}});
  check_transposed(conv3d_transposed(x, w, pad<2, 0, 0>, dilation<3, 1, 2>, stride<2, 1, 1>), x, w,
                   {.stride = {2, 1, 1}, .dilation = {3, 1, 2}, .before = {2, 0, 0}, .after = {2, 0, 0}});
  check_transposed(conv3d_transposed(x, v, valid, groups<2>, stride<2>), x, v,
                   {.stride = {2, 2, 2}, .groups = 2});
}

TEST_CASE("volumes and sequences are fused with what surrounds them", "[kernels]") {
  const auto x = random<Volumes>(1, 2, 5, 6, 5, 7), w = random<Volumes>(2, 9, 5, 3, 3, 3);
  const auto scale = random_normal<double, 9, 1, 1, 1>(seed{3});
  const Volumes convolved = conv3d(x, w);
  const Volumes expected = relu(convolved * scale + 1) - convolved;
  const Volumes fused = relu(conv3d(x, w) * scale + 1) - convolved;
  require_close(fused, expected, reference_tolerance);
  const auto s = random<Sequences>(1, 2, 6, 1201), t = random<Sequences>(2, 13, 6, 3);
  const auto residual = random<Sequences>(3, 2, 13, 1201);
  const Sequences line = conv1d(s, t);
  const Sequences joined = conv1d(s, t) * 2 + residual;
  require_close(joined, Sequences(line * 2 + residual), reference_tolerance);
}

TEST_CASE("volumes have the same bits on any number of threads", "[kernels]") {
  const auto x = random<Volumes>(1, 2, 8, 5, 24, 23), w = random<Volumes>(2, 16, 8, 3, 3, 3);
  const int before = threads();
  set_threads(1);
  const Volumes one = conv3d(x, w) + 1;
  const Volumes one_transposed = conv3d_transposed(x, w(range(0, 8), range(0, 5)), stride<2>);
  for (const int count : {2, 3}) {
    set_threads(count);
    REQUIRE(Volumes(conv3d(x, w) + 1) == one);
    REQUIRE(Volumes(conv3d_transposed(x, w(range(0, 8), range(0, 5)), stride<2>)) == one_transposed);
  }
  set_threads(before);
}

}  // namespace
}  // namespace lamina::test
