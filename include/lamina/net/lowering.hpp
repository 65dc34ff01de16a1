// How a net becomes a table of operations: every block lowers itself at a Place, tells a Builder what it
// needs and returns the Place where it ends. The same walk serves shape inference (a builder that records
// nothing), the structure (counted, then filled) and the tables of functions (net/builders.hpp).
//
// A block provides
//   template <class Place, class Builder> static constexpr auto lower(Place, Builder&);
// A layer need not: lower_layer below does it from its rules.
#pragma once

#include "lamina/net/place.hpp"
#include "lamina/net/pointwise_layer.hpp"
#include "lamina/net/structure.hpp"

namespace lamina {

/// The layer that a function object is in a net, as `type`. Those that are not pointwise (softmax) get theirs
/// from a header in layers/, which specialises this.
template <class F> struct LayerOf {};
template <pointwise_function F> struct LayerOf<F> {
  using type = PointwiseLayer<F>;
};

/// Anything that may stand in a net: a block, a layer, or a function object that has a layer.
template <class X>
concept net_block =
    std::is_empty_v<X> && (std::derived_from<X, Block> || requires { typename LayerOf<X>::type; });

namespace detail {

template <class X> struct as_block_type {
  using type = X;
};
template <class X>
  requires requires { typename LayerOf<X>::type; }
struct as_block_type<X> : LayerOf<X> {};

}  // namespace detail

/// X as a block: a function becomes the layer that applies it.
template <class X> using as_block = typename detail::as_block_type<X>::type;

/// The shape of layer L's output on input In. Its name is what compilers print when L's rule is broken.
template <class L, Shape In> struct layer_on_input {
  static constexpr Shape output = L::output(In);
};

/// What follows outputs(…): nothing may.
template <class Results> struct after_outputs {
  static_assert(Results::count == 0, "outputs: it can only end a net; put what follows into its branches");
  static constexpr Shape output{};
};

/// The name that two blocks side by side have, in a sequence or as branches.
template <FixedString Name, bool Once> struct named_twice {
  static_assert(Once,
                "named: two blocks side by side have this name, and so would their parameters; rename one");
  static constexpr Shape output{};
};

namespace detail {

/// A builder that records nothing: lowering with it is shape inference.
struct ShapeBuilder {
  template <class L, bool Image, Shape... In> constexpr int operation(std::array<int, sizeof...(In)>, Shape) {
    return 0;
  }
  constexpr void enter(int, std::string_view) {}
  constexpr void leave() {}
  constexpr int begin_shared(std::string_view) { return 0; }
  constexpr void end_shared(int) {}
  constexpr void begin_frozen() {}
  constexpr void end_frozen() {}
  constexpr int set_group(int) { return 0; }
  constexpr void tap(int) {}
  constexpr int tapped(int) { return 0; }
  constexpr int input(Shape, bool, std::string_view) { return 0; }
  constexpr void output(int) {}
};

template <Shape> struct a_constant;
/// Whether L's rule holds for In: whether evaluating it throws nothing.
template <class L, Shape In>
concept fits = requires { typename a_constant<L::output(In)>; };

template <class B> constexpr std::string_view scope_name() {
  if constexpr (requires { B::scope; })
    return B::scope;
  else
    return {};
}
/// The first name that two of the blocks B… have; empty if there is none.
template <class... B> consteval std::string_view repeated_name() {
  const std::string_view names[] = {scope_name<B>()...};
  for (const std::string_view& name : names)
    for (const std::string_view* earlier = names; !name.empty() && earlier != &name; ++earlier)
      if (*earlier == name) return name;
  return {};
}
template <class... B> inline constexpr bool distinct_names = repeated_name<B...>().empty();
template <class... B>
using named_twice_in = Broken<
    named_twice<FixedString<repeated_name<B...>().size()>(repeated_name<B...>()), distinct_names<B...>>>;

/// Plain NCHW becomes a blocked map; inserted before the first layer that does not read images as they come.
struct BlockImage : Layer {
  static constexpr std::string_view name = "block image";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool reads_image(Shape) { return true; }
  static constexpr Shape output(Shape in) { return in; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::image_to_blocked(pass.image, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.image_gradient.empty()) kernels::blocked_to_image(pass.output_gradient, pass.image_gradient);
  }
};

template <class L> constexpr bool layer_reads_image(Shape in) {
  if constexpr (requires { L::reads_image(in); })
    return L::reads_image(in);
  else
    return false;
}

template <class L, class Place, class Builder> constexpr auto lower_layer(Place place, Builder& builder) {
  static_assert(layer<L>,
                "a layer states `static constexpr std::string_view name` and `static constexpr Shape "
                "output(Shape)`; see net/layer.hpp");
  constexpr bool reads_image = Place::image && layer_reads_image<L>(Place::shape);
  if constexpr (!fits<L, Place::shape>) {
    return Broken<layer_on_input<L, Place::shape>>{};
  } else if constexpr (Place::image && !reads_image) {
    return detail::lower_layer<L>(detail::lower_layer<BlockImage>(place, builder), builder);
  } else {
    constexpr Shape out = layer_on_input<L, Place::shape>::output;
    return lamina::Place<out, false, typename Place::taps>{
        builder.template operation<L, reads_image, Place::shape>({place.value}, out)};
  }
}

/// A layer as the net has it; a builder may rewrite it first, as it may the elements of a sequence (below).
template <class L, class Place, class Builder>
constexpr auto lower_lone_layer(Place place, Builder& builder) {
  if constexpr (requires { builder.template lone_layer<L>(place); })
    return builder.template lone_layer<L>(place);
  else
    return detail::lower_layer<L>(place, builder);
}

/// Lowers a block where `place` is. Layers have no `lower` of their own.
template <class B, class Place, class Builder> constexpr auto lower(Place place, Builder& builder) {
  if constexpr (is_broken<Place>)
    return place;
  else if constexpr (is_results<Place>)
    return Broken<after_outputs<Place>>{};
  else if constexpr (std::derived_from<B, Layer>)
    return detail::lower_lone_layer<B>(place, builder);
  else
    return B::lower(place, builder);
}

/// The same value as a blocked map.
template <class Place, class Builder> constexpr auto lower_blocked(Place place, Builder& builder) {
  if constexpr (is_broken<Place>)
    return place;
  else if constexpr (is_results<Place>)
    return Broken<after_outputs<Place>>{};
  else if constexpr (Place::image)
    return detail::lower_layer<BlockImage>(place, builder);
  else
    return place;
}

/// One element of a sequence or one branch: its parameters are named by its position, or by its own name.
template <class B, class Place, class Builder>
constexpr auto lower_at(Place place, Builder& builder, int position) {
  if constexpr (requires { B::scope; }) {
    return detail::lower<B>(place, builder);
  } else {
    builder.enter(position, {});
    auto end = detail::lower<B>(place, builder);
    builder.leave();
    return end;
  }
}

// The elements of a sequence, one after another. Four a level: the compilers' limit on nested instantiation
// (900 for GCC) is then beyond 3000 elements.
struct Chain {
  template <class A, class... Rest, class Place, class Builder>
  static constexpr auto lower(Place place, Builder& builder, int position) {
    if constexpr (sizeof...(Rest) >= 3) {
      return lower_four<A, Rest...>(place, builder, position);
    } else {
      auto after = detail::lower_at<A>(place, builder, position);
      if constexpr (sizeof...(Rest) == 0)
        return after;
      else
        return lower<Rest...>(after, builder, position + 1);
    }
  }

 private:
  template <class A, class B, class C, class D, class... Rest, class Place, class Builder>
  static constexpr auto lower_four(Place place, Builder& builder, int position) {
    auto after_a = detail::lower_at<A>(place, builder, position);
    auto after_b = detail::lower_at<B>(after_a, builder, position + 1);
    auto after_c = detail::lower_at<C>(after_b, builder, position + 2);
    auto after_d = detail::lower_at<D>(after_c, builder, position + 3);
    if constexpr (sizeof...(Rest) == 0)
      return after_d;
    else
      return lower<Rest...>(after_d, builder, position + 4);
  }
};

/// A sequence's elements; a builder may rewrite them first, as net/fusion.hpp does to fuse them.
template <class... B, class Place, class Builder>
constexpr auto lower_elements(Place place, Builder& builder) {
  if constexpr (requires { builder.template elements<B...>(place); })
    return builder.template elements<B...>(place);
  else
    return Chain::lower<B...>(place, builder, 0);
}

}  // namespace detail

}  // namespace lamina
