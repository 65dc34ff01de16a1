// Folding a run of elements with an associative operation (a sum, a product, a minimum, a maximum), in
// vectors and pairwise: halves of halves, down to short blocks, so that the rounding error of a float sum
// grows with the logarithm of its length. reduction.hpp next door puts it to work along the axes of a tensor.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/expressions/access.hpp"

namespace lamina::detail {

// The folds: identity, the operation on scalars and vectors, and the fold of one vector's lanes. Of the two
// that are combined, `so_far` is an identity or made by combine, never an element as it is: so a Smallest or
// Largest whose `next` alone may be NaN, and which then keeps `so_far`, passes over every NaN.
struct Sum {
  template <class S> static constexpr S identity = S{0};
  template <class V> static V combine(const V& a, const V& b) { return a + b; }
  template <class V> static auto lanes(const V& v) { return simd::reduce_add(v); }
};
struct Product {
  template <class S> static constexpr S identity = S{1};
  template <class V> static V combine(const V& a, const V& b) { return a * b; }
  template <class V> static auto lanes(const V& v) { return simd::reduce_multiply(v); }
};
/// The smallest and the largest element, NaN aside (where the target's minimum gives its second argument, as
/// x86's does); the identity of NaNs alone.
struct Smallest {
  template <class S>
  static constexpr S identity = std::numeric_limits<S>::has_infinity ? std::numeric_limits<S>::infinity()
                                                                     : std::numeric_limits<S>::max();
  template <class V> static V combine(const V& so_far, const V& next) {
    if constexpr (simd::Number<V>)
      return simd::min(next, so_far);
    else
      return std::min(next, so_far);
  }
  template <class V> static auto lanes(const V& v) { return simd::reduce_min(v); }
};
struct Largest {
  template <class S>
  static constexpr S identity = std::numeric_limits<S>::has_infinity ? -std::numeric_limits<S>::infinity()
                                                                     : std::numeric_limits<S>::lowest();
  template <class V> static V combine(const V& so_far, const V& next) {
    if constexpr (simd::Number<V>)
      return simd::max(next, so_far);
    else
      return std::max(next, so_far);
  }
  template <class V> static auto lanes(const V& v) { return simd::reduce_max(v); }
};

/// A fold of one element, which later ones can be combined with.
template <class Fold, class S, class V> V begin_fold(const V& element) {
  return Fold::combine(V(Fold::template identity<S>), element);
}

/// Elements folded one after another, at the bottom of the pairwise recursion: 16 turns of 4 vectors of 8
/// floats.
inline constexpr Index fold_block = 512;

/// Folds places [first, first + count) of a bound expression, at most `fold_block`, lane by lane: what the
/// lanes of the result fold to is the fold of all.
template <class Fold, class S, class Bound, class Arch = simd::Arch>
simd::Vector<S> fold_in_lanes(Bound bound, Index first, Index count) {
  constexpr Index width = simd::width<S>;
  const Index last = first + count;
  const simd::Vector<S> identity = simd::broadcast<S>(Fold::template identity<S>);
  simd::Vector<S> a = identity, b = identity;
  Index i = first;
  if (count >= 4 * width) {  // four folds at once hide the latency of one
    simd::Vector<S> c = identity, d = identity;
    for (; i + 4 * width <= last; i += 4 * width) {
      a = Fold::combine(a, bound(i));
      b = Fold::combine(b, bound(i + width));
      c = Fold::combine(c, bound(i + 2 * width));
      d = Fold::combine(d, bound(i + 3 * width));
    }
    a = Fold::combine(a, c);
    b = Fold::combine(b, d);
  }
  for (; i + width <= last; i += width) a = Fold::combine(a, bound(i));
  if (i < last)
    b = Fold::combine(b,
                      simd::select(simd::lanes_between<S>(0, last - i), bound(Tail{i, last - i}), identity));
  return Fold::combine(a, b);
}

/// Folds places [first, first + count) of a bound expression to S.
template <class Fold, class S, class Bound, class Arch = simd::Arch>
S fold_run(Bound bound, Index first, Index count) {
  if (count > fold_block) {
    const Index half = (count / 2 + fold_block - 1) / fold_block * fold_block;
    return Fold::combine(fold_run<Fold, S>(bound, first, half),
                         fold_run<Fold, S>(bound, first + half, count - half));
  }
  if constexpr (!simd::is_vector<decltype(bound(Index{}))>) {
    S result = Fold::template identity<S>;
    for (Index i = first; i < first + count; ++i) result = Fold::combine(result, static_cast<S>(bound(i)));
    return result;
  } else {
    return Fold::lanes(fold_in_lanes<Fold, S>(bound, first, count));
  }
}

/// As many vectors as one has lanes; lane i of the result is what the lanes of vector i fold to, in the order
/// of Fold::lanes.
template <class Fold, class S, class Arch = simd::Arch>
simd::Vector<S> fold_lanes_of_each(std::array<simd::native<S>, std::size_t{simd::width<S>}>& vectors) {
  return simd::reduce_each<S>(vectors, [](const auto& a, const auto& b) { return Fold::combine(a, b); });
}

/// Folds values as they come, pairwise: value n is combined with as many neighbours as n has trailing one
/// bits.
template <class Fold, class S> class PairwiseFold {
 public:
  void add(S value) {
    std::size_t level = 0;
    for (Index n = count_++; n % 2 == 1; n /= 2) value = Fold::combine(levels_[level++], value);
    levels_[level] = value;
  }
  S result() const {
    S value = Fold::template identity<S>;
    for (std::size_t level = 0; level < levels_.size(); ++level)
      if (count_ >> level & 1) value = Fold::combine(levels_[level], value);
    return value;
  }

 private:
  Index count_ = 0;
  std::array<S, 48> levels_;
};

}  // namespace lamina::detail
