// Transcendental functions of vectors and scalars.
#pragma once

#include "lamina/simd/vector.hpp"

namespace lamina::simd {
#define LAMINA_FORWARD(name)               \
  template <Number V> inline V name(V x) { \
    if constexpr (is_vector<V>)            \
      return xsimd::name(x);               \
    else                                   \
      return std::name(x);                 \
  }
LAMINA_FORWARD(exp)
LAMINA_FORWARD(expm1)
LAMINA_FORWARD(log)
LAMINA_FORWARD(log1p)
LAMINA_FORWARD(tanh)
LAMINA_FORWARD(erf)
LAMINA_FORWARD(sin)
LAMINA_FORWARD(cos)
#undef LAMINA_FORWARD

template <Number V> inline V pow(V base, V exponent) {
  if constexpr (is_vector<V>)
    return xsimd::pow(base, exponent);
  else
    return std::pow(base, exponent);
}
}  // namespace lamina::simd
