// flatten: a map (C, H, W) as a vector of C · H · W, in the order of channels, rows, columns.
#pragma once

#include "lamina/kernels/layout.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

struct Flatten : Layer {
  static constexpr std::string_view name = "flatten";
  static constexpr Saves saves = Saves::nothing;
  /// A plain image is in the right order as it comes.
  static constexpr bool reads_image(Shape) { return true; }

  static constexpr Shape output(Shape in) {
    require(in.is_static(),
            "flatten: height and width must be static; use global_avg_pool for any image size");
    return {in.elements(), 0, 0};
  }
  static constexpr Window window(Shape) { return {.global = true}; }
  template <class T> static void forward(const Forward<T>& pass) {
    if (pass.image.empty()) {
      kernels::flatten(pass.input(), pass.output);
    } else {
      const auto& image = pass.image;
      kernels::image_to_blocked(
          FeatureMapView<const T, 1>(image.data, image.batch, image.channels * image.pixels(), 1, 1,
                                     image.batch_stride),
          pass.output);
    }
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.image_gradient.empty()) {
      const auto& image = pass.image_gradient;
      kernels::blocked_to_image(pass.output_gradient,
                                FeatureMapView<T, 1>(image.data, image.batch, image.channels * image.pixels(),
                                                     1, 1, image.batch_stride));
    } else if (!pass.input_gradients.empty() && !pass.input_gradient().empty()) {
      kernels::unflatten(pass.output_gradient, pass.input_gradient());
    }
  }
};

/// The map as a vector; what dense<…> wants.
inline constexpr Flatten flatten{};

}  // namespace lamina
