// A layer and what it takes in for inference: the affine layer after it (batch norm, folded into its
// weights), the sum with another branch (added to before anything is stored), the pointwise function after
// that. No layer knows another; they meet here:
//
//   what absorbs declares   static constexpr bool accepts_epilogue = true, accepts_affine = true (false: only
//                           pointwise functions);
//                           fused_parameters(In): its parameters as {weight, bias}, the bias always there
//                           forward_fused<In>(pass, f), absorb<In>(scale, shift, weight, bias)
//                           and, where forward_fused reads weights in another order, pack<In>(weight,
//                           packed), unpacked_weight_size<In, T>(); fused_algorithm(In) for the summary
//   what can be added to    accepts_addend(In), and forward_fused<In>(pass, f, true), which computes
//                           f(output + …)
//   what is absorbed        inference_affine<In>(source, scale, shift): y = scale · x + shift per channel
//   two that go together    specialise InOnePass, as layers/separable_pass.hpp does
//
// Next: fused_sum.hpp, and fusion.hpp, which finds them in a net.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/sentence.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"

namespace lamina::kernels {
struct no_epilogue;  // kernels/conv_epilogue.hpp
}

namespace lamina {

/// The parameters and statistics of one operation of the model that is frozen.
template <class T> struct FoldSource {
  const T* parameters;
  const Index* parameter_offsets;
  const T* statistics;
  const Index* statistic_offsets;

  const T* parameter(int i) const { return parameters + parameter_offsets[i]; }
  const T* statistic(int i) const { return statistics + statistic_offsets[i]; }
};

namespace detail {

struct Nothing {};

template <class L>
concept absorbing = requires { requires L::accepts_epilogue; };
template <class L>
concept affine = requires { requires L::is_affine_in_inference; };
template <class L>
concept absorbing_affine = requires { requires L::accepts_affine; };
template <class L> inline constexpr bool is_pointwise = false;
template <class F> inline constexpr bool is_pointwise<PointwiseLayer<F>> = true;

/// What B is without its names, and X under the same names.
template <class B> struct Unnamed {
  using type = B;
  template <class X> using rename = X;
};
template <FixedString Name, class B> struct Unnamed<Named<Name, B>> {
  using type = typename Unnamed<B>::type;
  template <class X> using rename = Named<Name, typename Unnamed<B>::template rename<X>>;
};
template <class B> using unnamed = typename Unnamed<B>::type;

template <class L> struct epilogue_of {
  using type = kernels::no_epilogue;
};
template <class F> struct epilogue_of<PointwiseLayer<F>> {
  using type = F;
};

/// The layer that does in one pass over its input what First, a Fused, and then the layer L do; void where
/// there is none. Layers that have such a form specialise it for themselves. Besides what absorbs, it
/// declares first = First, second = L, and pays(In): where that is false, the two stay apart.
template <class First, class L> struct InOnePass {
  using type = void;
};
template <class L>
concept one_pass = requires { typename L::second; };
/// A layer that mixes the channels of each pixel, which L of InOnePass may be after one that does not.
template <class L>
concept mixes_channels = requires { requires L::mixes_channels; };

/// How many of the model's operations that have parameters L stands for.
template <class L> inline constexpr int sources_of = 1;
template <one_pass L> inline constexpr int sources_of<L> = L::first::sources + 1;

/// L with the affine layer A and the pointwise layer P (or Nothing) taken in.
template <class L, class A, class P> struct Fused : Layer {
  using layer = L;
  using epilogue = typename epilogue_of<P>::type;
  template <class Other> using with_layer = Fused<Other, A, P>;
  static constexpr std::string_view name = L::name;
  static constexpr int sources = sources_of<L> + !std::is_same_v<A, Nothing>;
  static constexpr bool reads_image(Shape in) { return layer_reads_image<L>(in); }
  static constexpr Shape output(Shape in) { return L::output(in); }
  static constexpr auto parameters(Shape in) { return L::fused_parameters(in); }
  static constexpr Index macs(Shape in) { return L::macs(in); }
  static constexpr Window window(Shape in) { return window_of<L>(in); }
  static std::string algorithm(Shape in) {
    std::string text;
    if constexpr (requires { L::fused_algorithm(in); })
      text = L::fused_algorithm(in);
    else if constexpr (requires { L::algorithm(in); })
      text = L::algorithm(in);
    if constexpr (!std::is_same_v<A, Nothing>) text += sentence(" + ", A::name);
    if constexpr (!std::is_same_v<P, Nothing>) text += sentence(" + ", P::name);
    return text;
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    L::template forward_fused<In>(pass, epilogue{});
  }

  /// Writes the parameters, weight and bias or those of two layers, from the sources: L's operation, then
  /// A's, packed if L has them so.
  template <Shape In, class T> static void fold(const FoldSource<T>* source, T* const* parameters) {
    if constexpr (one_pass<L>) {
      using First = typename L::first;
      First::template fold<In>(source, parameters);
      Fused<typename L::second, A, P>::template fold<First::output(In)>(source + First::sources,
                                                                        parameters + 2);
    } else if constexpr (requires(T* to) { L::template pack<In>(to, to); }) {
      const Scratch<T> unpacked(L::template unpacked_weight_size<In, T>());
      fold_unpacked<In>(source, unpacked.data(), parameters[1]);
      L::template pack<In>(unpacked.data(), parameters[0]);
    } else {
      fold_unpacked<In>(source, parameters[0], parameters[1]);
    }
  }

 private:
  template <Shape In, class T> static void fold_unpacked(const FoldSource<T>* source, T* weight, T* bias) {
    L::template copy_parameters<In>(source[0], weight, bias);
    if constexpr (!std::is_same_v<A, Nothing>) {
      constexpr Shape out = L::output(In);
      constexpr Index lanes = (out.channels + channel_block<T> - 1) / channel_block<T> * channel_block<T>;
      Scratch<T> affine_scratch(2 * lanes);
      T* scale_factors = affine_scratch.data();
      T* shifts = scale_factors + lanes;
      std::fill_n(scale_factors, 2 * lanes, T{0});
      A::template inference_affine<out>(source[1], scale_factors, shifts);
      L::template absorb<In>(scale_factors, shifts, weight, bias);
    }
  }
};

/// Fused, with the sum of another branch taken in between A and P: P(A(L(x)) + y) of operands x and y. The
/// output lies over y where nobody reads it again; else y is copied first.
template <class Merge, class L, class A, class P> struct FusedSum : Fused<L, A, P> {
  template <class Other> using with_layer = FusedSum<Merge, Other, A, P>;
  static constexpr bool in_place = true;
  static constexpr int overwritten_operand = 1;
  static constexpr Shape output_of(const Shape* in, int) {
    const Shape both[] = {in[1], L::output(in[0])};
    return Merge::output_of(both, 2);
  }
  static std::string algorithm(Shape in) {
    std::string text = Fused<L, A, Nothing>::algorithm(in) + sentence(" + ", Merge::name);
    if constexpr (!std::is_same_v<P, Nothing>) text += sentence(" + ", P::name);
    return text;
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    const FeatureMapView<const T>& addend = pass.inputs[1];
    if (addend.data != pass.output.data) kernels::copy<T>(addend, pass.output);
    L::template forward_fused<In>(pass, typename Fused<L, A, P>::epilogue{}, true);
  }
};

}  // namespace detail

}  // namespace lamina
