// Vectors to and from memory: whole, unaligned, and the partial one at the end of a run whose length is no
// multiple of the width. A partial access touches no byte past the run. And masks of some lanes by number.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "lamina/core/shape.hpp"
#include "lamina/simd/vector.hpp"

namespace lamina::simd {

/// width<T> elements from an address aligned to a vector.
template <class T> inline Vector<T> load(const T* from) { return Vector<T>::load_aligned(from); }
template <class T> inline Vector<T> load_unaligned(const T* from) { return Vector<T>::load_unaligned(from); }

/// Writes width<T> elements to an address aligned to a vector.
template <class T> inline void store(T* to, const xsimd::batch<T, Arch>& v) { v.store_aligned(to); }
template <class T> inline void store_unaligned(T* to, const xsimd::batch<T, Arch>& v) {
  v.store_unaligned(to);
}

namespace detail {

#if defined(__AVX512F__)
template <class T> inline auto first_lanes(Index count) {
  return static_cast<std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>>((1u << count) - 1u);
}
#elif defined(__AVX__)
/// `count` lanes with the sign bit set, then lanes of zeros: a window on a row of both.
template <class T> inline __m256i first_lanes(Index count) {
  using Bits = std::conditional_t<sizeof(T) == 4, int, long long>;
  static constexpr auto row = [] {
    std::array<Bits, 2 * width<T>> bits{};
    std::fill_n(bits.begin(), width<T>, Bits{-1});
    return bits;
  }();
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.data() + width<T> - count));
}
#endif

}  // namespace detail

/// The first `count` lanes, 0 <= count <= width<T>, from any address; the other lanes are 0.
template <class T> inline Vector<T> load_partial(const T* from, Index count) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>)
    return _mm512_maskz_loadu_ps(detail::first_lanes<T>(count), from);
  else
    return _mm512_maskz_loadu_pd(detail::first_lanes<T>(count), from);
#elif defined(__AVX__)
  if constexpr (std::is_same_v<T, float>)
    return _mm256_maskload_ps(from, detail::first_lanes<T>(count));
  else
    return _mm256_maskload_pd(from, detail::first_lanes<T>(count));
#else
  alignas(64) T lanes[width<T>] = {};
  std::copy_n(from, count, lanes);
  return load(static_cast<const T*>(lanes));
#endif
}

/// Elements 0, 2, 4… from any address, of the 2 width<T> that it reads.
template <class T> inline Vector<T> load_every_other(const T* from) {
  constexpr int half = width<T> / 2, quarter = half / 2;
  if constexpr (quarter == 0) {
    return from_native<T>(native<T>{from[0], from[2]});
  } else {
    // Halves are put together so that elements need not cross from one half of a register to the other, which
    // takes longer.
    typedef T Half __attribute__((vector_size(half * sizeof(T)), aligned(alignof(T)), may_alias));
    const Half* const halves = reinterpret_cast<const Half*>(from);
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      const native<T> outer = __builtin_shufflevector(halves[0], halves[2], I...),
                      inner = __builtin_shufflevector(halves[1], halves[3], I...);
      return from_native<T>(__builtin_shufflevector(
          outer, inner, (I / quarter % 2 * width<T> + I / half * half + 2 * (I % quarter))...));
    }(std::make_integer_sequence<int, width<T>>{});
  }
}

/// Writes the first `count` lanes, 0 <= count <= width<T>, to any address.
template <class T> inline void store_partial(T* to, const xsimd::batch<T, Arch>& v, Index count) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>)
    _mm512_mask_storeu_ps(to, detail::first_lanes<T>(count), v);
  else
    _mm512_mask_storeu_pd(to, detail::first_lanes<T>(count), v);
#elif defined(__AVX__)
  // In halves: AVX's masked store is a fast instruction of Intel's alone (Zen 3: 4 ns, and these 0.6 to 2).
  if (count == width<T>) return store_unaligned(to, v);
  if constexpr (std::is_same_v<T, float>) {
    __m128 rest = _mm256_castps256_ps128(v);
    if (count & 4) {
      _mm_storeu_ps(to, rest);
      rest = _mm256_extractf128_ps(v, 1);
      to += 4;
    }
    if (count & 2) {
      _mm_storel_pi(reinterpret_cast<__m64*>(to), rest);
      rest = _mm_movehl_ps(rest, rest);
      to += 2;
    }
    if (count & 1) _mm_store_ss(to, rest);
  } else {
    __m128d rest = _mm256_castpd256_pd128(v);
    if (count & 2) {
      _mm_storeu_pd(to, rest);
      rest = _mm256_extractf128_pd(v, 1);
      to += 2;
    }
    if (count & 1) _mm_store_sd(to, rest);
  }
#else
  alignas(64) T lanes[width<T>];
  store(lanes, v);
  std::copy_n(lanes, count, to);
#endif
}

/// The lanes in [first, last) of a vector.
template <class T> inline Mask<Vector<T>> lanes_between(Index first, Index last) {
  alignas(64) static constexpr auto numbers = [] {
    std::array<T, static_cast<std::size_t>(width<T>)> lanes{};
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] = static_cast<T>(lane);
    return lanes;
  }();
  const Vector<T> lane = load(numbers.data());
  return (lane >= Vector<T>(static_cast<T>(first))) & (lane < Vector<T>(static_cast<T>(last)));
}

}  // namespace lamina::simd
