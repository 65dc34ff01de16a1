// A depthwise convolution and the 1×1 convolution after it, as inference has them where that pays: one
// operation, which computes the map between a few rows at a time, so that it is never in memory as a whole.
// Found by net/fusion.hpp; the arithmetic is in kernels/separable_conv.hpp.
#pragma once

#include <array>
#include <string>

#include "lamina/core/sentence.hpp"
#include "lamina/kernels/separable_conv.hpp"
#include "lamina/layers/conv_options.hpp"
#include "lamina/net/fused_layer.hpp"

namespace lamina {

template <ConvOptions O> struct Conv;  // conv.hpp

namespace detail {

/// First is a Fused of a depthwise convolution, Second the 1×1 convolution.
template <class First, class Second> struct SeparablePass : Layer {
  using first = First;
  using second = Second;
  static constexpr std::string_view name = Second::name;
  static constexpr bool accepts_epilogue = true;
  static constexpr bool accepts_affine = Second::accepts_affine;

  static constexpr Shape output(Shape in) { return Second::output(First::output(in)); }
  static constexpr std::array<Parameter, 4> fused_parameters(Shape in) {
    auto [depthwise_weight, depthwise_bias] = First::parameters(in);
    auto [weight, bias] = Second::fused_parameters(First::output(in));
    depthwise_weight.name = "depthwise_weight";
    depthwise_bias.name = "depthwise_bias";
    return {depthwise_weight, depthwise_bias, weight, bias};
  }
  static constexpr Index macs(Shape in) { return First::macs(in) + Second::macs(First::output(in)); }
  static constexpr Window window(Shape in) { return First::window(in); }
  static std::string fused_algorithm(Shape in) {
    return sentence(First::algorithm(in), " + ", Second::fused_algorithm(First::output(in)));
  }
  static constexpr bool accepts_addend(Shape in) { return Second::accepts_addend(First::output(in)); }
  static constexpr bool pays(Shape in) {
    const Shape middle = First::output(in);
    return kernels::separable_pays(First::layer::options.geometry(in), Second::options.geometry(middle),
                                   middle.columns());
  }

  template <Shape In, class T, class F>
  static void forward_fused(const Forward<T>& pass, F f, bool accumulate = false) {
    constexpr kernels::ConvGeometry depthwise = First::layer::options.geometry(In);
    constexpr kernels::ConvGeometry pointwise = Second::options.geometry(First::output(In));
    kernels::separable_conv_forward(pass.input(), depthwise, pass.parameter(0), pass.parameter(1),
                                    typename First::epilogue{}, pointwise, pass.parameter(2),
                                    pass.parameter(3), pass.output, f, accumulate);
  }
};

template <ConvOptions Depthwise, class A, class P, class Pointwise>
  requires(Depthwise.groups > 1 && Depthwise.groups == Depthwise.channels && mixes_channels<Pointwise>)
struct InOnePass<Fused<Conv<Depthwise>, A, P>, Pointwise> {
  using type = SeparablePass<Fused<Conv<Depthwise>, A, P>, Pointwise>;
};

}  // namespace detail

}  // namespace lamina
