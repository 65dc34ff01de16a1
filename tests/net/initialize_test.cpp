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

}  // namespace
