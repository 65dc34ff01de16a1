// Vectors side by side: what runs through the same weights next, as the pixels of a sequence.
#pragma once

#include <algorithm>

#include "lamina/kernels/global_mean_max.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/algebra.hpp"
#include "lamina/net/fusion.hpp"
#include "lamina/net/merge.hpp"

namespace lamina {

/// y[c, i] = x_i[c]: n vectors (C) to a sequence (C, n).
struct Beside : Layer {
  static constexpr std::string_view name = "beside";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool accumulates = true;

  static constexpr Shape output_of(const Shape* in, int count) {
    for (int i = 0; i < count; ++i)
      require(in[i].rank() == 1 && in[i] == in[0],
              "beside: the branches must return vectors of equal length; pool over the map first");
    return {in[0].channels, 0, count};
  }
  template <class T> static void forward(const Forward<T>& pass) {
    for (std::size_t i = 0; i < pass.inputs.size(); ++i)
      for_each_block(pass.output, static_cast<Index>(i), [&](Index n, Index block, T* pixel) {
        std::copy_n(pass.inputs[i].at_block(n, block), channel_block<T>, pixel);
      });
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for (std::size_t i = 0; i < pass.input_gradients.size(); ++i)
      if (!pass.input_gradients[i].empty())
        for_each_block(pass.output_gradient, static_cast<Index>(i),
                       [&](Index n, Index block, const T* pixel) {
                         T* const to = pass.input_gradients[i].at_block(n, block);
                         for (Index lane = 0; lane < channel_block<T>; ++lane)
                           to[lane] = pass.accumulate(i) ? to[lane] + pixel[lane] : pixel[lane];
                       });
  }

 private:
  /// Calls f(sample, block, where its pixel i lies).
  template <class T, class F> static void for_each_block(const FeatureMapView<T>& map, Index i, F f) {
    for (Index n = 0; n < map.batch; ++n)
      for (Index block = 0; block < map.blocks(); ++block)
        f(n, block, map.at_block(n, block) + i * map.block);
  }
};

/// beside(f, g, …): what the branches return, vectors (C), as the pixels of a sequence (C, n). A 1-wide
/// convolution after it treats all of them with the same weights.
template <net_block... B>
  requires(sizeof...(B) >= 1)
constexpr Branches<Beside, as_block<B>...> beside(B...) {
  return {};
}

namespace detail {

/// Means and maxima over all pixels beside each other, in inference: one read of the map for both.
struct GlobalMeanMax : Layer {
  static constexpr std::string_view name = "global_mean_max";
  static constexpr Shape output(Shape in) { return {in.channels, 0, 2}; }
  static constexpr Window window(Shape) { return {.global = true}; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::global_mean_max_forward(pass.input(), pass.output);
  }
};
template <> struct Jointly<Beside, GlobalAveragePool, GlobalMaxPool> {
  using type = GlobalMeanMax;
};

}  // namespace detail

}  // namespace lamina
