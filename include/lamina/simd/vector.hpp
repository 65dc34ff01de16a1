// The vector type and its arithmetic: lamina's face over xsimd 8.1 to 14, whose differences are settled in
// this room and nowhere else. Every function takes a Vector or a floating-point scalar (a vector of one), so
// that a formula is written once. Call them qualified, simd::fma(a, b, c): an unqualified call on a Vector
// finds xsimd's function of the same name too. Next: memory.hpp (load and store), math.hpp (exp, log, tanh…).
#pragma once

#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
// GCC 12's AVX-512 intrinsics name an undefined operand by reading an uninitialised variable, and warn of it
// wherever they are inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif
#include <xsimd/xsimd.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#if defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#error "lamina: xsimd knows no vector instructions for this target; compile for SSE2, AVX2, AVX-512 or NEON64"
#endif

namespace lamina::simd {

/// The instruction set this translation unit is compiled for. Templates that touch vectors carry it in their
/// signature (through Vector, or as `class Arch = simd::Arch`), so that units built with different flags
/// link.
using Arch = xsimd::default_arch;

/// As many elements of T (float or double) as fit a register.
template <class T> using Vector = xsimd::batch<T, Arch>;

/// Vector registers that an inner loop may fill.
template <class A = Arch> inline constexpr int registers = xsimd::batch<float, A>::size == 16 ? 32 : 16;

/// Elements in a Vector<T>: with AVX2 8 floats or 4 doubles.
template <class T> inline constexpr int width = static_cast<int>(Vector<T>::size);

template <class V> inline constexpr bool is_vector = false;
template <class T, class A> inline constexpr bool is_vector<xsimd::batch<T, A>> = true;

/// What the functions of this room take: a vector, or a scalar.
template <class V>
concept Number = std::floating_point<V> || is_vector<V>;

namespace detail {
template <class V> struct Traits {
  using Element = V;
  using Mask = bool;
  static constexpr int lanes = 1;
};
template <class T, class A> struct Traits<xsimd::batch<T, A>> {
  using Element = T;
  using Mask = xsimd::batch_bool<T, A>;
  static constexpr int lanes = static_cast<int>(xsimd::batch<T, A>::size);
};
template <class T> struct Native {
  typedef T type __attribute__((vector_size(width<T> * sizeof(T))));
};
}  // namespace detail

/// Element type of a vector; a scalar's own type.
template <Number V> using Element = typename detail::Traits<V>::Element;

/// What comparing two V gives: a mask of lanes (on which & | ! work), or bool.
template <Number V> using Mask = typename detail::Traits<V>::Mask;

/// Elements in V: width<T> for a vector, 1 for a scalar.
template <Number V> inline constexpr int lanes = detail::Traits<V>::lanes;

/// The compilers' own vector type, as wide as Vector<T>. Register tiles of hot kernels are arrays of it: GCC
/// 12 keeps those in registers but spills arrays of Vector (82–91 against 20–68 GFLOP/s in a 4×24 tile on Zen
/// 3).
/// + - * / and lanes [i] work on it; a * b + c becomes one FMA where the flags allow contraction.
template <class T> using native = typename detail::Native<T>::type;

/// The same register as the other type; both are free. from_native<T>(n) names its element type.
template <class T> inline native<T> to_native(const xsimd::batch<T, Arch>& v) {
  return static_cast<native<T>>(static_cast<typename Vector<T>::register_type>(v));
}
template <class T> inline Vector<T> from_native(native<T> v) {
  return Vector<T>(static_cast<typename Vector<T>::register_type>(v));
}

namespace detail {
template <int First, class N, int... I> inline N interleave(N a, N b, std::integer_sequence<int, I...>) {
  constexpr int count = sizeof...(I);
  return __builtin_shufflevector(a, b, (First + I / 2 + I % 2 * count)...);
}
}  // namespace detail

/// The lower (upper) halves of two registers in turns: a0 b0 a1 b1 … (xsimd 8.1's zip_lo does so within 16
/// bytes only.)
template <class T> inline native<T> interleave_low(native<T> a, native<T> b) {
  return detail::interleave<0>(a, b, std::make_integer_sequence<int, width<T>>{});
}
template <class T> inline native<T> interleave_high(native<T> a, native<T> b) {
  return detail::interleave<width<T> / 2>(a, b, std::make_integer_sequence<int, width<T>>{});
}

/// All lanes equal to x.
template <class T> inline Vector<T> broadcast(std::type_identity_t<T> x) { return Vector<T>(x); }

/// The number x as a V: a scalar of its precision, or a vector of equal lanes.
template <Number V> inline V constant(double x) { return V(static_cast<Element<V>>(x)); }

/// Whether a * b + c is rounded once on this target (then fma is also as fast as a product).
#if defined(__FMA__) || defined(__AVX512F__) || defined(__ARM_FEATURE_FMA)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif

/// a * b + c, rounded once where the target can (a scalar does what the vector of its target does).
template <Number V> inline V fma(V a, V b, V c) {
#if defined(__AVX512F__)
  // xsimd 8.1 multiplies and adds here.
  if constexpr (std::is_same_v<V, Vector<float>>) return _mm512_fmadd_ps(a, b, c);
  if constexpr (std::is_same_v<V, Vector<double>>) return _mm512_fmadd_pd(a, b, c);
#endif
  if constexpr (is_vector<V>)
    return xsimd::fma(a, b, c);
  else if constexpr (has_fma)
    return std::fma(a, b, c);
  else
    return a * b + c;
}

/// Lane by lane, a where the mask is set and b elsewhere. Both are evaluated.
template <Number V> inline V select(const Mask<V>& mask, V a, V b) {
  if constexpr (is_vector<V>)
    return xsimd::select(mask, a, b);
  else
    return mask ? a : b;
}

namespace detail {
/// Whether xsimd's max and min give the second of two arguments, and not the first, where either is NaN.
inline constexpr bool nan_second = XSIMD_VERSION_MAJOR < 14;
}  // namespace detail

/// Larger and smaller of each pair of lanes. Where either is NaN an x86 target gives b, so the argument that
/// may be NaN stands second when that is to be seen: max(0, x).
template <Number V> inline V max(V a, V b) {
  if constexpr (is_vector<V>)
    return detail::nan_second ? xsimd::max(a, b) : xsimd::max(b, a);
  else
    return a > b ? a : b;
}
template <Number V> inline V min(V a, V b) {
  if constexpr (is_vector<V>)
    return detail::nan_second ? xsimd::min(a, b) : xsimd::min(b, a);
  else
    return a < b ? a : b;
}

template <Number V> inline V abs(V x) {
  if constexpr (is_vector<V>)
    return xsimd::abs(x);
  else
    return std::abs(x);
}

/// Correctly rounded. There is no rsqrt: xsimd's is a 12-bit estimate even for double; write 1 / sqrt(x).
template <Number V> inline V sqrt(V x) {
  if constexpr (is_vector<V>)
    return xsimd::sqrt(x);
  else
    return std::sqrt(x);
}

/// Largest integer not above x.
template <Number V> inline V floor(V x) {
  if constexpr (is_vector<V>)
    return xsimd::floor(x);
  else
    return std::floor(x);
}

/// Smallest integer not below x.
template <Number V> inline V ceil(V x) {
  if constexpr (is_vector<V>)
    return xsimd::ceil(x);
  else
    return std::ceil(x);
}

/// Nearest integer; of two equally near ones the even one.
template <Number V> inline V round(V x) {
  if constexpr (is_vector<V>)
    return xsimd::nearbyint(x);
  else
    return std::nearbyint(x);
}

/// |magnitude| with the sign of `sign` (of a zero, too).
template <Number V> inline V copysign(V magnitude, V sign) {
  if constexpr (is_vector<V>)
    return xsimd::copysign(magnitude, sign);
  else
    return std::copysign(magnitude, sign);
}

/// Lane by lane, whether a and b differ, as NaN does from everything: not !=, for which NaN equals NaN in
/// vectors of xsimd 8.
template <class A, class B> constexpr auto not_equal(const A& a, const B& b) { return !(a == b); }

/// a ^ b of numbers, of vectors of integers, and of masks, whose ^ in xsimd 8.1 is an | with AVX-512.
template <class A, class B> constexpr auto exclusive_or(const A& a, const B& b) { return a ^ b; }
template <class T>
inline auto exclusive_or(const xsimd::batch_bool<T, Arch>& a, const xsimd::batch_bool<T, Arch>& b) {
  return (a | b) & !(a & b);
}

/// Whether the mask is set in some lane, in every lane.
template <class M> inline bool any(const M& mask) {
  if constexpr (std::is_same_v<M, bool>)
    return mask;
  else
    return xsimd::any(mask);
}
template <class M> inline bool all(const M& mask) {
  if constexpr (std::is_same_v<M, bool>)
    return mask;
  else
    return xsimd::all(mask);
}

namespace detail {

/// Folds the lanes of v pairwise, upper half onto lower half. In registers, and in the same order whatever
/// the version of xsimd (8.1 has neither reduce_max nor reduce_add).
template <int Distance, class T, class Combine>
inline T reduce(const xsimd::batch<T, Arch>& v, Combine combine) {
  const native<T> n = to_native(v);
  if constexpr (Distance == 0) {
    return n[0];
  } else {
    const native<T> upper = [&]<int... Lane>(std::integer_sequence<int, Lane...>) {
      return __builtin_shufflevector(n, n, ((Lane + Distance) % width<T>)...);
    }(std::make_integer_sequence<int, width<T>>{});
    return reduce<Distance / 2>(combine(v, from_native<T>(upper)), combine);
  }
}

}  // namespace detail

/// Sum, product, maximum and minimum of the lanes, in a fixed order.
template <class T> inline T reduce_add(const xsimd::batch<T, Arch>& v) {
  return detail::reduce<width<T> / 2>(v, [](auto a, auto b) { return a + b; });
}
template <class T> inline T reduce_multiply(const xsimd::batch<T, Arch>& v) {
  return detail::reduce<width<T> / 2>(v, [](auto a, auto b) { return a * b; });
}
template <class T> inline T reduce_max(const xsimd::batch<T, Arch>& v) {
  return detail::reduce<width<T> / 2>(v, [](auto a, auto b) { return simd::max(a, b); });
}
template <class T> inline T reduce_min(const xsimd::batch<T, Arch>& v) {
  return detail::reduce<width<T> / 2>(v, [](auto a, auto b) { return simd::min(a, b); });
}

/// Lane i of the result is what the lanes of v[i] are folded into by combine(a, b) of vectors, in the order
/// of reduce_add and its like: a whole register of reductions for the price of two or three. v is
/// overwritten. (Where v[i] and v[i + half] are interleaved, the halves of both meet.)
template <class T, class Combine, class A = Arch>
inline Vector<T> reduce_each(std::array<native<T>, std::size_t{width<T>}>& v, Combine combine) {
  for (std::size_t half = width<T> / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i)
      v[i] = to_native<T>(combine(from_native<T>(interleave_low<T>(v[i], v[i + half])),
                                  from_native<T>(interleave_high<T>(v[i], v[i + half]))));
  return from_native<T>(v[0]);
}

}  // namespace lamina::simd
