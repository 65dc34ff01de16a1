// Convolutions whose filters are kept orthonormal (Xie, Xiong and Pu, "All You Need is Beyond a Good Init:
// Exploring Better Solution for Training Extremely Deep Convolutional Neural Networks with Orthonormality and
// Modulation", 2017), in place of weight decay. The paper's modulation of the error between layers is not
// here: its exact rule could not be confirmed.
#pragma once

#include <algorithm>
#include <string_view>

#include "lamina/core/require_option.hpp"
#include "lamina/core/scratch.hpp"
#include "lamina/kernels/gemm.hpp"
#include "lamina/net/model_core.hpp"

namespace lamina {

/// R = λ / 2 · Σ ‖WᵀW − I‖²_F over the kernels of convolutions, W having a column for each output (of
/// transposed convolutions, each input); where there are more columns than a filter has weights, which cannot
/// all be orthogonal, WWᵀ in place of WᵀW. The gradient is 2 λ W (WᵀW − I) either way.
///
///   fit(model, training, sgd{}, {}, orthonormality{.strength = 1e-3});   // between backward and step
///   orthonormality regularizer; … model.backward(); regularizer.on_backward_end(model); optimizer.step();
///
/// Losses that fit reports are without R, which is in `value`. Kernels are the weights of convolutions, as
/// they are learnt (of weighted_conv before the density, of conditional_conv each expert's), that decay and
/// are not frozen; let weight decay be 0, and begin with init<initializers::orthogonal>. Left out are single
/// filters and depthwise ones, which have nothing to be orthogonal to, and what weight_norm_conv,
/// spectral_norm_conv and others make their kernels of. Of grouped convolutions the filters of all groups are
/// held against one another. A step costs what convolving two pixels for each output of every kernel does.
struct orthonormality {
  double strength = 1e-4;        ///< λ; the default is ours, for the paper's could not be confirmed
  std::string_view prefix = {};  ///< only parameters whose names begin with these levels
  double value = 0;              ///< R, when the gradients were last added

  /// Adds R's gradient to the model's, and notes R. Throws error where strength is negative.
  template <class T> void on_backward_end(ModelCore<T>& model);
};

namespace detail {

/// A kernel's memory as a matrix: `length` weights for each of `outputs`. Whatever the order, kernels lie as
/// [outputs / block][length][block], the last block padded with zeros, or, where plain, as [outputs][length].
struct FilterMatrix {
  Index outputs, length, block;

  template <class T> explicit FilterMatrix(const NamedArray<T>& kernel) {
    const Order order = kernel.descriptor().order;
    outputs = kernel.extents()[order.blocked_axis < 0 ? 0 : order.blocked_axis];
    length = outputs == 0 ? 0 : kernel.size() / outputs;
    block = order.blocked_axis < 0 ? 1 : Index{channel_block<T>};
  }

  /// Calls f(element of memory, element of a (length, outputs) matrix).
  template <class F> void for_each(F f) const {
    for (Index o = 0; o < outputs; ++o) {
      const Index first = o / block * block * length + o % block;
      for (Index i = 0; i < length; ++i) f(first + i * block, i * outputs + o);
    }
  }
};

/// Whether a parameter is a kernel that R is of. (Filters of one input channel are depthwise if there are
/// more than they have taps; fewer may be a dense convolution's, of a grey image.)
template <class T> bool has_filters_to_compare(const NamedArray<T>& parameter) {
  const ParameterExtents extents = parameter.extents();
  if (extents.rank < 3 || parameter.descriptor().order != orders::conv || extents[0] < 2) return false;
  if (extents[1] == 1 && extents[0] * extents[0] > extents.count()) return false;
  const std::string_view path = parameter.name(), name = path.substr(path.rfind('.') + 1);
  const bool is_expert = name.size() > 7 && name.starts_with("weight_") && name[7] >= '0' && name[7] <= '9';
  return name == "weight" || is_expert;
}

/// Adds λ/2's gradient of one kernel to `gradient`, and returns λ / 2 · ‖WᵀW − I‖²_F.
template <class T>
double add_orthonormality(double strength, const NamedArray<T>& kernel, const NamedArray<T>& gradient) {
  const FilterMatrix filters(kernel);
  const Index rows = filters.length, columns = filters.outputs, side = std::min(rows, columns);
  const Scratch<T> weight_memory(rows * columns), gram_memory(side * side), product_memory(rows * columns);
  const T* const weights = &kernel[0];
  filters.for_each([&](Index from, Index to) { weight_memory[to] = weights[from]; });
  const auto matrix = [](T* data, Index height, Index width) {
    return kernels::MatrixView<T>(data, height, width);
  };
  const auto w = matrix(weight_memory.data(), rows, columns), gram = matrix(gram_memory.data(), side, side),
             product = matrix(product_memory.data(), rows, columns);
  const bool wide = rows < columns;
  if (wide)
    kernels::gemm<T>(w, kernels::transposed(w), gram);
  else
    kernels::gemm<T>(kernels::transposed(w), w, gram);
  double squares = 0;
  for (Index i = 0; i < side * side; ++i) {
    if (i % (side + 1) == 0) gram_memory[i] -= 1;
    squares += static_cast<double>(gram_memory[i]) * static_cast<double>(gram_memory[i]);
  }
  if (wide)
    kernels::gemm<T>(gram, w, product);
  else
    kernels::gemm<T>(w, gram, product);
  T* const sums = &gradient[0];
  const T factor = static_cast<T>(2 * strength);
  filters.for_each([&](Index to, Index from) { sums[to] += factor * product_memory[from]; });
  return strength / 2 * squares;
}

}  // namespace detail

template <class T> void orthonormality::on_backward_end(ModelCore<T>& model) {
  detail::require_option(strength >= 0, "orthonormality: the strength must not be negative");
  const auto parameters = model.parameters(), gradients = model.gradients();
  const auto segments = model.parameter_space().segments;
  value = 0;
  for (std::size_t p = 0; p < parameters.size(); ++p)
    if (detail::has_filters_to_compare(parameters[p]) && segments[p].decays && !segments[p].frozen &&
        detail::is_within(parameters[p].name(), prefix))
      value += detail::add_orthonormality(strength, parameters[p], gradients[p]);
}

}  // namespace lamina
