// Anti-aliased downsampling (Zhang, "Making Convolutional Networks Shift-Invariant Again", 2019): a fixed
// binomial filter before every pixel but the stride-th is left out.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y[c, p] = Σ_{u, v} b[u] b[v] · x[c, p · stride + (u, v) − padding], with b the binomial coefficients of a
/// row of K, over their sum: (1 1) / 2, (1 2 1) / 4, (1 3 3 1) / 8, …. Borders reflect, ⌊(K − 1) / 2⌋ before
/// and ⌈(K − 1) / 2⌉ after, so that any K gives ⌈extent / stride⌉. Sequences are blurred along themselves.
/// Nothing is learnt. Stops the compiler where a border does not fit.
template <Index K, Index Step> struct BlurPool : Layer {
  static_assert(K >= 1 && K <= 7 && Step >= 1,
                "blur_pool: the filter has 1 to 7 taps, the stride is 1 or more");
  static constexpr std::string_view name = "blur_pool";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "blur_pool: the input has no pixels");
    const kernels::ConvGeometry g = geometry(in);
    if (in.height != dyn && in.width != dyn) kernels::check(g, in.rows(), in.columns());
    return {in.channels, in.rank() == 2 || in.height == dyn ? in.height : g.out_height(in.height),
            in.width == dyn ? dyn : g.out_width(in.width)};
  }
  static constexpr Index macs(Shape in) {
    const Shape out = output(in);
    return out.elements() * geometry(in).taps();
  }
  static constexpr Window window(Shape in) {
    const kernels::ConvGeometry g = geometry(in);
    return {g.kernel_height, K, g.stride_height, Step};
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    const Filter<T> filter(geometry(In));
    kernels::conv_forward<kind(In)>(pass.input(), filter.weight.data(), nullptr, pass.output, geometry(In));
  }
  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    if (pass.input_gradient().empty()) return;
    const Filter<T> filter(geometry(In));
    kernels::conv_backward_data<kind(In)>(pass.output_gradient, filter.weight.data(), pass.input_gradient(),
                                          geometry(In));
  }

 private:
  static constexpr kernels::ConvKind kind(Shape in) {
    return in.channels > 1 ? kernels::ConvKind::depthwise : kernels::ConvKind::dense;
  }
  static constexpr kernels::ConvGeometry geometry(Shape in) {
    constexpr Index before = (K - 1) / 2, after = K / 2;
    const bool sequence = in.rank() == 2;
    return {.in_channels = in.channels,
            .out_channels = in.channels,
            .groups = in.channels,
            .kernel_height = sequence ? 1 : K,
            .kernel_width = K,
            .stride_height = sequence ? 1 : Step,
            .stride_width = Step,
            .pad_top = sequence ? 0 : before,
            .pad_left = before,
            .pad_bottom = sequence ? 0 : after,
            .pad_right = after,
            .border = Border::reflect};
  }

  /// The binomial coefficients of row K - 1, over their sum.
  static constexpr std::array<double, K> binomial() {
    std::array<double, K> row{1};
    for (std::size_t filled = 1; filled < K; ++filled)
      for (std::size_t i = filled; i > 0; --i) row[i] += row[i - 1];
    double sum = 0;
    for (const double value : row) sum += value;
    for (double& value : row) value /= sum;
    return row;
  }
  /// The same filter for every channel, as a depthwise convolution reads it.
  template <class T> struct Filter {
    Scratch<T> weight;

    explicit Filter(const kernels::ConvGeometry& g) : weight(g.weight_size(channel_block<T>)) {
      constexpr auto binomials = binomial();
      std::fill_n(weight.data(), weight.size(), T{0});
      for (Index c = 0; c < g.out_channels; ++c)
        for (Index row = 0; row < g.kernel_height; ++row)
          for (Index column = 0; column < K; ++column) {
            const double down = g.kernel_height == 1 ? 1 : binomials[static_cast<std::size_t>(row)];
            weight[g.weight_offset(channel_block<T>, c, 0, row, column)] =
                static_cast<T>(down * binomials[static_cast<std::size_t>(column)]);
          }
    }
  };
};

/// blur_pool<4>, blur_pool<3, 2>: taps (4, which keeps even maps in place), stride (2).
template <Index K = 4, Index Step = 2> inline constexpr BlurPool<K, Step> blur_pool{};

}  // namespace lamina
