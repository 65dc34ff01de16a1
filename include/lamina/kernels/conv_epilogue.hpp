// What a convolution does to its outputs before it stores them. An epilogue is a function of a vector of
// outputs: a scalar function object of tensor/functions, or any callable that takes and gives
// simd::Vector<T>. And what may be done with a part of the output as soon as it stands in memory.
#pragma once

#include "lamina/core/shape.hpp"

namespace lamina::kernels {

/// The epilogue that does nothing.
struct no_epilogue {
  template <class Vector> constexpr Vector operator()(Vector v) const { return v; }
};

/// A part of an output map: ranges of samples, rows (whole ones) and channels.
struct MapPart {
  Index first_sample, samples;
  Index first_row, rows;
  Index first_channel, channels;
};

/// What follows a finished part, on the thread that computed it, while it is in cache: nothing.
struct nothing_follows {
  constexpr void operator()(const MapPart&, int /*worker*/) const {}
};

}  // namespace lamina::kernels
