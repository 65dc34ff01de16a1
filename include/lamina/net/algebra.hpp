// The algebra: the values that nets are written with. Every block is an empty object whose type is the
// architecture; named forms are here, their operators in net/operators.hpp.
//
//   sequence(a, b, …)    a | b       b on a's output
//   add(a, b, …)         a + b       the sum of what they make of the same input
//   multiply(a, b, …)    a * b       the product; a missing spatial axis or a single channel broadcasts
//   maximum(a, b, …)                 the element-wise maximum
//   residual(f)          id + f
//   gate(g)              id * g
//   concat(a, b, …)                  joined along the channels
//   split<c1, c2>(f, g)              groups of channels to branches, the results joined
//   scale<s>(f)                      s · f
//   repeat<n>(f)                     f | f | …, each with weights of its own
//   named<"head">(f)                 names a level of the parameters' names
//   shared<"mlp">(f)                 one set of weights wherever the name occurs
//   with_input([](auto in) { … })    a block written once its input's shape is known
//   expects<3, 32, 32>               documentation that is checked
//   tap<"skip">, from<"skip">        marks a value; takes it up again later in depth-first order
//   outputs(a, b, …)                 a net with several results
//   frozen(f), group<k>(f)           parameters that do not learn; parameters in optimizer group k
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/net/lowering.hpp"
#include "lamina/net/merge.hpp"

namespace lamina {

/// The value itself, unchanged.
struct Identity : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder&) { return place; }
};
inline constexpr Identity id{};

/// Blocks one after another.
template <class... B> struct Sequence : Block {
  static constexpr int length = sizeof...(B);

  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    if constexpr (length == 0)
      return place;
    else
      return detail::lower_elements<B...>(place, builder);
  }
};

namespace detail {

template <class... A, class... B> constexpr Sequence<A..., B...> join(Sequence<A...>, Sequence<B...>) {
  return {};
}
template <class... A, class B> constexpr Sequence<A..., B> join(Sequence<A...>, B) { return {}; }
template <class A, class... B> constexpr Sequence<A, B...> join(A, Sequence<B...>) { return {}; }
template <class A, class B> constexpr Sequence<A, B> join(A, B) { return {}; }

}  // namespace detail

/// a, then b, …: sequence(a, b, c) is a | b | c. Sequences flatten into one another.
template <net_block A> constexpr auto sequence(A) { return as_block<A>{}; }
template <net_block A, net_block B, net_block... Rest> constexpr auto sequence(A, B, Rest... rest) {
  return sequence(detail::join(as_block<A>{}, as_block<B>{}), rest...);
}

/// Branches that see the same input, merged: by sum, product, maximum or concatenation (net/merge.hpp).
template <class Merge, class... B> struct Branches : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    return lower_branches<B...>(place, builder, 0);
  }

 private:
  template <class First, class... Rest, class Place, class Builder, class... Done>
  static constexpr auto lower_branches(Place place, Builder& builder, int position, Done... done) {
    auto end = detail::lower_blocked(detail::lower_at<First>(place, builder, position), builder);
    if constexpr (sizeof...(Rest) == 0) {
      constexpr Shape out = merged<Merge, Done::shape..., decltype(end)::shape>::output;
      return lamina::Place<out, false, typename decltype(end)::taps>{
          builder.template operation<Merge, false, Done::shape..., decltype(end)::shape>(
              {done.value..., end.value}, out)};
    } else {
      // Each branch starts from the same value, and sees the taps of the branches before it.
      return lower_branches<Rest...>(detail::with_taps(place, typename decltype(end)::taps{}), builder,
                                     position + 1, done..., end);
    }
  }
};

/// a(x) + b(x) + …; a missing spatial axis or a single channel broadcasts.
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Branches<Sum, as_block<B>...> add(B...) {
  return {};
}

/// a(x) · b(x) · …, element by element, with the same broadcasting.
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Branches<Product, as_block<B>...> multiply(B...) {
  return {};
}

/// max(a(x), b(x), …); where values tie, the first branch takes the gradient.
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Branches<Maximum, as_block<B>...> maximum(B...) {
  return {};
}

/// The branches' channels, one after another; spatial extents must agree.
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Branches<Concat, as_block<B>...> concat(B...) {
  return {};
}

/// x + f(x) (He et al. 2016).
template <net_block F> constexpr auto residual(F f) { return add(id, f); }

/// x · g(x), g broadcast over the axes it lacks.
template <net_block G> constexpr auto gate(G g) { return multiply(id, g); }

/// split<c1, c2, …>(f, g, …): the first c1 channels to f, the next c2 to g, …, the results joined.
template <Index... Channels, net_block... B>
  requires(sizeof...(Channels) == sizeof...(B) && sizeof...(B) >= 1)
constexpr auto split(B... branch) {
  constexpr auto first_channel = [](std::size_t branch_index) {
    constexpr Index channels[] = {Channels...};
    Index first = 0;
    for (std::size_t i = 0; i < branch_index; ++i) first += channels[i];
    return first;
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return concat(sequence(Slice<first_channel(I), Channels, (Channels + ...)>{}, branch)...);
  }(std::index_sequence_for<B...>{});
}

namespace detail {

template <Fraction Factor> struct Times : PointwiseFunction<Times<Factor>> {
  static constexpr std::string_view name = "scale";
  template <class X> static constexpr auto value(const X& x) { return Factor.value() * x; }
};

}  // namespace detail

/// s · f(x), as Inception-ResNets scale their residuals.
template <Fraction S, net_block F> constexpr auto scale(F f) { return sequence(f, detail::Times<S>{}); }

namespace detail {
template <std::size_t, class B> using each_time = B;
}

/// f, N times one after another, each with weights of its own.
template <int N, net_block F>
  requires(N >= 1)
constexpr auto repeat(F) {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return Sequence<detail::each_time<I, as_block<F>>...>{};
  }(std::make_index_sequence<std::size_t{N}>{});
}

/// A block whose parameters are named "Name.…" in place of their position.
template <FixedString Name, class B> struct Named : Block {
  static constexpr bool opens_scope = true;
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.enter(-1, Name.view());
    auto end = detail::lower<B>(place, builder);
    builder.leave();
    return end;
  }
};
template <FixedString Name, net_block F> constexpr Named<Name, as_block<F>> named(F) { return {}; }

/// One set of weights and statistics wherever the name occurs; gradients add.
template <FixedString Name, class B> struct Shared : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.begin_shared(Name.view());
    auto end = detail::lower<B>(place, builder);
    builder.end_shared();
    return end;
  }
};
template <FixedString Name, net_block F> constexpr Shared<Name, as_block<F>> shared(F) { return {}; }

/// Parameters that do not learn; batch norms in it use their running statistics.
template <class B> struct Frozen : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.begin_frozen();
    auto end = detail::lower<B>(place, builder);
    builder.end_frozen();
    return end;
  }
};
template <net_block F> constexpr Frozen<as_block<F>> frozen(F) { return {}; }

/// Parameters that belong to optimizer group K (groups can have rates of their own); the default group is 0.
template <int K, class B> struct Grouped : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    const int outer = builder.set_group(K);
    auto end = detail::lower<B>(place, builder);
    builder.set_group(outer);
    return end;
  }
};
template <int K, net_block F>
  requires(K >= 0)
constexpr Grouped<K, as_block<F>> group(F) {
  return {};
}

/// What the function of `with_input` is given: the extents of its input as constants.
template <Shape S> struct InputShape {
  static constexpr Shape shape = S;
  static constexpr Index channels = S.channels;
  static constexpr Index height = S.height;
  static constexpr Index width = S.width;
};

/// A block that is written when its input's shape is known: F is a captureless lambda from InputShape.
template <class F> struct WithInput : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    using Resolved = decltype(F{}(InputShape<Place::shape>{}));
    static_assert(net_block<Resolved>, "with_input: the function must return a block");
    return detail::lower<as_block<Resolved>>(place, builder);
  }
};
template <class F> constexpr WithInput<F> with_input(F) {
  static_assert(std::is_empty_v<F>, "with_input: the function must not capture anything");
  return {};
}

/// expects<Wanted> met Got.
template <Shape Wanted, Shape Got> struct expected_shape {
  static_assert(Wanted == Got, "expects: the input has another shape than the one stated");
  static constexpr bool met = Wanted == Got;
};

/// States the shape at this point; compiling fails when it is another.
template <Shape S> struct Expects : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder&) {
    static_assert(expected_shape<S, Place::shape>::met);
    return place;
  }
};
template <Index... E> inline constexpr Expects<shape<E...>> expects{};

/// Marks the value at this point for `from<Name>`.
template <FixedString Name> struct Tap : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.tap(place.value);
    return detail::with_taps(place, detail::append<Name, Place::shape, Place::image>(typename Place::taps{}));
  }
};
template <FixedString Name> inline constexpr Tap<Name> tap{};

/// The value marked by the last tap<Name> before this point in depth-first order; the current value is
/// dropped.
template <FixedString Name> struct From : Block {
  template <class Place, class Builder> static constexpr auto lower(Place, Builder& builder) {
    using SeenTaps = typename Place::taps;
    constexpr int position = detail::find_tap<Name>(SeenTaps{});
    static_assert(position >= 0, "from: no tap of this name comes earlier; taps are seen depth first");
    using Mark = decltype(detail::mark_at<(position < 0 ? 0 : position)>(SeenTaps{}));
    return lamina::Place<Mark::shape, Mark::image, SeenTaps>{builder.tapped(position)};
  }
};
template <FixedString Name> inline constexpr From<Name> from{};

/// Several results of the same input; it can only end a net.
template <class... B> struct Outputs : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    return lower_outputs<B...>(place, builder, 0, Results<>{});
  }

 private:
  template <class First, class... Rest, class Place, class Builder, Shape... Done>
  static constexpr auto lower_outputs(Place place, Builder& builder, int position, Results<Done...>) {
    auto end = detail::lower_blocked(detail::lower_at<First>(place, builder, position), builder);
    builder.output(end.value);
    if constexpr (sizeof...(Rest) == 0)
      return Results<Done..., decltype(end)::shape>{};
    else
      return lower_outputs<Rest...>(detail::with_taps(place, typename decltype(end)::taps{}), builder,
                                    position + 1, Results<Done..., decltype(end)::shape>{});
  }
};
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Outputs<as_block<B>...> outputs(B...) {
  return {};
}

}  // namespace lamina
