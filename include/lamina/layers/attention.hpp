// Dot-product attention over positions (Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser and
// Polosukhin, "Attention Is All You Need", 2017) of three values of a net: kernels/attention.hpp has the
// formula. What makes queries, keys and values, usually 1 × 1 convolutions, is the branches' affair.
#pragma once

#include <cmath>

#include "lamina/kernels/attention.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// What products of queries and keys are multiplied by before the softmax: 1 / √d for d channels of a head,
/// or nothing, as in SAGAN.
enum class AttentionLogits { scaled, plain };

/// The operation; users write attention<…>(queries, keys, values).
template <Index HeadCount, AttentionLogits Logits> struct Attention : Layer {
  static_assert(HeadCount >= 1, "attention: there is at least one head");
  static constexpr std::string_view name = "attention";
  static constexpr Saves saves = Saves::input;

  static constexpr Window window(Shape) { return {.global = true}; }
  static constexpr Shape output_of(const Shape* in, int count) {
    require(count == 3 && in[0].channels == in[1].channels,
            "attention: the branches return queries, keys and values, of which the first two have as many "
            "channels");
    require(
        in[1].height == in[2].height && in[1].width == in[2].width && in[1].rank() >= 2 && in[0].rank() >= 2,
        "attention: keys and values must be maps or sequences of the same positions");
    require(in[0].channels % HeadCount == 0 && in[2].channels % HeadCount == 0,
            "attention: the heads must divide the channels of queries, keys and values");
    return {in[2].channels, in[0].height, in[0].width};
  }

  template <class T> static void forward(const Forward<T>& pass) {
    kernels::attention_forward<T>(pass.inputs[0], pass.inputs[1], pass.inputs[2], HeadCount,
                                  factor(pass.inputs[0].channels), pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    kernels::attention_backward<T>(pass.inputs[0], pass.inputs[1], pass.inputs[2], pass.output_gradient,
                                   HeadCount, factor(pass.inputs[0].channels), pass.input_gradients[0],
                                   pass.input_gradients[1], pass.input_gradients[2]);
  }

 private:
  static double factor(Index channels) {
    return Logits == AttentionLogits::plain ? 1 : 1 / std::sqrt(static_cast<double>(channels / HeadCount));
  }
};

/// attention<4>(queries, keys, values), attention<1, AttentionLogits::plain>(…): queries (D, H, W) and keys
/// (D, H', W') meet, and for each position of the queries the values (E, H', W') are averaged, to (E, H, W).
/// The channels of a head lie together. Its multiply-adds, (D + E) · H W · H' W', are not in macs(net): they
/// follow from more than the first shape.
template <Index HeadCount = 1, AttentionLogits Logits = AttentionLogits::scaled, net_block Queries,
          net_block Keys, net_block Values>
constexpr Branches<Attention<HeadCount, Logits>, as_block<Queries>, as_block<Keys>, as_block<Values>>
attention(Queries, Keys, Values) {
  return {};
}

}  // namespace lamina
