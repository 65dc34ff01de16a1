// What a net is given: input<3, 32, 32>, and beside it any number of named extra inputs, which the net takes
// up with from<"name">: inputs(input<3, 32, 32>, extra<"time", 128>).
#pragma once

#include <concepts>

#include "lamina/net/place.hpp"

namespace lamina {

/// Base of what a net is given.
struct NetInput {};

/// input<…> or inputs(…).
template <class X>
concept net_input = std::derived_from<X, NetInput>;

/// The main input: an image batch (n, c, h, w), a sequence batch (n, c, w) or vectors (n, c). Channels are
/// static; height and width may be `dyn`.
template <Shape S> struct Input : NetInput {
  static_assert(S.channels > 0, "input: the number of channels is static and positive");
  static constexpr Shape shape = S;

  template <class Builder> static constexpr auto begin(Builder& builder) {
    static_cast<void>(builder.input(S, true, {}));
    return Place<S, true>{0};
  }
};
template <Index... E> inline constexpr Input<lamina::shape<E...>> input{};

/// A further input: a tap that the model is given.
template <FixedString Name, Shape S> struct ExtraInput {
  static constexpr auto name = Name;
  static constexpr Shape shape = S;
};
template <FixedString Name, Index... E> inline constexpr ExtraInput<Name, lamina::shape<E...>> extra{};

/// A main input with extra ones.
template <class Main, class... Extra> struct Inputs : NetInput {
  static constexpr Shape shape = Main::shape;

  template <class Builder> static constexpr auto begin(Builder& builder) {
    static_cast<void>(builder.input(Main::shape, true, {}));
    (add_extra<Extra>(builder), ...);
    return Place<Main::shape, true, Taps<TapMark<Extra::name, Extra::shape, true>...>>{0};
  }

 private:
  template <class E, class Builder> static constexpr void add_extra(Builder& builder) {
    builder.tap(builder.input(E::shape, true, E::name.view()));
  }
};
template <class Main, class... Extra> constexpr Inputs<Main, Extra...> inputs(Main, Extra...) { return {}; }

}  // namespace lamina
