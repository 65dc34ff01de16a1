// Catch2 for every test of lamina, version 2.13 (Debian 12) and version 3 alike. Tests use what both have -
// TEST_CASE, TEMPLATE_TEST_CASE(_SIG), SECTION, GENERATE, REQUIRE, STATIC_REQUIRE, REQUIRE_THROWS_AS,
// REQUIRE_THROWS_WITH, CAPTURE, INFO, tags - and what is defined here instead of what differs:
// `require_close` for floating-point numbers (no Approx) and `containing` for pieces of an error's text.
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <source_location>
#include <string>
#include <type_traits>

namespace support {

/// A real number, or what converts to one without being told (a bfloat16 of ours, say).
template <class T>
concept real = std::is_arithmetic_v<T> || std::convertible_to<const T&, double>;

/// Anything with contiguous values: arrays, vectors, spans, Storage, Tensor, Eigen matrices.
template <class R>
concept real_values = requires(const R& values) {
  { *std::data(values) } -> real;
  std::size(values);
};

/// Whether |actual - expected| <= tolerance * max(1, |expected|): relative for large values, absolute for
/// small ones. Equal infinities are close; NaN is close to nothing.
inline bool is_close(double actual, double expected, double tolerance) {
  if (actual == expected) return true;
  return std::isfinite(actual) &&
         std::abs(actual - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

/// Requires `count` values to be close, in the sense of is_close; says which is the first that is not, how
/// many are not, and the greatest difference. Example: require_close(y.data(), reference.data(), 64, 1e-5);
template <real Actual, real Expected>
void require_close(const Actual* actual, const Expected* expected, std::ptrdiff_t count, double tolerance,
                   std::source_location caller = std::source_location::current()) {
  std::ptrdiff_t bad = 0, first = 0;
  double greatest = 0;
  for (std::ptrdiff_t i = count - 1; i >= 0; --i) {
    const auto a = static_cast<double>(actual[i]), e = static_cast<double>(expected[i]);
    if (is_close(a, e, tolerance)) continue;
    ++bad;
    first = i;
    greatest =
        std::max(greatest, std::isnan(a - e) ? std::numeric_limits<double>::infinity() : std::abs(a - e));
  }
  if (bad == 0) {
    SUCCEED();
    return;
  }
  FAIL("require_close at " << caller.file_name() << ':' << caller.line() << ": " << bad << " of " << count
                           << " values differ by more than " << tolerance << ", by " << greatest
                           << " at most; the first is [" << first << "], "
                           << Catch::Detail::stringify(static_cast<double>(actual[first])) << " where "
                           << Catch::Detail::stringify(static_cast<double>(expected[first]))
                           << " was expected");
}

/// Requires two numbers to be close: require_close(loss, 2.302585, 1e-6).
template <real Actual, real Expected>
void require_close(const Actual& actual, const Expected& expected, double tolerance,
                   std::source_location caller = std::source_location::current()) {
  const auto a = static_cast<double>(actual), e = static_cast<double>(expected);
  require_close(&a, &e, 1, tolerance, caller);
}

/// Requires two runs of contiguous values to be as long as each other, and close.
template <real_values Actual, real_values Expected>
  requires(!real<Actual> && !real<Expected>)
void require_close(const Actual& actual, const Expected& expected, double tolerance,
                   std::source_location caller = std::source_location::current()) {
  const auto count = static_cast<std::ptrdiff_t>(std::size(actual));
  if (count != static_cast<std::ptrdiff_t>(std::size(expected)))
    FAIL("require_close at " << caller.file_name() << ':' << caller.line() << ": " << count
                             << " values where " << std::size(expected) << " were expected");
  require_close(std::data(actual), std::data(expected), count, tolerance, caller);
}

/// The same with the expected values in braces: require_close(y, {1.0, 2.5}, 1e-6).
template <real_values Actual>
  requires(!real<Actual>)
void require_close(const Actual& actual, std::initializer_list<double> expected, double tolerance,
                   std::source_location caller = std::source_location::current()) {
  require_close<Actual, std::initializer_list<double>>(actual, expected, tolerance, caller);
}

/// Matches a text with `piece` in it: REQUIRE_THROWS_WITH(load(file), containing("byte 16")).
inline auto containing(const std::string& piece) {
#if __has_include(<catch2/catch_test_macros.hpp>)
  return Catch::Matchers::ContainsSubstring(piece);
#else
  return Catch::Matchers::Contains(piece);
#endif
}

}  // namespace support

using support::containing;
using support::require_close;
