// Fills a parameter with its initial values, from counter-based random numbers in logical order: the same
// numbers whatever the vector width of the build.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/net/arena.hpp"

namespace lamina::detail {

/// A row-major (rows, columns) matrix with orthonormal rows or, if there are fewer, columns: Q of the QR
/// decomposition of a Gaussian with a positive diagonal of R, which is uniformly distributed. By Gram and
/// Schmidt, each projection done twice: once leaves what rounding makes of nearly parallel vectors. (Eigen's
/// Householder QR gives the same, and costs every program that has a model four seconds to compile.)
inline std::vector<double> random_orthogonal(Index rows, Index columns, const Random& random) {
  const Index length = std::max(rows, columns), count = std::min(rows, columns);
  std::vector<double> vectors(static_cast<std::size_t>(length * count));  // (count, length)
  const auto vector = [&](Index j) {
    return std::span(vectors.data() + j * length, static_cast<std::size_t>(length));
  };
  const auto dot = [](std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = random.normal(i);
  for (Index j = 0; j < count; ++j) {
    const auto v = vector(j);
    for (int pass = 0; pass < 2; ++pass)
      for (Index k = 0; k < j; ++k) {
        const auto earlier = vector(k);
        const double share = dot(v, earlier);
        for (std::size_t i = 0; i < v.size(); ++i) v[i] -= share * earlier[i];
      }
    const double norm = std::sqrt(dot(v, v));
    for (double& x : v) x /= norm;
  }
  if (rows <= columns) return vectors;
  std::vector<double> transposed(vectors.size());
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c)
      transposed[static_cast<std::size_t>(r * columns + c)] = vector(c)[static_cast<std::size_t>(r)];
  return transposed;
}

template <class T> void initialize(const NamedArray<T>& parameter, const Random& random) {
  using Kind = Initializer::Kind;
  const ParameterExtents& extents = parameter.extents();
  const Initializer& how = parameter.descriptor().initializer;
  const Index count = extents.count();
  const Index taps = extents.rank >= 2 ? count / std::max<Index>(extents[0] * extents[1], 1) : 1;
  const double fan_in = static_cast<double>((extents.rank >= 2 ? extents[1] : extents[0]) * taps);
  const double fan_out = static_cast<double>(extents[0] * taps);
  const double fan = how.fan == Initializer::Fan::in ? fan_in : fan_out;

  const auto normal = [&](double deviation) {
    for (Index i = 0; i < count; ++i)
      parameter[i] = static_cast<T>(deviation * random.normal(static_cast<std::uint64_t>(i)));
  };
  const auto uniform = [&](double half_width) {
    for (Index i = 0; i < count; ++i)
      parameter[i] =
          static_cast<T>(half_width * (2 * random.uniform_double(static_cast<std::uint64_t>(i)) - 1));
  };
  switch (how.kind) {
    case Kind::constant:
      for (Index i = 0; i < count; ++i) parameter[i] = static_cast<T>(how.value);
      break;
    case Kind::normal:
      normal(how.value);
      break;
    case Kind::uniform:
      uniform(how.value);
      break;
    case Kind::he_normal:
      normal(how.value / std::sqrt(fan));
      break;
    case Kind::he_uniform:
      uniform(how.value * std::sqrt(3 / fan));
      break;
    case Kind::xavier_normal:
      normal(how.value * std::sqrt(2 / (fan_in + fan_out)));
      break;
    case Kind::xavier_uniform:
      uniform(how.value * std::sqrt(6 / (fan_in + fan_out)));
      break;
    case Kind::lecun_uniform:
      uniform(how.value / std::sqrt(fan));
      break;
    case Kind::orthogonal: {
      const Index rows = extents[0], columns = count / std::max<Index>(rows, 1);
      const std::vector<double> q = random_orthogonal(rows, columns, random);
      for (Index i = 0; i < count; ++i)
        parameter[i] = static_cast<T>(how.value * q[static_cast<std::size_t>(i)]);
      break;
    }
    case Kind::dirac: {
      for (Index i = 0; i < count; ++i) parameter[i] = 0;
      // The central tap of (O, I, kh, kw): kh / 2 rows down, kw / 2 columns right.
      Index centre = 0;
      for (int axis = 2; axis < extents.rank; ++axis) centre = centre * extents[axis] + extents[axis] / 2;
      for (Index c = 0; c < std::min(extents[0], extents[1]); ++c)
        parameter[(c * extents[1] + c) * taps + centre] = static_cast<T>(how.value);
      break;
    }
  }
}

}  // namespace lamina::detail
