// What lightweight and dynamic convolutions are told: see lightweight_conv.hpp and positionwise_conv.hpp.
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/layers/options.hpp"

namespace lamina {

/// No position sees a later one: all padding lies before the first. The default is centred: (k − 1) / 2
/// before and k / 2 behind, rounded down.
struct Causal {};
inline constexpr Causal causal{};

/// The probability that a tap is left out in training (DropConnect): drop_connect<0.1>. The others grow by
/// 1 / (1 − p); they are not normalised again.
struct DropConnect {
  Fraction probability{0.0};
};
template <Fraction P> inline constexpr DropConnect drop_connect{P};

/// What lightweight_conv<taps, heads, options…> and its kin say.
struct LightweightOptions {
  Index taps = 1;
  Index heads = 1;
  Fraction drop{0.0};
  Initializer initializer = initializers::xavier_uniform;
  bool is_causal = false;  // last, so that there is no padding before a member: see Initializer

  constexpr void set(Causal) { is_causal = true; }
  constexpr void set(DropConnect d) { drop = d.probability; }
  constexpr void set(WeightInitializer w) { initializer = w.initializer; }

  /// Taps that lie before the position, and behind it.
  constexpr Index before() const { return is_causal ? taps - 1 : (taps - 1) / 2; }
  constexpr Index after() const { return taps - 1 - before(); }
  constexpr bool divides(Index channels) const { return channels % heads == 0; }
};

namespace detail {
template <Index Taps, Index HeadCount, auto... Option> constexpr LightweightOptions lightweight_options() {
  static_assert(Taps >= 1, "lightweight_conv: a kernel has at least one tap");
  static_assert(HeadCount >= 1, "lightweight_conv: there is at least one head");
  constexpr auto options = with_options<struct lightweight_conv_layer, LightweightOptions, Option...>(
      LightweightOptions{.taps = Taps, .heads = HeadCount});
  static_assert(options.drop.value() >= 0 && options.drop.value() < 1,
                "drop_connect: the probability lies in [0, 1)");
  return options;
}
}  // namespace detail

}  // namespace lamina
