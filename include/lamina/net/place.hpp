// Where lowering stands: a value of the graph whose shape the type system knows, and the taps seen so far.
// `Place` travels from block to block; its template arguments are what makes shapes show in messages.
#pragma once

#include "lamina/core/fixed_string.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// A value marked by tap<"name">: what `from<"name">` gives back later.
template <FixedString Name, Shape S, bool Image> struct TapMark {
  static constexpr auto name = Name;
  static constexpr Shape shape = S;
  static constexpr bool image = Image;
};

/// The taps seen so far, in depth-first order.
template <class... Mark> struct Taps {
  static constexpr int count = sizeof...(Mark);
};

/// A value of shape S; `Image` while it is still the plain NCHW input.
template <Shape S, bool Image = false, class SeenTaps = Taps<>> struct Place {
  static constexpr Shape shape = S;
  static constexpr bool image = Image;
  using taps = SeenTaps;
  int value = 0;
};

/// Where a net with several results ends.
template <Shape... S> struct Results {
  static constexpr int count = sizeof...(S);
};

namespace detail {

template <class Place, class NewTaps> constexpr auto with_taps(Place place, NewTaps) {
  return lamina::Place<Place::shape, Place::image, NewTaps>{place.value};
}

template <FixedString Name, Shape S, bool Image, class... Mark> constexpr auto append(Taps<Mark...>) {
  return Taps<Mark..., TapMark<Name, S, Image>>{};
}

/// Position of the last tap of that name, -1 if there is none.
template <FixedString Name, class... Mark> constexpr int find_tap(Taps<Mark...>) {
  int found = -1, position = 0;
  const bool matches[] = {(Mark::name.view() == Name.view())..., false};
  for (const bool match : matches) {
    if (match) found = position;
    ++position;
  }
  return found;
}

template <int Position, class First, class... Rest> constexpr auto tap_at(Taps<First, Rest...>) {
  if constexpr (Position == 0)
    return First{};
  else
    return tap_at<Position - 1>(Taps<Rest...>{});
}

}  // namespace detail

}  // namespace lamina
