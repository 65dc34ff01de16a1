// The output pixels of a region, enumerated along columns, then rows, then samples, and handed out in tiles
// of S. A tile may turn a corner of the map or continue in the next sample: on small maps and for dense
// layers (one pixel a sample) that keeps every tile full.
#pragma once

#include <algorithm>
#include <utility>

#include "lamina/core/shape.hpp"

namespace lamina::kernels::detail {

/// Calls f(integral_constant 0), …, f(integral_constant N - 1): a loop unrolled before the compiler decides
/// anything. Register tiles need it; an array indexed by a loop variable stays in memory with GCC 12.
template <int N, class F> [[gnu::always_inline]] constexpr void unroll(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, N>{});
}

/// `count` positions; one step moves that far in the input and in the output (elements).
struct PixelAxis {
  Index count, in_step, out_step;

  /// Whether `outer` goes on where this axis ends, so that both are one longer axis.
  constexpr bool joins(const PixelAxis& outer) const {
    return outer.count == 1 || count == 1 ||
           (outer.in_step == count * in_step && outer.out_step == count * out_step);
  }
  constexpr PixelAxis join(const PixelAxis& outer) const {
    if (count == 1) return outer;
    return {count * outer.count, in_step, out_step};
  }
};

/// A box of pixels: columns, rows, samples. `inner` is as long as the strides allow.
struct Pixels {
  PixelAxis inner, middle, outer;
  Index left_out = 0;  // so many of the last ones

  constexpr Pixels(PixelAxis columns, PixelAxis rows, PixelAxis samples)
      : inner(columns), middle(rows), outer(samples) {
    if (inner.joins(middle)) inner = inner.join(middle), middle = {1, 0, 0};
    if (middle.joins(outer)) middle = middle.join(outer), outer = {1, 0, 0};
    if (inner.joins(middle)) inner = inner.join(middle), middle = {1, 0, 0};
  }
  constexpr Index size() const { return inner.count * middle.count * outer.count - left_out; }
  /// Offsets of the last pixel of the box.
  constexpr Index last_in() const {
    return (inner.count - 1) * inner.in_step + (middle.count - 1) * middle.in_step +
           (outer.count - 1) * outer.in_step;
  }
  constexpr Index last_out() const {
    return (inner.count - 1) * inner.out_step + (middle.count - 1) * middle.out_step +
           (outer.count - 1) * outer.out_step;
  }
};

/// Calls f(in_offset, out_offset, pixels) for boxes of about `most` pixels at most that make up `all`, in
/// order.
template <class F> constexpr void for_each_chunk(const Pixels& all, Index most, F&& f) {
  const auto shares = [](Index whole, Index each) { return (whole + each - 1) / each; };
  const auto even = [&](Index whole, Index room) {  // the equal share of an axis that is cut to fit
    return shares(whole, shares(whole, std::clamp<Index>(room, 1, whole)));
  };
  if (all.size() == 0) return;
  const Index columns = even(all.inner.count, most);
  const Index rows = columns < all.inner.count ? 1 : even(all.middle.count, most / columns);
  const Index samples = rows < all.middle.count ? 1 : even(all.outer.count, most / (columns * rows));
  for (Index n = 0; n < all.outer.count; n += samples)
    for (Index row = 0; row < all.middle.count; row += rows)
      for (Index column = 0; column < all.inner.count; column += columns) {
        Pixels box = all;
        box.outer.count = std::min(samples, all.outer.count - n);
        box.middle.count = std::min(rows, all.middle.count - row);
        box.inner.count = std::min(columns, all.inner.count - column);
        f(n * all.outer.in_step + row * all.middle.in_step + column * all.inner.in_step,
          n * all.outer.out_step + row * all.middle.out_step + column * all.inner.out_step, box);
      }
}

/// The columns that fill tiles of `tile`, and those that are left of each row.
struct SplitPixels {
  Pixels whole, rest;
};
constexpr SplitPixels split_columns(const Pixels& pixels, Index tile) {
  SplitPixels split{pixels, pixels};
  split.rest.inner.count %= tile;
  split.whole.inner.count -= split.rest.inner.count;
  return split;
}

/// Walks through Pixels a tile at a time.
class PixelCursor {
 public:
  constexpr explicit PixelCursor(const Pixels& pixels) : pixels_(pixels), left_(pixels.size()) {}

  constexpr bool done() const { return left_ <= 0; }

  /// Offsets of the next S pixels. Past the end the last pixel is repeated: kernels read before they write,
  /// so that computing it again is harmless.
  template <int S> [[gnu::always_inline]] constexpr void take(Index (&in)[S], Index (&out)[S]) {
    const PixelAxis& axis = pixels_.inner;
    if (column_ + S <= axis.count) {
      for (int s = 0; s < S; ++s) in[s] = in_ + s * axis.in_step, out[s] = out_ + s * axis.out_step;
      step(S);
    } else {
      for (int s = 0; s < S; ++s) {
        in[s] = in_;
        out[s] = out_;
        if (left_ > 1 || s == S - 1) step(1);
      }
    }
  }

  /// The same where the rows are whole tiles of neighbours: offsets are InStep and OutStep apart, known when
  /// compiling.
  template <int InStep, int OutStep, int S>
  [[gnu::always_inline]] constexpr void take_neighbours(Index (&in)[S], Index (&out)[S]) {
    unroll<S>([&](auto s) __attribute__((always_inline)) {
      in[s] = in_ + Index{s} * InStep, out[s] = out_ + Index{s} * OutStep;
    });
    step(S);
  }

 private:
  constexpr void step(Index pixels) {
    left_ -= pixels;
    column_ += pixels;
    in_ += pixels * pixels_.inner.in_step;
    out_ += pixels * pixels_.inner.out_step;
    if (column_ < pixels_.inner.count) return;
    column_ = 0;
    if (++row_ == pixels_.middle.count) row_ = 0, ++sample_;
    in_ = row_ * pixels_.middle.in_step + sample_ * pixels_.outer.in_step;
    out_ = row_ * pixels_.middle.out_step + sample_ * pixels_.outer.out_step;
  }

  const Pixels pixels_;  // a copy: stores of results may write to anything that is referred to
  Index left_, column_ = 0, row_ = 0, sample_ = 0, in_ = 0, out_ = 0;
};

}  // namespace lamina::kernels::detail
