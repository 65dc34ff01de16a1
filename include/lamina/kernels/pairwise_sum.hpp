// Pairwise summation: the sum of n terms as the sum of the sums of its halves, down to runs of 256, four sums
// of 64 side by side. Its rounding error grows with log n (Higham, "The accuracy of floating point
// summation", 1993), it costs nothing, and its order is a function of n alone.
#pragma once

#include <type_traits>

#include "lamina/core/shape.hpp"

namespace lamina::kernels::detail {

/// term(first) + … + term(first + count - 1), count >= 1. A term is a vector, a scalar, or anything with +=.
template <class Term>
std::invoke_result_t<const Term&, Index> pairwise_sum(Index first, Index count, const Term& term) {
  if (count > 256) {
    const Index half = count / 2;
    auto sum = pairwise_sum(first, half, term);
    sum += pairwise_sum(first + half, count - half, term);
    return sum;
  }
  const Index end = first + count;
  auto a = term(first);
  if (count < 4) {
    for (Index i = first + 1; i < end; ++i) a += term(i);
    return a;
  }
  // Four sums at a time: an addition waits four cycles for the one before it.
  auto b = term(first + 1), c = term(first + 2), d = term(first + 3);
  Index i = first + 4;
  for (; i + 4 <= end; i += 4) {
    a += term(i);
    b += term(i + 1);
    c += term(i + 2);
    d += term(i + 3);
  }
  for (; i < end; ++i) a += term(i);
  a += b;
  c += d;
  a += c;
  return a;
}

}  // namespace lamina::kernels::detail
