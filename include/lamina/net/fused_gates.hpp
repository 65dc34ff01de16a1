// Gates in turn, gate(f) | gate(pool | g), as inference has them:
//   a = f(x),  b = g(pool(x · a)),  y = x · a · b
// where a holds one number for each channel and the pooling has a form that reads x and a (OfProduct). The
// product of x and a, which only the pooling and the second gate would read, is never in memory. Next:
// fusion.hpp.
#pragma once

#include "lamina/net/fused_sum.hpp"

namespace lamina {

/// y = x · a · b: both gates at once.
struct GatedTwice : Layer {
  static constexpr std::string_view name = "multiply";
  static constexpr Shape output_of(const Shape* in, int) { return in[0]; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::gated_forward(pass.inputs[0], pass.inputs[1], pass.inputs[2], pass.output,
                           [](auto x, auto a, auto b) { return x * a * b; });
  }
};

namespace detail {

/// The layer that makes of x and a vector a what B makes of x · a; void where there is none. Layers that have
/// such a form specialise it for themselves.
template <class B> struct OfProduct {
  using type = void;
};

template <class B> inline constexpr bool is_gate = false;
template <class G> inline constexpr bool is_gate<Branches<Gate, Identity, G>> = true;

/// gate(f) | gate(pool | …) with the branches f, pool and what follows it.
template <class F, class Pool, class... Rest> struct GatesInTurn : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    const auto x = detail::lower_blocked(place, builder);
    const auto first = detail::lower_blocked(detail::lower_at<F>(x, builder, 0), builder);
    using X = decltype(x);
    constexpr Shape map = X::shape, gates = decltype(first)::shape;
    const auto after_first = detail::with_taps(x, typename decltype(first)::taps{});
    if constexpr (gates.channels == map.channels && gates.pixels() == 1) {
      using PoolOfProduct = typename OfProduct<Pool>::type;
      constexpr Shape pooled = PoolOfProduct::output(map);
      const lamina::Place<pooled, false, typename decltype(after_first)::taps> pool{
          builder.template operation<PoolOfProduct, false, map, gates>({x.value, first.value}, pooled)};
      const auto second = detail::lower_blocked(lower_rest(pool, builder), builder);
      return lamina::Place<map, false, typename decltype(second)::taps>{
          builder.template operation<GatedTwice, false, map, gates, decltype(second)::shape>(
              {x.value, first.value, second.value}, map)};
    } else {
      const lamina::Place<map, false, typename decltype(after_first)::taps> gated{
          builder.template operation<Gate, false, map, gates>({x.value, first.value}, map)};
      return detail::lower_at<Branches<Gate, Identity, Sequence<Pool, Rest...>>>(gated, builder, 1);
    }
  }

 private:
  template <class Place, class Builder> static constexpr auto lower_rest(Place place, Builder& builder) {
    if constexpr (sizeof...(Rest) == 0)
      return place;
    else
      return Chain::lower<Rest...>(place, builder, 1);
  }
};

}  // namespace detail

}  // namespace lamina
