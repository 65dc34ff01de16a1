// Activations made of pieces, as PyTorch defines them, with its derivatives at the kinks.
#pragma once

#include <string_view>

#include "lamina/core/fraction.hpp"
#include "lamina/tensor/functions/elementary.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"

namespace lamina {

/// max(x, 0); relu'(0) = 0.
struct Relu : PointwiseFunction<Relu> {
  static constexpr std::string_view name = "relu";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) { return max(x, 0); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(1), 0); }
  template <class I> static constexpr I whole(I x) { return x > I{} ? x : I{}; }
};
inline constexpr Relu relu{};

/// min(max(x, 0), 6); the derivative is 0 at both kinks.
struct Relu6 : PointwiseFunction<Relu6> {
  static constexpr std::string_view name = "relu6";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) { return min(max(x, 0), 6); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0 && y < 6, Y(1), 0); }
};
inline constexpr Relu6 relu6{};

/// x for x > 0, Slope · x elsewhere.
template <Fraction Slope> struct LeakyRelu : PointwiseFunction<LeakyRelu<Slope>> {
  static constexpr std::string_view name = "leaky_relu";
  static constexpr bool derivative_from_output =
      Slope.value() >= 0;  // else the output's sign hides the input's
  template <class X> static X value(const X& x) { return select(x > 0, x, Slope.value() * x); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(1), Slope.value()); }
};
template <Fraction Slope = 0.01> inline constexpr LeakyRelu<Slope> leaky_relu{};

/// x for x > 0, Alpha (e^x - 1) elsewhere (Clevert et al. 2015).
template <Fraction Alpha> struct Elu : PointwiseFunction<Elu<Alpha>> {
  static constexpr std::string_view name = "elu";
  static constexpr bool derivative_from_output = Alpha.value() >= 0;
  template <class X> static X value(const X& x) { return select(x > 0, x, Alpha.value() * expm1(x)); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(1), y + Alpha.value()); }
};
template <Fraction Alpha = 1.0> inline constexpr Elu<Alpha> elu{};

/// x for x > 0, Alpha (e^(x / Alpha) - 1) elsewhere: elu with derivative 1 on both sides of 0 (Barron 2017).
template <Fraction Alpha> struct Celu : PointwiseFunction<Celu<Alpha>> {
  static_assert(Alpha.value() > 0, "celu: alpha must be positive");
  static constexpr std::string_view name = "celu";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    return select(x > 0, x, Alpha.value() * expm1(x * (1 / Alpha.value())));
  }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(1), 1 + y * (1 / Alpha.value())); }
};
template <Fraction Alpha = 1.0> inline constexpr Celu<Alpha> celu{};

/// The elu that keeps mean 0 and variance 1 from layer to layer (Klambauer et al. 2017).
struct Selu : PointwiseFunction<Selu> {
  static constexpr std::string_view name = "selu";
  static constexpr bool derivative_from_output = true;
  static constexpr double scale = 1.0507009873554804934193349852946;
  static constexpr double alpha = 1.6732632423543772848170429916717;
  template <class X> static X value(const X& x) {
    return select(x > 0, scale * x, (scale * alpha) * expm1(x));
  }
  template <class Y> static Y slope(const Y& y) { return select(y > 0, Y(scale), y + scale * alpha); }
};
inline constexpr Selu selu{};

/// min(max(x, -1), 1); the derivative is 0 at both kinks.
struct HardTanh : PointwiseFunction<HardTanh> {
  static constexpr std::string_view name = "hard_tanh";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) { return min(max(x, -1), 1); }
  template <class Y> static Y slope(const Y& y) { return select(y > -1 && y < 1, Y(1), 0); }
};
inline constexpr HardTanh hard_tanh{};

/// relu6(x + 3) / 6, a sigmoid in three pieces; the derivative is 0 at both kinks.
struct HardSigmoid : PointwiseFunction<HardSigmoid> {
  static constexpr std::string_view name = "hard_sigmoid";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) { return relu6(x + 3) * (1.0 / 6); }
  template <class Y> static Y slope(const Y& y) { return select(y > 0 && y < 1, Y(1.0 / 6), 0); }
};
inline constexpr HardSigmoid hard_sigmoid{};

/// x hard_sigmoid(x) (Howard et al. 2019, MobileNetV3).
struct HardSwish : PointwiseFunction<HardSwish> {
  static constexpr std::string_view name = "hard_swish";
  template <class X> static X value(const X& x) { return x * hard_sigmoid(x); }
};
inline constexpr HardSwish hard_swish{};

}  // namespace lamina
