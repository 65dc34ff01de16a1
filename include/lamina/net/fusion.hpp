// How neighbours become one for inference: a layer that accepts an epilogue (a convolution, a dense layer)
// takes in the affine layer after it (batch norm, folded into its weights) and the pointwise function after
// that (applied before the store); and branches that one loop can do become one (Jointly). No layer knows
// another; they meet here:
//
//   what absorbs declares   static constexpr bool accepts_epilogue = true;
//                           fused_parameters(In): its parameters as {weight, bias}, the bias always there
//                           forward_fused<In>(pass, f), absorb<In>(scale, shift, weight, bias)
//                           and, where forward_fused reads weights in another order, pack<In>(weight,
//                           packed), unpacked_weight_size<In, T>(); fused_algorithm(In) for the summary
//   what is absorbed        inference_affine<In>(source, scale, shift): y = scale · x + shift per channel
//
// Next: freeze.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/sentence.hpp"
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
template <class L> inline constexpr bool is_pointwise = false;
template <class F> inline constexpr bool is_pointwise<PointwiseLayer<F>> = true;
template <class B> inline constexpr bool is_sequence = false;
template <class... B> inline constexpr bool is_sequence<Sequence<B...>> = true;

template <class L> struct epilogue_of {
  using type = kernels::no_epilogue;
};
template <class F> struct epilogue_of<PointwiseLayer<F>> {
  using type = F;
};

/// L with the affine layer A and the pointwise layer P (or Nothing) taken in.
template <class L, class A, class P> struct Fused : Layer {
  static constexpr std::string_view name = L::name;
  static constexpr int sources = 1 + !std::is_same_v<A, Nothing>;  // a pointwise function has no parameters
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
    L::template forward_fused<In>(pass, typename epilogue_of<P>::type{});
  }

  /// Writes weight and bias from the sources: L's operation, then A's, packed if L has them so.
  template <Shape In, class T> static void fold(const FoldSource<T>* source, T* weight, T* bias) {
    if constexpr (requires(T* to) { L::template pack<In>(to, to); }) {
      const Scratch<T> unpacked(L::template unpacked_weight_size<In, T>());
      fold_unpacked<In>(source, unpacked.data(), bias);
      L::template pack<In>(unpacked.data(), weight);
    } else {
      fold_unpacked<In>(source, weight, bias);
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

template <class... B> struct Elements {};

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

/// The elements of Whole, a sequence perhaps under names, each under the same names, and the rest.
template <class Whole, class... B, class... Rest> constexpr auto splice(Sequence<B...>, Elements<Rest...>) {
  return Elements<typename Unnamed<Whole>::template rename<B>..., Rest...>{};
}

/// The elements of a sequence, those of (named) sequences in it spliced in: names keep no neighbours apart.
template <class... Done> constexpr auto flatten(Elements<Done...> done, Elements<>) { return done; }
template <class... Done, class First, class... Rest>
constexpr auto flatten(Elements<Done...> done, Elements<First, Rest...>) {
  if constexpr (is_sequence<unnamed<First>>)
    return flatten(done, splice<First>(unnamed<First>{}, Elements<Rest...>{}));
  else
    return flatten(Elements<Done..., First>{}, Elements<Rest...>{});
}

/// A block whose layers are known once its input's shape is, and what it may absorb of those that follow.
template <class F, class... Next> struct Deferred : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    using Resolved = as_block<decltype(F{}(InputShape<Place::shape>{}))>;
    return detail::lower_elements<Resolved, Next...>(place, builder);
  }
};
template <class B> struct function_of {};
template <class F> struct function_of<WithInput<F>> {
  using type = F;
};
template <class B>
concept deferred = requires { typename function_of<B>::type; };

/// The elements with neighbours fused, front to back; what is fused has the name of its first part.
template <class... Done> constexpr auto fuse(Elements<Done...> done, Elements<>) { return done; }
template <class... Done, class First, class... Rest>
constexpr auto fuse(Elements<Done...> done, Elements<First, Rest...>) {
  if constexpr (absorbing<unnamed<First>>)
    return fuse_affine(done, First{}, Elements<Rest...>{});
  else if constexpr (deferred<unnamed<First>>)
    return defer_affine(done, First{}, Elements<Rest...>{});
  else
    return fuse(Elements<Done..., First>{}, Elements<Rest...>{});
}
template <class Done, class L, class... Rest>
constexpr auto fuse_affine(Done done, L layer, Elements<Rest...> rest) {
  return fuse_pointwise(done, layer, Nothing{}, rest);
}
template <class Done, class L, class A, class... Rest>
  requires affine<unnamed<A>>
constexpr auto fuse_affine(Done done, L layer, Elements<A, Rest...>) {
  return fuse_pointwise(done, layer, unnamed<A>{}, Elements<Rest...>{});
}
template <class... Done, class L, class A, class... Rest>
constexpr auto fuse_pointwise(Elements<Done...>, L, A, Elements<Rest...> rest) {
  using All = Fused<unnamed<L>, A, Nothing>;
  return fuse(Elements<Done..., typename Unnamed<L>::template rename<All>>{}, rest);
}
template <class... Done, class L, class A, class P, class... Rest>
  requires is_pointwise<unnamed<P>>
constexpr auto fuse_pointwise(Elements<Done...>, L, A, Elements<P, Rest...>) {
  using All = Fused<unnamed<L>, A, unnamed<P>>;
  return fuse(Elements<Done..., typename Unnamed<L>::template rename<All>>{}, Elements<Rest...>{});
}
template <class Done, class D, class... Rest>
constexpr auto defer_affine(Done done, D block, Elements<Rest...> rest) {
  return defer_pointwise(done, block, Elements<>{}, rest);
}
template <class Done, class D, class A, class... Rest>
  requires affine<unnamed<A>>
constexpr auto defer_affine(Done done, D block, Elements<A, Rest...>) {
  return defer_pointwise(done, block, Elements<A>{}, Elements<Rest...>{});
}
template <class Done, class D, class... A, class... Rest>
constexpr auto defer_pointwise(Done done, D block, Elements<A...> next, Elements<Rest...> rest) {
  return defer(done, block, next, rest);
}
template <class Done, class D, class... A, class P, class... Rest>
  requires is_pointwise<unnamed<P>>
constexpr auto defer_pointwise(Done done, D block, Elements<A...>, Elements<P, Rest...>) {
  return defer(done, block, Elements<A..., P>{}, Elements<Rest...>{});
}
template <class... Done, class D, class... Next, class... Rest>
constexpr auto defer(Elements<Done...>, D, Elements<Next...>, Elements<Rest...> rest) {
  using All = Deferred<typename function_of<unnamed<D>>::type, Next...>;
  return fuse(Elements<Done..., typename Unnamed<D>::template rename<All>>{}, rest);
}

/// B, once the shape of its input is known to be In.
template <class B, Shape In> struct Resolved {
  using type = B;
};
template <class F, Shape In>
struct Resolved<WithInput<F>, In> : Resolved<as_block<decltype(F{}(InputShape<In>{}))>, In> {};

/// Branches as one block that does in one loop what they do in several; void where there is none. Layers that
/// are often side by side specialise it for themselves.
template <class Merge, class... B> struct Jointly {
  using type = void;
};
/// op(x · f(x), x · g(x)).
template <class Merge, class F, class G>
  requires(std::is_same_v<Merge, Sum> || std::is_same_v<Merge, Product> || std::is_same_v<Merge, Maximum>)
struct Jointly<Merge, Branches<Gate, Identity, F>, Branches<Gate, Identity, G>> {
  using type = Branches<GatedMerge<Merge>, Identity, F, G>;
};

/// A builder that has sequences fused before they are lowered, and otherwise passes everything on.
template <class Builder> struct Fusing {
  Builder& inner;

  /// A layer that stands alone absorbs nothing, but has its bias and its packed weights like any other.
  template <class L, class Place> constexpr auto lone_layer(Place place) {
    using Alone = std::conditional_t<absorbing<L>, Fused<L, Nothing, Nothing>, L>;
    return detail::lower_layer<Alone>(place, *this);
  }

  template <class Merge, class... B, class Place> constexpr auto branches(Place place) {
    using Joint = typename Jointly<Merge, typename Resolved<B, Place::shape>::type...>::type;
    if constexpr (std::is_void_v<Joint>)
      return Branches<Merge, B...>::lower_each(place, *this);
    else
      return detail::lower<Joint>(place, *this);
  }

  template <class... B, class Place> constexpr auto elements(Place place) {
    return lower_fused(place, fuse(Elements<>{}, flatten(Elements<>{}, Elements<B...>{})));
  }
  template <class Place, class... B> constexpr auto lower_fused(Place place, Elements<B...>) {
    return Chain::lower<B...>(place, *this, 0);
  }

  template <class L, bool Image, Shape... In>
  constexpr int operation(std::array<int, sizeof...(In)> in, Shape out) {
    return inner.template operation<L, Image, In...>(in, out);
  }
  constexpr void enter(int position, std::string_view name) { inner.enter(position, name); }
  constexpr void leave() { inner.leave(); }
  constexpr auto begin_shared(std::string_view name) { return inner.begin_shared(name); }
  template <class Outer> constexpr void end_shared(const Outer& outer) { inner.end_shared(outer); }
  constexpr void begin_frozen() { inner.begin_frozen(); }
  constexpr void end_frozen() { inner.end_frozen(); }
  constexpr int set_group(int k) { return inner.set_group(k); }
  constexpr void tap(int value) { inner.tap(value); }
  constexpr int tapped(int position) { return inner.tapped(position); }
  constexpr void output(int value) { inner.output(value); }
};

/// A net as it is lowered for inference: itself a net, so that all of net/ works on it.
template <class B> struct Inference : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    Fusing<Builder> fusing{builder};
    return detail::lower<B>(place, fusing);
  }
};

}  // namespace detail

}  // namespace lamina
