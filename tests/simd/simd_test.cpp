#include "lamina/simd/simd.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

namespace simd = lamina::simd;

TEST_CASE("a loop over vectors with a partial one at its end", "[simd]") {
  constexpr int w = simd::width<float>;
  for (const lamina::Index n :
       {lamina::Index{1}, lamina::Index{w - 1}, lamina::Index{w}, lamina::Index{3 * w + 2}}) {
    std::vector<float> x(static_cast<std::size_t>(n)), y(x.size()), expected(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = 0.1f * static_cast<float>(i);
      expected[i] = std::exp(x[i]) + 1;
    }
    const auto f = [](auto v) { return simd::exp(v) + 1.0f; };
    lamina::Index i = 0;
    for (; i + w <= n; i += w) simd::store_unaligned(y.data() + i, f(simd::load_unaligned(x.data() + i)));
    simd::store_partial(y.data() + i, f(simd::load_partial(x.data() + i, n - i)), n - i);
    require_close(y, expected, 1e-6);
    // Vectors, their tails and scalars give the same bits.
    for (std::size_t k = 0; k < x.size(); ++k) REQUIRE(y[k] == f(x[k]));
  }
}
