// A string as a template argument: named<"head">(block).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lamina {

/// N characters, structural; its length is deduced from a literal.
template <std::size_t N> struct FixedString {
  char characters[N + 1] = {};

  consteval FixedString(const char (&literal)[N + 1]) { std::copy_n(literal, N, characters); }

  consteval explicit FixedString(std::string_view text) { std::copy_n(text.data(), N, characters); }

  constexpr std::string_view view() const { return {characters, N}; }
  constexpr operator std::string_view() const { return view(); }
  static constexpr std::size_t size() { return N; }

  template <std::size_t M> constexpr bool operator==(const FixedString<M>& other) const {
    return view() == other.view();
  }
};

template <std::size_t Size> FixedString(const char (&)[Size]) -> FixedString<Size - 1>;

}  // namespace lamina
