// Everything of simd/ once, for vectors of both types: compiled for instruction sets that the tests may not
// run on. (With xsimd 8.1 some of its functions do not compile for AVX-512.)
#include "lamina/simd/simd.hpp"

namespace simd = lamina::simd;

template <class T> void use(T* x, lamina::Index count) {
  using V = simd::Vector<T>;
  const V a = simd::load_unaligned(x), b = simd::load_partial(x, count), c = simd::load_every_other(x);
  for (const V& y : {simd::exp(a),
                     simd::expm1(a),
                     simd::log(a),
                     simd::log1p(a),
                     simd::sigmoid(a),
                     simd::tanh(a),
                     simd::erf(a),
                     simd::sin(a),
                     simd::cos(a),
                     simd::pow(a, b),
                     simd::fma(a, b, c),
                     simd::max(a, b),
                     simd::min(a, b),
                     simd::abs(a),
                     simd::sqrt(a),
                     simd::floor(a),
                     simd::round(a),
                     simd::copysign(a, b),
                     V(simd::select(simd::lanes_between<T>(0, count), a, b)),
                     simd::from_native<T>(simd::interleave_low<T>(simd::to_native(a), simd::to_native(b)))})
    simd::store_unaligned(x, V(simd::load_unaligned(x) + y));
  simd::store_partial(x, a, count);
  x[0] += simd::reduce_add(a) + simd::reduce_multiply(b) + simd::reduce_max(c) + simd::reduce_min(a);
  std::array<simd::native<T>, std::size_t{simd::width<T>}> each;
  each.fill(simd::to_native(a));
  simd::store_unaligned(x, simd::reduce_each<T>(each, [](auto v, auto w) { return V(v + w); }));
  if (simd::any(a < b) || simd::all(a < c)) x[0] = 0;
}
template void use(float*, lamina::Index);
template void use(double*, lamina::Index);
