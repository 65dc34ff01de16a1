// What convolutions and dense layers share when they are frozen: copying their weight and bias, and taking a
// channel-wise scale · y + shift into them. Both hold weights as [output block][…][lanes].
#pragma once

#include <algorithm>
#include <array>

#include "lamina/net/parameter.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::detail {

template <class Source, class T>
void copy_weight_and_bias(const Source& source, bool has_bias, const std::array<Parameter, 2>& parameters,
                          T* weight, T* bias) {
  constexpr Index block = channel_block<T>;
  const auto count = [](const Parameter& p) { return arena_elements(p.extents, p.order, block); };
  std::copy_n(source.parameter(0), count(parameters[0]), weight);
  if (has_bias)
    std::copy_n(source.parameter(1), count(parameters[1]), bias);
  else
    std::fill_n(bias, count(parameters[1]), T{0});
}

/// weight ← scale · weight, bias ← scale · bias + shift, per output channel; `fan_in` numbers feed each.
template <class T>
void absorb_affine(const T* scale, const T* shift, Index channels, Index fan_in, T* weight, T* bias) {
  constexpr Index block = channel_block<T>;
  for (Index first = 0; first < channels; first += block) {
    T* const of_block = weight + first * fan_in;
    for (Index i = 0; i < fan_in * block; ++i) of_block[i] *= scale[first + i % block];
    for (Index lane = first; lane < first + block; ++lane)
      bias[lane] = scale[lane] * bias[lane] + shift[lane];
  }
}

}  // namespace lamina::detail
