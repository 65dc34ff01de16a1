// What a layer is. A layer is an empty struct derived from `Layer` that states its rules as static members:
//
//   static constexpr std::string_view name;                    its word in errors and summaries
//   static constexpr Shape output(Shape in);                   the shape rule; `require` what it expects
//   static constexpr std::array<Parameter, n> parameters(Shape in);   optional: what it learns
//   static constexpr std::array<Parameter, n> statistics(Shape in);   optional: running statistics
//   static constexpr Shape output_of(const Shape* in, int count);     instead of output: of several operands
//   static constexpr Index macs(Shape in);                     optional: multiply-adds per sample
//   static std::string algorithm(Shape in);                    optional: the kernel that runs, for summary
//   static constexpr Window window(Shape in);                  optional: receptive field of one output pixel
//   static constexpr Saves saves;                              optional: what backward reads (default: both)
//   static constexpr Stash stash(Shape in);                    optional: memory kept from forward to backward
//   static constexpr bool in_place = true;                     optional: may write its output over its input
//   static constexpr bool accumulates = true;                  optional: can add to its input's gradient
//   static constexpr bool reads_image(Shape in);               optional: takes the net's plain input as it is
//   template <class T> static void forward(const Forward<T>&);
//   template <class T> static void backward(const Backward<T>&);
//
// forward and backward may also be templates on the input shape first (`template <Shape In, class T>`), where
// the kernel depends on it. What fuses in a frozen net declares more: fused_layer.hpp.
// examples/custom_layer.cpp is the specimen; net/README.md tells the whole story.
#pragma once

#include <array>
#include <concepts>
#include <span>
#include <string_view>

#include "lamina/core/random.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/net/parameter.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina {

/// Base of every block of the algebra: what makes the operators apply to it.
struct Block {};

/// Base of every layer: a block that is one step of the computation.
struct Layer : Block {};

/// What a layer's backward reads besides the gradient: its own input, its own output. What nobody reads is
/// overwritten by later layers.
enum class Saves { nothing, input, output, both };

constexpr bool saves_input(Saves saves) { return saves == Saves::input || saves == Saves::both; }
constexpr bool saves_output(Saves saves) { return saves == Saves::output || saves == Saves::both; }

/// Elements of T that a layer keeps from forward to backward.
struct Stash {
  Index per_batch = 0;   ///< such as a batch norm's mean and standard deviation
  Index per_sample = 0;  ///< such as the indices of a pooling's maxima
};

/// The input pixels that one output pixel sees, for the receptive field: extent and step on each axis.
struct Window {
  Index height = 1, width = 1;
  Index stride_vertical = 1, stride_horizontal = 1;
  bool global = false;                                 ///< sees the whole map
  Index outputs_vertical = 1, outputs_horizontal = 1;  ///< for each step: more than one where maps grow
};

/// What a layer is given when it runs forward. Maps are blocked (see FeatureMapView); `image` is the plain
/// NCHW input of the net, set instead of `input` for a layer that asked for it (`reads_image`).
template <class T, class Arch = simd::Arch> struct Forward {
  std::span<const FeatureMapView<const T>> inputs;  // (n, c, h, w) each; most layers have one
  FeatureMapView<const T, 1> image;
  FeatureMapView<T> output;
  const T* parameter_arena = nullptr;
  const Index* parameter_offsets = nullptr;
  T* statistic_arena = nullptr;
  const Index* statistic_offsets = nullptr;
  T* batch_stash = nullptr;   ///< as many elements as the layer's Stash asks for
  T* sample_stash = nullptr;  ///< batch times as many
  bool training = false;      ///< batch statistics and dropout, or inference
  Random random{seed{}};      ///< a stream of this layer and this step alone; backward gets the same

  const FeatureMapView<const T>& input() const { return inputs[0]; }
  const T* parameter(int i) const { return parameter_arena + parameter_offsets[i]; }
  T* statistic(int i) const { return statistic_arena + statistic_offsets[i]; }
};

/// What a layer is given when it runs backward: everything of the forward pass (`input` and `output` only if
/// it saves them) and the gradients. An empty `input_gradient` view is not wanted; parameter gradients are
/// added to, in arena order, and stay zero in padding lanes.
template <class T, class Arch = simd::Arch> struct Backward {
  std::span<const FeatureMapView<const T>> inputs;
  FeatureMapView<const T, 1> image;
  FeatureMapView<const T> output;
  FeatureMapView<const T> output_gradient;
  std::span<const FeatureMapView<T>> input_gradients;
  FeatureMapView<T, 1> image_gradient;
  std::span<const bool> accumulate_flags;
  const T* parameter_arena = nullptr;
  T* gradient_arena = nullptr;  ///< null where the parameters are frozen: their gradients are not wanted
  const Index* parameter_offsets = nullptr;
  const T* statistic_arena = nullptr;
  const Index* statistic_offsets = nullptr;
  const T* batch_stash = nullptr;
  const T* sample_stash = nullptr;
  bool training = true;  ///< false in a frozen part: statistics were the running ones
  Random random{seed{}};

  const FeatureMapView<const T>& input() const { return inputs[0]; }
  const FeatureMapView<T>& input_gradient() const { return input_gradients[0]; }
  /// Add into input gradient i instead of overwriting it: only layers that declare `accumulates` see true.
  bool accumulate(std::size_t i = 0) const { return accumulate_flags[i]; }
  bool wants_parameter_gradients() const { return gradient_arena != nullptr; }
  const T* parameter(int i) const { return parameter_arena + parameter_offsets[i]; }
  T* parameter_gradient(int i) const { return gradient_arena + parameter_offsets[i]; }
  const T* statistic(int i) const { return statistic_arena + statistic_offsets[i]; }
};

/// A step of the computation, as the head of this file describes it.
template <class L>
concept layer = std::derived_from<L, Layer> && std::is_empty_v<L> && requires(Shape in) {
  { L::name } -> std::convertible_to<std::string_view>;
  { L::output(in) } -> std::same_as<Shape>;
};

}  // namespace lamina
