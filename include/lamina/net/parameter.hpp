// What a layer says of the numbers it owns: a name, logical extents in PyTorch's order, how to begin, and the
// order in which the arena holds them. Names, files, initialisers and tests speak the logical order; only
// kernels see the arena's.
#pragma once

#include <array>
#include <cmath>
#include <string_view>

#include "lamina/core/shape.hpp"

namespace lamina {

/// Logical extents of a parameter, one to five axes: conv (O, I/g, kh, kw), dense (O, I), bias (C).
struct ParameterExtents {
  std::array<Index, 5> axes{};
  int rank = 0;

  constexpr ParameterExtents() = default;
  template <class... I>
    requires(sizeof...(I) >= 1 && sizeof...(I) <= 5)
  constexpr ParameterExtents(I... extents) : axes{static_cast<Index>(extents)...}, rank(int{sizeof...(I)}) {}

  constexpr Index operator[](int axis) const { return axes[static_cast<std::size_t>(axis)]; }
  constexpr Index count() const {
    Index product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= (*this)[axis];
    return product;
  }
  constexpr bool operator==(const ParameterExtents&) const = default;
};

/// The order of a parameter in the arena. `plain`: logical row-major order. Otherwise one axis is cut into
/// blocks of B (the vector width): [axis / B][the other axes, channel axis last][axis % B], padded with
/// zeros. That is what kernels stream: B output channels side by side, input channels next, taps outermost.
struct Order {
  int blocked_axis = -1;
  int last_axis = -1;  ///< the unblocked axis that runs fastest; -1: as in the logical order

  constexpr bool operator==(const Order&) const = default;
};

namespace orders {
inline constexpr Order plain{};
inline constexpr Order vector{0, -1};  ///< (C): one value per channel
inline constexpr Order conv{0, 1};     ///< (O, I/g, kh, kw) as [O/B][kh][kw][I/g][B]
inline constexpr Order dense{0, 1};    ///< (O, I) as [O/B][I][B]
}  // namespace orders

/// Elements that a parameter takes in the arena for vectors of `block` lanes, padding included.
constexpr Index arena_elements(const ParameterExtents& extents, Order order, Index block) {
  if (order.blocked_axis < 0) return extents.count();
  const Index blocked = extents[order.blocked_axis];
  return blocked == 0 ? 0 : extents.count() / blocked * ((blocked + block - 1) / block * block);
}

/// Place in the arena of the element at row-major logical position `logical`.
constexpr Index arena_position(const ParameterExtents& extents, Order order, Index block, Index logical) {
  if (order.blocked_axis < 0) return logical;
  std::array<Index, 5> at{};
  for (int axis = extents.rank - 1; axis >= 0; --axis) {
    at[static_cast<std::size_t>(axis)] = logical % extents[axis];
    logical /= extents[axis];
  }
  const Index blocked = at[static_cast<std::size_t>(order.blocked_axis)];
  Index position = blocked / block;
  for (int axis = 0; axis < extents.rank; ++axis)
    if (axis != order.blocked_axis && axis != order.last_axis)
      position = position * extents[axis] + at[static_cast<std::size_t>(axis)];
  if (order.last_axis >= 0)
    position = position * extents[order.last_axis] + at[static_cast<std::size_t>(order.last_axis)];
  return position * block + blocked % block;
}

/// How a parameter begins. Fans are those of PyTorch: fan in = extents[1] · taps, fan out = extents[0] ·
/// taps.
struct Initializer {
  enum class Kind {
    constant,
    listed,
    normal,
    uniform,
    he_normal,
    he_uniform,
    xavier_normal,
    xavier_uniform,
    lecun_uniform,
    orthogonal,
    dirac,
    grouped_identity,
    convolution_aware
  };
  enum class Fan { in, out };
  // In this order it has no padding: clang 19 lays out template arguments with members behind padding
  // wrongly.
  double value = 0;                ///< the constant, standard deviation, half width, or gain
  const double* values = nullptr;  ///< of all elements, where they are listed
  Index groups = 1;                ///< of channels, for the identity between them
  Kind kind = Kind::constant;
  Fan fan = Fan::in;

  constexpr Initializer() = default;
  constexpr Initializer(Kind k, double v, Fan f = Fan::in, Index g = 1)
      : value(v), groups(g), kind(k), fan(f) {}

  constexpr bool operator==(const Initializer&) const = default;
};

namespace initializers {
using Kind = Initializer::Kind;
using Fan = Initializer::Fan;
inline constexpr Initializer zeros{Kind::constant, 0};
inline constexpr Initializer ones{Kind::constant, 1};
constexpr Initializer constant(double value) { return {Kind::constant, value}; }
/// Every element has its own: as many values as the parameter has elements, which must outlive it (a static
/// array).
constexpr Initializer listed(const double* values) {
  Initializer all;
  all.kind = Kind::listed, all.values = values;
  return all;
}
constexpr Initializer normal(double standard_deviation) { return {Kind::normal, standard_deviation}; }
constexpr Initializer uniform(double half_width) { return {Kind::uniform, half_width}; }
/// He et al. 2015: standard deviation sqrt(2 / fan), right for ReLU.
inline constexpr Initializer he_normal{Kind::he_normal, 1.4142135623730951};
inline constexpr Initializer he_uniform{Kind::he_uniform, 1.4142135623730951};
inline constexpr Initializer he_normal_fan_out{Kind::he_normal, 1.4142135623730951, Fan::out};
inline constexpr Initializer he_uniform_fan_out{Kind::he_uniform, 1.4142135623730951, Fan::out};
/// Glorot and Bengio 2010: variance 2 / (fan in + fan out).
inline constexpr Initializer xavier_normal{Kind::xavier_normal, 1};
inline constexpr Initializer xavier_uniform{Kind::xavier_uniform, 1};
/// Uniform in ±1 / sqrt(fan in): what PyTorch gives its dense layers.
inline constexpr Initializer lecun_uniform{Kind::lecun_uniform, 1};
/// Saxe et al. 2014: the rows (or columns, if fewer) of the (O, rest) matrix are orthonormal.
inline constexpr Initializer orthogonal{Kind::orthogonal, 1};
/// The identity: 1 where input and output channel agree at the central tap (dense: on the diagonal).
inline constexpr Initializer dirac{Kind::dirac, 1};
/// The identity of `groups` maps that a net holds in ever more channels (Yu and Koltun 2016): channels fall
/// into that many groups of neighbours, and at the central tap those of a group are joined with groups / O,
/// so that the sums over a group stay what they are. All else is normal with this standard deviation. With
/// as many groups as channels and no noise it is dirac.
constexpr Initializer grouped_identity(Index groups, double noise) {
  return {Kind::grouped_identity, noise, Fan::in, groups};
}
/// Convolution-aware initialisation (Aghajanyan, "Convolution Aware Initialization", 2017): the spectra of an
/// output's filters are rows of random orthogonal matrices, as many rows each as a spectrum has numbers (of
/// 3 × 3 filters 6); normal noise is added, and all weights are scaled to variance 2 / fan in. The spectra
/// are real, so filters would be even but for the noise, whose deviation (0.05, before scaling) is the
/// reference code's. Kernels of one tap begin He-normal, dense layers orthogonal.
inline constexpr Initializer convolution_aware{Kind::convolution_aware, 1.4142135623730951};
}  // namespace initializers

/// One parameter, or one running statistic, of a layer.
struct Parameter {
  std::string_view name;
  ParameterExtents extents;
  Initializer initializer{};
  Order order = orders::plain;
  bool decays = true;  ///< weight decay applies (by default not to biases and norms)
};

}  // namespace lamina
