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

/// The folds: identity, the operation on scalars and vectors, and the fold of one vector's lanes.
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
/// Smallest element; elements that are NaN are passed over where the target's minimum gives its second
/// argument.
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

/// Elements folded one after another, at the bottom of the pairwise recursion: 16 turns of 4 vectors of 8
/// floats.
inline constexpr Index fold_block = 512;

/// Folds places [first, first + count) of a bound expression to S.
template <class Fold, class S, class Bound, class Arch = simd::Arch>
S fold_run(Bound bound, Index first, Index count) {
  if (count > fold_block) {
    const Index half = (count / 2 + fold_block - 1) / fold_block * fold_block;
    return Fold::combine(fold_run<Fold, S>(bound, first, half),
                         fold_run<Fold, S>(bound, first + half, count - half));
  }
  const Index last = first + count;
  if constexpr (!simd::is_vector<decltype(bound(Index{}))>) {
    S result = Fold::template identity<S>;
    for (Index i = first; i < last; ++i) result = Fold::combine(result, static_cast<S>(bound(i)));
    return result;
  } else {
    constexpr Index width = simd::width<S>;
    // Four folds at once hide the latency of one.
    simd::Vector<S> a = simd::broadcast<S>(Fold::template identity<S>), b = a, c = a, d = a;
    Index i = first;
    for (; i + 4 * width <= last; i += 4 * width) {
      a = Fold::combine(a, bound(i));
      b = Fold::combine(b, bound(i + width));
      c = Fold::combine(c, bound(i + 2 * width));
      d = Fold::combine(d, bound(i + 3 * width));
    }
    for (; i + width <= last; i += width) a = Fold::combine(a, bound(i));
    if (i < last)
      b = Fold::combine(b, simd::select(simd::lanes_between<S>(0, last - i), bound(Tail{i, last - i}),
                                        simd::broadcast<S>(Fold::template identity<S>)));
    return Fold::lanes(Fold::combine(Fold::combine(a, b), Fold::combine(c, d)));
  }
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
