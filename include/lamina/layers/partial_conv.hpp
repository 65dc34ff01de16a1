// Partial convolution, the layer: convolution of a map with holes, which a mask tells. See
// kernels/partial_conv.hpp for the formula. The mask is a block of the net of its own, most often an extra
// input, and the mask of the output is what updated_mask makes of it:
//
//   inputs(input<3, 64, 64>, extra<"mask", 1, 64, 64>)
//   partial_conv<32, 7, stride<2>>(from<"mask">) | relu |
//   partial_conv<64, 5>(from<"mask"> | updated_mask<7, stride<2>>) | relu
//
// A convolution that takes what is outside the map for missing, and nothing else, is conv<64, 3,
// border<Border::partial>>.
#pragma once

#include "lamina/kernels/partial_conv.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/algebra.hpp"

namespace lamina {

/// The layer on a map and its mask; users write partial_conv<…>(mask).
template <ConvOptions O> struct PartialConv : Layer {
  static_assert(O.border == Border::zero,
                "partial_conv: what is outside the map is missing, so there is no border to choose");
  static_assert(!O.is_algorithm_named, "partial_conv: it is summed directly, by no algorithm of a name");
  static constexpr std::string_view name = "partial_conv";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;

  static constexpr Shape output_of(const Shape* in, int) {
    require(in[0].rank() == 3 && in[1].rank() == 3,
            "partial_conv: the input and its mask must be maps (channels, height, width)");
    require(in[1].height == in[0].height && in[1].width == in[0].width,
            "partial_conv: the mask must have the height and width of the map");
    require(in[1].channels == 1 || in[1].channels == in[0].channels,
            "partial_conv: the mask must have one channel, or as many as the map");
    require(
        in[1].channels == 1 || O.groups == 1,
        "partial_conv: with groups the mask must have one channel; windows are counted over all channels");
    return O.output(in[0]);
  }
  static constexpr auto parameters(Shape in) { return Conv<O>::parameters(in); }
  static constexpr Index macs(Shape in) { return Conv<O>::macs(in); }
  static constexpr Window window(Shape in) { return Conv<O>::window(in); }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    const auto &x = pass.inputs[0], &mask = pass.inputs[1];
    kernels::partial_conv_forward<kind<In>>(x, mask, pass.parameter(0), O.bias ? pass.parameter(1) : nullptr,
                                            pass.output, geometry<In>(x));
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    const auto &x = pass.inputs[0], &mask = pass.inputs[1];
    const kernels::ConvGeometry g = geometry<In>(x);
    if (pass.wants_parameter_gradients())
      kernels::partial_conv_backward_weights(x, mask, pass.output_gradient, pass.parameter_gradient(0),
                                             O.bias ? pass.parameter_gradient(1) : nullptr, g);
    if (const auto& dx = pass.input_gradients[0]; !dx.empty())
      kernels::partial_conv_backward_data<kind<In>>(pass.output_gradient, mask, pass.parameter(0), dx, g,
                                                    pass.accumulate(0));
    if (const auto& of_mask = pass.input_gradients[1]; !of_mask.empty() && !pass.accumulate(1))
      kernels::fill(of_mask, T{0});
  }

 private:
  template <Shape In>
  static constexpr kernels::ConvKind kind =
      O.geometry(In).depthwise() ? kernels::ConvKind::depthwise : kernels::ConvKind::dense;

  template <Shape In, class T> static kernels::ConvGeometry geometry(const FeatureMapView<const T>& x) {
    constexpr Index channels = In.channels;
    return O.geometry({channels, x.height, x.width});
  }
};

/// partial_conv<…>, which is given the block that makes the mask.
template <ConvOptions O> struct WithMask {
  template <net_block Mask>
  constexpr Branches<PartialConv<O>, Identity, as_block<Mask>> operator()(Mask) const {
    return {};
  }
};

/// partial_conv<64, 3>(mask): conv's arguments and options, but for border. The mask has one channel or, if
/// there are no groups, as many as the map; it gets no gradient. Weights and bias as conv's.
template <Index Channels, auto K, auto... Option>
inline constexpr WithMask<detail::conv_options<Channels, K, Option...>()> partial_conv{};

/// A mask to (1, H', W'): 1 where a window holds any data; users write updated_mask<…>.
template <ConvOptions O> struct UpdatedMask : Layer {
  static constexpr std::string_view name = "updated_mask";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "updated_mask: the mask must be a map (channels, height, width)");
    return O.output(in);
  }
  static constexpr Window window(Shape in) { return Conv<O>::window(in); }

  template <class T> static void forward(const Forward<T>& pass) {
    const auto& mask = pass.input();
    kernels::update_mask(mask, O.geometry({mask.channels, mask.height, mask.width}), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty()) kernels::fill(pass.input_gradient(), T{0});
  }
};

namespace detail {

/// What an updated_mask says.
struct MaskOptions {
  ConvOptions window;
  constexpr void set(Stride s) { window.set(s); }
  constexpr void set(Dilation d) { window.set(d); }
  constexpr void set(Padding p) { window.set(p); }
};
template <auto K, auto... Option> constexpr ConvOptions mask_options() {
  return with_options<struct updated_mask_layer, MaskOptions, Option...>(MaskOptions{{.kernel = Kernel(K)}})
      .window;
}

}  // namespace detail

/// updated_mask<3, stride<2>>: the mask of what partial_conv<…, 3, stride<2>> returns. Kernel, then stride,
/// dilation and padding (same by default).
template <auto K, auto... Option>
inline constexpr UpdatedMask<detail::mask_options<K, Option...>()> updated_mask{};

}  // namespace lamina
