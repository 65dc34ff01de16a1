// Gradient clipping, between backward and the optimizer's step: by the norm of all gradients together
// (Pascanu et al. 2013), or each by itself. Frozen parameters have no part in it.
#pragma once

#include <algorithm>
#include <cmath>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/net/parameter_space.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/train/detail/arena_parts.hpp"
#include "lamina/train/detail/ordered_sum.hpp"

namespace lamina {

namespace detail {

/// Replaces every gradient vector v of parameters that are not frozen by f(v).
template <class T, class Arch = simd::Arch, class F>
void transform_gradients(const ParameterSpace<T>& space, const F& f) {
  constexpr Index width = simd::width<T>;
  const auto size = static_cast<Index>(space.gradients.size());
  parallel_for(pieces_of(size, arena_grain), [&](Index piece) {
    const Index begin = piece * arena_grain;
    for_each_part(space.segments, begin, std::min(begin + arena_grain, size),
                  [&](Index first, Index last, const ParameterSegment& segment) {
                    if (segment.frozen) return;
                    T* const gradients = space.gradients.data();
                    Index i = first;
                    for (; i + width <= last; i += width)
                      simd::store_unaligned(gradients + i, f(simd::load_unaligned<T>(gradients + i)));
                    simd::store_partial(gradients + i, f(simd::load_partial<T>(gradients + i, last - i)),
                                        last - i);
                  });
  });
}

}  // namespace detail

/// √Σ g² over the gradients of all parameters that are not frozen. Summed in double, in a fixed order.
template <class T, class Arch = simd::Arch> double gradient_norm(const ParameterSpace<T>& space) {
  using V = simd::Vector<T>;
  constexpr Index width = simd::width<T>, run = 32 * width;  // added in T before they enter the double
  const auto size = static_cast<Index>(space.gradients.size());
  const T* const gradients = space.gradients.data();
  return std::sqrt(detail::ordered_sum(detail::pieces_of(size, detail::arena_grain), [&](Index piece) {
    const Index begin = piece * detail::arena_grain;
    double sum = 0;
    detail::for_each_part(space.segments, begin, std::min(begin + detail::arena_grain, size),
                          [&](Index first, Index last, const ParameterSegment& segment) {
                            if (segment.frozen) return;
                            for (Index from = first; from < last; from += run) {
                              const Index end = std::min(from + run, last);
                              V squares = simd::constant<V>(0);
                              Index i = from;
                              for (; i + width <= end; i += width) {
                                const V g = simd::load_unaligned<T>(gradients + i);
                                squares = simd::fma(g, g, squares);
                              }
                              const V g = simd::load_partial<T>(gradients + i, end - i);
                              sum += static_cast<double>(simd::reduce_add(simd::fma(g, g, squares)));
                            }
                          });
    return sum;
  }));
}

/// Where the norm of all gradients exceeds `maximum`, scales them so that it is `maximum`. Returns the norm
/// found. PyTorch's clip_grad_norm_: the factor is min(1, maximum / (norm + 1e-6)); a norm that is not finite
/// is returned as it is and spoils the gradients, so look at it where that can happen.
template <class T, class Arch = simd::Arch>
double clip_gradient_norm(const ParameterSpace<T>& space, double maximum) {
  detail::require_option(maximum >= 0, "clip_gradient_norm: the maximum must not be negative");
  const double norm = gradient_norm<T, Arch>(space);
  const double factor = maximum / (norm + 1e-6);
  if (!(factor >= 1)) {
    const auto scale = simd::broadcast<T>(static_cast<T>(factor));
    detail::transform_gradients<T, Arch>(space, [=](simd::Vector<T> g) { return g * scale; });
  }
  return norm;
}

/// Holds every gradient within [-limit, limit]. PyTorch's clip_grad_value_.
template <class T, class Arch = simd::Arch>
void clip_gradient_value(const ParameterSpace<T>& space, double limit) {
  detail::require_option(limit >= 0, "clip_gradient_value: the limit must not be negative");
  const auto most = simd::broadcast<T>(static_cast<T>(limit));
  detail::transform_gradients<T, Arch>(
      space, [=](simd::Vector<T> g) { return simd::max(-most, simd::min(most, g)); });
}

}  // namespace lamina
