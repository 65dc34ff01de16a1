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
//   select_channels<8, 16>           channels 8 … 23
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
#include "lamina/net/graph.hpp"
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
    else if constexpr (!detail::distinct_names<B...>)
      return detail::named_twice_in<B...>{};
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

/// Branches that see the same input, merged: by sum, product, maximum or concatenation (net/merge.hpp). A
/// builder may rewrite them first, as net/fusion.hpp does where one loop does for all.
template <class Merge, class... B> struct Branches : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    if constexpr (!detail::distinct_names<B...>)
      return detail::named_twice_in<B...>{};
    else if constexpr (requires { builder.template branches<Merge, B...>(place); })
      return builder.template branches<Merge, B...>(place);
    else
      return lower_each(place, builder);
  }
  /// The branches one after another, and their merge.
  template <class Place, class Builder> static constexpr auto lower_each(Place place, Builder& builder) {
    return lower_branches<B...>(place, builder, 0);
  }

 private:
  template <class First, class... Rest, class Place, class Builder, class... Done>
  static constexpr auto lower_branches(Place place, Builder& builder, int position, Done... done) {
    auto end = detail::lower_blocked(detail::lower_at<First>(place, builder, position), builder);
    using End = decltype(end);
    if constexpr (detail::is_broken<End>) {
      return end;
    } else if constexpr (sizeof...(Rest) == 0) {
      if constexpr (detail::merges<Merge, Done::shape..., End::shape>) {
        constexpr Shape out = merged<Merge, Done::shape..., End::shape>::output;
        return lamina::Place<out, false, typename End::taps>{
            builder.template operation<Merge, false, Done::shape..., End::shape>({done.value..., end.value},
                                                                                 out)};
      } else {
        return Broken<merged<Merge, Done::shape..., End::shape>>{};
      }
    } else {
      // Each branch starts from the same value, and sees the taps of the branches before it.
      return lower_branches<Rest...>(detail::with_taps(place, typename End::taps{}), builder, position + 1,
                                     done..., end);
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

/// x + f(x) (He et al. 2016); f(x) broadcasts to x's shape.
template <net_block F> constexpr Branches<Residual, Identity, as_block<F>> residual(F) { return {}; }

/// x · g(x), g broadcast over the axes it lacks.
template <net_block G> constexpr Branches<Gate, Identity, as_block<G>> gate(G) { return {}; }

/// split<c1, c2, …>(f, g, …): the first c1 channels to f, the next c2 to g, …, the results joined.
template <Index... Channels, net_block... B>
  requires(sizeof...(Channels) == sizeof...(B) && sizeof...(B) >= 1)
constexpr auto split(B... branch) {
  static_assert(((Channels >= 0) && ...), "split: a part has a number of channels, not dyn");
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

namespace detail {
/// Whether a name cannot be taken for a position ("1"), for several levels ("a.b") or for none.
constexpr bool is_name(std::string_view name) {
  bool is_number = true;
  for (const char c : name) {
    if (c == '.') return false;
    is_number = is_number && c >= '0' && c <= '9';
  }
  return !is_number;
}
}  // namespace detail

/// A block whose parameters are named "Name.…" in place of their position.
template <FixedString Name, class B> struct Named : Block {
  static_assert(detail::is_name(Name.view()),
                "named: a name has no dots and is not a number, which stands for a position; choose another");
  static constexpr std::string_view scope = Name.view();
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.enter(-1, Name.view());
    auto end = detail::lower<B>(place, builder);
    builder.leave();
    return end;
  }
};
template <FixedString Name, net_block F> constexpr Named<Name, as_block<F>> named(F) { return {}; }

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

/// What a function given to with_input returned.
template <class Returned> struct returned_to_with_input {
  static_assert(net_block<Returned>, "with_input: the function must return a block of a net");
  static constexpr Shape output{};
};

/// A block that is written when its input's shape is known: F is a captureless lambda from InputShape.
template <class F> struct WithInput : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    using Resolved = decltype(F{}(InputShape<Place::shape>{}));
    if constexpr (net_block<Resolved>)
      return detail::lower<as_block<Resolved>>(place, builder);
    else
      return Broken<returned_to_with_input<Resolved>>{};
  }
};
template <class F> constexpr auto with_input(F) {
  constexpr bool is_its_type = std::is_empty_v<F> && std::is_default_constructible_v<F>;
  static_assert(is_its_type,
                "with_input: the function must be a lambda that captures nothing; write constants into it");
  return std::conditional_t<is_its_type, WithInput<F>, Identity>{};
}

/// select_channels<8, 16>: channels 8 … 23 of the input.
template <Index First, Index Count>
inline constexpr auto select_channels = with_input([](auto in) {
  static_assert(First >= 0 && Count > 0 && First + Count <= in.channels,
                "select_channels: the input has fewer channels");
  return Slice<First, Count, in.channels>{};
});

/// expects<Wanted> met Got.
template <Shape Wanted, Shape Got> struct expected_shape {
  static_assert(Wanted == Got, "expects: the input has another shape than the one stated; correct either");
  static constexpr Shape output = Got;
};

/// States the shape at this point; compiling fails when it is another.
template <Shape S> struct Expects : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder&) {
    if constexpr (S == Place::shape)
      return place;
    else
      return Broken<expected_shape<S, Place::shape>>{};
  }
};
template <Index... E> inline constexpr Expects<shape<E...>> expects{};

}  // namespace lamina
