// Fills a parameter with its initial values, from counter-based random numbers in logical order: the same
// numbers whatever the vector width of the build.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
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

/// Initializer::Kind::convolution_aware for a weight (O, I, kh, kw), or (O, I, kw) as filters of one row. A
/// spectrum has F = kh · (⌊kw / 2⌋ + 1) numbers; after F filters of an output another matrix is drawn. (A
/// random orthogonal matrix has the distribution of the singular vectors of a symmetric Gaussian one, which
/// the reference code draws.)
inline std::vector<double> convolution_aware_filters(const ParameterExtents& extents, double gain,
                                                     const Random& random) {
  const Index height = extents.rank == 4 ? extents[2] : 1, width = extents[extents.rank - 1];
  const Index taps = height * width, columns = width / 2 + 1, spectrum = height * columns;
  // The inverse of the real Fourier transform, of real spectra: from (height, columns) to (height, width).
  std::vector<double> inverse(static_cast<std::size_t>(spectrum * taps));
  for (Index f = 0; f < spectrum; ++f)
    for (Index t = 0; t < taps; ++t) {
      const Index u = f / columns, v = f % columns, r = t / width, c = t % width;
      const double turns = static_cast<double>(u * r) / static_cast<double>(height) +
                           static_cast<double>(v * c) / static_cast<double>(width);
      const double twice = v == 0 || 2 * v == width ? 1 : 2;  // the other half of the columns
      inverse[static_cast<std::size_t>(f * taps + t)] =
          twice / static_cast<double>(taps) * std::cos(2 * std::numbers::pi * turns);
    }
  std::vector<double> filters(static_cast<std::size_t>(extents.count()));
  const Random noise = random.stream(0);
  for (std::size_t i = 0; i < filters.size(); ++i) filters[i] = 0.05 * noise.normal(i);
  std::vector<double> basis;
  std::uint64_t drawn = 0;
  for (Index o = 0; o < extents[0]; ++o)
    for (Index i = 0; i < extents[1]; ++i) {
      const Index row = i % spectrum;
      if (row == 0) basis = random_orthogonal(spectrum, spectrum, random.stream(++drawn));
      for (Index f = 0; f < spectrum; ++f)
        for (Index t = 0; t < taps; ++t)
          filters[static_cast<std::size_t>((o * extents[1] + i) * taps + t)] +=
              basis[static_cast<std::size_t>(row * spectrum + f)] *
              inverse[static_cast<std::size_t>(f * taps + t)];
    }
  const auto count = static_cast<double>(filters.size());
  const double mean_filter = std::accumulate(filters.begin(), filters.end(), 0.0) / count;
  double variance = 0;
  for (const double w : filters) variance += (w - mean_filter) * (w - mean_filter) / count;
  const double factor = gain / std::sqrt(static_cast<double>(extents[1] * taps) * variance);
  for (double& w : filters) w *= factor;
  return filters;
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
  const auto take = [&](double factor, const std::vector<double>& values) {
    for (Index i = 0; i < count; ++i)
      parameter[i] = static_cast<T>(factor * values[static_cast<std::size_t>(i)]);
  };
  const auto orthogonal = [&] {
    take(how.value, random_orthogonal(extents[0], count / std::max<Index>(extents[0], 1), random));
  };
  // The central tap of (O, I, kh, kw): kh / 2 rows down, kw / 2 columns right.
  Index centre = 0;
  for (int axis = 2; axis < extents.rank; ++axis) centre = centre * extents[axis] + extents[axis] / 2;

  switch (how.kind) {
    case Kind::constant:
      for (Index i = 0; i < count; ++i) parameter[i] = static_cast<T>(how.value);
      break;
    case Kind::listed:
      for (Index i = 0; i < count; ++i) parameter[i] = static_cast<T>(how.values[i]);
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
    case Kind::orthogonal:
      orthogonal();
      break;
    case Kind::convolution_aware:
      if (extents.rank != 3 && extents.rank != 4)
        orthogonal();
      else if (taps == 1)
        normal(how.value / std::sqrt(fan_in));
      else
        take(1, convolution_aware_filters(extents, how.value, random));
      break;
    case Kind::dirac:
      for (Index i = 0; i < count; ++i) parameter[i] = 0;
      for (Index c = 0; c < std::min(extents[0], extents[1]); ++c)
        parameter[(c * extents[1] + c) * taps + centre] = static_cast<T>(how.value);
      break;
    case Kind::grouped_identity: {
      normal(how.value);
      const double joined = static_cast<double>(how.groups) / static_cast<double>(extents[0]);
      for (Index o = 0; o < extents[0]; ++o)
        for (Index i = 0; i < extents[1]; ++i)
          if (i * how.groups / extents[1] == o * how.groups / extents[0])
            parameter[(o * extents[1] + i) * taps + centre] = static_cast<T>(joined);
      break;
    }
  }
}

}  // namespace lamina::detail
