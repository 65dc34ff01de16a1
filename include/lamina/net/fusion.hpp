// How neighbours become one for inference. In a sequence, a layer that accepts an epilogue takes in the
// affine layer after it and the pointwise function after that; at the end of the last branch of a sum of two
// (residual(f), a + b), also the sum. Branches that one loop can do become one (Jointly), and so do two gates
// in turn, and two layers where one pays (InOnePass). Names keep no neighbours apart. What the parts declare
// for it, and what they become, is in fused_layer.hpp, fused_sum.hpp and fused_gates.hpp. Next: freeze.hpp.
#pragma once

#include "lamina/net/fused_gates.hpp"
#include "lamina/net/fused_sum.hpp"

namespace lamina {

namespace detail {

template <class B> inline constexpr bool is_sequence = false;
template <class... B> inline constexpr bool is_sequence<Sequence<B...>> = true;

/// The elements of Whole, a sequence perhaps under names, each under the same names, and the rest.
template <class Whole, class... B, class... Rest> constexpr auto splice(Sequence<B...>, Elements<Rest...>) {
  return Elements<typename Unnamed<Whole>::template rename<B>..., Rest...>{};
}

/// The elements of a sequence, those of (named) sequences in it spliced in and what does nothing left out:
/// neither keeps neighbours apart.
template <class... Done> constexpr auto flatten(Elements<Done...> done, Elements<>) { return done; }
template <class... Done, class First, class... Rest>
constexpr auto flatten(Elements<Done...> done, Elements<First, Rest...>) {
  if constexpr (is_sequence<unnamed<First>>)
    return flatten(done, splice<First>(unnamed<First>{}, Elements<Rest...>{}));
  else if constexpr (std::is_same_v<unnamed<First>, Identity>)
    return flatten(done, Elements<Rest...>{});
  else
    return flatten(Elements<Done..., First>{}, Elements<Rest...>{});
}

/// A block whose layers are known once its input's shape is, and what it may absorb of those that follow.
template <class F, class... Next> struct Deferred : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    using Resolved = as_block<decltype(F{}(InputShape<Place::shape>{}))>;
    return detail::lower_elements<Resolved, Next...>(place, builder);
  }
  /// The elements it becomes on an input of that shape.
  template <Shape In>
  using ending = decltype(split_last(
      Elements<>{},
      fuse(Elements<>{},
           flatten(Elements<>{}, Elements<as_block<decltype(F{}(InputShape<In>{}))>, Next...>{}))));
};
/// At the end of a sum's last branch: it may become something that can be added to.
template <class F, class... Next> inline constexpr bool takes_addend<Deferred<F, Next...>> = true;

template <class B> struct function_of {};
template <class F> struct function_of<WithInput<F>> {
  using type = F;
};
template <class B>
concept deferred = requires { typename function_of<B>::type; };

/// A function that resolves to a layer which works on each channel by itself: with one that mixes channels it
/// may be one pass (InOnePass).
template <class F>
concept works_on_channels = requires { requires F::works_on_channels; };

/// The elements of a gate's branch, fused.
template <class G> constexpr auto elements_of_gate(Branches<Gate, Identity, G>) {
  return fuse(Elements<>{}, flatten(Elements<>{}, Elements<G>{}));
}
/// Whether B is a gate whose branch begins with a pooling that may read what another gate's product is made
/// of.
template <class B> inline constexpr bool gates_what_it_pools = false;
constexpr bool pools_first(Elements<>) { return false; }
template <class First, class... Rest> constexpr bool pools_first(Elements<First, Rest...>) {
  return !std::is_void_v<typename OfProduct<unnamed<First>>::type>;
}
template <class B>
  requires is_gate<unnamed<B>>
inline constexpr bool gates_what_it_pools<B> = pools_first(elements_of_gate(unnamed<B>{}));

/// The elements with neighbours fused, front to back; what is fused has the name of its first part.
template <class... Done> constexpr auto fuse(Elements<Done...> done, Elements<>) { return done; }
template <class... Done, class First, class... Rest>
constexpr auto fuse(Elements<Done...> done, Elements<First, Rest...>) {
  if constexpr (absorbing<unnamed<First>>)
    return fuse_affine(done, First{}, Elements<Rest...>{});
  else if constexpr (is_sum_of_two<unnamed<First>>)
    return fuse_sum(done, First{}, unnamed<First>{}, Elements<Rest...>{});
  else if constexpr (deferred<unnamed<First>>)
    return defer_affine(done, First{}, Elements<>{}, Elements<Rest...>{});
  else if constexpr (is_gate<unnamed<First>>)
    return fuse_gate(done, First{}, unnamed<First>{}, Elements<Rest...>{});
  else
    return fuse(Elements<Done..., First>{}, Elements<Rest...>{});
}
template <class... Done, class Whole, class Merge, class First, class Second, class... Rest>
constexpr auto fuse_sum(Elements<Done...>, Whole, Branches<Merge, First, Second>, Elements<Rest...> rest) {
  constexpr auto end =
      split_last(Elements<>{}, fuse(Elements<>{}, flatten(Elements<>{}, Elements<Second>{})));
  if constexpr (takes_addend<unnamed<typename decltype(end)::last>>)
    return fuse_sum_pointwise(Elements<Done...>{}, Whole{}, Branches<Merge, First, Second>{}, end, rest);
  else
    return fuse(Elements<Done..., Whole>{}, rest);
}
template <class... Done, class Whole, class Merge, class First, class Second, class Last, class... Before,
          class... Rest>
constexpr auto fuse_sum_pointwise(Elements<Done...>, Whole, Branches<Merge, First, Second>,
                                  Ending<Last, Before...>, Elements<Rest...> rest) {
  using All = SumAtEnd<Merge, First, Second, Nothing, Last, Before...>;
  return fuse(Elements<Done..., typename Unnamed<Whole>::template rename<All>>{}, rest);
}
template <class... Done, class Whole, class Merge, class First, class Second, class Last, class... Before,
          class P, class... Rest>
  requires is_pointwise<unnamed<P>>
constexpr auto fuse_sum_pointwise(Elements<Done...>, Whole, Branches<Merge, First, Second>,
                                  Ending<Last, Before...>, Elements<P, Rest...>) {
  using All = SumAtEnd<Merge, First, Second, unnamed<P>, Last, Before...>;
  return fuse(Elements<Done..., typename Unnamed<Whole>::template rename<All>>{}, Elements<Rest...>{});
}
template <class... Done, class Whole, class F, class... Rest>
constexpr auto fuse_gate(Elements<Done...>, Whole, Branches<Gate, Identity, F>, Elements<Rest...> rest) {
  return fuse(Elements<Done..., Whole>{}, rest);
}
template <class... Done, class Whole, class F, class Next, class... Rest>
  requires gates_what_it_pools<Next>
constexpr auto fuse_gate(Elements<Done...>, Whole, Branches<Gate, Identity, F>, Elements<Next, Rest...>) {
  constexpr auto in_turn = []<class Pool, class... After>(Elements<Pool, After...>) {
    return GatesInTurn<F, unnamed<Pool>, After...>{};
  }(elements_of_gate(unnamed<Next>{}));
  return fuse(Elements<Done..., std::remove_const_t<decltype(in_turn)>>{}, Elements<Rest...>{});
}
template <class Done, class L, class... Rest>
constexpr auto fuse_affine(Done done, L layer, Elements<Rest...> rest) {
  return fuse_pointwise(done, layer, Nothing{}, rest);
}
template <class Done, class L, class A, class... Rest>
  requires affine<unnamed<A>> && absorbing_affine<unnamed<L>>
constexpr auto fuse_affine(Done done, L layer, Elements<A, Rest...>) {
  return fuse_pointwise(done, layer, unnamed<A>{}, Elements<Rest...>{});
}
template <class Done, class L, class A, class... Rest>
constexpr auto fuse_pointwise(Done done, L layer, A, Elements<Rest...> rest) {
  return fuse_pass(done, layer, Fused<unnamed<L>, A, Nothing>{}, rest);
}
template <class Done, class L, class A, class P, class... Rest>
  requires is_pointwise<unnamed<P>>
constexpr auto fuse_pointwise(Done done, L layer, A, Elements<P, Rest...>) {
  return fuse_pass(done, layer, Fused<unnamed<L>, A, unnamed<P>>{}, Elements<Rest...>{});
}
template <class... Done, class L, class All, class... Rest>
constexpr auto fuse_pass(Elements<Done...>, L, All, Elements<Rest...> rest) {
  return fuse(Elements<Done..., typename Unnamed<L>::template rename<All>>{}, rest);
}
template <class... Done, class L, class All, class Next, class... Rest>
  requires(!std::is_void_v<typename InOnePass<All, unnamed<Next>>::type>)
constexpr auto fuse_pass(Elements<Done...> done, L, All, Elements<Next, Rest...>) {
  using Both = typename InOnePass<All, unnamed<Next>>::type;
  return fuse_affine(done, typename Unnamed<L>::template rename<Both>{}, Elements<Rest...>{});
}
template <class Done, class D, class... Next, class... Rest>
constexpr auto defer_affine(Done done, D block, Elements<Next...> next, Elements<Rest...> rest) {
  return defer_pointwise(done, block, next, rest);
}
template <class Done, class D, class... Next, class A, class... Rest>
  requires affine<unnamed<A>>
constexpr auto defer_affine(Done done, D block, Elements<Next...>, Elements<A, Rest...>) {
  return defer_pointwise(done, block, Elements<Next..., A>{}, Elements<Rest...>{});
}
template <class Done, class D, class G, class... Rest>
  requires gates_what_it_pools<G>
constexpr auto defer_affine(Done done, D block, Elements<>, Elements<G, Rest...>) {
  return defer(done, block, Elements<G>{}, Elements<Rest...>{});
}
template <class Done, class D, class... Next, class... Rest>
constexpr auto defer_pointwise(Done done, D block, Elements<Next...> next, Elements<Rest...> rest) {
  return defer(done, block, next, rest);
}
template <class Done, class D, class... Next, class P, class... Rest>
  requires is_pointwise<unnamed<P>>
constexpr auto defer_pointwise(Done done, D block, Elements<Next...>, Elements<P, Rest...>) {
  return defer(done, block, Elements<Next..., P>{}, Elements<Rest...>{});
}
template <class... Done, class D, class... Next, class... Rest>
constexpr auto defer(Elements<Done...>, D, Elements<Next...>, Elements<Rest...> rest) {
  using All = Deferred<typename function_of<unnamed<D>>::type, Next...>;
  return fuse(Elements<Done..., typename Unnamed<D>::template rename<All>>{}, rest);
}
template <class... Done, class D, class... Next, class L, class... Rest>
  requires(works_on_channels<typename function_of<unnamed<D>>::type> && mixes_channels<unnamed<L>> &&
           !(mixes_channels<unnamed<Next>> || ...))
constexpr auto defer(Elements<Done...> done, D block, Elements<Next...>, Elements<L, Rest...>) {
  return defer_affine(done, block, Elements<Next..., L>{}, Elements<Rest...>{});
}

/// op(x · f(x), x · g(x)).
template <class Merge, class F, class G>
  requires(std::is_same_v<Merge, Sum> || std::is_same_v<Merge, Product> || std::is_same_v<Merge, Maximum>)
struct Jointly<Merge, Branches<Gate, Identity, F>, Branches<Gate, Identity, G>> {
  using type = Branches<GatedMerge<Merge>, Identity, F, G>;
};

/// A builder that has sequences fused before they are lowered, and otherwise passes everything on.
template <class Builder> struct Fusing {
  Builder& inner;

  template <class Merge, class... B, class Place> constexpr auto branches(Place place) {
    using Joint = typename Jointly<Merge, typename Resolved<B, Place::shape>::type...>::type;
    if constexpr (std::is_void_v<Joint>)
      return Branches<Merge, B...>::lower_each(place, *this);
    else if constexpr (requires { Joint::lower_each(place, *this); })  // names may be twice within branches
      return Joint::lower_each(place, *this);
    else
      return detail::lower<Joint>(place, *this);
  }

  template <class... B, class Place> constexpr auto elements(Place place) {
    return lower_fused(place, fuse(Elements<>{}, flatten(Elements<>{}, Elements<B...>{})));
  }
  template <class Place, class... B> constexpr auto lower_fused(Place place, Elements<B...>) {
    if constexpr (sizeof...(B) == 0)
      return place;
    else
      return Chain::lower<B...>(place, *this, 0);
  }

  /// (A lone layer, as a branch may be, becomes Fused as well: so it gets its packed weights and its bias.)
  template <class L, bool Image, Shape First, Shape... In>
  constexpr int operation(std::array<int, 1 + sizeof...(In)> in, Shape out) {
    if constexpr (stays_apart<L>(First)) {
      using Before = typename L::layer::first;
      inner.enter(0, {});
      const int middle = operation<Before, Image, First>({in[0]}, Before::output(First));
      inner.leave();
      inner.enter(1, {});
      in[0] = middle;
      const int end = operation<typename L::template with_layer<typename L::layer::second>, false,
                                Before::output(First), In...>(in, out);
      inner.leave();
      return end;
    } else {
      using Operation = std::conditional_t<absorbing<L>, Fused<L, Nothing, Nothing>, L>;
      return inner.template operation<Operation, Image, First, In...>(in, out);
    }
  }
  template <class L> static constexpr bool stays_apart(Shape in) {
    if constexpr (requires { requires one_pass<typename L::layer>; })
      return !L::layer::pays(in);
    else
      return false;
  }
  constexpr void enter(int position, std::string_view name) { inner.enter(position, name); }
  constexpr void leave() { inner.leave(); }
  /// Each use has a copy: folded and packed weights depend on the map, and on what was taken in.
  constexpr auto begin_shared(std::string_view) { return inner.begin_shared({}); }
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
    // A lone sum is a sequence of one, so that it fuses like any other.
    using Net = std::conditional_t<is_sum_of_two<unnamed<B>>, Sequence<B>, B>;
    Fusing<Builder> fusing{builder};
    return detail::lower<Net>(place, fusing);
  }
};

}  // namespace detail

}  // namespace lamina
