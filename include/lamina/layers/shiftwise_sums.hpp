// The sums of shifted maps of ShiftwiseConv (Li, Li, Chen and Li, "ShiftwiseConv: Small Convolutional Kernel
// with Large Kernel Effect", 2025), which stand for a large depthwise kernel of M × M: each channel is
// convolved with ⌈M / k⌉ small kernels of k × k, and the maps are summed three times, shifted side by side,
// shifted one below the other, and one of them not shifted.
//
// Maps of kernels that stand k pixels apart, summed, are the map of the kernel that has them side by side:
// each of the three sums is a depthwise convolution, with a strip of k × k⌈M / k⌉ taps, one of k⌈M / k⌉ × k,
// and a square of k × k, made of the same numbers. That is how it is computed here: no map of a small kernel
// is ever stored, and borders come out the same.
#pragma once

#include <algorithm>
#include <array>

#include "lamina/kernels/channels.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/layers/reparametrized_conv.hpp"
#include "lamina/net/merge.hpp"

namespace lamina {

/// How `maps` kernels of `part` taps stand for `extent` taps along an axis: `before` taps lie before the
/// pixel and `after` behind it. Where part does not divide extent there are more taps than that, and the
/// strip is not centred: 49 of 3 are 51, 24 before and 26 after.
struct ShiftStrip {
  Index maps, taps, before, after;

  constexpr ShiftStrip(Index extent, Index part)
      : maps((extent + part - 1) / part),
        taps(maps * part),
        before(extent / 2),
        after(taps - 1 - extent / 2) {}
};

/// The three sums, in the order of the layer's outputs.
enum class ShiftSum { horizontal, vertical, unshifted };

/// Which small kernel stands at a place of a strip of `maps` (of the unshifted sum, which has one place:
/// which one it takes), in one of the assignments that are summed. The first has them in their order, and the
/// middle one unshifted; the others are random, the same for all channels and in every net. (The paper draws
/// all of them; which comes first is then only a matter of names.)
constexpr Index shift_assignment(ShiftSum sum, int repetition, Index maps, Index middle, Index place) {
  const bool unshifted = sum == ShiftSum::unshifted;
  if (repetition == 0) return unshifted ? middle : place;
  const Random random(seed{static_cast<std::uint64_t>(maps)},
                      static_cast<std::uint64_t>(3 * repetition) + static_cast<std::uint64_t>(sum));
  const auto below = [&](Index i, Index n) {
    return static_cast<Index>(random.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(n)));
  };
  if (unshifted) return below(0, maps);
  // Where a shuffle that swaps the place i = maps − 1, …, 1 with a random one not behind it gets its element
  // from, followed backwards.
  Index from = place;
  for (Index i = 1; i < maps; ++i) {
    const Index other = below(i, i + 1);
    from = from == i ? other : from == other ? i : from;
  }
  return from;
}

/// The layer; users write shiftwise_sums<…>, or shiftwise_conv (blocks/shiftwise_conv.hpp). Parameters
/// "weight_0", …, one for each path, (C · maps, 1, k, k), the maps of a channel together.
template <Index Extent, Index Part, int Repetitions, int Paths> struct ShiftwiseSums : Layer {
  static_assert(Part >= 1 && Part % 2 == 1, "shiftwise_sums: the small kernel must be odd, to have a middle");
  static_assert(Extent >= Part, "shiftwise_sums: the large kernel is no smaller than the small one");
  static_assert(Repetitions >= 1, "shiftwise_sums: at least one assignment is summed");
  static_assert(Paths >= 1 && Paths <= 4, "shiftwise_sums: there are 1 to 4 paths");
  static constexpr std::string_view name = "shiftwise_sums";
  static constexpr Saves saves = Saves::input;
  static constexpr bool accumulates = true;
  static constexpr ShiftStrip strip{Extent, Part};

  static constexpr Shape output(Shape in) {
    require(in.rank() == 3, "shiftwise_sums: the input must be a map (channels, height, width)");
    return {3 * in.channels, in.height, in.width};
  }
  static constexpr std::array<Parameter, Paths> parameters(Shape in) {
    constexpr std::string_view names[] = {"weight_0", "weight_1", "weight_2", "weight_3"};
    std::array<Parameter, Paths> all;
    for (std::size_t p = 0; p < Paths; ++p)
      all[p] = {names[p], {in.channels * strip.maps, 1, Part, Part}, initializers::he_normal};
    return all;
  }
  static constexpr Index macs(Shape in) { return in.elements() * (2 * Part * strip.taps + Part * Part); }
  static constexpr Window window(Shape) { return {strip.taps, strip.taps}; }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    for (const ShiftSum sum : sums) {
      const kernels::ConvGeometry g = geometry(sum, In.channels);
      const Scratch<T> weight(g.weight_size(channel_block<T>));
      build(sum, g, pass, weight.data());
      const Index first = static_cast<Index>(sum) * In.channels;
      if (first % channel_block<T> == 0 && In.channels % channel_block<T> == 0) {
        kernels::conv_forward<kind(In)>(pass.input(), weight.data(), nullptr,
                                        detail::channel_range(pass.output, first, In.channels), g);
      } else {
        const Scratch<T> memory(elements_of<In>(pass.output));
        const FeatureMapView<T> part = map_of<In>(memory.data(), pass.output);
        kernels::conv_forward<kind(In)>(pass.input(), weight.data(), nullptr, part, g);
        kernels::copy_channels(part, 0, pass.output, first, In.channels);
      }
    }
  }

  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    bool accumulate = pass.accumulate();
    const FeatureMapView<const T>& dy = pass.output_gradient;
    for (const ShiftSum sum : sums) {
      const Index first = static_cast<Index>(sum) * In.channels;
      if (first % channel_block<T> == 0 && In.channels % channel_block<T> == 0) {
        gradients<In>(pass, sum, detail::channel_range(dy, first, In.channels), accumulate);
      } else {
        const Scratch<T> memory(elements_of<In>(dy));
        const FeatureMapView<T> part = map_of<In>(memory.data(), dy);
        kernels::copy_channels(dy, first, part, 0, In.channels);
        gradients<In>(pass, sum, FeatureMapView<const T>(part), accumulate);
      }
      accumulate = true;
    }
  }

 private:
  static constexpr ShiftSum sums[] = {ShiftSum::horizontal, ShiftSum::vertical, ShiftSum::unshifted};

  static constexpr kernels::ConvGeometry geometry(ShiftSum sum, Index channels) {
    const bool wide = sum == ShiftSum::horizontal, high = sum == ShiftSum::vertical;
    constexpr Index half = Part / 2;
    return {.in_channels = channels,
            .out_channels = channels,
            .groups = channels,
            .kernel_height = high ? strip.taps : Part,
            .kernel_width = wide ? strip.taps : Part,
            .pad_top = high ? strip.before : half,
            .pad_left = wide ? strip.before : half,
            .pad_bottom = high ? strip.after : half,
            .pad_right = wide ? strip.after : half};
  }
  static constexpr kernels::ConvKind kind(Shape in) {
    return in.channels > 1 ? kernels::ConvKind::depthwise : kernels::ConvKind::dense;
  }

  /// A third of a map of all three sums.
  template <Shape In, class T, class Map> static FeatureMapView<T> map_of(T* memory, const Map& all) {
    return {memory, all.batch, In.channels, all.height, all.width};
  }
  template <Shape In, class Map> static Index elements_of(const Map& all) {
    using T = typename Map::value_type;
    return all.batch * map_of<In>(static_cast<T*>(nullptr), all).batch_stride;
  }

  /// Calls f(element of the parameters, place in the strip's weights) for all that are summed.
  template <class T, class F> static void for_each(ShiftSum sum, const kernels::ConvGeometry& g, F f) {
    const KernelShape shape(g, channel_block<T>);
    const bool wide = sum == ShiftSum::horizontal, high = sum == ShiftSum::vertical;
    for (int repetition = 0; repetition < Repetitions; ++repetition)
      for (Index place = 0; place < (wide || high ? strip.maps : 1); ++place) {
        const Index map = shift_assignment(sum, repetition, strip.maps, strip.before / Part, place);
        const Index down = high ? place * Part : 0, right = wide ? place * Part : 0;
        for (Index c = 0; c < g.out_channels; ++c)
          for (Index row = 0; row < Part; ++row)
            for (Index column = 0; column < Part; ++column)
              f(((c * strip.maps + map) * Part + row) * Part + column,
                shape.place(c, 0, down + row, right + column));
      }
  }

  template <class T, class Pass>
  static void build(ShiftSum sum, const kernels::ConvGeometry& g, const Pass& pass, T* weight) {
    std::fill_n(weight, g.weight_size(channel_block<T>), T{0});
    for_each<T>(sum, g, [&](Index element, Index place) {
      for (int p = 0; p < Paths; ++p) weight[place] += pass.parameter(p)[element];
    });
  }

  /// Of one of the sums, given that of its output.
  template <Shape In, class T>
  static void gradients(const Backward<T>& pass, ShiftSum sum, const FeatureMapView<const T>& dy,
                        bool accumulate) {
    const kernels::ConvGeometry g = geometry(sum, In.channels);
    const Scratch<T> weight(g.weight_size(channel_block<T>));
    if (pass.wants_parameter_gradients()) {
      std::fill_n(weight.data(), weight.size(), T{0});
      kernels::conv_backward_weights(pass.input(), dy, weight.data(), static_cast<T*>(nullptr), g);
      for_each<T>(sum, g, [&](Index element, Index place) {
        for (int p = 0; p < Paths; ++p) pass.parameter_gradient(p)[element] += weight[place];
      });
    }
    if (pass.input_gradient().empty()) return;
    build(sum, g, pass, weight.data());
    kernels::conv_backward_data<kind(In)>(dy, weight.data(), pass.input_gradient(), g, accumulate);
  }
};

/// shiftwise_sums<51>, shiftwise_sums<49, 3, 4, 2>: (C, H, W) to (3 C, H, W), the sums of maps shifted
/// horizontally, vertically and not at all, for a large kernel of Extent taps out of small ones of Part. Each
/// is summed over Repetitions assignments of kernels to places; the kernels of Paths parallel convolutions
/// add. No bias: batch norms follow. Weights begin He-normal.
template <Index Extent, Index Part = 3, int Repetitions = 4, int Paths = 2>
inline constexpr ShiftwiseSums<Extent, Part, Repetitions, Paths> shiftwise_sums{};

}  // namespace lamina
