// The algebra's words for graphs that do not nest: shared weights, taps, several results. Lowering is depth
// first, and a Place carries the marks made so far; the words here make marks and look them up.
#pragma once

#include "lamina/net/lowering.hpp"

namespace lamina {

namespace detail {

/// Follows the weights of a block: mixes the extents of its parameters and statistics into one number.
struct WeightBuilder : ShapeBuilder {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a

  template <class L, bool Image, Shape... In> constexpr int operation(std::array<int, sizeof...(In)>, Shape) {
    constexpr Shape first = std::array{In...}[0];
    if constexpr (requires { L::parameters(first); }) mix(L::parameters(first));
    if constexpr (requires { L::statistics(first); }) mix(L::statistics(first));
    return 0;
  }

 private:
  constexpr void mix(std::span<const Parameter> parameters) {
    for (const Parameter& parameter : parameters) {
      for (const Index extent : parameter.extents.axes) mix(extent);
      mix(parameter.order.blocked_axis);
      mix(parameter.order.last_axis);
    }
  }
  constexpr void mix(Index number) { hash = (hash ^ static_cast<std::uint64_t>(number)) * 1099511628211u; }
};

template <class B, class Place> constexpr std::uint64_t weights_of(Place place) {
  WeightBuilder builder;
  static_cast<void>(detail::lower<B>(place, builder));
  return builder.hash;
}

}  // namespace detail

/// What a later use of shared<Name> is given, after the first was given First.
template <FixedString Name, Shape First, Shape Now, bool Same> struct shared_on {
  static_assert(
      Same, "shared: all uses of a name must have the same weights; give them the same block and channels");
  static constexpr Shape output = Now;
};

/// One set of weights and statistics wherever the name occurs; gradients add. A shared block may contain
/// others.
template <FixedString Name, class B> struct Shared : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    const auto outer = builder.begin_shared(Name.view());
    auto end = detail::lower<B>(place, builder);
    builder.end_shared(outer);
    if constexpr (!requires { typename decltype(end)::taps; })
      return end;
    else
      return marked(place, end, builder);
  }

 private:
  // Marks the first use of the name; compares later ones with it.
  template <class Place, class End, class Builder>
  static constexpr auto marked(Place, End end, Builder& builder) {
    using Seen = typename Place::taps;
    constexpr int first = detail::find_shared<Name>(Seen{});
    if constexpr (first < 0) {
      builder.tap(end.value);
      return detail::with_taps(end, detail::append<SharedMark<Name, B, Place::shape>>(typename End::taps{}));
    } else {
      using First = decltype(detail::mark_at<first>(Seen{}));
      constexpr bool equal =
          detail::weights_of<typename First::block>(lamina::Place<First::shape, false, Seen>{}) ==
          detail::weights_of<B>(lamina::Place<Place::shape, false, Seen>{});
      if constexpr (equal)
        return end;
      else
        return Broken<shared_on<Name, First::shape, Place::shape, equal>>{};
    }
  }
};
template <FixedString Name, net_block F> constexpr Shared<Name, as_block<F>> shared(F) { return {}; }

/// Marks the value at this point for `from<Name>`.
template <FixedString Name> struct Tap : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    builder.tap(place.value);
    using Mark = TapMark<Name, Place::shape, Place::image>;
    return detail::with_taps(place, detail::append<Mark>(typename Place::taps{}));
  }
};
template <FixedString Name> inline constexpr Tap<Name> tap{};

/// The tap that from<Name> looks for, among those seen.
template <FixedString Name, class SeenTaps> struct tap_seen_before {
  static_assert(detail::find_tap<Name>(SeenTaps{}) >= 0,
                "from: no tap of this name comes earlier; put tap<…> before it, depth first");
  static constexpr Shape output{};
};

/// The value marked by the last tap<Name> before this point in depth-first order; the current value is
/// dropped.
template <FixedString Name> struct From : Block {
  template <class Place, class Builder> static constexpr auto lower(Place, Builder& builder) {
    using SeenTaps = typename Place::taps;
    constexpr int position = detail::find_tap<Name>(SeenTaps{});
    if constexpr (position < 0) {
      return Broken<tap_seen_before<Name, SeenTaps>>{};
    } else {
      using Mark = decltype(detail::mark_at<position>(SeenTaps{}));
      return lamina::Place<Mark::shape, Mark::image, SeenTaps>{builder.tapped(position)};
    }
  }
};
template <FixedString Name> inline constexpr From<Name> from{};

/// Several results of the same input; it can only end a net.
template <class... B> struct Outputs : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    if constexpr (!detail::distinct_names<B...>)
      return detail::named_twice_in<B...>{};
    else
      return lower_outputs<B...>(place, builder, 0, Results<>{});
  }

 private:
  template <class First, class... Rest, class Place, class Builder, Shape... Done>
  static constexpr auto lower_outputs(Place place, Builder& builder, int position, Results<Done...>) {
    auto end = detail::lower_blocked(detail::lower_at<First>(place, builder, position), builder);
    using End = decltype(end);
    if constexpr (detail::is_broken<End>) {
      return end;
    } else {
      builder.output(end.value);
      if constexpr (sizeof...(Rest) == 0)
        return Results<Done..., End::shape>{};
      else
        return lower_outputs<Rest...>(detail::with_taps(place, typename End::taps{}), builder, position + 1,
                                      Results<Done..., End::shape>{});
    }
  }
};
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Outputs<as_block<B>...> outputs(B...) {
  return {};
}

}  // namespace lamina
