#include "lamina/simd/memory.hpp"

#include <algorithm>
#include <vector>

#include "support/catch.hpp"

namespace simd = lamina::simd;

TEMPLATE_TEST_CASE("whole vectors go to memory and back, aligned or not", "[simd]", float, double) {
  using T = TestType;
  constexpr int w = simd::width<T>;
  alignas(64) T from[2 * w], to[2 * w] = {};
  for (int i = 0; i < 2 * w; ++i) from[i] = static_cast<T>(i + 1);

  simd::store(to + w, simd::load(from + w));
  REQUIRE(std::equal(to + w, to + 2 * w, from + w));
  REQUIRE(std::count(to, to + w, T(0)) == w);
  simd::store_unaligned(to + 1, simd::load_unaligned(from + 1));
  REQUIRE(std::equal(to + 1, to + 1 + w, from + 1));
}

TEMPLATE_TEST_CASE("a partial load takes count elements and zeros, a partial store writes count", "[simd]",
                   float, double) {
  using T = TestType;
  constexpr int w = simd::width<T>;
  for (lamina::Index count = 0; count <= w; ++count) {
    // Blocks of exactly `count` elements: under AddressSanitizer a step too far is caught.
    std::vector<T> from(static_cast<std::size_t>(count)), to(from.size(), T(-1));
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i + 1);
    alignas(64) T lanes[w];
    const simd::Vector<T> v = simd::load_partial(from.data(), count);
    simd::store(lanes, v);
    for (int i = 0; i < w; ++i) REQUIRE(lanes[i] == (i < count ? static_cast<T>(i + 1) : 0));
    simd::store_partial(to.data(), v, count);
    REQUIRE(to == from);

    // Within a longer run, what follows stays.
    std::vector<T> run(2 * w, T(-1));
    simd::store_partial(run.data() + 1, v, count);
    REQUIRE(std::count(run.begin(), run.end(), T(-1)) == 2 * w - count);
    REQUIRE(std::equal(from.begin(), from.end(), run.begin() + 1));
  }
}

TEMPLATE_TEST_CASE("every other element is loaded, from any address", "[simd]", float, double) {
  using T = TestType;
  constexpr int w = simd::width<T>;
  std::vector<T> from(2 * w + 1);  // under AddressSanitizer a step too far is caught
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i);
  for (int first : {0, 1}) {
    alignas(64) T lanes[w];
    simd::store(lanes, simd::load_every_other(from.data() + first));
    for (int i = 0; i < w; ++i) REQUIRE(lanes[i] == static_cast<T>(first + 2 * i));
  }
}

TEMPLATE_TEST_CASE("lanes are chosen by number", "[simd]", float, double) {
  using T = TestType;
  constexpr int w = simd::width<T>;
  for (lamina::Index first = 0; first <= w; ++first)
    for (lamina::Index last = 0; last <= w; ++last) {
      alignas(64) T lanes[w];
      simd::store(lanes, simd::Vector<T>(simd::select(simd::lanes_between<T>(first, last),
                                                      simd::broadcast<T>(1), simd::broadcast<T>(0))));
      for (int i = 0; i < w; ++i) REQUIRE(lanes[i] == (first <= i && i < last ? T(1) : T(0)));
    }
}
