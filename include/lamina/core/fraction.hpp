// A real number as a template argument: leaky_relu<0.1>, dropout<0.5>. Not every supported compiler takes
// floating point there (clang 15 does not), so the number travels as its bits.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace lamina {

/// A structural double, made from a constant.
struct Fraction {
  std::uint64_t bits;

  /// Implicit, so that a literal serves as the template argument. -0.0 and 0.0 are one number, hence one
  /// type.
  consteval Fraction(double x) : bits(std::bit_cast<std::uint64_t>(x + 0.0)) {}

  /// The number in the precision of T: float or double.
  template <std::floating_point T = double> constexpr T value() const {
    return static_cast<T>(std::bit_cast<double>(bits));
  }

  constexpr bool operator==(const Fraction&) const = default;
};

}  // namespace lamina
