// The operations that join values: sum, product, maximum and concatenation; and the slice that a split takes.
// The memory plan lets towers write straight into a concatenated map, lets slices be views and sums overwrite
// a dead operand; the operations here only see that source and destination are the same memory, and then have
// nothing to copy.
#pragma once

#include <array>
#include <optional>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/kernels/channels.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/structure.hpp"

namespace lamina {

/// The shape of merging In…; its name is what compilers print when the shapes do not fit.
template <class Merge, Shape... In> struct merged {
  static constexpr Shape inputs[] = {In...};
  static constexpr Shape output = Merge::output_of(inputs, sizeof...(In));
};

namespace detail {

template <Shape> struct a_constant;
/// Whether shapes can be merged: whether evaluating the rule throws nothing.
template <class Merge, Shape... In>
concept merges = requires { typename a_constant<Merge::output_of(std::array{In...}.data(), sizeof...(In))>; };

/// Shapes broadcast to one another: on each axis equal extents, or 1 or none. Empty where they do not fit.
constexpr std::optional<Shape> broadcast(const Shape* in, int count) {
  bool fit = true;
  const auto extent = [&](Index a, Index b) {
    fit = fit && (a == b || a == 0 || a == 1 || b == 0 || b == 1);
    return b == 0 || b == 1 ? a : b;
  };
  Shape out = in[0];
  for (int i = 1; i < count; ++i)
    out = {extent(out.channels, in[i].channels), extent(out.height, in[i].height),
           extent(out.width, in[i].width)};
  return fit ? std::optional(out) : std::nullopt;
}

/// A channel range of a map as a map: what a block-aligned slice is in memory.
template <class T, int B>
FeatureMapView<T, B> channel_range(const FeatureMapView<T, B>& map, Index first, Index count) {
  return {map.at_block(0, first / B), map.batch, count, map.height, map.width, map.batch_stride};
}

}  // namespace detail

/// y = x1 + x2 + …
struct Sum : Layer {
  static constexpr std::string_view name = "add";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool in_place = true;
  static constexpr bool accumulates = true;
  static constexpr OperationKind kind = OperationKind::sum;

  static constexpr Shape output_of(const Shape* in, int count) {
    const auto out = detail::broadcast(in, count);
    require(out.has_value(),
            "add: the branches must return shapes that are equal or broadcast; add a projection");
    return *out;
  }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::add_forward(pass.inputs, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for (std::size_t i = 0; i < pass.input_gradients.size(); ++i)
      if (!pass.input_gradients[i].empty())
        kernels::add_backward(pass.output_gradient, pass.input_gradients[i], pass.accumulate(i));
  }
};

/// y = x + f(x), in place of a sum: the input's shape is what the branch has to return.
struct Residual : Sum {
  static constexpr Shape output_of(const Shape* in, int count) {
    require(detail::broadcast(in, count) == in[0],
            "residual: the branch must return its input shape; add a projection");
    return in[0];
  }
};

/// y = x1 · x2 · …
struct Product : Layer {
  static constexpr std::string_view name = "multiply";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;

  static constexpr Shape output_of(const Shape* in, int count) {
    const auto out = detail::broadcast(in, count);
    require(out.has_value(),
            "multiply: the branches must return shapes that are equal or broadcast; add a projection");
    return *out;
  }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::multiply_forward(pass.inputs, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for (std::size_t i = 0; i < pass.input_gradients.size(); ++i)
      if (!pass.input_gradients[i].empty())
        kernels::multiply_backward(pass.inputs, pass.output_gradient, i, pass.input_gradients[i],
                                   pass.accumulate(i));
  }
};

/// y = x · g(x), in place of a product: the gate broadcasts to the input's shape.
struct Gate : Product {
  static constexpr Shape output_of(const Shape* in, int count) {
    require(detail::broadcast(in, count) == in[0],
            "gate: the gate must return the extents of its input, or 1 or none on an axis; change its last "
            "layer");
    return in[0];
  }
};

/// y = max(x1, x2, …)
struct Maximum : Layer {
  static constexpr std::string_view name = "maximum";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;

  static constexpr Shape output_of(const Shape* in, int count) {
    const auto out = detail::broadcast(in, count);
    require(out.has_value(),
            "maximum: the branches must return shapes that are equal or broadcast; add a projection");
    return *out;
  }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::maximum_forward(pass.inputs, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for (std::size_t i = 0; i < pass.input_gradients.size(); ++i)
      if (!pass.input_gradients[i].empty())
        kernels::maximum_backward(pass.inputs, pass.output_gradient, i, pass.input_gradients[i],
                                  pass.accumulate(i));
  }
};

/// y = op(x · a(x), x · b(x)), op being Merge's, in one loop: gates of one value that are merged next. A net
/// in inference has it where the algebra says maximum(gate(a), gate(b)), or a sum or a product
/// (net/fusion.hpp).
template <class Merge> struct GatedMerge : Layer {
  static constexpr std::string_view name = Merge::name;
  static constexpr Shape output_of(const Shape* in, int) { return in[0]; }
  template <class T> static void forward(const Forward<T>& pass) {
    const auto run = [&](auto op) {
      kernels::gated_forward(pass.inputs[0], pass.inputs[1], pass.inputs[2], pass.output,
                             [op](auto x, auto a, auto b) { return op(x * a, x * b); });
    };
    if constexpr (std::is_same_v<Merge, Sum>)
      run([](auto a, auto b) { return a + b; });
    else if constexpr (std::is_same_v<Merge, Product>)
      run([](auto a, auto b) { return a * b; });
    else
      run([](auto a, auto b) { return kernels::detail::larger(a, b); });
  }
};

/// y = x1's channels, then x2's, …
struct Concat : Layer {
  static constexpr std::string_view name = "concat";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool accumulates = true;
  static constexpr OperationKind kind = OperationKind::concat;

  static constexpr Shape output_of(const Shape* in, int count) {
    Shape out = in[0];
    for (int i = 1; i < count; ++i) {
      require(in[i].height == out.height && in[i].width == out.width,
              "concat: the branches must return the same height and width; pad them or match their strides");
      out.channels += in[i].channels;
    }
    return out;
  }
  template <class T> static void forward(const Forward<T>& pass) {
    Index channel = 0;
    for (const auto& input : pass.inputs) {
      const bool in_place = channel % pass.output.block == 0 &&
                            pass.output.at_block(0, channel / pass.output.block) == input.data;
      if (!in_place) kernels::copy_channels(input, 0, pass.output, channel, input.channels);
      channel += input.channels;
    }
  }
  template <class T> static void backward(const Backward<T>& pass) {
    Index channel = 0;
    for (std::size_t i = 0; i < pass.input_gradients.size(); ++i) {
      const auto& gradient = pass.input_gradients[i];
      const Index channels = pass.inputs[i].channels;
      const Index block = pass.output_gradient.block;
      const bool in_place = channel % block == 0 && !pass.accumulate(i) &&
                            pass.output_gradient.at_block(0, channel / block) == gradient.data;
      if (!gradient.empty() && !in_place) {
        if (pass.accumulate(i))
          kernels::accumulate_channels(pass.output_gradient, channel, gradient, 0, channels);
        else
          kernels::copy_channels(pass.output_gradient, channel, gradient, 0, channels);
      }
      channel += channels;
    }
  }
};

/// slice<First, Count, Of>: channels First … First + Count − 1 of an input that must have Of.
template <Index First, Index Count, Index Of> struct Slice : Layer {
  static constexpr std::string_view name = "split";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool accumulates = true;
  static constexpr OperationKind kind = OperationKind::slice;
  static constexpr Index slice_first = First;

  static constexpr Shape output(Shape in) {
    require(in.channels == Of,
            "split: the parts must add up to the channels of the input; change their sizes");
    return {Count, in.height, in.width};
  }
  template <class T> static void forward(const Forward<T>& pass) {
    const auto& in = pass.input();
    if (First % in.block == 0 && in.at_block(0, First / in.block) == pass.output.data) return;
    kernels::copy_channels(in, First, pass.output, 0, Count);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const auto& dx = pass.input_gradient();
    const bool in_place =
        First % dx.block == 0 && dx.at_block(0, First / dx.block) == pass.output_gradient.data;
    if (in_place) return;
    if (!pass.accumulate(0)) kernels::fill(dx, T{0});
    kernels::accumulate_channels(pass.output_gradient, 0, dx, First, Count);
  }
};

}  // namespace lamina
