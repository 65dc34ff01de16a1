// What tests of blocks compute beside the library: maps in double, and by plain loops what a block's papers
// make of them.
#pragma once

#include <cmath>
#include <vector>

#include "lamina/kernels/reference/conv.hpp"
#include "support/check_gradients.hpp"

namespace support {

using kernels::reference::Array;

/// The map of what f(n, c, h, w) gives.
template <class F> Array map_of(Index batch, Index channels, Index height, Index width, F f) {
  Array map(batch, channels, height, width);
  for (Index n = 0; n < batch; ++n)
    for (Index c = 0; c < channels; ++c)
      for (Index h = 0; h < height; ++h)
        for (Index w = 0; w < width; ++w) map(n, c, h, w) = f(n, c, h, w);
  return map;
}

inline Array map_of(const RandomImages<double>& images) {
  return map_of(images.view.batch, images.view.channels, images.view.height, images.view.width,
                [&](auto... at) { return images.view(at...); });
}

/// f of every element.
template <class F> Array each(Array x, F f) {
  for (double& value : x.values) value = f(value);
  return x;
}

/// a's channels, then b's.
inline Array joined(const Array& a, const Array& b) {
  return map_of(a.n, a.c + b.c, a.h, a.w, [&](Index n, Index c, Index h, Index w) {
    return c < a.c ? a(n, c, h, w) : b(n, c - a.c, h, w);
  });
}

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }
inline double rectified(double x) { return std::max(x, 0.0); }

/// Every parameter at random, biases, scales and shifts as well, which begin as zeros and ones.
template <class ModelType> void randomize(ModelType& model, double deviation = 0.7) {
  std::uint64_t stream = 100;
  for (const auto& parameter : model.parameters()) {
    const Random random(seed{12}, stream++);
    for (Index i = 0; i < parameter.size(); ++i)
      parameter[i] = deviation * random.normal(static_cast<std::uint64_t>(i));
  }
}

/// Convolution with a model's weight (O, I / groups, rows, columns), the map's extents kept by zeros.
inline Array convolved(const Array& x, const NamedArray<double>& weight, const std::vector<double>& bias = {},
                       Index distance = 1) {
  const ParameterExtents& e = weight.extents();
  const Index rows = (e[2] - 1) / 2 * distance, columns = (e[3] - 1) / 2 * distance;
  Array w(e[0], e[1], e[2], e[3]);
  w.values = weight.values();
  return kernels::reference::conv_forward(x, w, bias,
                                          {.in_channels = x.c,
                                           .out_channels = e[0],
                                           .groups = x.c / e[1],
                                           .kernel_height = e[2],
                                           .kernel_width = e[3],
                                           .dilation_height = distance,
                                           .dilation_width = distance,
                                           .pad_top = rows,
                                           .pad_left = columns,
                                           .pad_bottom = rows,
                                           .pad_right = columns});
}

/// Batch norm of a model that has seen nothing: its means are 0, its variances 1.
inline Array normalized(const Array& x, const NamedArray<double>& scale, const NamedArray<double>& shift) {
  return map_of(x.n, x.c, x.h, x.w, [&](Index n, Index c, Index h, Index w) {
    return x(n, c, h, w) / std::sqrt(1 + 1e-5) * scale[c] + shift[c];
  });
}

/// The means of a sample's channels.
inline std::vector<double> channel_means(const Array& x, Index n) {
  std::vector<double> means(static_cast<std::size_t>(x.c), 0.0);
  for (Index c = 0; c < x.c; ++c)
    for (Index h = 0; h < x.h; ++h)
      for (Index w = 0; w < x.w; ++w)
        means[static_cast<std::size_t>(c)] += x(n, c, h, w) / static_cast<double>(x.h * x.w);
  return means;
}

/// weight · x + bias, with a weight (O, I).
inline std::vector<double> dense_of(const std::vector<double>& x, const NamedArray<double>& weight,
                                    const std::vector<double>& bias = {}) {
  const auto in = static_cast<Index>(x.size());
  std::vector<double> y(static_cast<std::size_t>(weight.extents()[0]), 0.0);
  for (std::size_t o = 0; o < y.size(); ++o) {
    if (!bias.empty()) y[o] = bias[o];
    for (Index i = 0; i < in; ++i)
      y[o] += weight[static_cast<Index>(o) * in + i] * x[static_cast<std::size_t>(i)];
  }
  return y;
}

inline std::vector<double> rectified(std::vector<double> x) {
  for (double& value : x) value = rectified(value);
  return x;
}

/// x with the channels of every sample weighed by gate(n), a number per channel.
template <class Gate> Array weighed(const Array& x, Gate gate) {
  Array y = x;
  for (Index n = 0; n < x.n; ++n) {
    const std::vector<double> s = gate(n);
    for (Index c = 0; c < x.c; ++c)
      for (Index h = 0; h < x.h; ++h)
        for (Index w = 0; w < x.w; ++w) y(n, c, h, w) *= s[static_cast<std::size_t>(c)];
  }
  return y;
}

}  // namespace support
