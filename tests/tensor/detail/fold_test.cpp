#include "lamina/tensor/detail/fold.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace lamina::test::folds_tested {

using namespace lamina::detail;

TEST_CASE("runs of any length are folded, in vectors and one by one") {
  for (Index n : {0, 1, 7, 8, 9, 31, 33, 511, 512, 513, 1025, 3000}) {
    std::vector<float> values(static_cast<std::size_t>(n));
    double total = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      total += values[i] = static_cast<float>((i * 37) % 101) - 50;
    const auto element = [&](Index i) { return values[static_cast<std::size_t>(i)]; };
    const auto vector = [data = values.data()](auto place) {
      if constexpr (std::is_same_v<decltype(place), Tail>)
        return simd::load_partial(data + place.i, place.count);
      else
        return simd::load_unaligned(data + place);
    };
    const auto largest =
        n == 0 ? -std::numeric_limits<float>::infinity() : *std::max_element(values.begin(), values.end());
    const auto smallest =
        n == 0 ? std::numeric_limits<float>::infinity() : *std::min_element(values.begin(), values.end());
    REQUIRE(fold_run<Sum, float>(element, 0, n) == total);
    REQUIRE(fold_run<Sum, float>(vector, 0, n) == total);
    REQUIRE(fold_run<Largest, float>(element, 0, n) == largest);
    REQUIRE(fold_run<Largest, float>(vector, 0, n) == largest);
    REQUIRE(fold_run<Smallest, float>(element, 0, n) == smallest);
    REQUIRE(fold_run<Smallest, float>(vector, 0, n) == smallest);
  }
}

TEMPLATE_TEST_CASE("the lanes of several vectors are folded at once, to the same bits", "", float, double) {
  using T = TestType;
  constexpr std::size_t width = simd::width<T>;
  std::array<simd::native<T>, width> vectors;
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t lane = 0; lane < width; ++lane)
      vectors[i][lane] = T(1) / static_cast<T>(1 + (i * 7 + lane * 5) % 13);
  const auto require_folded = [&]<class Fold>(Fold) {
    auto folded = vectors;
    alignas(64) T lanes[width];
    simd::store(lanes, fold_lanes_of_each<Fold, T>(folded));
    for (std::size_t i = 0; i < width; ++i)
      REQUIRE(lanes[i] == Fold::lanes(simd::from_native<T>(vectors[i])));
  };
  require_folded(Sum{});
  require_folded(Product{});
  require_folded(Smallest{});
  require_folded(Largest{});
}

TEST_CASE("integers have identities too") {
  REQUIRE(Largest::identity<int> == std::numeric_limits<int>::lowest());
  REQUIRE(Smallest::identity<std::uint8_t> == 255);
  REQUIRE(Largest::combine(3, 5) == 5);
  REQUIRE(Smallest::combine(true, false) == false);
}

TEST_CASE("NaN is passed over") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(Largest::combine(1.f, nan) == 1);
  REQUIRE(Smallest::combine(1.f, nan) == 1);
  const auto vector = simd::broadcast<float>(nan), one = simd::broadcast<float>(1);
  REQUIRE(simd::reduce_add(Largest::combine(one, vector)) == simd::width<float>);
}

TEST_CASE("values are folded pairwise as they come") {
  for (int n : {0, 1, 2, 3, 5, 64, 100}) {
    PairwiseFold<Sum, double> fold;
    for (int i = 1; i <= n; ++i) fold.add(i);
    REQUIRE(fold.result() == n * (n + 1) / 2);
  }
  // One after another, 2^24 ones would stay at 2^24 in float; in pairs nothing is lost.
  PairwiseFold<Sum, float> fold;
  for (int i = 0; i < (1 << 24) + 64; ++i) fold.add(1);
  REQUIRE(fold.result() == (1 << 24) + 64);
}

}  // namespace lamina::test::folds_tested
