// Convolutions whose kernel is made of other numbers: build an effective kernel, then convolve; and,
// backwards, hand the effective kernel's gradient on to what it was made of. One layer for all of them
// (weighted_conv.hpp, weight_norm_conv.hpp, factorized_conv.hpp, …); a Kernel says
//
//   static constexpr std::string_view name;
//   static constexpr std::array<Parameter, n> parameters(const Parameter& weight);   instead of conv's weight
//   template <class T> static void build(const KernelShape&, const T* const* parameter, T* weight);
//   template <class T> static void adjoint(const KernelShape&, const T* const* parameter,
//                                          const T* weight_gradient, T* const* gradient);   adds to gradients
//
// A Kernel with a state that training moves (spectral_norm_conv.hpp) says also
//
//   static constexpr std::array<Parameter, m> statistics(const Parameter& weight);   in plain order
//   template <class T> static void update(const KernelShape&, const T* const* parameter, T* const*
//   statistic);
//
// and finds its statistics behind the parameters: parameter[n], … They are as the forward pass left them, in
// backward too. One that draws random numbers (lightweight_conv.hpp) says `static constexpr bool draws =
// true` and takes a `const Random*` after `parameter`, the same one forward and backward, null outside
// training.
//
// Frozen, it is a plain convolution with the kernel it has made, and costs what that costs.
#pragma once

#include <algorithm>

#include "lamina/layers/conv.hpp"

namespace lamina {

/// A kernel (out, in of a group, rows, columns) and where its elements lie.
struct KernelShape {
  Index out, in, rows, columns;
  Index block;  // lanes of a vector

  KernelShape(const kernels::ConvGeometry& g, Index lanes)
      : out(g.out_channels),
        in(g.in_channels_per_group()),
        rows(g.kernel_height),
        columns(g.kernel_width),
        block(lanes) {}

  Index taps() const { return rows * columns; }
  Index size() const { return (out + block - 1) / block * block * taps() * in; }
  /// ConvGeometry::weight_offset.
  Index place(Index o, Index i, Index r, Index c) const {
    return ((o / block * taps() + r * columns + c) * in + i) * block + o % block;
  }
  /// Calls f(o, i, r, c) for every element, in the order of memory but for lanes.
  template <class F> void for_each(F&& f) const {
    for (Index o = 0; o < out; ++o)
      for (Index r = 0; r < rows; ++r)
        for (Index c = 0; c < columns; ++c)
          for (Index i = 0; i < in; ++i) f(o, i, r, c);
  }
};

namespace detail {
template <class Kernel>
concept kernel_with_statistics = requires { Kernel::statistics(Parameter{}); };
template <class Kernel>
concept drawing_kernel = requires { requires Kernel::draws; };
}  // namespace detail

/// The layer: conv with options O, and its weight made by Kernel.
template <ConvOptions O, class Kernel> struct ReparametrizedConv : Layer {
  using Plain = Conv<O>;
  static constexpr std::string_view name = Kernel::name;
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;
  static constexpr bool accepts_epilogue = true;
  static constexpr bool accepts_affine = Plain::accepts_affine;
  static constexpr bool reads_image(Shape in) { return Plain::reads_image(in); }
  static constexpr Shape output(Shape in) {
    if constexpr (requires { Kernel::check(in); }) Kernel::check(in);
    return Plain::output(in);
  }
  static constexpr Index macs(Shape in) { return Plain::macs(in); }
  static std::string algorithm(Shape in) { return Plain::algorithm(in); }
  static constexpr Window window(Shape in) { return Plain::window(in); }

  static constexpr auto parameters(Shape in) {
    constexpr std::size_t count = Kernel::parameters(Parameter{}).size();
    const auto plain = Plain::parameters(in);
    const auto made_of = Kernel::parameters(plain[0]);
    std::array<Parameter, count + O.bias> all;
    std::copy(made_of.begin(), made_of.end(), all.begin());
    if constexpr (O.bias) all[count] = plain[1];
    return all;
  }

  static constexpr auto statistics(Shape in)
    requires detail::kernel_with_statistics<Kernel>
  {
    return Kernel::statistics(Plain::parameters(in)[0]);
  }
  /// The statistics, as this pass has made them: another pass may follow before its backward.
  static constexpr Stash stash(Shape in)
    requires detail::kernel_with_statistics<Kernel>
  {
    Index elements = 0;
    for (const Parameter& statistic : statistics(in)) elements += statistic.extents.count();
    return {.per_batch = elements};
  }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    if constexpr (statistic_count > 0)
      if (pass.training) update_statistics<In>(pass);
    const Effective<In, T> effective(pass, O.bias ? pass.parameter(kernel_parameters) : nullptr);
    Forward<T> plain = pass;
    plain.parameter_arena = effective.values.data();
    plain.parameter_offsets = effective.offsets;
    Plain::template forward<In>(plain);
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    const Effective<In, T> effective(pass, O.bias ? pass.parameter(kernel_parameters) : nullptr);
    const Scratch<T> gradient(effective.values.size());
    std::fill_n(gradient.data(), gradient.size(), T{0});
    Backward<T> plain = pass;
    plain.parameter_arena = effective.values.data();
    plain.parameter_offsets = effective.offsets;
    if (pass.wants_parameter_gradients()) plain.gradient_arena = gradient.data();
    Plain::template backward<In>(plain);
    if (!pass.wants_parameter_gradients()) return;
    T* parameter_gradient[kernel_parameters];
    for (int i = 0; i < kernel_parameters; ++i) parameter_gradient[i] = pass.parameter_gradient(i);
    const auto made_of = sources<In>(pass);
    if constexpr (detail::drawing_kernel<Kernel>)
      Kernel::template adjoint<T>(effective.shape, made_of.data(), drawn(pass), gradient.data(),
                                  parameter_gradient);
    else
      Kernel::template adjoint<T>(effective.shape, made_of.data(), gradient.data(), parameter_gradient);
    if constexpr (O.bias)
      for (Index c = 0; c < effective.shape.out; ++c)
        pass.parameter_gradient(kernel_parameters)[c] += gradient[effective.offsets[1] + c];
  }

  // For net/fusion.hpp: a plain convolution.
  static constexpr auto fused_parameters(Shape in) { return Plain::fused_parameters(in); }
  static std::string fused_algorithm(Shape in) { return Plain::fused_algorithm(in); }
  static constexpr bool accepts_addend(Shape in) { return Plain::accepts_addend(in); }
  template <Shape In, class T, class F>
  static void forward_fused(const Forward<T>& pass, F f, bool accumulate = false) {
    Plain::template forward_fused<In>(pass, f, accumulate);
  }
  template <Shape In, class Source, class T>
  static void copy_parameters(const Source& source, T* weight, T* bias) {
    constexpr kernels::ConvGeometry geometry = O.geometry(In);
    const KernelShape shape(geometry, channel_block<T>);
    std::fill_n(weight, shape.size(), T{0});
    build(shape, sources<In, T>(source), nullptr, weight);
    const Index padded = (shape.out + channel_block<T> - 1) / channel_block<T> * channel_block<T>;
    if constexpr (O.bias)
      std::copy_n(source.parameter(kernel_parameters), padded, bias);
    else
      std::fill_n(bias, padded, T{0});
  }
  template <Shape In, class T> static void absorb(const T* scale, const T* shift, T* weight, T* bias) {
    Plain::template absorb<In>(scale, shift, weight, bias);
  }
  template <Shape In, class T> static constexpr Index unpacked_weight_size() {
    return Plain::template unpacked_weight_size<In, T>();
  }
  template <Shape In, class T> static void pack(const T* weight, T* packed) {
    Plain::template pack<In>(weight, packed);
  }

 private:
  static constexpr int kernel_parameters = static_cast<int>(Kernel::parameters(Parameter{}).size());
  static constexpr int statistic_count = [] {
    if constexpr (detail::kernel_with_statistics<Kernel>)
      return static_cast<int>(Kernel::statistics(Parameter{}).size());
    else
      return 0;
  }();
  template <class T> using Sources = std::array<const T*, kernel_parameters + statistic_count>;

  /// The parameters and then the statistics that a pass works with, or a model that is frozen.
  template <Shape In, class T, class From> static Sources<T> sources_of(const From& from, const T* stashed) {
    Sources<T> all;
    for (int i = 0; i < kernel_parameters; ++i) all[static_cast<std::size_t>(i)] = from.parameter(i);
    if constexpr (statistic_count > 0) {
      constexpr auto described = statistics(In);
      for (std::size_t i = 0; i < described.size(); ++i) {
        all[kernel_parameters + i] = stashed ? stashed : from.statistic(static_cast<int>(i));
        if (stashed) stashed += described[i].extents.count();
      }
    }
    return all;
  }
  template <Shape In, class T> static Sources<T> sources(const Forward<T>& pass) {
    return sources_of<In, T>(pass, nullptr);
  }
  template <Shape In, class T> static Sources<T> sources(const Backward<T>& pass) {
    return sources_of<In, T>(pass, pass.training ? pass.batch_stash : nullptr);
  }
  template <Shape In, class T, class Source> static Sources<T> sources(const Source& source) {
    return sources_of<In, T>(source, nullptr);
  }

  /// Moves the statistics, and stashes them for backward.
  template <Shape In, class T> static void update_statistics(const Forward<T>& pass) {
    constexpr kernels::ConvGeometry geometry = O.geometry(In);
    constexpr auto described = statistics(In);
    T* statistic[statistic_count];
    for (int i = 0; i < statistic_count; ++i) statistic[i] = pass.statistic(i);
    Kernel::template update<T>(KernelShape(geometry, channel_block<T>), sources<In>(pass).data(), statistic);
    T* to = pass.batch_stash;
    for (std::size_t i = 0; i < described.size(); ++i)
      to = std::copy_n(statistic[i], described[i].extents.count(), to);
  }

  template <class Pass> static const Random* drawn(const Pass& pass) {
    return pass.training ? &pass.random : nullptr;
  }
  template <class T>
  static void build(const KernelShape& shape, const Sources<T>& made_of,
                    [[maybe_unused]] const Random* random, T* weight) {
    if constexpr (detail::drawing_kernel<Kernel>)
      Kernel::template build<T>(shape, made_of.data(), random, weight);
    else
      Kernel::template build<T>(shape, made_of.data(), weight);
  }

  /// The effective kernel and the bias, as the plain convolution's parameters.
  template <Shape In, class T> struct Effective {
    static constexpr kernels::ConvGeometry geometry = O.geometry(In);
    KernelShape shape{geometry, channel_block<T>};
    Index offsets[2] = {0, shape.size()};
    Scratch<T> values{shape.size() +
                      (shape.out + channel_block<T> - 1) / channel_block<T> * channel_block<T>};

    template <class Pass> Effective(const Pass& pass, const T* bias) {
      std::fill_n(values.data(), values.size(), T{0});
      build(shape, sources<In>(pass), drawn(pass), values.data());
      if (bias) std::copy_n(bias, shape.out, values.data() + offsets[1]);
    }
  };
};

}  // namespace lamina
