// Matrix products: gemm for one, gemm_batch for many of the same extents. Matrices may have any strides, so a
// transposed one costs nothing extra; only the columns of C must be neighbours. float and double are computed
// in tiles (detail/gemm_product.hpp), or, where A or B is a vector, at the pace of memory (detail/gemv.hpp);
// integers in plain loops. Each element of C is summed in an order that depends on extents and strides alone.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/detail/gemm_product.hpp"
#include "lamina/kernels/detail/gemv.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina::kernels {

/// A matrix of any strides. Its transpose: transposed(m).
template <class T> using MatrixView = TensorView<T, dyn, dyn>;

/// The axes along which the matrices of gemm_batch are counted, and how far apart they are along each:
/// 0 repeats an operand.
struct GemmBatch {
  int rank = 0;
  std::array<Index, max_rank> extents{}, a_strides{}, b_strides{}, c_strides{};

  /// How many products there are.
  Index size() const {
    Index product = 1;
    for (int axis = 0; axis < rank; ++axis) product *= extents[static_cast<std::size_t>(axis)];
    return product;
  }

  void add_axis(Index extent, Index a_stride, Index b_stride, Index c_stride) {
    const auto axis = static_cast<std::size_t>(rank++);
    extents[axis] = extent;
    a_strides[axis] = a_stride;
    b_strides[axis] = b_stride;
    c_strides[axis] = c_stride;
  }
};

namespace detail {

/// Products of what has no vectors (integers), row by row of C.
template <class T> struct PlainPlan {
  explicit PlainPlan(const MatrixProduct<T>&) {}

  Index pieces() const { return 1; }
  Index workspace(int) const { return 0; }
  void run(const MatrixProduct<T>& p, T*) const {
    for (Index row = 0; row < p.rows; ++row) {
      T* const c = p.c + row * p.c_row;
      if (!p.accumulate) std::fill_n(c, p.columns, T{0});
      for (Index step = 0; step < p.depth; ++step) {
        const T factor = *p.a.at(row, step).data;
        for (Index column = 0; column < p.columns; ++column)
          c[column] = static_cast<T>(c[column] + factor * *p.b.at(step, column).data);
      }
    }
  }
};

/// Takes an axis of the batch along which B is repeated and the rows of A and C go on, as more rows: one tall
/// product keeps B in the cache.
template <class T> void join_rows(GemmBatch& batch, MatrixProduct<T>& p) {
  while (batch.rank > 0) {
    const auto last = static_cast<std::size_t>(batch.rank - 1);
    const bool joins = batch.b_strides[last] == 0 && batch.a_strides[last] == p.rows * p.a.row_stride &&
                       batch.c_strides[last] == p.rows * p.c_row;
    if (!joins && batch.extents[last] != 1) return;
    p.rows *= batch.extents[last];
    --batch.rank;
  }
}

/// The product of the batch's matrices number `index`, given the first.
template <class T>
MatrixProduct<T> product_at(const GemmBatch& batch, MatrixProduct<T> product, Index index) {
  for (int i = batch.rank - 1; i >= 0; --i) {
    const auto axis = static_cast<std::size_t>(i);
    const Index at = index % batch.extents[axis];
    index /= batch.extents[axis];
    product.a.data += at * batch.a_strides[axis];
    product.b.data += at * batch.b_strides[axis];
    product.c += at * batch.c_strides[axis];
  }
  return product;
}

/// All products of a batch, cut and computed as Plan says.
template <class Plan, class T, class Arch = simd::Arch>
void multiply_by(const GemmBatch& batch, const MatrixProduct<T>& first) {
  // Products in a piece of work, so that it takes longer than waking a thread.
  constexpr Index piece_work = Index{1} << 16;
  // A product of so many pieces is work for all threads.
  constexpr Index many_pieces = 16;
  const Plan plan(first);
  const Index count = batch.size();
  if (count == 1 || plan.pieces() >= many_pieces) {
    const Scratch<T> workspace(plan.workspace(threads()));
    for (Index i = 0; i < count; ++i) plan.run(product_at(batch, first, i), workspace.data());
    return;
  }
  const Index products =
      std::max(Index{1}, piece_work / std::max(Index{1}, first.rows * first.columns * first.depth));
  constexpr Index granule = 64 / static_cast<Index>(sizeof(T));
  const Index needed = (plan.workspace(1) + granule - 1) / granule * granule;
  const Scratch<T> workspace(needed * threads());
  parallel_for((count + products - 1) / products, [&](Index piece, int worker) {
    for (Index i = piece * products; i < std::min((piece + 1) * products, count); ++i)
      plan.run(product_at(batch, first, i), workspace.data() + worker * needed);
  });
}

template <class T, class Arch = simd::Arch> void multiply(const GemmBatch& given, MatrixProduct<T> first) {
  if (first.rows == 0 || first.columns == 0 || given.size() == 0) return;
  GemmBatch batch = given;
  join_rows(batch, first);
  if (first.depth == 0) {  // A and B are nothing, and may have no address
    for (Index i = 0; i < batch.size() && !first.accumulate; ++i)
      for (Index row = 0; row < first.rows; ++row)
        std::fill_n(product_at(batch, first, i).c + row * first.c_row, first.columns, T{0});
    return;
  }
  if constexpr (std::is_void_v<lamina::detail::Lane<T>>)
    multiply_by<PlainPlan<T>>(batch, first);
  else if (first.columns == 1 || first.rows == 1)
    multiply_by<GemvPlan<T>>(batch, first);
  else
    multiply_by<GemmPlan<T>>(batch, first);
}

}  // namespace detail

/// The matrix with rows and columns exchanged: the same elements.
template <class T, Index Rows, Index Columns>
TensorView<T, Columns, Rows> transposed(const TensorView<T, Rows, Columns>& matrix) {
  return {matrix.data(),
          Extents<Columns, Rows>({matrix.extent(1), matrix.extent(0)}),
          {matrix.stride(1), matrix.stride(0)}};
}

/// C = A · B, or C += A · B when told to accumulate, for the matrices at every place of `batch`; a, b and c
/// are the first ones. See gemm.
template <class T, class Arch = simd::Arch>
void gemm_batch(const GemmBatch& batch, const MatrixView<const std::type_identity_t<T>>& a,
                const MatrixView<const std::type_identity_t<T>>& b, const MatrixView<T>& c,
                bool accumulate = false) {
  if (a.extent(1) != b.extent(0) || c.extent(0) != a.extent(0) || c.extent(1) != b.extent(1))
    throw shape_error("gemm: matrices ", to_string(a.extents()), " times ", to_string(b.extents()),
                      " do not make ", to_string(c.extents()), "; pass (m, k), (k, n) and (m, n)");
  require(c.extent(1) <= 1 || c.stride(1) == 1, "gemm: the columns of C must be neighbours; copy the result");
  detail::multiply<T>(batch, {c.extent(0),
                              c.extent(1),
                              a.extent(1),
                              {a.data(), a.stride(0), a.stride(1)},
                              {b.data(), b.stride(0), b.stride(1)},
                              c.data(),
                              c.stride(0),
                              accumulate});
}

/// C = A · B, or C += A · B when told to accumulate: c(i, j) = Σ_p a(i, p) b(p, j), with a (m, k), b (k, n)
/// and c (m, n). C may not overlap A or B. Throws shape_error where extents do not agree, or the columns of C
/// are not neighbours.
template <class T, class Arch = simd::Arch>
void gemm(const MatrixView<const std::type_identity_t<T>>& a,
          const MatrixView<const std::type_identity_t<T>>& b, const MatrixView<T>& c,
          bool accumulate = false) {
  gemm_batch<T>({}, a, b, c, accumulate);
}

}  // namespace lamina::kernels
