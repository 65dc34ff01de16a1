// Convolutions of tensors by their definition: loops in double over (n, c, d, h, w). Sequences and maps are
// volumes whose missing axes have extent 1.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "lamina/kernels/reference/conv.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

namespace lamina::test {

using Volume = Tensor<double, dyn, dyn, dyn, dyn, dyn>;

/// How near in double a convolution comes to it.
inline constexpr double reference_tolerance = 1e-12;

/// Depth, rows, columns.
using Axes = std::array<Index, 3>;

struct ConvolutionWindow {
  Axes stride{1, 1, 1}, dilation{1, 1, 1}, before{}, after{}, extra{};
  Index groups = 1;
  Border border = Border::zero;
};

inline std::size_t axis(int a) { return static_cast<std::size_t>(a); }

/// The elements of x, (n, c, pixels…), as a volume.
template <class X> Volume as_volume(const X& x) {
  const Tensor elements = x;
  std::array<Index, 5> extents{1, 1, 1, 1, 1};
  constexpr int rank = X::rank;
  for (int a = 0; a < rank; ++a) extents[axis(a < 2 ? a : a + 5 - rank)] = elements.extent(a);
  Volume volume(Volume::extents_type{extents});
  std::copy(elements.begin(), elements.end(), volume.begin());
  return volume;
}

/// Calls f(n, d, h, w) for all of them.
template <class F> void for_each_pixel(const Volume& v, F&& f) {
  for (Index n = 0; n < v.extent(0); ++n)
    for (Index d = 0; d < v.extent(2); ++d)
      for (Index h = 0; h < v.extent(3); ++h)
        for (Index w = 0; w < v.extent(4); ++w) f(n, Axes{d, h, w});
}

inline Volume convolve(const Volume& x, const Volume& w, const ConvolutionWindow& window) {
  Axes out{};
  for (int a = 0; a < 3; ++a) {
    const Index room = x.extent(2 + a) + window.before[axis(a)] + window.after[axis(a)] -
                       window.dilation[axis(a)] * (w.extent(2 + a) - 1) - 1;
    out[axis(a)] = room / window.stride[axis(a)] + 1;
  }
  Volume y(x.extent(0), w.extent(0), out[0], out[1], out[2]);
  const Index taps = w.extent(2) * w.extent(3) * w.extent(4), inputs = w.extent(1);
  for_each_pixel(y, [&](Index n, const Axes& to) {
    Index inside = 0;
    for (Index u = 0; u < w.extent(2); ++u)
      for (Index v = 0; v < w.extent(3); ++v)
        for (Index t = 0; t < w.extent(4); ++t) {
          const Axes tap{u, v, t};
          Axes from{};
          bool reads = true;
          for (int a = 0; a < 3; ++a) {
            const auto i = axis(a);
            from[i] = kernels::reference::border_position(
                window.border, to[i] * window.stride[i] - window.before[i] + tap[i] * window.dilation[i],
                x.extent(2 + a));
            reads = reads && from[i] >= 0;
          }
          if (!reads) continue;
          ++inside;
          for (Index o = 0; o < y.extent(1); ++o)
            for (Index i = 0; i < inputs; ++i)
              y(n, o, to[0], to[1], to[2]) +=
                  w(o, i, u, v, t) *
                  x(n, o / (y.extent(1) / window.groups) * inputs + i, from[0], from[1], from[2]);
        }
    if (window.border == Border::partial && inside > 0)
      for (Index o = 0; o < y.extent(1); ++o)
        y(n, o, to[0], to[1], to[2]) *= static_cast<double>(taps) / static_cast<double>(inside);
  });
  return y;
}

inline Volume convolve_transposed(const Volume& x, const Volume& w, const ConvolutionWindow& window) {
  Axes out{};
  for (int a = 0; a < 3; ++a) {
    const auto i = axis(a);
    out[i] = (x.extent(2 + a) - 1) * window.stride[i] - window.before[i] - window.after[i] +
             window.dilation[i] * (w.extent(2 + a) - 1) + 1 + window.extra[i];
  }
  const Index outs = w.extent(1);
  Volume y(x.extent(0), outs * window.groups, out[0], out[1], out[2]);
  for_each_pixel(x, [&](Index n, const Axes& from) {
    for (Index u = 0; u < w.extent(2); ++u)
      for (Index v = 0; v < w.extent(3); ++v)
        for (Index t = 0; t < w.extent(4); ++t) {
          const Axes tap{u, v, t};
          Axes to{};
          bool writes = true;
          for (int a = 0; a < 3; ++a) {
            const auto i = axis(a);
            to[i] = from[i] * window.stride[i] - window.before[i] + tap[i] * window.dilation[i];
            writes = writes && to[i] >= 0 && to[i] < out[i];
          }
          if (!writes) continue;
          for (Index i = 0; i < x.extent(1); ++i)
            for (Index o = 0; o < outs; ++o)
              y(n, i / (x.extent(1) / window.groups) * outs + o, to[0], to[1], to[2]) +=
                  w(i, o, u, v, t) * x(n, i, from[0], from[1], from[2]);
        }
  });
  return y;
}

/// Requires a tensor to have the shape and, nearly, the elements of a volume.
template <class Y>
void require_volume(const Y& y, const Volume& expected, double tolerance,
                    std::source_location caller = std::source_location::current()) {
  const Volume volume = as_volume(y);
  REQUIRE(to_string(volume.extents()) == to_string(expected.extents()));
  require_close(volume, expected, tolerance, caller);
}

/// The same number for all axes of an expression's pixels.
inline Axes all_axes(Index number, int axes) {
  return {axes > 2 ? number : 1, axes > 1 ? number : 1, number};
}

}  // namespace lamina::test
