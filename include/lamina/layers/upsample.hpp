// Upsampling by a whole factor: upsample_nearest<2>, upsample_bilinear<2>. Rules and borders are PyTorch's.
#pragma once

#include "lamina/kernels/resize.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// How new pixels are made of old ones.
enum class Interpolation { nearest, bilinear, bilinear_aligned };

/// The layer; users write upsample_nearest<…> or upsample_bilinear<…>.
template <Index Factor, Interpolation How> struct Upsample : Layer {
  static_assert(Factor >= 1, "upsample: the factor is a whole number from 1 on");
  static constexpr std::string_view name =
      How == Interpolation::nearest ? "upsample_nearest" : "upsample_bilinear";
  static constexpr Saves saves = Saves::nothing;

  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "upsample: the input has no pixels");
    const auto scaled = [](Index extent) { return extent == dyn ? dyn : extent * Factor; };
    return {in.channels, scaled(in.height), scaled(in.width)};
  }

  static constexpr Window window(Shape) {
    const Index pixels = How == Interpolation::nearest ? 1 : 2;
    return {.height = pixels, .width = pixels, .outputs_vertical = Factor, .outputs_horizontal = Factor};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    if constexpr (How == Interpolation::nearest)
      kernels::nearest_resize_forward(pass.input(), pass.output);
    else
      kernels::bilinear_resize_forward(pass.input(), pass.output, How == Interpolation::bilinear_aligned);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (pass.input_gradient().empty()) return;
    if constexpr (How == Interpolation::nearest)
      kernels::nearest_resize_backward(pass.output_gradient, pass.input_gradient());
    else
      kernels::bilinear_resize_backward(pass.output_gradient, pass.input_gradient(),
                                        How == Interpolation::bilinear_aligned);
  }
};

/// Each pixel Factor × Factor times.
template <Index Factor> inline constexpr Upsample<Factor, Interpolation::nearest> upsample_nearest{};

/// Means of the four nearest pixels, weighted by nearness; the outer edges of both maps coincide.
template <Index Factor> inline constexpr Upsample<Factor, Interpolation::bilinear> upsample_bilinear{};

/// The same with the outermost pixels' centres coinciding (align_corners).
template <Index Factor>
inline constexpr Upsample<Factor, Interpolation::bilinear_aligned> upsample_bilinear_aligned{};

}  // namespace lamina
