#include "lamina/net/initialize.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

std::vector<double> begun(const ParameterExtents& extents, const Initializer& how) {
  const Parameter parameter{"weight", extents, how, orders::plain};
  std::vector<double> values(static_cast<std::size_t>(extents.count()));
  detail::initialize(NamedArray<double>("weight", parameter, values.data(), 8), Random(seed{3}));
  return values;
}

double variance(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return sum / static_cast<double>(values.size());
}

TEST_CASE("elements that are listed", "[net]") {
  static constexpr double values[] = {0.5, -1, 2};
  REQUIRE(begun({3}, initializers::listed(values)) == std::vector<double>{0.5, -1, 2});
}

TEST_CASE("variances are those of the papers", "[net]") {
  const ParameterExtents extents{64, 32, 3, 3};  // fan in 288, fan out 576
  require_close(variance(begun(extents, initializers::he_normal)) * 288, 2, 0.05);
  require_close(variance(begun(extents, initializers::he_uniform)) * 288, 2, 0.05);
  require_close(variance(begun(extents, initializers::he_normal_fan_out)) * 576, 2, 0.05);
  require_close(variance(begun(extents, initializers::xavier_normal)) * (288 + 576) / 2, 1, 0.05);
  require_close(variance(begun(extents, initializers::xavier_uniform)) * (288 + 576) / 2, 1, 0.05);
  require_close(variance(begun(extents, initializers::lecun_uniform)) * 288 * 3, 1, 0.05);
  require_close(std::sqrt(variance(begun(extents, initializers::normal(0.3)))), 0.3, 0.01);
  require_close(variance(begun(extents, initializers::uniform(0.6))), 0.12, 0.01);
  for (const double x : begun({5}, initializers::constant(0.25))) REQUIRE(x == 0.25);
}

TEST_CASE("orthogonal rows, or columns where there are fewer", "[net]") {
  const auto wide = begun({4, 3, 2, 2}, initializers::orthogonal);  // 4 x 12
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 0; b < 4; ++b) {
      double dot = 0;
      for (std::size_t k = 0; k < 12; ++k) dot += wide[a * 12 + k] * wide[b * 12 + k];
      require_close(dot, a == b ? 1 : 0, 1e-12);
    }
  const auto tall = begun({9, 4}, initializers::orthogonal);
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = 0; b < 4; ++b) {
      double dot = 0;
      for (std::size_t k = 0; k < 9; ++k) dot += tall[k * 4 + a] * tall[k * 4 + b];
      require_close(dot, a == b ? 1 : 0, 1e-12);
    }
}

TEST_CASE("dirac is the identity at the central tap", "[net]") {
  const auto values = begun({3, 2, 3, 3}, initializers::dirac);
  for (std::size_t o = 0; o < 3; ++o)
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t tap = 0; tap < 9; ++tap)
        REQUIRE(values[(o * 2 + i) * 9 + tap] == (o == i && tap == 4 ? 1.0 : 0.0));
}

TEST_CASE("a grouped identity joins the channels of a group, and is noise elsewhere", "[net]") {
  const auto values = begun({6, 4, 3, 3}, initializers::grouped_identity(2, 0.01));
  for (std::size_t o = 0; o < 6; ++o)
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t tap = 0; tap < 9; ++tap) {
        const double value = values[(o * 4 + i) * 9 + tap];
        if (o / 3 == i / 2 && tap == 4)
          REQUIRE(value == 2.0 / 6);
        else
          REQUIRE((value != 0 && std::abs(value) < 0.05));
      }
  REQUIRE(begun({3, 3, 3, 3}, initializers::grouped_identity(3, 0)) ==
          begun({3, 3, 3, 3}, initializers::dirac));
}

/// The real half of the Fourier transform of a filter that is real and even, by its sums.
std::vector<double> spectrum(const double* filter, Index height, Index width) {
  std::vector<double> found;
  for (Index u = 0; u < height; ++u)
    for (Index v = 0; v <= width / 2; ++v) {
      double sum = 0;
      for (Index r = 0; r < height; ++r)
        for (Index c = 0; c < width; ++c)
          sum += filter[r * width + c] * std::cos(2 * 3.14159265358979323846 *
                                                  (static_cast<double>(u * r) / static_cast<double>(height) +
                                                   static_cast<double>(v * c) / static_cast<double>(width)));
      found.push_back(sum);
    }
  return found;
}

TEST_CASE("convolution-aware filters have the spectra of an orthogonal matrix, and their variance", "[net]") {
  for (const Index width : {3, 4}) {  // spectra of 6 and 9 numbers
    const Index taps = 3 * width, columns = width / 2 + 1, length = 3 * columns;
    const ParameterExtents extents{2, length + 2, 3, width};
    auto filters = begun(extents, initializers::convolution_aware);
    double sum = 0, squares = 0;
    for (const double w : filters) sum += w, squares += w * w;
    const auto count = static_cast<double>(filters.size());
    require_close((squares - sum * sum / count) / count * static_cast<double>((length + 2) * taps), 2, 1e-12);

    // A filter is factor · (noise + even part): what is odd in its first row tells the factor.
    const Random noise = Random(seed{3}).stream(0);
    const double factor = (filters[1] - filters[static_cast<std::size_t>(width - 1)]) /
                          (0.05 * (noise.normal(1) - noise.normal(static_cast<std::uint64_t>(width - 1))));
    for (std::size_t i = 0; i < filters.size(); ++i)
      filters[i] = filters[i] / factor - 0.05 * noise.normal(i);
    for (Index filter = 0; filter < 2 * (length + 2); ++filter) {
      const Index i = filter % (length + 2), basis = 2 * (filter / (length + 2)) + i / length;
      const auto matrix = detail::random_orthogonal(
          length, length, Random(seed{3}).stream(static_cast<std::uint64_t>(basis + 1)));
      const auto drawn = [&](Index u, Index v) {
        return matrix[static_cast<std::size_t>(i % length * length + u * columns + v)];
      };
      std::vector<double> expected;
      for (Index u = 0; u < 3; ++u)
        for (Index v = 0; v < columns; ++v) {
          const bool own_mirror = v == 0 || 2 * v == width;  // columns that a real filter makes symmetric
          expected.push_back(own_mirror ? (drawn(u, v) + drawn((3 - u) % 3, v)) / 2 : drawn(u, v));
        }
      require_close(spectrum(filters.data() + filter * taps, 3, width), expected, 1e-9);
    }
  }
}

TEST_CASE("convolution-aware kernels of one tap are normal, dense weights orthogonal", "[net]") {
  REQUIRE(begun({8, 4, 1, 1}, initializers::convolution_aware) ==
          begun({8, 4, 1, 1}, initializers::he_normal));
  auto expected = begun({4, 6}, initializers::orthogonal);
  for (double& w : expected) w *= initializers::convolution_aware.value;
  REQUIRE(begun({4, 6}, initializers::convolution_aware) == expected);
  REQUIRE(begun({4, 6, 5}, initializers::convolution_aware) ==
          begun({4, 6, 1, 5}, initializers::convolution_aware));
}

}  // namespace
