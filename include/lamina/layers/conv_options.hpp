// What a convolution is told: conv<64, 3, stride<2>, no_bias>, as a value. The layer is in conv.hpp; layers
// that make their kernels of other parameters (reparametrized_conv.hpp, conditional_conv.hpp) take the same
// options.
#pragma once

#include "lamina/kernels/conv_algorithms.hpp"
#include "lamina/layers/options.hpp"

namespace lamina {

/// What conv<channels, kernel, options…> says.
struct ConvOptions {
  Index channels = 1;
  Kernel kernel{1};
  Stride stride{};
  Dilation dilation{};
  Padding padding = same;
  Index groups = 1;
  bool bias = true;
  Border border = Border::zero;
  kernels::Accuracy accuracy = kernels::Accuracy::relaxed;
  bool is_algorithm_named = false;
  kernels::ConvAlgorithm algorithm = kernels::ConvAlgorithm::direct;
  Initializer weight_initializer = initializers::he_normal;
  Initializer bias_initializer = initializers::zeros;

  constexpr void set(Stride s) { stride = detail::of_maps(s); }
  constexpr void set(Dilation d) { dilation = detail::of_maps(d); }
  constexpr void set(Padding p) { padding = detail::of_maps(p); }
  constexpr void set(Groups g) { groups = g.count; }
  constexpr void set(Bias b) { bias = b.present; }
  constexpr void set(Border b) { border = b; }
  constexpr void set(kernels::Accuracy a) { accuracy = a; }
  constexpr void set(kernels::ConvAlgorithm a) { algorithm = a, is_algorithm_named = true; }
  constexpr void set(WeightInitializer w) { weight_initializer = w.initializer; }
  constexpr void set(BiasInitializer b) { bias_initializer = b.initializer; }

  /// The geometry on such an input. A sequence is a map of one row, and is read along it.
  constexpr kernels::ConvGeometry geometry(Shape in) const {
    const bool sequence = in.rank() == 2;
    const Index kernel_height = sequence ? 1 : kernel.vertical;
    const Index stride_height = sequence ? 1 : stride.vertical;
    const Index dilation_height = sequence ? 1 : dilation.vertical;
    const auto vertical = sequence
                              ? detail::AxisPadding{}
                              : detail::axis_padding(padding.rule, padding.top, padding.bottom, in.height,
                                                     kernel_height, stride_height, dilation_height);
    const auto horizontal = detail::axis_padding(padding.rule, padding.left, padding.right, in.width,
                                                 kernel.horizontal, stride.horizontal, dilation.horizontal);
    return {.in_channels = in.channels,
            .out_channels = channels,
            .groups = groups,
            .kernel_height = kernel_height,
            .kernel_width = kernel.horizontal,
            .stride_height = stride_height,
            .stride_width = stride.horizontal,
            .dilation_height = dilation_height,
            .dilation_width = dilation.horizontal,
            .pad_top = vertical.before,
            .pad_left = horizontal.before,
            .pad_bottom = vertical.after,
            .pad_right = horizontal.after,
            .border = border};
  }

  /// The geometry on a map at hand, which has the extents that `in` leaves to run time.
  template <class Map> constexpr kernels::ConvGeometry geometry(Shape in, const Map& map) const {
    if (in.height != dyn && in.width != dyn) return geometry(in);
    return geometry(
        {in.channels, in.height == dyn ? map.height : in.height, in.width == dyn ? map.width : in.width});
  }

  /// Whether the bias is part of every output: a partial border leaves it out where a window lies wholly
  /// outside the map, as padding wider than the kernel, or a dilated one, may have it.
  constexpr bool adds_bias_everywhere() const {
    const auto meets = [&](Index taps, Index distance, Index before, Index after) {
      return (padding.rule == Padding::Rule::same && taps % 2 == 1) ||
             (distance == 1 && before < taps && after < taps);
    };
    return border != Border::partial ||
           (meets(kernel.vertical, dilation.vertical, padding.top, padding.bottom) &&
            meets(kernel.horizontal, dilation.horizontal, padding.left, padding.right));
  }

  /// What a frozen net computes it by: the algorithm that was named, or the cheapest one within the accuracy.
  constexpr kernels::ConvAlgorithm frozen_algorithm(Shape in) const {
    if (is_algorithm_named) return algorithm;
    return chosen(in, kernels::choose_algorithm);
  }
  /// What training computes it and its gradients by. (It packs the weights at each step, and sums directly
  /// where that does not pay.)
  constexpr kernels::ConvAlgorithm training_algorithm(Shape in) const {
    return is_algorithm_named ? frozen_algorithm(in) : chosen(in, kernels::choose_training);
  }
  constexpr kernels::ConvAlgorithm data_gradient_algorithm(Shape in) const {
    return chosen(in, kernels::choose_data_gradient);
  }
  constexpr kernels::ConvAlgorithm weights_gradient_algorithm(Shape in) const {
    return chosen(in, kernels::choose_weights_gradient);
  }

  /// Photographs and digits come to the kernel as plain maps: sums of products read them so, Winograd's
  /// algorithms make them blocked maps a few samples at a time.
  constexpr bool reads_image(Shape in) const { return kernels::reads_image(in.channels, groups); }

  /// The output's shape; throws (stops the compiler) with a sentence where the kernel does not fit.
  constexpr Shape output(Shape in) const {
    require(in.rank() >= 2,
            "conv: the input has no pixels; a convolution goes before flatten or global pooling");
    const kernels::ConvGeometry g = geometry(in);
    kernels::check(g, in.height == dyn ? detail::unbounded : in.rows(),
                   in.width == dyn ? detail::unbounded : in.columns());
    if (is_algorithm_named) kernels::require_applies(algorithm, g);
    return {channels, in.height == 0 || in.height == dyn ? in.height : g.out_height(in.height),
            in.width == dyn ? dyn : g.out_width(in.width)};
  }

 private:
  using Choose = kernels::ConvAlgorithm(const kernels::ConvGeometry&, Index, Index, kernels::Accuracy);
  /// What `choose` says, where extents are known. (Not a template: clang would make it too late for
  /// constants.)
  constexpr kernels::ConvAlgorithm chosen(Shape in, Choose* choose) const {
    if (in.height == dyn || in.width == dyn) return kernels::ConvAlgorithm::direct;
    return choose(geometry(in), in.rows(), in.columns(), accuracy);
  }
};

namespace detail {
template <Index Channels, auto K, auto... Option> constexpr ConvOptions conv_options() {
  static_assert(Channels > 0, "conv: the number of output channels is positive");
  return with_options<struct conv_layer, ConvOptions, Option...>(
      ConvOptions{.channels = Channels, .kernel = Kernel(K)});
}

/// Those of a layer that makes its kernel of other numbers, which begin in a way of their own.
template <Index Channels, auto K, auto... Option> constexpr ConvOptions conv_options_but_init() {
  static_assert(!(is_option<Option, WeightInitializer> || ...),
                "init: the numbers that this layer makes its kernel of begin in a way of their own");
  return conv_options<Channels, K, Option...>();
}
}  // namespace detail

/// How a convolution may round, in training and in a frozen net: rounding::relaxed (the default) admits
/// Winograd's algorithms where they are faster; rounding::exact sums product by product.
namespace rounding {
using enum kernels::Accuracy;
}

/// What a convolution is computed by, where it is not to choose: conv<64, 3, algorithm::winograd_4x4>.
/// Gradients follow the rounding asked for.
namespace algorithm {
using enum kernels::ConvAlgorithm;
}

}  // namespace lamina
