// The engine of reductions: folds the elements of an expression along some of its axes with an associative
// operation. Elements are folded pairwise (halves of halves, down to short blocks), so that the rounding
// error of a float sum grows with the logarithm of its length; and in pieces fixed by the problem, so that
// threads do not change a bit. Two orders of loops: along the innermost axis when that is reduced, else by
// whole rows.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/detail/fold.hpp"
#include "lamina/tensor/expressions/access.hpp"
#include "lamina/tensor/expressions/evaluate.hpp"
#include "lamina/tensor/expressions/expression.hpp"

namespace lamina::detail {

/// The loops over the elements of x.
template <class X> auto operand_nest(const X& x) {
  LoopNest<X::operands> nest;
  nest.rank = X::rank;
  for (int axis = 0; axis < X::rank; ++axis) nest.extents[static_cast<std::size_t>(axis)] = x.extents()[axis];
  x.describe(nest.operands.data(), X::rank);
  return nest;
}

/// The same loops with those of the first `axes` that are not reduced first, then the reduced ones, then the
/// rest.
template <int Count>
LoopNest<Count> kept_axes_first(const LoopNest<Count>& nest, const std::array<bool, max_rank>& reduced,
                                int axes) {
  LoopNest<Count> ordered = nest;
  std::size_t to = 0;
  for (const bool kind : {false, true})
    for (std::size_t from = 0; from < static_cast<std::size_t>(axes); ++from) {
      if (reduced[from] != kind) continue;
      ordered.extents[to] = nest.extents[from];
      for (std::size_t k = 0; k < nest.operands.size(); ++k)
        ordered.operands[k].byte_strides[to] = nest.operands[k].byte_strides[from];
      ++to;
    }
  return ordered;
}

/// The loops of a reduction: over results, then over what is folded into them; by rows, over a row's results
/// last.
template <int Count> struct ReductionNest {
  LoopNest<Count> loops;
  bool by_rows;
  Index outer = 1;   // results, or rows of results
  Index folded = 1;  // elements, or rows, that go into each
  Index inner = 1;   // results of one row
};

/// What the axes tell of a reduction when it is compiled, so that only loops that it can need are: whether
/// all of them are reduced, else the last one (results are folds of runs), or not (rows of results).
enum class FoldOrder { all, runs, rows };
template <int Rank> constexpr FoldOrder fold_order(const std::array<bool, max_rank>& reduced) {
  if (std::all_of(reduced.begin(), reduced.begin() + Rank, [](bool is_reduced) { return is_reduced; }))
    return FoldOrder::all;
  return reduced[std::size_t{Rank} - 1] ? FoldOrder::runs : FoldOrder::rows;
}

template <FoldOrder Order, class X> auto reduction_nest(const X& x, std::array<bool, max_rank> reduced) {
  auto nest = operand_nest(x);
  merge_axes(nest, reduced.data());
  // Rows shorter than this cost more to begin than strided elements cost to gather. (Rows of 12, a cube of
  // which is summed along its middle axis: 0.8 against 10.6 µs.)
  constexpr Index shortest_row = 4;
  const bool by_rows = Order == FoldOrder::rows && nest.rank > 0 &&
                       !reduced[static_cast<std::size_t>(nest.rank - 1)] && nest.run() >= shortest_row;
  const int axes = by_rows ? nest.rank - 1 : nest.rank;
  ReductionNest<X::operands> plan{kept_axes_first(nest, reduced, axes), by_rows};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(axes); ++axis)
    (reduced[axis] ? plan.folded : plan.outer) *= nest.extents[axis];
  if (by_rows) plan.inner = nest.run();
  return plan;
}

/// Each result from its elements, which come last in the nest: elements [first, last) of all.
template <class Fold, class S, class Lane, class X, int Count, class Arch = simd::Arch>
S fold_elements(const X& x, const LoopNest<Count>& nest, Index first, Index last) {
  PairwiseFold<Fold, S> fold;
  with_binder<0, Lane>(x, nest, [&](auto&& bind, Index limit) {
    for_each_run(nest, first, last, limit, [&](const auto& at, Index count) {
      fold.add(fold_run<Fold, S>(bind(at, count), 0, count));
    });
  });
  return fold.result();
}

/// Results [first, last), each of which is one run of the innermost loop.
template <class Fold, class S, class Lane, class X, int Count, class Arch = simd::Arch>
void fold_runs(const X& x, const LoopNest<Count>& nest, Index first, Index last, S* to) {
  with_binder<0, Lane>(x, nest, [&](auto&& bind, Index limit) {
    const Index run = nest.run();
    Walk<Count> walk(nest, nest.rank - 1);
    walk.seek(first);
    Index result = first;
    if constexpr (!std::is_void_v<Lane>)
      if (run <= std::min(limit, fold_block))
        for (constexpr int width = simd::width<S>; result + width <= last; result += width) {
          const auto rows = walk.template take<width>();
          std::array<simd::native<S>, std::size_t{width}> folds;
          for (std::size_t i = 0; i < rows.size(); ++i)
            folds[i] = simd::to_native(fold_in_lanes<Fold, S>(bind(rows[i], run), 0, run));
          simd::store_unaligned(to + result, fold_lanes_of_each<Fold, S>(folds));
        }
    for (; result < last; ++result, walk.next()) {
      if (run <= limit) {
        to[result] = fold_run<Fold, S>(bind(walk.row(), run), 0, run);
        continue;
      }
      PairwiseFold<Fold, S> fold;
      for (Index column = 0; column < run; column += limit) {
        const Index count = std::min(run - column, limit);
        fold.add(fold_run<Fold, S>(bind(walk.at_column(column), count), 0, count));
      }
      to[result] = fold.result();
    }
  });
}

/// to[i] = combine(to[i], bound(i)), where `to` that holds nothing yet counts as the identity.
template <class Fold, class S, class Bound, class Arch = simd::Arch>
void fold_into(Bound bound, S* to, Index count, bool is_first) {
  if constexpr (!simd::is_vector<decltype(bound(Index{}))>) {
    for (Index i = 0; i < count; ++i)
      to[i] = Fold::combine(is_first ? Fold::template identity<S> : to[i], static_cast<S>(bound(i)));
  } else {
    if (is_first) return write_run([=](auto place) { return begin_fold<Fold, S>(bound(place)); }, to, count);
    Index i = 0;
    for (; i + simd::width<S> <= count; i += simd::width<S>)
      simd::store_unaligned(to + i, Fold::combine(simd::load_unaligned(to + i), bound(i)));
    if (i < count)
      simd::store_partial(
          to + i, Fold::combine(simd::load_partial(to + i, count - i), bound(Tail{i, count - i})), count - i);
  }
}

/// Rows that are narrow, at most so many vectors: what they are folded into stays in registers.
inline constexpr Index narrow_row = 4;

/// The first `count` columns from `column` on of rows [first, last), one row after another, two vectors of
/// columns at a time.
template <class Fold, class S, class Bind, class Walk, class Arch = simd::Arch>
void fold_narrow_rows(const Bind& bind, Walk& walk, Index column, Index count, Index first, Index last,
                      S* to) {
  constexpr Index width = simd::width<S>;
  for (Index i = 0; i < count; i += 2 * width) {
    const Tail left{i, std::min(width, count - i)},
        right{i + width, std::clamp(count - i - width, Index{0}, width)};
    simd::Vector<S> of_left = simd::broadcast<S>(Fold::template identity<S>), of_right = of_left;
    for (Index row = first; row < last;) {
      walk.seek(row);
      auto at = walk.at_column(column);
      const auto strides = walk.line_strides();
      const Index rows = std::min(last - row, walk.rows_in_line());
      for (Index k = 0; k < rows; ++k) {
        const auto bound = bind(at, count);
        of_left = Fold::combine(of_left, bound(left));
        if (right.count > 0) of_right = Fold::combine(of_right, bound(right));
        for (std::size_t o = 0; o < at.size(); ++o) at[o] += strides[o];
      }
      walk.skip(rows);
      row += rows;
    }
    simd::store_partial(to + left.i, of_left, left.count);
    if (right.count > 0) simd::store_partial(to + right.i, of_right, right.count);
  }
}

/// Columns [column, column + count) of rows [first, last), folded pairwise into `to`; `spare` has room for
/// `count` values per level of the recursion.
template <class Fold, class S, class Bind, class Walk>
void fold_rows(const Bind& bind, Walk& walk, Index column, Index count, Index first, Index last, S* to,
               S* spare) {
  constexpr Index few = 32;
  if (last - first > few) {
    const Index middle = first + (last - first) / 2;
    fold_rows<Fold>(bind, walk, column, count, first, middle, to, spare);
    fold_rows<Fold>(bind, walk, column, count, middle, last, spare, spare + count);
    for (Index i = 0; i < count; ++i) to[i] = Fold::combine(to[i], spare[i]);
    return;
  }
  if constexpr (simd::is_vector<decltype(bind(walk.row(), count)(Index{}))>)
    if (count <= narrow_row * simd::width<S>)
      return fold_narrow_rows<Fold>(bind, walk, column, count, first, last, to);
  walk.seek(first);
  Index row = first;
  if (bind.keeps)
    for (; row + 4 <= last; row += 4) {
      const auto next = [&] {
        auto bound = bind(walk.at_column(column), count);
        walk.next();
        return [bound](auto place) {
          if constexpr (simd::is_vector<decltype(bound(place))>)
            return bound(place);
          else
            return static_cast<S>(bound(place));  // bytes and bools are not to be added as such
        };
      };
      const auto a = next(), b = next(), c = next(), d = next();
      fold_into<Fold>(
          [=](auto place) {
            return Fold::combine(Fold::combine(begin_fold<Fold, S>(a(place)), b(place)),
                                 Fold::combine(begin_fold<Fold, S>(c(place)), d(place)));
          },
          to, count, row == first);
    }
  for (; row < last; ++row, walk.next())
    fold_into<Fold>(bind(walk.at_column(column), count), to, count, row == first);
}

/// Folds x along the axes that are `reduced` into `to`, one S for each result in row-major order.
template <class Fold, FoldOrder Order, class S, class X, class Arch = simd::Arch>
void reduce(const X& x, const std::array<bool, max_rank>& reduced, S* to) {
  using Lane =
      std::conditional_t<std::is_same_v<typename X::lane, S> && std::is_same_v<typename X::value_type, S>, S,
                         void>;
  const auto plan = reduction_nest<Order>(x, reduced);
  const Index results = plan.outer * plan.inner;
  if (results == 0) return;
  if (plan.folded == 0) {
    std::fill_n(to, results, Fold::template identity<S>);
    return;
  }
  // Units of work: a tile of a row's results, and a part of what is folded into them. A part's results go to
  // `parts`, to be folded at the end.
  constexpr Index tile_size = 2048;
  const Index tile =
      plan.by_rows
          ? std::min(plan.inner, std::is_void_v<Lane> || plan.loops.is_contiguous(0) ? tile_size : Index{64})
          : 1;
  const Index tiles = (plan.inner + tile - 1) / tile;
  // Where there are results enough to share out, what goes into each stays whole.
  constexpr Index enough = 16;
  const Index part = plan.outer * tiles >= enough
                         ? plan.folded
                         : std::min(plan.folded, std::max(Index{1}, 4 * piece_elements / tile));
  const Index parts = (plan.folded + part - 1) / part;
  const auto levels = static_cast<Index>(std::bit_width(static_cast<std::size_t>(part)));
  const Index units = plan.outer * tiles * parts;
  const Index batch = std::max(Index{1}, piece_elements / (tile * part));  // units in a piece of work
  const bool is_small = results * plan.folded < parallel_elements;
  const Index pieces = is_small ? 1 : (units + batch - 1) / batch;
  Scratch<S> partial(parts > 1 ? parts * results : 0);
  Scratch<S> spare(plan.by_rows ? levels * tile * (is_small ? 1 : threads()) : 0);
  S* const results_of_parts = parts > 1 ? partial.data() : to;
  parallel_for(pieces, [&](Index piece, int worker) {
    const Index first_unit = is_small ? 0 : piece * batch;
    const Index last_unit = is_small ? units : std::min(first_unit + batch, units);
    // Calls f(column, first, last, result) for the units: the first of the columns, what is folded, and where
    // to.
    const auto for_each_unit = [&](const auto& f) {
      // (Counted, not divided anew for each unit: small ones take as long as two divisions.)
      Index p = first_unit % parts, t = first_unit / parts % tiles, o = first_unit / parts / tiles;
      for (Index unit = first_unit; unit < last_unit; ++unit) {
        f(t * tile, o * plan.folded + p * part, o * plan.folded + std::min((p + 1) * part, plan.folded),
          results_of_parts + p * results + o * plan.inner + t * tile);
        if (++p < parts) continue;
        p = 0;
        if (++t < tiles) continue;
        t = 0;
        ++o;
      }
    };
    if constexpr (Order == FoldOrder::runs)
      if (parts == 1 && plan.loops.rank > 0 && plan.loops.run() == plan.folded)
        return fold_runs<Fold, S, Lane>(x, plan.loops, first_unit, last_unit, to);
    if constexpr (Order == FoldOrder::rows)
      if (plan.by_rows)
        return with_binder<0, Lane>(x, plan.loops, [&](auto&& bind, Index) {
          Walk<X::operands> walk(plan.loops, plan.loops.rank - 1);
          for_each_unit([&](Index column, Index first, Index last, S* result) {
            fold_rows<Fold>(bind, walk, column, std::min(tile, plan.inner - column), first, last, result,
                            spare.data() + worker * levels * tile);
          });
        });
    for_each_unit([&](Index, Index first, Index last, S* result) {
      *result = fold_elements<Fold, S, Lane>(x, plan.loops, first, last);
    });
  });
  if (parts == 1) return;
  for (Index i = 0; i < results; ++i) {
    PairwiseFold<Fold, S> fold;
    for (Index p = 0; p < parts; ++p) fold.add(results_of_parts[p * results + i]);
    to[i] = fold.result();
  }
}

/// Where, along one axis (or in row-major order of all elements), the first element stands that no other
/// `is_before`, NaN after all numbers; one index for each result.
template <class X, class IsBefore>
void locate(const X& x, std::array<bool, max_rank> reduced, Index* to, IsBefore is_before) {
  auto nest = operand_nest(x);
  Index folded = 1;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(nest.rank); ++axis)
    if (reduced[axis]) folded *= nest.extents[axis];
  merge_axes(nest, reduced.data());
  const auto ordered = kept_axes_first(nest, reduced, nest.rank);
  const Index results = folded == 0 ? 0 : ordered.size() / folded;
  const Index batch = std::max(Index{1}, piece_elements / std::max(Index{1}, folded));
  const bool is_small = ordered.size() < parallel_elements;
  const Index piece = is_small ? results : batch;
  parallel_for(results == 0 ? 0 : (results + piece - 1) / piece, [&](Index i) {
    for (Index result = i * piece; result < std::min((i + 1) * piece, results); ++result) {
      typename X::value_type best{};
      Index position = 0;
      for_each_run(ordered, result * folded, (result + 1) * folded, folded, [&](const auto& at, Index count) {
        const auto element = x.template bind<0>(ElementAccess<X::operands>(ordered, at));
        for (Index k = 0; k < count; ++k, ++position) {
          const auto value = element(k);
          const bool is_first_number = !(best == best) && value == value;
          if (position > 0 && !is_before(value, best) && !is_first_number) continue;
          best = value;
          to[result] = position;
        }
      });
    }
  });
}

}  // namespace lamina::detail
