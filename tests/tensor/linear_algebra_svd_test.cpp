// svd alone: Eigen's takes a compiler half a minute for each precision.
#include <limits>

#include "lamina/tensor/linear_algebra.hpp"
#include "tensor/matrices.hpp"

using namespace lamina;
using namespace lamina::test;

TEMPLATE_TEST_CASE("a = u diag(singular_values) vᵀ", "[linear_algebra]", float, double) {
  using T = TestType;
  for (const auto& [m, n] : rectangles) {
    CAPTURE(m, n);
    const auto a = noise<T>(m, n);
    const auto [u, s, v] = svd(a);
    const Index k = std::min(m, n);
    REQUIRE(u.extents() == Extents<dyn, dyn>({m, k}));
    REQUIRE(v.extents() == Extents<dyn, dyn>({n, k}));
    require_equal(product(product(u, diagonal(s)), transposed(v)), a, 10 * tolerance<T>);
    require_orthonormal_columns(u);
    require_orthonormal_columns(v);
    for (Index i = 0; i < k; ++i) REQUIRE((s(i) >= 0 && (i == 0 || s(i) <= s(i - 1))));
  }
}

TEST_CASE("svd: static extents stay, and what is not finite is refused", "[linear_algebra]") {
  const Tensor<float, 2, 3> wide{{1, 2, 3}, {4, 5, 7}};
  const auto [u, s, v] = svd(wide);
  STATIC_REQUIRE(std::is_same_v<decltype(u), const Tensor<float, 2, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(s), const Tensor<float, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(v), const Tensor<float, 3, 2>>);

  Tensor<float, 2, 2> holed{{1, 2}, {2, 1}};
  holed(0, 1) = holed(1, 0) = std::numeric_limits<float>::quiet_NaN();
  REQUIRE_THROWS_WITH(svd(holed),
                      containing("svd: the matrix of shape (2, 2) has elements that are not finite"));
}
