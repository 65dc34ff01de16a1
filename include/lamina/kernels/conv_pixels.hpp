// The output pixels of a region, enumerated along columns, then rows, then samples, and handed out in tiles
// of S. A tile may turn a corner of the map or continue in the next sample: on small maps and for dense
// layers (one pixel a sample) that keeps every tile full.
#pragma once

#include <utility>

#include "lamina/core/shape.hpp"

namespace lamina::kernels::detail {

/// Calls f(integral_constant 0), …, f(integral_constant N - 1): a loop unrolled before the compiler decides
/// anything. Register tiles need it; an array indexed by a loop variable stays in memory with GCC 12.
template <int N, class F> [[gnu::always_inline]] constexpr void unroll(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (f(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, N>{});
}

/// `count` positions; one step moves that far in the input and in the output (elements).
struct PixelAxis {
  index count, in_step, out_step;

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

  constexpr Pixels(PixelAxis columns, PixelAxis rows, PixelAxis samples)
      : inner(columns), middle(rows), outer(samples) {
    if (inner.joins(middle)) inner = inner.join(middle), middle = {1, 0, 0};
    if (middle.joins(outer)) middle = middle.join(outer), outer = {1, 0, 0};
    if (inner.joins(middle)) inner = inner.join(middle), middle = {1, 0, 0};
  }
  constexpr index size() const { return inner.count * middle.count * outer.count; }
};

/// Walks through Pixels a tile at a time.
class PixelCursor {
 public:
  constexpr explicit PixelCursor(const Pixels& pixels) : pixels_(pixels), left_(pixels.size()) {}

  constexpr bool done() const { return left_ <= 0; }

  /// Offsets of the next S pixels. Past the end the last pixel is repeated: kernels read before they write,
  /// so that computing it again is harmless.
  template <int S> [[gnu::always_inline]] constexpr void take(index (&in)[S], index (&out)[S]) {
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

 private:
  constexpr void step(index pixels) {
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

  const Pixels& pixels_;
  index left_, column_ = 0, row_ = 0, sample_ = 0, in_ = 0, out_ = 0;
};

}  // namespace lamina::kernels::detail
