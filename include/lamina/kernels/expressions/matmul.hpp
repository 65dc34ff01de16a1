// Products of tensors, by NumPy's rules: matmul(a, b) of matrices, vectors and batches of matrices, dot(a, b)
// and outer(a, b) of vectors. They are computed at once by kernels/gemm.hpp; operands that are neither
// tensors nor views are evaluated first. Transposed and otherwise strided views are read where they lie.
// Mixed element types take the type of their product; integers are summed as Index, as in sum().
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/kernels/expressions/detail/operands.hpp"
#include "lamina/kernels/gemm.hpp"

namespace lamina {

namespace detail {

/// The extents of matmul's result. A vector on the left is a row, one on the right a column, and its axis is
/// not in the result; axes before the last two are broadcast.
template <class Left, class Right> struct MatmulExtents {
  static constexpr std::size_t left_rank = Left::rank, right_rank = Right::rank;
  static constexpr std::size_t left_batch = left_rank < 2 ? 0 : left_rank - 2;
  static constexpr std::size_t right_batch = right_rank < 2 ? 0 : right_rank - 2;
  static constexpr std::size_t batch = std::max(left_batch, right_batch);
  static constexpr bool has_rows = left_rank > 1, has_columns = right_rank > 1;
  static constexpr std::size_t rank = batch + has_rows + has_columns;

  template <class Extents> static constexpr Index inner(const Extents& extents, bool is_right) {
    return extents[extents.size() - (is_right && extents.size() > 1 ? 2 : 1)];
  }

  /// Whether extents may fit, `dyn` agreeing with any.
  static constexpr bool inner_agree(const std::array<Index, left_rank>& left,
                                    const std::array<Index, right_rank>& right) {
    const Index a = inner(left, false), b = inner(right, true);
    return a == b || a == dyn || b == dyn;
  }
  static constexpr bool batches_agree(const std::array<Index, left_rank>& left,
                                      const std::array<Index, right_rank>& right) {
    for (std::size_t i = 1; i <= std::min(left_batch, right_batch); ++i) {
      const Index a = left[left_batch - i], b = right[right_batch - i];
      if (a != b && a != 1 && b != 1 && a != dyn && b != dyn) return false;
    }
    return true;
  }

  static constexpr std::array<Index, rank> of(const std::array<Index, left_rank>& left,
                                              const std::array<Index, right_rank>& right) {
    std::array<Index, rank> extents{};
    const auto batches = broadcast_values(part_of<0, left_batch>(left), part_of<0, right_batch>(right));
    std::copy(batches.begin(), batches.end(), extents.begin());
    if constexpr (has_rows) extents[batch] = left[left_rank - 2];
    if constexpr (has_columns) extents[rank - 1] = right[right_rank - 1];
    return extents;
  }
  static constexpr auto known = of(Left::known, Right::known);
};

}  // namespace detail

/// The two shapes stand as template arguments in the compiler's message.
template <class Left, class Right> struct matmul_shapes {
  static_assert(Left::rank > 0 && Right::rank > 0,
                "matmul: a tensor without axes is a number; multiply by it");
  static constexpr bool inner_agree =
      detail::MatmulExtents<Left, Right>::inner_agree(Left::known, Right::known);
  static_assert(
      inner_agree,
      "matmul, dot: the last axis of the first must be as long as the one it is summed with, the last "
      "but one (or the only one) of the second");
  static_assert(
      detail::MatmulExtents<Left, Right>::batches_agree(Left::known, Right::known),
      "matmul: axes before the last two must agree from the last on, where an extent of 1 is repeated");
};

namespace detail {

template <class Left, class Right> void require_matmul_shapes(const Left& left, const Right& right) {
  using Result = MatmulExtents<Left, Right>;
  (void)matmul_shapes<Left, Right>{};
  if constexpr (!Left::is_static || !Right::is_static) {
    if (!Result::inner_agree(left.values(), right.values()))
      throw shape_error("matmul, dot: shapes ", to_string(left), " and ", to_string(right),
                        ": the last axis of the first must be as long as the one it is summed with, the last "
                        "but one (or the only one) of the second");
    if (!Result::batches_agree(left.values(), right.values()))
      throw shape_error("matmul: shapes ", to_string(left), " and ", to_string(right),
                        ": axes before the last two must agree from the last on, where an extent of 1 is "
                        "repeated");
  }
}

/// The matrices that a view's last two axes make: a vector is a row, or a column on the right.
template <class T, Index... E>
kernels::MatrixView<T> last_matrix(const TensorView<T, E...>& view, bool vector_is_row) {
  constexpr int rank = sizeof...(E);
  if constexpr (rank == 1) {
    const Index length = view.extent(0), stride = view.stride(0);
    if (vector_is_row) return {view.data(), Extents<dyn, dyn>({1, length}), {length * stride, stride}};
    return {view.data(), Extents<dyn, dyn>({length, 1}), {stride, 1}};
  } else {
    return {view.data(),
            Extents<dyn, dyn>({view.extent(rank - 2), view.extent(rank - 1)}),
            {view.stride(rank - 2), view.stride(rank - 1)}};
  }
}

/// Writes the product of two views to a third.
template <class T, Index... A, Index... B, Index... C>
void multiply_views(const TensorView<const T, A...>& a, const TensorView<const T, B...>& b,
                    const TensorView<T, C...>& c) {
  using Result = MatmulExtents<Extents<A...>, Extents<B...>>;
  constexpr int batch = static_cast<int>(Result::batch);
  // Along a batch axis, counted from the last: an operand that has none, or one of extent 1, is repeated.
  const auto stride = [](const auto& view, int axes, int from_last) {
    const int axis = axes - from_last;
    return axis < 0 || view.extent(axis) == 1 ? Index{0} : view.stride(axis);
  };
  kernels::GemmBatch places;
  for (int axis = 0; axis < batch; ++axis)
    places.add_axis(c.extent(axis), stride(a, static_cast<int>(Result::left_batch), batch - axis),
                    stride(b, static_cast<int>(Result::right_batch), batch - axis), c.stride(axis));
  const auto product = [&] {
    constexpr int rank = sizeof...(C);
    if constexpr (Result::has_rows && Result::has_columns)
      return kernels::MatrixView<T>(c.data(), Extents<dyn, dyn>({c.extent(rank - 2), c.extent(rank - 1)}),
                                    {c.stride(rank - 2), c.stride(rank - 1)});
    else if constexpr (Result::has_rows)
      return kernels::MatrixView<T>(c.data(), Extents<dyn, dyn>({c.extent(rank - 1), 1}),
                                    {c.stride(rank - 1), 1});
    else
      return kernels::MatrixView<T>(c.data(), Extents<dyn, dyn>({1, c.extent(rank - 1)}),
                                    {c.extent(rank - 1), c.stride(rank - 1)});
  }();
  kernels::gemm_batch<T>(places, last_matrix(a, true), last_matrix(b, false), product);
}

}  // namespace detail

/// Σ_i a(i) b(i) of two vectors, summed pairwise.
template <class Arch = simd::Arch, expression A, expression B>
  requires(A::rank == 1 && B::rank == 1)
auto dot(const A& a, const B& b) {
  using T = detail::ContractionType<typename A::value_type, typename B::value_type>;
  detail::require_matmul_shapes(a.extents(), b.extents());
  return sum(detail::in_type<T>(a) * detail::in_type<T>(b));
}

template <class Arch = simd::Arch, expression A, expression B> auto matmul(const A& a, const B& b);  // below

/// Writes matmul(a, b) to a view. Allocates nothing once warm where a and b lie in memory, apart from `to`,
/// all three are of one type, and the last axis of `to` lies in a run; otherwise the product, or an operand,
/// is computed first. Throws shape_error where the extents of `to` are not the product's.
template <class Arch = simd::Arch, expression A, expression B, class T, Index... C>
  requires(!std::is_const_v<T> && (A::rank > 1 || B::rank > 1))
void matmul(const A& a, const B& b, const TensorView<T, C...>& to) {
  using Result = detail::MatmulExtents<typename A::extents_type, typename B::extents_type>;
  detail::require_matmul_shapes(a.extents(), b.extents());
  using ResultExtents = typename detail::TensorOf<T, Result::known>::extents_type;
  const ResultExtents product(Result::of(a.extents().values(), b.extents().values()));
  if (!(product == to.extents()))
    throw shape_error("matmul: a product of shape ", to_string(product),
                      " cannot be written to a view of shape ", to_string(to.extents()));
  using Element = detail::ContractionType<typename A::value_type, typename B::value_type>;
  if constexpr (!std::is_same_v<T, Element>) {
    evaluate(matmul(a, b), to);
  } else {
    const bool in_runs =
        !Result::has_columns || to.extent(sizeof...(C) - 1) <= 1 || to.stride(sizeof...(C) - 1) == 1;
    detail::with_elements<T>(a, [&](const auto& left) {
      detail::with_elements<T>(b, [&](const auto& right) {
        if (!in_runs || detail::overlap(left, to) || detail::overlap(right, to))
          evaluate(matmul(left, right), to);
        else
          detail::multiply_views(left, right, to);
      });
    });
  }
}
template <class Arch = simd::Arch, expression A, expression B, class T, Index... C>
  requires(A::rank > 1 || B::rank > 1)
void matmul(const A& a, const B& b, Tensor<T, C...>& to) {
  matmul(a, b, to.view());
}

/// The matrix product: (m, k) · (k, n) is (m, n), with c(i, j) = Σ_p a(i, p) b(p, j). A vector on the left is
/// a row, one on the right a column, and the result has no axis for it: (m, k) · (k) is (m), (k) · (k, n) is
/// (n), two vectors give their dot product, a number. More axes, in front, count matrices and are broadcast:
/// (b, m, k) · (k, n) is (b, m, n). Shapes that contradict fail to compile, or throw shape_error.
template <class Arch, expression A, expression B> auto matmul(const A& a, const B& b) {
  using Result = detail::MatmulExtents<typename A::extents_type, typename B::extents_type>;
  using T = detail::ContractionType<typename A::value_type, typename B::value_type>;
  detail::require_matmul_shapes(a.extents(), b.extents());
  if constexpr (A::rank == 1 && B::rank == 1) {
    return dot(a, b);
  } else {
    using ResultTensor = detail::TensorOf<T, Result::known>;
    auto product = ResultTensor::uninitialized(
        typename ResultTensor::extents_type(Result::of(a.extents().values(), b.extents().values())));
    matmul(a, b, product);
    return product;
  }
}

/// All products of two vectors: (m) and (n) give (m, n), with c(i, j) = a(i) b(j).
template <class Arch = simd::Arch, expression A, expression B>
  requires(A::rank == 1 && B::rank == 1)
auto outer(const A& a, const B& b) {
  return detail::with_elements<typename A::value_type>(a, [&](const auto& left) {
    using Left = typename A::extents_type;
    using Column = Extents<Left::known[0], 1>;
    const TensorView<const typename A::value_type, Left::known[0], 1> column(
        left.data(), Column({left.extent(0), 1}), {left.stride(0), 1});
    return evaluate(column * b);
  });
}

}  // namespace lamina
