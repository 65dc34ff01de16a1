#include "lamina/kernels/pairwise_sum.hpp"

#include "support/catch.hpp"

namespace lamina::test {

using kernels::detail::pairwise_sum;

TEST_CASE("pairwise sums take every term once", "[kernels][pairwise_sum]") {
  for (Index count = 1; count <= 300; ++count) {
    long calls = 0;
    const double sum = pairwise_sum(5, count, [&](Index i) {
      ++calls;
      return static_cast<double>(i * i);
    });
    double expected = 0;
    for (Index i = 5; i < 5 + count; ++i) expected += static_cast<double>(i * i);
    REQUIRE(sum == expected);
    REQUIRE(calls == count);
  }
}

TEST_CASE("a pairwise sum in float keeps its digits", "[kernels][pairwise_sum]") {
  const Index count = 1 << 22;
  float plain = 0;
  for (Index i = 0; i < count; ++i) plain += 0.1f;
  const float sum = pairwise_sum(0, count, [](Index) { return 0.1f; });
  const double expected = static_cast<double>(0.1f) * static_cast<double>(count);
  REQUIRE(std::abs(static_cast<double>(plain) / expected - 1) > 1e-3);
  REQUIRE(std::abs(static_cast<double>(sum) / expected - 1) < 1e-6);
}

}  // namespace lamina::test
