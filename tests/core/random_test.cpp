#include "lamina/core/random.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "support/catch.hpp"

using lamina::permutation;
using lamina::philox;
using lamina::Random;
using lamina::seed;

using Counter = std::array<std::uint32_t, 4>;

// The known answers published with Random123 (tests/kat_vectors, lines "philox4x32 10").
static_assert(philox({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
              Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

TEST_CASE("a stream is Philox with counter (index, stream) and the seed as key", "[core]") {
  const Random random(seed{0x299f31d0'a4093822}, 0x03707344'13198a2e);
  REQUIRE(random.block(0x85a308d3'243f6a88) == Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a value depends on seed, stream and index, and on nothing else", "[core]") {
  const Random random(seed{42}, 7);
  const double value = random.normal(1000);
  for (std::uint64_t i = 0; i < 10; ++i) random.uniform(i);
  REQUIRE(random.normal(1000) == value);
  REQUIRE(Random(seed{42}, 7).normal(1000) == value);

  std::set<Counter> blocks;
  for (std::uint64_t s : {1u, 2u})
    for (std::uint64_t stream : {0u, 1u})
      for (std::uint64_t i : {0u, 1u}) blocks.insert(Random(seed{s}, stream).block(i));
  REQUIRE(blocks.size() == 8);
}

TEST_CASE("derived streams differ from each other and from their parent", "[core]") {
  const Random parent(seed{1});
  std::set<Counter> blocks{parent.block(0)};
  for (std::uint64_t s = 0; s < 100; ++s) {
    blocks.insert(parent.stream(s).block(0));
    blocks.insert(parent.stream(s).stream(0).block(0));
  }
  REQUIRE(blocks.size() == 201);
}

TEST_CASE("uniform numbers fill [0, 1) evenly", "[core]") {
  const Random random(seed{3});
  constexpr int n = 100'000, bins = 10;
  std::array<int, bins> in_float{}, in_double{};
  for (std::uint64_t i = 0; i < n; ++i) {
    const float f = random.uniform(i);
    const double d = random.uniform_double(i);
    REQUIRE((f >= 0 && f < 1 && d >= 0 && d < 1));
    ++in_float[static_cast<std::size_t>(f * bins)];
    ++in_double[static_cast<std::size_t>(d * bins)];
  }
  for (const int count : in_float) REQUIRE(std::abs(count - n / bins) < 500);  // five standard deviations
  for (const int count : in_double) REQUIRE(std::abs(count - n / bins) < 500);
}

TEST_CASE("normal numbers have the moments of the normal distribution", "[core]") {
  const Random random(seed{4}, 1);
  constexpr int n = 200'000;
  std::array<double, 5> moment{};
  for (std::uint64_t i = 0; i < n; ++i) {
    double power = 1;
    const double x = random.normal(i);
    for (double& sum : moment) {
      sum += power / n;
      power *= x;
    }
  }
  require_close(moment[1], 0.0, 0.012);
  require_close(moment[2], 1.0, 0.016);
  require_close(moment[3], 0.0, 0.05);
  require_close(moment[4], 3.0, 0.04);
}

TEST_CASE("numbers below n reach all of [0, n) evenly", "[core]") {
  const Random random(seed{5});
  std::array<int, 7> count{};
  for (std::uint64_t i = 0; i < 70'000; ++i) ++count[random.below(i, 7)];
  for (const int c : count) REQUIRE(std::abs(c - 10'000) < 500);
  REQUIRE(random.below(0, 1) == 0);

  // n beyond 32 bits takes the full product.
  constexpr std::uint64_t large = 0xffff'ffff'ffff'ffff;
  double mean = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i)
    mean += static_cast<double>(random.below(i, large)) / static_cast<double>(large) / 10'000;
  require_close(mean, 0.5, 0.02);
}

TEST_CASE("a permutation holds every number once, and every order is as likely", "[core]") {
  const auto order = permutation(1000, Random(seed{6}));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) REQUIRE(sorted[i] == static_cast<lamina::Index>(i));
  REQUIRE(order != sorted);
  REQUIRE(order == permutation(1000, Random(seed{6})));
  REQUIRE(permutation(0, Random(seed{6})).empty());

  std::map<std::vector<lamina::Index>, int> orders;
  for (std::uint64_t s = 0; s < 6000; ++s) ++orders[permutation(3, Random(seed{s}))];
  REQUIRE(orders.size() == 6);
  for (const auto& [three, count] : orders) REQUIRE(std::abs(count - 1000) < 150);
}
