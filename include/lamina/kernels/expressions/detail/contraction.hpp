// What einsum does with views whose axes have letters: it permutes, repeats and sums them by their strides,
// and lowers what two operands are summed over to products of matrices.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include "lamina/kernels/expressions/detail/operands.hpp"
#include "lamina/kernels/expressions/detail/subscripts.hpp"
#include "lamina/kernels/gemm.hpp"

namespace lamina::detail {

/// A tensor of `Rank` axes, none of them known: what is within einsum is compiled once for all extents.
template <class T, std::size_t... I>
Tensor<T, (static_cast<void>(I), dyn)...> dynamic(std::index_sequence<I...>);
template <class T, int Rank>
using DynamicTensor = decltype(dynamic<T>(std::make_index_sequence<static_cast<std::size_t>(Rank)>{}));
template <class T, int Rank> using DynamicView = typename DynamicTensor<T, Rank>::View;
template <class T, int Rank> using DynamicExtents = typename DynamicTensor<T, Rank>::extents_type;

/// The view with an axis for each letter of To: permuted; repeated along letters it does not have; the
/// diagonal of axes that share a letter.
template <Letters From, Letters To, class T, Index... E> auto aligned(const TensorView<T, E...>& view) {
  using Result = std::conditional_t<std::is_const_v<T>,
                                    typename DynamicTensor<std::remove_const_t<T>, To.count>::ConstView,
                                    DynamicView<std::remove_const_t<T>, To.count>>;
  std::array<Index, static_cast<std::size_t>(To.count)> extents{}, strides{};
  for (std::size_t i = 0; i < extents.size(); ++i) {
    extents[i] = 1;
    for (int axis = 0; axis < From.count; ++axis)
      if (From[axis] == To[static_cast<int>(i)]) {
        extents[i] = view.extent(axis);
        strides[i] += view.stride(axis);
      }
  }
  return Result(view.data(), typename Result::extents_type(extents), strides);
}

/// Writes x, with axes All, summed over the letters that are not in Kept, in the order of All.
template <Letters All, Letters Kept, expression X> void sum_letters(const X& x, typename X::value_type* to) {
  constexpr auto summed = [] {
    std::array<bool, max_rank> is_summed{};
    for (int axis = 0; axis < All.count; ++axis)
      is_summed[static_cast<std::size_t>(axis)] = !Kept.contains(All[axis]);
    return is_summed;
  }();
  reduce<Sum, fold_order<All.count>(summed)>(x, summed, to);
}

/// Calls f(view) with the view summed over all letters but those Kept, which are the axes of what f gets.
template <class T, Letters From, Letters Kept, class View, class F> void with_kept(const View& view, F&& f) {
  constexpr Letters all = From.distinct();
  constexpr Letters order = all.where([](char c) { return Kept.contains(c); });
  if constexpr (order == all) {
    f(aligned<From, Kept>(view));
  } else {
    const auto diagonal = aligned<From, all>(view);
    DynamicTensor<T, order.count> kept{
        DynamicExtents<T, order.count>(aligned<all, order>(diagonal).extents())};
    sum_letters<all, order>(in_type<T>(diagonal), kept.data());
    f(aligned<order, Kept>(std::as_const(kept).view()));
  }
}

/// The axes of letters as one axis of a matrix.
struct JoinedAxis {
  Index extent = 1, stride = 1;
  bool is_joined = true;  // whether one stride serves them all
};
template <Letters Which, Letters All, class View> JoinedAxis join(const View& view) {
  JoinedAxis joined;
  for (int i = Which.count - 1; i >= 0; --i) {
    const int axis = All.find(Which[i]);
    const Index extent = view.extent(axis), stride = view.stride(axis);
    if (joined.extent == 1)
      joined.stride = extent == 1 ? joined.stride : stride;
    else if (extent != 1 && stride != joined.extent * joined.stride)
      joined.is_joined = false;
    joined.extent *= extent;
  }
  return joined;
}

/// The axes of a view as matrices of Rows × Columns, the first of a batch.
template <Letters All, Letters Rows, Letters Columns, class T, Index... E>
kernels::MatrixView<T> matrix(const TensorView<T, E...>& view) {
  const JoinedAxis rows = join<Rows, All>(view), columns = join<Columns, All>(view);
  return {view.data(), Extents<dyn, dyn>({rows.extent, columns.extent}), {rows.stride, columns.stride}};
}

/// Calls f(matrix, view with axes Batch) for the view, or for a copy where several letters that are to be one
/// axis of a matrix do not lie in one run.
template <Letters All, Letters Batch, Letters Rows, Letters Columns, class T, Index... E, class F>
void with_matrices(const TensorView<const T, E...>& view, F&& f) {
  if (join<Rows, All>(view).is_joined && join<Columns, All>(view).is_joined) {
    f(matrix<All, Rows, Columns>(view), aligned<All, Batch>(view));
  } else {
    constexpr Letters order = Batch.followed_by(Rows).followed_by(Columns);
    const auto copy = evaluate(aligned<All, order>(view));
    f(matrix<order, Rows, Columns>(copy.view()), aligned<order, Batch>(copy.view()));
  }
}

/// Writes the contraction C, with axes To, as products of matrices.
template <Contraction C, Letters To, class T, class Left, class Right, Index... E>
void multiply_matrices(const Left& left, const Right& right, const TensorView<T, E...>& to) {
  with_matrices<C.left, C.batch, C.rows, C.inner>(left, [&](const auto& a, const auto& a_batch) {
    with_matrices<C.right, C.batch, C.inner, C.columns>(right, [&](const auto& b, const auto& b_batch) {
      const auto c_batch = aligned<To, C.batch>(to);
      kernels::GemmBatch places;
      for (int axis = 0; axis < C.batch.count; ++axis)
        places.add_axis(c_batch.extent(axis), a_batch.stride(axis), b_batch.stride(axis),
                        c_batch.stride(axis));
      kernels::gemm_batch<T>(places, a, b, matrix<To, C.rows, C.columns>(to));
    });
  });
}

/// Writes the contraction C of two views whose letters are those of C to a view with the letters of its
/// output.
template <Contraction C, class Left, class Right, class T, Index... E>
void contract(const Left& left, const Right& right, const LetterExtents& of, const TensorView<T, E...>& to) {
  if constexpr (C.inner.count == 0) {
    evaluate(aligned<C.left, C.output>(left) * aligned<C.right, C.output>(right), to);
  } else if constexpr (C.rows.count == 0 && C.columns.count == 0) {
    constexpr bool in_order = C.left.where([](char c) { return C.output.contains(c); }) == C.output;
    constexpr Letters all = in_order ? C.left : C.output.followed_by(C.inner);
    sum_letters<all, C.output>(aligned<C.left, all>(left) * aligned<C.right, all>(right), to.data());
  } else if constexpr (constexpr Letters order = C.product(); order == C.output) {
    multiply_matrices<C, order>(left, right, to);
  } else {
    DynamicTensor<T, order.count> product{DynamicExtents<T, order.count>(extents_at<order>(of))};
    multiply_matrices<C, order>(left, right, product.view());
    evaluate(aligned<order, C.output>(product.view()), to);
  }
}

}  // namespace lamina::detail
