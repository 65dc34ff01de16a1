// A matrix times a vector: every element of the matrix is used once, so what counts is to read it in long
// runs. Where rows lie in runs, four of them at a time are folded with x; where columns do, four at a time
// are added to a stretch of y that stays in L1.
#pragma once

#include <algorithm>
#include <array>

#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/kernels/detail/gemm_product.hpp"
#include "lamina/kernels/pairwise_sum.hpp"
#include "lamina/simd/simd.hpp"

// On the lambdas that unroll() repeats; see conv_tile.hpp.
#define LAMINA_INLINE __attribute__((always_inline))

namespace lamina::kernels::detail {

/// Products that are added to one sum in turn, as in gemm_product.hpp: the rounding error of a longer sum
/// grows with the number of such runs.
inline constexpr Index gemv_run = 256;

/// sum[r] = Σ_i a[r * a_row + i] x[i] for R rows: two or four vectors of sums each, so that latencies
/// overlap. (Inlined by force: GCC does not where there are two calls, and rows of 16 then take 1.5 times as
/// long.)
template <int R, class T, class Arch = simd::Arch>
[[gnu::always_inline]] inline std::array<T, static_cast<std::size_t>(R)> fold_run(const T* a, Index a_row,
                                                                                  const T* x, Index count) {
  constexpr int lanes = simd::width<T>;
  constexpr int S = R == 1 ? 4 : 2;
  using Native = simd::native<T>;
  Native sum[R * S];
  unroll<R * S>([&](auto i) LAMINA_INLINE { sum[i] = Native{}; });
  Index i = 0;
  for (; i + S * lanes <= count; i += S * lanes)
    unroll<S>([&](auto s) LAMINA_INLINE {
      const Native here = simd::to_native(simd::load_unaligned(x + i + s * lanes));
      unroll<R>([&](auto r) LAMINA_INLINE {
        sum[r * S + s] += here * simd::to_native(simd::load_unaligned(a + r * a_row + i + s * lanes));
      });
    });
  for (; i < count; i += lanes) {
    const Index part = std::min<Index>(lanes, count - i);
    const Native here = simd::to_native(simd::load_partial(x + i, part));
    unroll<R>([&](auto r) LAMINA_INLINE {
      sum[r * S] += here * simd::to_native(simd::load_partial(a + r * a_row + i, part));
    });
  }
  std::array<T, static_cast<std::size_t>(R)> result;
  unroll<R>([&](auto r) LAMINA_INLINE {
    unroll<S - 1>([&](auto s) LAMINA_INLINE { sum[r * S] += sum[r * S + s + 1]; });
    result[static_cast<std::size_t>(r)] = simd::reduce_add(simd::from_native<T>(sum[r * S]));
  });
  return result;
}

/// S vectors of y[i] += Σ_c a[c * a_column + i] x[c * x_stride], the last one of `count` elements alone.
template <int S, class T, class Arch = simd::Arch>
void add_columns(const T* a, Index a_column, const T* x, Index x_stride, Index columns, T* y, Index count) {
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  const auto load = [count](const T* from, auto s) LAMINA_INLINE {
    return simd::to_native(s == S - 1 && count < lanes ? simd::load_partial<T>(from + s * lanes, count)
                                                       : simd::load_unaligned<T>(from + s * lanes));
  };
  Native sum[S];
  unroll<S>([&](auto s) LAMINA_INLINE { sum[s] = load(y, s); });
  for (; columns > 0; --columns, a += a_column, x += x_stride) {
    const Native factor = simd::to_native(simd::broadcast<T>(*x));
    unroll<S>([&](auto s) LAMINA_INLINE { sum[s] += factor * load(a, s); });
  }
  unroll<S>([&](auto s) LAMINA_INLINE {
    if (s == S - 1 && count < lanes)
      simd::store_partial(y + s * lanes, simd::from_native<T>(sum[s]), count);
    else
      simd::store_unaligned(y + s * lanes, simd::from_native<T>(sum[s]));
  });
}

/// Products of which one operand is a vector, cut by their extents and strides alone: y = A x, where y is a
/// column of C, or a row of it (then A is the transpose of B).
template <class T, class Arch = simd::Arch> class GemvPlan {
 public:
  explicit GemvPlan(const MatrixProduct<T>& like) {
    const VectorProduct product(like);
    by_columns_ = product.a.row_stride == 1 && product.a.column_stride != 1;
    copies_ = (by_columns_ ? product.y_stride : product.x_stride) != 1;
    workspace_ = !copies_ ? 0 : by_columns_ ? product.rows : product.depth;
    const Index unit = by_columns_ ? stretch : 4;
    piece_ = product.rows * product.depth <= piece_elements
                 ? std::max(Index{1}, product.rows)
                 : std::max(unit, piece_elements / product.depth / unit * unit);
  }

  /// A vector is never work for so many threads that it should keep others waiting.
  Index pieces() const { return 1; }
  /// Elements of temporary memory: a copy of what does not lie in a run.
  Index workspace(int) const { return workspace_; }

  /// Computes a product; `workspace` is aligned to 64 bytes.
  void run(const MatrixProduct<T>& matrices, T* workspace) const {
    VectorProduct product(matrices);
    if (copies_ && !by_columns_) {
      for (Index i = 0; i < product.depth; ++i) workspace[i] = product.x[i * product.x_stride];
      product.x = workspace;
    }
    const Index pieces = product.rows <= piece_ ? 1 : (product.rows + piece_ - 1) / piece_;
    parallel_for(pieces, [&](Index i) {
      const Index last = std::min((i + 1) * piece_, product.rows);
      if (!by_columns_) return fold_rows(product, i * piece_, last);
      for (Index first = i * piece_; first < last; first += stretch)
        add_stretch(product, first, std::min(stretch, last - first), workspace + first);
    });
  }

 private:
  static constexpr Index lanes = simd::width<T>;
  static constexpr Index piece_elements = Index{1} << 15;
  /// Elements of y that stay in L1 while all columns pass.
  static constexpr Index stretch = 1024;

  /// y (rows) = A (rows × depth) · x (depth), or y += that.
  struct VectorProduct {
    Index rows, depth;
    Strided<const T> a;
    const T* x;
    Index x_stride;
    T* y;
    Index y_stride;
    bool accumulate;

    explicit VectorProduct(const MatrixProduct<T>& p) : VectorProduct(p, p.columns == 1) {}
    VectorProduct(const MatrixProduct<T>& p, bool is_column)
        : rows(is_column ? p.rows : p.columns),
          depth(p.depth),
          a(is_column ? p.a : p.b.transposed()),
          x(is_column ? p.b.data : p.a.data),
          x_stride(is_column ? p.b.row_stride : p.a.column_stride),
          y(p.c),
          y_stride(is_column ? p.c_row : 1),
          accumulate(p.accumulate) {}

    void put(Index row, T sum) const {
      T& to = y[row * y_stride];
      to = accumulate ? to + sum : sum;
    }
  };

  static void fold_rows(const VectorProduct& product, Index first, Index last) {
    const auto& a = product.a;
    Index row = first;
    if (a.column_stride != 1 && product.depth > 1) {
      for (; row < last; ++row) {
        product.put(row, pairwise_sum(0, product.depth,
                                      [&](Index i) -> T { return *a.at(row, i).data * product.x[i]; }));
      }
      return;
    }
    for (; row + 4 <= last; row += 4) put_rows<4>(product, row);
    for (; row < last; ++row) put_rows<1>(product, row);
  }

  template <int R> static void put_rows(const VectorProduct& product, Index row) {
    constexpr Index run = (R == 1 ? 4 : 2) * lanes * gemv_run;  // each row's sums are so many vectors
    const auto part = [&](Index i) {
      return fold_run<R>(product.a.at(row, i).data, product.a.row_stride, product.x + i,
                         std::min(run, product.depth - i));
    };
    auto sums = part(0);
    for (Index i = run; i < product.depth; i += run) {
      const auto more = part(i);
      for (std::size_t r = 0; r < sums.size(); ++r) sums[r] += more[r];
    }
    for (Index r = 0; r < R; ++r) product.put(row + r, sums[static_cast<std::size_t>(r)]);
  }

  void add_stretch(const VectorProduct& product, Index first, Index count, T* spare) const {
    T* const y = copies_ ? spare : product.y + first;
    if (copies_ || !product.accumulate) std::fill_n(y, count, T{0});
    if (product.depth <= gemv_run) {
      add_stretch_of(product, first, count, 0, product.depth, y);
    } else {
      for (Index column = 0; column < product.depth; column += gemv_run) {
        alignas(64) std::array<T, std::size_t{stretch}> part;
        std::fill_n(part.data(), count, T{0});
        add_stretch_of(product, first, count, column, std::min(column + gemv_run, product.depth),
                       part.data());
        for (Index i = 0; i < count; ++i) y[i] += part[static_cast<std::size_t>(i)];
      }
    }
    if (copies_)
      for (Index i = 0; i < count; ++i) product.put(first + i, y[i]);
  }

  /// The same of columns [column, last_column) of A, added to y.
  static void add_stretch_of(const VectorProduct& product, Index first, Index count, Index column,
                             Index last_column, T* y) {
    const auto& a = product.a;
    // Few columns at a time read long runs of each; where all of A is small, one pass spares y.
    constexpr Index few = 128, at_once = 16;
    const Index step = last_column - column <= few ? last_column - column : at_once;
    for (; column < last_column; column += step) {
      const Index columns = std::min(step, last_column - column);
      const T* const x = product.x + column * product.x_stride;
      const auto add = [&]<int S>(Index i, Index last) {
        add_columns<S>(a.at(first + i, column).data, a.column_stride, x, product.x_stride, columns, y + i,
                       last);
      };
      Index i = 0;
      for (; i + 8 * lanes <= count; i += 8 * lanes) add.template operator()<8>(i, lanes);
      for (; i + 4 * lanes <= count; i += 4 * lanes) add.template operator()<4>(i, lanes);
      for (; i < count; i += lanes) add.template operator()<1>(i, std::min(lanes, count - i));
    }
  }

  Index piece_, workspace_;
  bool by_columns_, copies_;
};

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
