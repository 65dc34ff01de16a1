// Sums over many elements that come out the same, bit for bit, on any number of threads: the work is cut into
// pieces that depend on the problem alone, each piece gives one double, and the doubles are added in order.
#pragma once

#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"

namespace lamina::detail {

/// f(0) + f(1) + … + f(pieces - 1), evaluated in parallel and added in that order. f may take the worker's
/// number too, f(piece, worker), as in parallel_for.
template <class F> double ordered_sum(Index pieces, const F& f) {
  Scratch<double> partial(pieces);
  double* const sums = partial.data();
  parallel_for(pieces, [&](Index piece, [[maybe_unused]] int worker) {
    if constexpr (std::is_invocable_v<const F&, Index, int>)
      sums[piece] = f(piece, worker);
    else
      sums[piece] = f(piece);
  });
  double sum = 0;
  for (Index piece = 0; piece < pieces; ++piece) sum += sums[piece];
  return sum;
}

/// Pieces of `grain` items that cover `items`.
constexpr Index pieces_of(Index items, Index grain) { return (items + grain - 1) / grain; }

}  // namespace lamina::detail
