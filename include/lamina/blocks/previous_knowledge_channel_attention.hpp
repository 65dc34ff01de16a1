// Previous-knowledge channel attention (Bakr, El Sallab and Rashwan, "PKCAM", 2022): a gate per channel from
// the channels' means here and in the blocks before, within a stage,
//   local  = σ(conv_k(z)),   global = σ(conv_k(max(0, Σ_i a_i z_i + a z))),   z = mean(u) over pixels
//   y = u · (1 + σ(b global + c local))
// with the means z_i of earlier blocks. Convolutions run along the channels and have one kernel for all of
// them; a_i, a, b and c are numbers. As in the authors' code there are sigmoids within the sigmoid, and the
// gate is 1 + s. Stages have equal channels throughout (their code repeats a shorter z_i until it fits).
//
// The first block of a stage has previous_knowledge_channel_attention<"a">, which marks its means; the next
// ones name their own and those they look back at: …<"b", "a">, …<"c", "a", "b">. It stands at the end of a
// residual's branch: residual(f | previous_knowledge_channel_attention<"b", "a">).
#pragma once

#include "lamina/blocks/efficient_channel_attention.hpp"
#include "lamina/layers/learnt_scale.hpp"

namespace lamina {

namespace detail {

struct OnePlus : PointwiseFunction<OnePlus> {
  static constexpr std::string_view name = "one_plus";
  template <class X> static constexpr auto value(const X& x) { return 1 + x; }
};

/// σ(conv_k(x)), with the kernel of efficient channel attention.
inline constexpr auto neighbouring_channels =
    with_input([](auto in) { return channel_conv<channel_attention_taps(in.channels)> | sigmoid; });

}  // namespace detail

/// (C, H, W) to the same. Alone, 1 + local: k parameters. Looking back at n blocks, 2 k + n + 3, of which the
/// weights of the n + 1 means begin alike, as their average does, and those of global and local as halves.
template <FixedString Own, FixedString... Earlier>
inline constexpr auto previous_knowledge_channel_attention = [] {
  constexpr auto local = detail::neighbouring_channels;
  if constexpr (sizeof...(Earlier) == 0) {
    return gate(global_avg_pool | tap<Own> | local | detail::OnePlus{});
  } else {
    constexpr auto share = learnt_scale<1.0 / (1 + sizeof...(Earlier))>;
    constexpr auto global = add(share, from<Earlier> | share...) | relu | detail::neighbouring_channels;
    return gate(global_avg_pool | tap<Own> | add(global | learnt_scale<0.5>, local | learnt_scale<0.5>) |
                sigmoid | detail::OnePlus{});
  }
}();

}  // namespace lamina
