// Fills a parameter with its initial values, from counter-based random numbers in logical order: the same
// numbers whatever the vector width of the build.
#pragma once

#include <Eigen/QR>

#include "lamina/core/random.hpp"
#include "lamina/net/arena.hpp"

namespace lamina::detail {

/// A (rows, columns) matrix with orthonormal rows or, if there are fewer, columns: Q of a Gaussian's QR, with
/// signs that make it uniformly distributed.
inline Eigen::MatrixXd random_orthogonal(Index rows, Index columns, const Random& random) {
  const Index tall = std::max(rows, columns), wide = std::min(rows, columns);
  Eigen::MatrixXd gaussian(tall, wide);
  for (Index i = 0; i < tall * wide; ++i) gaussian.data()[i] = random.normal(static_cast<std::uint64_t>(i));
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  Eigen::MatrixXd q = qr.householderQ() * Eigen::MatrixXd::Identity(tall, wide);
  for (Index j = 0; j < wide; ++j)
    if (qr.matrixQR()(j, j) < 0) q.col(j) = -q.col(j);
  return rows >= columns ? q : Eigen::MatrixXd(q.transpose());
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
      const Eigen::MatrixXd q = random_orthogonal(rows, columns, random);
      for (Index i = 0; i < count; ++i)
        parameter[i] = static_cast<T>(how.value * q(i / columns, i % columns));
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
