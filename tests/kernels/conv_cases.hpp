// What the tests of convolution share: a list of geometries with the extents they run on, and the way between
// the reference's arrays and the kernels' maps and weights.
#pragma once

#include <ostream>
#include <vector>

#include "kernels/maps.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/reference/conv.hpp"

namespace lamina::test {

using kernels::ConvGeometry;
using kernels::reference::Array;

struct ConvCase {
  Index batch, height, width;
  ConvGeometry geometry;

  Index out_height() const { return geometry.out_height(height); }
  Index out_width() const { return geometry.out_width(width); }
};

inline std::ostream& operator<<(std::ostream& out, const ConvCase& c) {
  const ConvGeometry& g = c.geometry;
  return out << "batch " << c.batch << ", " << g.in_channels << "->" << g.out_channels << " groups "
             << g.groups << ", map " << c.height << "x" << c.width << ", kernel " << g.kernel_height << "x"
             << g.kernel_width << ", stride " << g.stride_height << "x" << g.stride_width << ", dilation "
             << g.dilation_height << "x" << g.dilation_width << ", pad " << g.pad_top << "," << g.pad_left
             << "," << g.pad_bottom << "," << g.pad_right << ", border " << static_cast<int>(g.border);
}

constexpr ConvGeometry square(Index in, Index out, Index kernel, Index stride = 1, Index pad = 0,
                              Index dilation = 1) {
  return {.in_channels = in,
          .out_channels = out,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .dilation_height = dilation,
          .dilation_width = dilation,
          .pad_top = pad,
          .pad_left = pad,
          .pad_bottom = pad,
          .pad_right = pad};
}
constexpr ConvGeometry grouped(ConvGeometry g, Index groups) {
  g.groups = groups;
  return g;
}
constexpr ConvGeometry bordered(ConvGeometry g, Border border) {
  g.border = border;
  return g;
}

/// Geometry corners at few channels, then channel corners at few geometries.
inline std::vector<ConvCase> dense_cases() {
  std::vector<ConvCase> cases;
  for (const Index in : {1, 3, 7, 8, 13, 16, 17})
    for (const Index out : {1, 3, 7, 8, 13, 16, 17}) cases.push_back({1, 4, 5, square(in, out, 3, 1, 1)});
  for (const Index out : {24, 25, 33, 40, 57}) cases.push_back({2, 3, 4, square(5, out, 2)});
  // Inside, edges and corners all leave a pixel over, which pairs of three blocks share.
  for (const Index out : {48, 50, 72}) cases.push_back({1, 7, 7, square(5, out, 3, 1, 1)});
  cases.push_back({1, 1, 1, square(9, 48, 1)});
  cases.push_back({5, 1, 1, square(9, 97, 1)});
  for (const Index batch : {1, 3}) {
    for (const Index kernel : {1, 2, 3, 4, 5, 7})
      for (const Index stride : {1, 2, 3})
        for (const Index pad : {0, 1, 3})
          for (const Index dilation : {1, 2}) {
            const ConvGeometry g = square(3, 10, kernel, stride, pad, dilation);
            if (g.out_height(7) > 0 && (batch == 1 || dilation == 1)) cases.push_back({batch, 7, 9, g});
          }
    cases.push_back({batch, 1, 1, square(9, 9, 1)});
    cases.push_back({batch, 1, 1, square(9, 9, 3, 1, 1)});
    cases.push_back({batch, 1, 1, square(2, 20, 5, 2, 4)});
    cases.push_back({batch, 2, 2, square(8, 8, 7, 1, 3)});
    cases.push_back({batch, 3, 2, square(8, 8, 3, 2, 4, 4)});
    cases.push_back({batch, 12, 12, square(8, 16, 5)});
    cases.push_back({batch,
                     1,
                     30,
                     {.in_channels = 4,
                      .out_channels = 9,
                      .kernel_width = 7,
                      .stride_width = 2,
                      .pad_left = 3,
                      .pad_right = 3}});
    cases.push_back({batch,
                     6,
                     8,
                     {.in_channels = 10,
                      .out_channels = 12,
                      .kernel_height = 1,
                      .kernel_width = 7,
                      .pad_left = 3,
                      .pad_right = 3}});
    cases.push_back({batch,
                     9,
                     4,
                     {.in_channels = 10,
                      .out_channels = 12,
                      .kernel_height = 4,
                      .kernel_width = 2,
                      .stride_height = 3,
                      .stride_width = 1,
                      .dilation_height = 2,
                      .pad_top = 0,
                      .pad_left = 2,
                      .pad_bottom = 5,
                      .pad_right = 1}});
    // Outputs that read nothing but padding.
    cases.push_back({batch, 3, 3, square(2, 3, 2, 1, 4)});
  }
  return cases;
}

/// To one channel, which has a plan of its own.
inline std::vector<ConvCase> single_output_cases() {
  std::vector<ConvCase> cases;
  for (const Index in : {2, 7, 8, 13, 17, 40})
    for (const Index kernel : {1, 2, 3, 7}) cases.push_back({2, 5, 6, square(in, 1, kernel, 1, kernel / 2)});
  for (const Index kernel : {1, 3, 4})
    for (const Index stride : {1, 2, 3})
      for (const Index pad : {0, 1, 3})
        for (const Index dilation : {1, 2}) {
          const ConvGeometry g = square(9, 1, kernel, stride, pad, dilation);
          if (g.out_height(7) > 0) cases.push_back({1, 7, 9, g});
        }
  cases.push_back({1, 3, 150, square(5, 1, 3, 1, 1)});  // rows of several chunks
  // Few channels, which are spread out into planes: rows of several groups of vectors, strides, dilations.
  for (const Index in : {2, 3, 4}) {
    cases.push_back({2, 3, 150, square(in, 1, 7, 1, 3)});
    cases.push_back({1, 9, 8, square(in, 1, 3, 1, 4, 2)});
    cases.push_back({1, 9, 8, square(in, 1, 3, 2, 1)});
    cases.push_back({1, 9, 8, square(in, 1, 1, 1, 2)});
    ConvGeometry g = square(in, 1, 3, 1, 1);
    g.stride_height = 2, g.pad_left = 0, g.pad_bottom = 3;
    cases.push_back({2, 7, 9, g});
  }
  cases.push_back({3, 1, 1, square(20, 1, 3, 1, 1)});
  cases.push_back({1, 3, 3, square(2, 1, 2, 1, 4)});  // outputs that read nothing but padding
  for (const Border border : {Border::reflect, Border::partial})
    cases.push_back({2, 5, 6, bordered(square(9, 1, 3, 1, 1), border)});
  return cases;
}

inline std::vector<ConvCase> border_cases() {
  std::vector<ConvCase> cases;
  for (const Border border : {Border::reflect, Border::replicate, Border::circular, Border::partial})
    for (const Index stride : {1, 2}) {
      ConvGeometry g = bordered(square(9, 10, 3, stride, 1), border);
      cases.push_back({2, 5, 6, g});
      g.groups = g.out_channels = 9;
      cases.push_back({2, 5, 6, g});
      g = bordered(square(3, 17, 4, stride, 3, 1), border);
      g.pad_bottom = 1;
      g.pad_left = 2;
      cases.push_back({3, 4, 5, g});
      cases.push_back({1, 5, 4, bordered(square(4, 4, 2, stride, 3, 3), border)});
    }
  cases.push_back({2, 2, 2, bordered(square(3, 8, 3, 1, 4, 1), Border::partial)});
  cases.push_back({1, 7, 7, bordered(square(3, 48, 3, 1, 1), Border::partial)});
  cases.push_back({2, 1, 1, bordered(square(3, 8, 3, 1, 4, 1), Border::replicate)});
  return cases;
}

inline std::vector<ConvCase> group_cases() {
  std::vector<ConvCase> cases;
  for (const Index stride : {1, 2}) {
    const auto add = [&](Index in, Index out, Index groups) {
      cases.push_back({2, 5, 6, grouped(square(in, out, 3, stride, 1), groups)});
    };
    add(16, 16, 2), add(32, 48, 2), add(6, 24, 3), add(8, 8, 2), add(12, 18, 3), add(20, 10, 5),
        add(24, 24, 8), add(4, 12, 4), add(14, 21, 7), add(9, 18, 9);
  }
  cases.push_back({1, 5, 5, grouped(square(6, 96, 3, 1, 1), 2)});
  return cases;
}

inline std::vector<ConvCase> depthwise_cases() {
  std::vector<ConvCase> cases;
  for (const Index channels : {2, 3, 7, 8, 13, 16, 17})
    for (const Index stride : {1, 2})
      cases.push_back({2, 6, 11, grouped(square(channels, channels, 3, stride, 1), channels)});
  for (const Index kernel : {1, 2, 3, 5, 7})
    for (const Index stride : {1, 2, 3})
      for (const Index dilation : {1, 2})
        cases.push_back({1, 8, 9, grouped(square(9, 9, kernel, stride, 3, dilation), 9)});
  cases.push_back({3, 1, 1, grouped(square(9, 9, 3, 1, 1), 9)});
  for (const Index width : {2, 3, 4}) cases.push_back({2, 5, width, grouped(square(9, 9, 3, 1, 1), 9)});
  // Phases of the dilation: padding of all widths, extents that they do not divide, kernels of all kinds.
  for (const Index dilation : {2, 3})
    for (const Index pad : {0, 1, 2, 3, 5, 7}) {
      cases.push_back({1, 9, 19, grouped(square(9, 9, 3, 1, pad, dilation), 9)});
      cases.push_back({1, 7, 41, grouped(square(9, 9, 3, 1, pad, dilation), 9)});
      cases.push_back({2, 9, 25, grouped(square(9, 9, 2, 1, pad, dilation), 9)});
    }
  cases.push_back({1, 20, 18, grouped(square(9, 9, 5, 1, 4, 2), 9)});
  cases.push_back({1, 12, 18, grouped(square(9, 9, 3, 3, 2, 3), 9)});
  cases.push_back({1, 17, 19, grouped(bordered(square(9, 9, 3, 1, 2, 2), Border::partial), 9)});
  {
    ConvGeometry g = square(9, 9, 3, 1, 3, 2);
    g.dilation_width = 3, g.pad_left = 1;
    cases.push_back({1, 11, 23, grouped(g, 9)});
  }
  cases.push_back(
      {3, 2, 17,
       grouped({.in_channels = 9, .out_channels = 9, .kernel_width = 11, .pad_left = 5, .pad_right = 5}, 9)});
  // Lines that are several tiles long, and bands of more taps than a tile takes at a step.
  for (const Index width : {7, 12, 19, 25, 33})
    for (const Index stride : {1, 2, 4}) {
      cases.push_back({1, 5, width, grouped(square(9, 9, 3, stride, 1), 9)});
      cases.push_back({1, 6, width, grouped(square(9, 9, 3, stride), 9)});
      cases.push_back({1, 4, width, grouped(square(9, 9, 3, stride, 2), 9)});
      cases.push_back({1, 5, width, grouped(square(9, 9, 5, stride, 2), 9)});
      for (const Index taps : {6, 7, 8, 9})
        cases.push_back({1, 3, width,
                         grouped({.in_channels = 9,
                                  .out_channels = 9,
                                  .kernel_height = 2,
                                  .kernel_width = taps,
                                  .stride_width = stride,
                                  .pad_left = taps - 4,
                                  .pad_right = 5},
                                 9)});
      ConvGeometry uneven = square(9, 9, 3, stride, 1);
      uneven.pad_top = 0, uneven.pad_left = 2, uneven.pad_bottom = 4, uneven.pad_right = 5;
      cases.push_back({1, 5, width, grouped(uneven, 9)});
      ConvGeometry row{.in_channels = 9,
                       .out_channels = 9,
                       .kernel_width = 21,
                       .stride_width = stride,
                       .pad_left = 10,
                       .pad_right = 10};
      cases.push_back({2, 2, width, grouped(row, 9)});
      ConvGeometry column{.in_channels = 9,
                          .out_channels = 9,
                          .kernel_height = 15,
                          .stride_height = stride,
                          .pad_top = 7,
                          .pad_bottom = 7};
      cases.push_back({2, width, 3, grouped(column, 9)});
      cases.push_back({1, width, 4, grouped(bordered(column, Border::partial), 9)});
      cases.push_back({1, 4, width, grouped(bordered(square(9, 9, 3, stride, 1), Border::partial), 9)});
    }
  return cases;
}

/// Random, rounded to float, so that a kernel in float sees the reference's numbers.
inline Array random_array(Index n, Index c, Index h, Index w, std::uint64_t stream) {
  Array a(n, c, h, w);
  const Random random(seed{7}, stream);
  for (std::size_t i = 0; i < a.values.size(); ++i)
    a.values[i] = static_cast<double>(2 * random.uniform(i) - 1);
  return a;
}
inline std::vector<double> random_bias(Index channels) { return random_array(1, channels, 1, 1, 99).values; }

inline Plain plain(const Array& a) {
  Plain p(Extents{a.n, a.c, a.h, a.w});
  p.values = a.values;
  return p;
}

/// A map of NCHW memory.
template <class T> struct PlainMap {
  Storage<T> memory;
  Index n, c, h, w;

  explicit PlainMap(const Array& a)
      : memory(static_cast<Index>(a.values.size())), n(a.n), c(a.c), h(a.h), w(a.w) {
    for (Index i = 0; i < memory.size(); ++i)
      memory[i] = static_cast<T>(a.values[static_cast<std::size_t>(i)]);
  }
  FeatureMapView<T, 1> view() { return {memory.data(), n, c, h, w}; }
  std::vector<double> values() const { return {memory.begin(), memory.end()}; }
};

/// Weights in the kernels' order.
template <class T> Storage<T> arena_weights(const Array& w, const ConvGeometry& g) {
  Storage<T> arena(g.weight_size(channel_block<T>));
  each({w.n, w.c, w.h, w.w}, [&](Index o, Index i, Index u, Index v) {
    arena[g.weight_offset(channel_block<T>, o, i, u, v)] = static_cast<T>(w(o, i, u, v));
  });
  return arena;
}
template <class T> Array logical_weights(const Storage<T>& arena, const ConvGeometry& g) {
  Array w(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width);
  each({w.n, w.c, w.h, w.w}, [&](Index o, Index i, Index u, Index v) {
    w(o, i, u, v) = static_cast<double>(arena[g.weight_offset(channel_block<T>, o, i, u, v)]);
  });
  return w;
}
template <class T> Storage<T> arena_bias(const std::vector<double>& b) {
  const Index block = channel_block<T>, channels = static_cast<Index>(b.size());
  Storage<T> arena((channels + block - 1) / block * block);
  for (Index i = 0; i < channels; ++i) arena[i] = static_cast<T>(b[static_cast<std::size_t>(i)]);
  return arena;
}

/// What rounding leaves of sums of `terms` products of numbers below 1.
template <class T> double sum_tolerance(Index terms) {
  return static_cast<double>(std::numeric_limits<T>::epsilon()) *
         (8 + 2 * std::sqrt(static_cast<double>(terms)));
}

}  // namespace lamina::test
