// Counter-based random numbers: value i of a stream is a pure function of (seed, stream, i). So any thread
// can make any value, in any order, and results do not depend on how work was divided. Generator:
// Philox4x32-10, Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "lamina/core/shape.hpp"

namespace lamina {

/// Where random choices begin: seed{42}.
struct seed {
  std::uint64_t value = 0;
};

/// Philox4x32-10: ten rounds that mix a 128-bit counter with a 64-bit key into 128 random bits.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(odd >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(odd),
               static_cast<std::uint32_t>(even >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(even)};
    key[0] += 0x9E3779B9;  // golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

/// A stream of random numbers, addressed by index; it has no state that drawing changes. All kinds of numbers
/// at one index come from the same bits: give each purpose its own stream.
class Random {
 public:
  explicit constexpr Random(seed s, std::uint64_t stream = 0) : seed_(s.value), stream_(stream) {}

  /// The 128 bits at index i.
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t i) const {
    return philox({low(i), high(i), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
  }

  /// Uniform in [0, 1), a multiple of 2^-24.
  constexpr float uniform(std::uint64_t i) const { return static_cast<float>(block(i)[0] >> 8) * 0x1p-24f; }

  /// Uniform in [0, 1), a multiple of 2^-53.
  constexpr double uniform_double(std::uint64_t i) const {
    const auto bits = block(i);
    return static_cast<double>(join(bits[0], bits[1]) >> 11) * 0x1p-53;
  }

  /// Standard normal (Box and Muller): sqrt(-2 ln u) cos(2 pi v), u in (0, 1], v in [0, 1).
  double normal(std::uint64_t i) const {
    const auto bits = block(i);
    const double u = (static_cast<double>(join(bits[0], bits[1]) >> 11) + 1) * 0x1p-53;
    const double v = static_cast<double>(join(bits[2], bits[3]) >> 11) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }

  /// Uniform in [0, n), for n >= 1: the upper half of a 64 by 64-bit product, biased by less than n / 2^64.
  constexpr std::uint64_t below(std::uint64_t i, std::uint64_t n) const {
    const auto bits = block(i);
    return multiply_high(join(bits[0], bits[1]), n);
  }

  /// An independent stream for one purpose, epoch, sample…, itself derivable further: stream(a).stream(b).
  constexpr Random stream(std::uint64_t s) const {
    // The child's number is drawn with another key than any value of the parent's, so they do not overlap.
    const auto bits = philox({low(s), high(s), low(stream_), high(stream_)}, {~low(seed_), ~high(seed_)});
    return Random(seed{seed_}, join(bits[0], bits[1]));
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
  static constexpr std::uint64_t join(std::uint32_t l, std::uint32_t h) { return std::uint64_t{h} << 32 | l; }
  static constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t cross = (a & 0xFFFFFFFF) * (b >> 32) + ((a & 0xFFFFFFFF) * (b & 0xFFFFFFFF) >> 32);
    const std::uint64_t other = (a >> 32) * (b & 0xFFFFFFFF) + (cross & 0xFFFFFFFF);
    return (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// The numbers 0 … n-1 in random order (Fisher and Yates): all n! orders equally likely.
inline std::vector<Index> permutation(Index n, const Random& random) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t last = order.size(); last > 1; --last)
    std::swap(order[last - 1], order[static_cast<std::size_t>(random.below(last, last))]);
  return order;
}

}  // namespace lamina
