// Pooling over the whole map: (C, H, W) to a vector (C). The usual end of a convolutional trunk, and the
// squeeze of channel attention.
#pragma once

#include "lamina/kernels/average_pool.hpp"
#include "lamina/kernels/max_pool.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// y[c] = mean of x[c] over all pixels, summed pairwise or in double.
struct GlobalAveragePool : Layer {
  static constexpr std::string_view name = "global_avg_pool";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "global_avg_pool: the input has no pixels to average");
    return {in.channels, 0, 0};
  }
  static constexpr Window window(Shape) { return {.global = true}; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::global_average_pool_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::global_average_pool_backward(pass.output_gradient, pass.input_gradient());
  }
};
inline constexpr GlobalAveragePool global_avg_pool{};

/// y[c] = maximum of x[c] over all pixels; ties give the gradient to the first.
struct GlobalMaxPool : Layer {
  static constexpr std::string_view name = "global_max_pool";
  static constexpr Saves saves = Saves::both;
  static constexpr Shape output(Shape in) {
    require(in.rank() >= 2, "global_max_pool: the input has no pixels to compare");
    return {in.channels, 0, 0};
  }
  static constexpr Window window(Shape) { return {.global = true}; }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::global_max_pool_forward(pass.input(), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      kernels::global_max_pool_backward(pass.input(), pass.output, pass.output_gradient,
                                        pass.input_gradient());
  }
};
inline constexpr GlobalMaxPool global_max_pool{};

}  // namespace lamina
