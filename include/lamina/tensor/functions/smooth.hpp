// Smooth activations, as PyTorch defines them. All are finite, with finite derivatives, wherever their value
// is: no exponential that may overflow is left in a quotient or a product.
#pragma once

#include <numbers>
#include <string_view>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/functions/elementary.hpp"
#include "lamina/tensor/functions/pointwise_function.hpp"

namespace lamina {

/// 1 / (1 + e^-x), the logistic function; sigmoid' = y (1 - y).
struct Sigmoid : PointwiseFunction<Sigmoid> {
  static constexpr std::string_view name = "sigmoid";
  static constexpr bool derivative_from_output = true;
  template <class X> static X value(const X& x) {
    const auto one = simd::constant<typename X::Number>(1);
    const auto y = simd::sigmoid(x.value);
    return x.chain(y, [&] { return y * (one - y); });
  }
  template <class Y> static Y slope(const Y& y) { return y * (1 - y); }
};
inline constexpr Sigmoid sigmoid{};

/// log(1 + e^x), as max(x, 0) + log1p(e^-|x|); softplus' = sigmoid. (PyTorch gives x itself above 20, which
/// in float is the same.)
struct Softplus : PointwiseFunction<Softplus> {
  static constexpr std::string_view name = "softplus";
  template <class X> static X value(const X& x) {
    using V = typename X::Number;
    const V y = simd::max(x.value, simd::constant<V>(0)) + simd::log1p(simd::exp(-simd::abs(x.value)));
    return x.chain(y, [&] { return simd::sigmoid(x.value); });
  }
};
inline constexpr Softplus softplus{};

/// log(sigmoid(x)) = -softplus(-x).
struct LogSigmoid : PointwiseFunction<LogSigmoid> {
  static constexpr std::string_view name = "log_sigmoid";
  template <class X> static X value(const X& x) { return -softplus(-x); }
};
inline constexpr LogSigmoid log_sigmoid{};

/// x / (1 + |x|).
struct Softsign : PointwiseFunction<Softsign> {
  static constexpr std::string_view name = "softsign";
  template <class X> static X value(const X& x) { return x / (1 + abs(x)); }
};
inline constexpr Softsign softsign{};

/// x sigmoid(x), also called swish (Hendrycks and Gimpel 2016; Ramachandran et al. 2017).
struct Silu : PointwiseFunction<Silu> {
  static constexpr std::string_view name = "silu";
  template <class X> static X value(const X& x) { return x * sigmoid(x); }
};
inline constexpr Silu silu{};

/// x tanh(softplus(x)) (Misra 2019). With e = e^x, tanh(log(1 + e)) = n / (n + 2), n = e (e + 2); from x = 20
/// on that is 1 to the last bit of a double.
struct Mish : PointwiseFunction<Mish> {
  static constexpr std::string_view name = "mish";
  template <class X> static X value(const X& x) {
    const X e = exp(min(x, 20));
    const X n = e * (e + 2);
    return x * (n / (n + 2));
  }
};
inline constexpr Mish mish{};

/// x Φ(x) = x/2 (1 + erf(x / sqrt 2)), Φ the normal distribution (Hendrycks and Gimpel 2016).
struct Gelu : PointwiseFunction<Gelu> {
  static constexpr std::string_view name = "gelu";
  template <class X> static X value(const X& x) {
    return 0.5 * x * (1 + erf(x * (0.5 * std::numbers::sqrt2)));
  }
};
inline constexpr Gelu gelu{};

/// The tanh form of gelu: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x³))). From 20 on tanh is 1 to the last bit
/// of a double; there its argument stays, and its derivative is 0 where the cube's would be infinite.
struct GeluTanh : PointwiseFunction<GeluTanh> {
  static constexpr std::string_view name = "gelu_tanh";
  template <class X> static X value(const X& x) {
    constexpr double sqrt_2_over_pi = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    const X argument = sqrt_2_over_pi * x * (1 + 0.044715 * x * x);
    return 0.5 * x * (1 + tanh(max(min(argument, 20), -20)));
  }
};
inline constexpr GeluTanh gelu_tanh{};

}  // namespace lamina
