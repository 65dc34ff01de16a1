// Zeros around a map, as a layer of its own: where they are to be there after a convolution, not within it.
#pragma once

#include "lamina/kernels/window_options.hpp"
#include "lamina/kernels/zero_pad.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write zero_pad<…>.
template <Padding P> struct ZeroPad : Layer {
  static_assert(P.top >= 0 && P.left >= 0 && P.bottom >= 0 && P.right >= 0,
                "zero_pad: padding must not be negative");
  static constexpr std::string_view name = "zero_pad";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool accumulates = true;

  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "zero_pad: the input has no pixels");
    const auto padded = [](Index extent, Index more) { return extent == dyn ? dyn : extent + more; };
    return {in.channels, in.rank() == 2 ? in.height : padded(in.height, P.top + P.bottom),
            padded(in.width, P.left + P.right)};
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    kernels::zero_pad_forward(pass.input(), pass.output, top(In), P.left);
  }
  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::zero_pad_backward(pass.output_gradient, pass.input_gradient(), top(In), P.left,
                                 pass.accumulate());
  }

 private:
  /// Sequences are maps of one row, and are padded along it.
  static constexpr Index top(Shape in) { return in.rank() == 2 ? 0 : P.top; }
};

/// zero_pad<1>, zero_pad<vertical, horizontal>, zero_pad<top, left, bottom, right>: (C, H, W) to (C, H + top
/// + bottom, W + left + right); sequences are padded by left and right.
template <Index... Sides> inline constexpr ZeroPad<pad<Sides...>> zero_pad{};

}  // namespace lamina
