// Where lowering stands: a value of the graph whose shape the type system knows, and the taps seen so far.
// `Place` travels from block to block; its template arguments are what makes shapes show in messages.
#pragma once

#include <initializer_list>
#include <string_view>

#include "lamina/core/fixed_string.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// A value marked by tap<"name">: what `from<"name">` gives back later.
template <FixedString Name, Shape S, bool Image> struct TapMark {
  static constexpr std::string_view tap = Name.view();
  static constexpr std::string_view shared{};
  static constexpr Shape shape = S;
  static constexpr bool image = Image;
};

/// The input of the first block B under shared<"name">, which later uses of the name are compared with.
template <FixedString Name, class B, Shape S> struct SharedMark {
  static constexpr std::string_view tap{};
  static constexpr std::string_view shared = Name.view();
  static constexpr Shape shape = S;
  using block = B;
};

/// The marks seen so far, in depth-first order.
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

/// Where lowering ends when a rule is broken. Rule<…>::output does not compile; its arguments are the layer
/// and the shapes. It is asked for at the net's entry (net/answers.hpp), not where the rule is found broken:
/// the message is then a few lines long however deep in the net that was.
template <class Rule> struct Broken {
  using rule = Rule;
};

namespace detail {

template <class Place, class NewTaps> constexpr auto with_taps(Place place, NewTaps) {
  return lamina::Place<Place::shape, Place::image, NewTaps>{place.value};
}

template <class NewMark, class... Mark> constexpr Taps<Mark..., NewMark> append(Taps<Mark...>) { return {}; }

constexpr int last_equal(std::initializer_list<std::string_view> names, std::string_view name) {
  for (std::size_t i = names.size(); i-- > 0;)
    if (names.begin()[i] == name) return static_cast<int>(i);
  return -1;
}
/// Position of the last tap, or shared block, of that name; -1 if there is none.
template <FixedString Name, class... Mark> constexpr int find_tap(Taps<Mark...>) {
  return last_equal({Mark::tap...}, Name.view());
}
template <FixedString Name, class... Mark> constexpr int find_shared(Taps<Mark...>) {
  return last_equal({Mark::shared...}, Name.view());
}

template <int Position, class First, class... Rest> constexpr auto mark_at(Taps<First, Rest...>) {
  if constexpr (Position == 0)
    return First{};
  else
    return mark_at<Position - 1>(Taps<Rest...>{});
}

template <class Place> inline constexpr bool is_broken = false;
template <class Rule> inline constexpr bool is_broken<Broken<Rule>> = true;
template <class Place> inline constexpr bool is_results = false;
template <Shape... S> inline constexpr bool is_results<Results<S...>> = true;

}  // namespace detail

}  // namespace lamina
