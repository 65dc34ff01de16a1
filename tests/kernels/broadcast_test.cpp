#include "lamina/kernels/broadcast.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("a row of an operand reaches pixels by axis", "[kernels][broadcast]", float, double) {
  using T = TestType;
  constexpr Index B = channel_block<T>;
  using kernels::detail::Grid;
  using kernels::detail::Reach;
  const Index n = 2, channels = 17, h = 5, w = 6;
  Map<T> whole(Extents{n, channels, h, w}), gate(Extents{n, channels, 1, 1}), row(Extents{n, channels, 1, w}),
      mask(Extents{n, 1, h, w}), number(Extents{n, 1, 1, 1});
  const auto view = [](const auto& map) { return map.view(); };
  using Views = std::vector<FeatureMapView<const T>>;

  const Views spatially_whole{view(whole), view(gate), view(mask)};
  const Grid one_row(std::span<const FeatureMapView<const T>>(spatially_whole), whole.view(), h, w);
  REQUIRE((one_row.rows == 1 && one_row.columns == h * w));
  const auto whole_row = one_row.row(view(whole), channels, 1, 1, 0, 4);
  REQUIRE((whole_row.reach == Reach::vectors && whole_row.data == view(whole).at_block(1, 1) + 4 * B));
  const auto gate_row = one_row.row(view(gate), channels, 1, 1, 0, 4);
  REQUIRE((gate_row.reach == Reach::one_vector && gate_row.data == view(gate).at_block(1, 1)));
  const auto mask_row = one_row.row(view(mask), channels, 1, 1, 0, 4);
  REQUIRE((mask_row.reach == Reach::scalars && mask_row.data == view(mask).at_block(1, 0) + 4 * B));
  const auto number_row = one_row.row(view(number), channels, 1, 1, 0, 4);
  REQUIRE((number_row.reach == Reach::one_scalar && number_row.data == view(number).at_block(1, 0)));

  const Views with_a_row{view(whole), view(row)};
  const Grid rows(std::span<const FeatureMapView<const T>>(with_a_row), whole.view(), h, w);
  REQUIRE((rows.rows == h && rows.columns == w));
  const auto same_in_every_row = rows.row(view(row), channels, 0, 1, 3, 2);
  REQUIRE(same_in_every_row.data == view(row).at_block(0, 1) + 2 * B);
  REQUIRE(rows.row(view(whole), channels, 0, 1, 3, 2).data == view(whole).at_block(0, 1) + (3 * w + 2) * B);
}

TEMPLATE_TEST_CASE("operands combine with a run of vectors and spread out to one", "[kernels][broadcast]",
                   float, double) {
  using T = TestType;
  constexpr Index B = channel_block<T>, pixels = 5;
  using kernels::detail::OperandRow;
  using kernels::detail::Reach;
  alignas(64) T a[pixels * B], b[pixels * B], y[pixels * B], room[pixels * B];
  for (Index i = 0; i < pixels * B; ++i) a[i] = static_cast<T>(i), b[i] = static_cast<T>(100 + i * i);
  for (const Reach reach : {Reach::vectors, Reach::one_vector, Reach::scalars, Reach::one_scalar}) {
    const OperandRow<T> operand{b, reach};
    kernels::detail::combine(a, operand, y, pixels, [](auto u, auto v) { return u - v; });
    const T* const spread = kernels::detail::spread(operand, room, pixels);
    REQUIRE((spread == b) == (reach == Reach::vectors));
    for (Index p = 0; p < pixels; ++p)
      for (Index lane = 0; lane < B; ++lane) {
        const T expected = reach == Reach::vectors      ? b[p * B + lane]
                           : reach == Reach::one_vector ? b[lane]
                           : reach == Reach::scalars    ? b[p * B]
                                                        : b[0];
        REQUIRE(spread[p * B + lane] == expected);
        REQUIRE(y[p * B + lane] == a[p * B + lane] - expected);
      }
  }
}

TEMPLATE_TEST_CASE("sums of a chunk of pixels", "[kernels][broadcast]", float, double) {
  using T = TestType;
  constexpr Index B = channel_block<T>;
  alignas(64) T g[11 * B], sum[B];
  for (Index i = 0; i < 11 * B; ++i) g[i] = static_cast<T>(i);
  for (Index pixels = 0; pixels <= 11; ++pixels) {
    simd::store(sum, kernels::detail::sum_pixels(static_cast<const T*>(g), pixels));
    for (Index lane = 0; lane < B; ++lane)
      REQUIRE(sum[lane] == static_cast<T>(pixels * lane + B * (pixels * (pixels - 1) / 2)));
  }
}

}  // namespace lamina::test
