// Pooling over windows: max_pool<2>, avg_pool<3, stride<2>, pad<1>>, adaptive_avg_pool<7, 7>. Windows do not
// overlap unless a stride says so, and nothing is padded; extents follow PyTorch's rules, ceil mode included.
// Pooling over the whole map is in global_pool.hpp.
#pragma once

#include "lamina/kernels/average_pool.hpp"
#include "lamina/kernels/max_pool.hpp"
#include "lamina/layers/options.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// A last window may hang over the end of the map if it begins inside (or in the left or top padding).
struct CeilMode {};
inline constexpr CeilMode ceil_mode{};

/// Averages divide by the number of elements inside the map, not by that of the window.
struct ExcludePadding {};
inline constexpr ExcludePadding exclude_padding{};

/// What max_pool<kernel, options…> says.
struct PoolOptions {
  Kernel kernel{2};
  Stride stride{0, 0};  ///< 0: the kernel's extent
  Dilation dilation{};
  Padding padding = valid;
  bool ceil = false;
  bool count_include_pad = true;

  constexpr void set(Stride s) { stride = detail::of_maps(s); }
  constexpr void set(Padding p) { padding = detail::of_maps(p); }
  constexpr void set(CeilMode) { ceil = true; }

  /// The geometry on such an input; a sequence is a map of one row.
  constexpr kernels::PoolGeometry geometry(Shape in) const {
    const bool sequence = in.rank() == 2;
    const Kernel window(sequence ? 1 : kernel.vertical, kernel.horizontal);
    const Stride step{sequence          ? 1
                      : stride.vertical ? stride.vertical
                                        : window.vertical,
                      stride.horizontal ? stride.horizontal : window.horizontal};
    const Dilation spacing{sequence ? 1 : dilation.vertical, dilation.horizontal};
    const auto vertical = sequence
                              ? detail::AxisPadding{}
                              : detail::axis_padding(padding.rule, padding.top, padding.bottom, in.height,
                                                     window.vertical, step.vertical, spacing.vertical);
    const auto horizontal = detail::axis_padding(padding.rule, padding.left, padding.right, in.width,
                                                 window.horizontal, step.horizontal, spacing.horizontal);
    return {.kernel_height = window.vertical,
            .kernel_width = window.horizontal,
            .stride_height = step.vertical,
            .stride_width = step.horizontal,
            .dilation_height = spacing.vertical,
            .dilation_width = spacing.horizontal,
            .pad_top = vertical.before,
            .pad_left = horizontal.before,
            .pad_bottom = vertical.after,
            .pad_right = horizontal.after,
            .ceil_mode = ceil,
            .count_include_pad = count_include_pad};
  }

  /// The output's shape; throws (stops the compiler) with a sentence where the window does not fit.
  constexpr Shape output(Shape in) const {
    require(in.rank() >= 2,
            "pooling: the input has no pixels; pooling goes before flatten or global pooling");
    const kernels::PoolGeometry g = geometry(in);
    kernels::check(g, in.height == dyn ? detail::unbounded : in.rows(),
                   in.width == dyn ? detail::unbounded : in.columns());
    return {in.channels, in.height == 0 || in.height == dyn ? in.height : g.out_height(in.height),
            in.width == dyn ? dyn : g.out_width(in.width)};
  }

  constexpr Window window(Shape in) const {
    const kernels::PoolGeometry g = geometry(in);
    return {g.dilation_height * (g.kernel_height - 1) + 1, g.dilation_width * (g.kernel_width - 1) + 1,
            g.stride_height, g.stride_width};
  }
};

/// Options that only maxima, or only averages, have.
struct MaxPoolOptions : PoolOptions {
  using PoolOptions::set;
  constexpr void set(Dilation d) { dilation = detail::of_maps(d); }
};
struct AveragePoolOptions : PoolOptions {
  using PoolOptions::set;
  constexpr void set(ExcludePadding) { count_include_pad = false; }
};

namespace detail {

/// In with the extents of the map at hand filled in.
template <Shape In, class Map> constexpr Shape run_time_shape(const Map& map) {
  return {In.channels, In.height == dyn ? map.height : In.height, In.width == dyn ? map.width : In.width};
}

}  // namespace detail

/// The largest element of each window (NaN where it holds one); ties give the gradient to the first.
template <PoolOptions O> struct MaxPool : Layer {
  static constexpr std::string_view name = "max_pool";
  static constexpr Saves saves = Saves::both;
  static constexpr Shape output(Shape in) { return O.output(in); }
  static constexpr Window window(Shape in) { return O.window(in); }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    kernels::max_pool_forward(O.geometry(detail::run_time_shape<In>(pass.input())), pass.input(),
                              pass.output);
  }
  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    if (pass.input_gradient().empty()) return;
    kernels::max_pool_backward(O.geometry(detail::run_time_shape<In>(pass.input())), pass.input(),
                               pass.output, pass.output_gradient, pass.input_gradient());
  }
};

/// The mean of each window; padding counts as zeros unless exclude_padding.
template <PoolOptions O> struct AveragePool : Layer {
  static constexpr std::string_view name = "avg_pool";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output(Shape in) { return O.output(in); }
  static constexpr Window window(Shape in) { return O.window(in); }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    kernels::average_pool_forward(O.geometry(detail::run_time_shape<In>(pass.input())), pass.input(),
                                  pass.output);
  }
  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    if (pass.input_gradient().empty()) return;
    kernels::average_pool_backward(O.geometry(detail::run_time_shape<In>(pass.input())), pass.output_gradient,
                                   pass.input_gradient());
  }
};

/// Means over a grid of Height × Width bins that cover any map: bin i of n covers [⌊i·h/n⌋, ⌈(i+1)·h/n⌉).
template <Index Height, Index Width> struct AdaptiveAveragePool : Layer {
  static_assert(Height > 0 && Width > 0, "adaptive_avg_pool: the output has at least one row and column");
  static constexpr std::string_view name = "adaptive_avg_pool";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "adaptive_avg_pool: the input must be a map (channels, height, width)");
    return {in.channels, Height, Width};
  }
  static constexpr Window window(Shape) { return {.global = true}; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::average_pool_forward(kernels::AdaptivePool{Height, Width}, pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (pass.input_gradient().empty()) return;
    kernels::average_pool_backward(kernels::AdaptivePool{Height, Width}, pass.output_gradient,
                                   pass.input_gradient());
  }
};

namespace detail {
template <class Options, class Layer, auto K, auto... Option> constexpr PoolOptions pool_options() {
  Options options;
  options.kernel = Kernel(K);
  return with_options<Layer, Options, Option...>(options);
}
}  // namespace detail

/// max_pool<2>, max_pool<3, stride<2>, pad<1>>. Kernel, then options in any order: stride (default: the
/// kernel), dilation, pad<…> | same | same_upper | valid (default), ceil_mode.
template <auto K, auto... Option>
inline constexpr MaxPool<detail::pool_options<MaxPoolOptions, struct max_pool_layer, K, Option...>()>
    max_pool{};

/// avg_pool<2>, avg_pool<3, stride<1>, same, exclude_padding>. As max_pool, without dilation.
template <auto K, auto... Option>
inline constexpr AveragePool<detail::pool_options<AveragePoolOptions, struct avg_pool_layer, K, Option...>()>
    avg_pool{};

/// adaptive_avg_pool<7>, adaptive_avg_pool<1, 4>.
template <Index Height, Index Width = Height>
inline constexpr AdaptiveAveragePool<Height, Width> adaptive_avg_pool{};

}  // namespace lamina
