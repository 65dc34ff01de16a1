// A sum at the end of two branches, (residual(f), a + b), as inference has it: where the last branch ends in
// a layer that can be added to (fused_layer.hpp), perhaps one that is known only with the shape of its input,
// layer and sum are one operation. Next: fusion.hpp.
#pragma once

#include "lamina/net/fused_layer.hpp"

namespace lamina {

namespace detail {

/// Blocks one after another, while they are being fused.
template <class... B> struct Elements {};

/// The last of some elements, and those before it.
template <class Last, class... Before> struct Ending {
  using last = Last;
};
template <class... Before> constexpr auto split_last(Elements<Before...>, Elements<>) {
  return Ending<Nothing, Before...>{};
}
template <class... Before, class Last> constexpr auto split_last(Elements<Before...>, Elements<Last>) {
  return Ending<Last, Before...>{};
}
template <class... Before, class A, class B, class... Rest>
constexpr auto split_last(Elements<Before...>, Elements<A, B, Rest...>) {
  return split_last(Elements<Before..., A>{}, Elements<B, Rest...>{});
}

template <class B> inline constexpr bool is_sum_of_two = false;
template <class A, class B> inline constexpr bool is_sum_of_two<Branches<Sum, A, B>> = true;
template <class A, class B> inline constexpr bool is_sum_of_two<Branches<Residual, A, B>> = true;

template <class F> inline constexpr bool takes_addend = false;
template <class L, class A>
  requires requires(Shape in) { L::accepts_addend(in); }
inline constexpr bool takes_addend<Fused<L, A, Nothing>> = true;

/// B, once the shape of its input is known to be In.
template <class B, Shape In> struct Resolved {
  using type = B;
};
template <class F, Shape In>
struct Resolved<WithInput<F>, In> : Resolved<as_block<decltype(F{}(InputShape<In>{}))>, In> {};

/// Branches as one block that does in one loop what they do in several; void where there is none. Layers that
/// are often side by side specialise it for themselves.
template <class Merge, class... B> struct Jointly {
  using type = void;
};

/// A sum of two branches and the pointwise function P (or Nothing) after it: First, then the elements of
/// Second, of which the last is Last, which takes an addend or may become what does, and those before it
/// Before. Where the shapes allow, Last, the sum and P become one operation.
template <class Merge, class First, class Second, class P, class Last, class... Before>
struct SumAtEnd : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    using Joint = typename Jointly<Merge, typename Resolved<First, Place::shape>::type,
                                   typename Resolved<Second, Place::shape>::type>::type;
    if constexpr (std::is_void_v<Joint>)
      return lower_apart(place, builder);
    else
      return then_pointwise(builder.template branches<Merge, First, Second>(place), builder);
  }

 private:
  template <class Place, class Builder> static constexpr auto lower_apart(Place place, Builder& builder) {
    const auto addend = detail::lower_blocked(detail::lower_at<First>(place, builder, 0), builder);
    if constexpr (!requires { Second::scope; }) builder.enter(1, {});
    const auto start = detail::with_taps(place, typename decltype(addend)::taps{});
    const auto end = finish(Ending<Last, Before...>{}, addend, start, builder);
    if constexpr (!requires { Second::scope; }) builder.leave();
    if constexpr (requires { end.branch; })
      return add(addend, end.branch, builder);
    else
      return end;
  }

  /// Where the branch ends and is yet to be added.
  template <class Place> struct Apart {
    Place branch;
  };

  /// The elements of the branch, with the sum at their end if it can be there.
  template <class End, class... All, class Addend, class Place, class Builder>
  static constexpr auto finish(Ending<End, All...>, Addend addend, Place place, Builder& builder) {
    if constexpr (sizeof...(All) == 0)
      return finish_at<End>(addend, place, builder, 0);
    else
      return finish_at<End>(addend, Chain::lower<All...>(place, builder, 0), builder, sizeof...(All));
  }

  template <class End, class Addend, class Place, class Builder>
  static constexpr auto finish_at(Addend addend, Place place, Builder& builder, int position) {
    if constexpr (requires { typename unnamed<End>::template ending<Place::shape>; }) {
      using Ended = typename unnamed<End>::template ending<Place::shape>;
      return under_names<End>(builder, position, [&] { return finish(Ended{}, addend, place, builder); });
    } else if constexpr (is_addable<unnamed<End>, Addend::shape>(Place::shape)) {
      return under_names<End>(builder, position,
                              [&] { return one_operation(unnamed<End>{}, addend, place, builder); });
    } else {
      const auto branch = detail::lower_blocked(lower_alone<End>(place, builder, position), builder);
      return Apart<std::remove_const_t<decltype(branch)>>{branch};
    }
  }

  template <class Addend, class Place, class Builder>
  static constexpr auto add(Addend addend, Place branch, Builder& builder) {
    constexpr Shape out = merged<Merge, Addend::shape, Place::shape>::output;
    const lamina::Place<out, false, typename Place::taps> sum{
        builder.template operation<Merge, false, Addend::shape, Place::shape>({addend.value, branch.value},
                                                                              out)};
    return then_pointwise(sum, builder);
  }
  template <class Place, class Builder>
  static constexpr auto then_pointwise(Place sum, [[maybe_unused]] Builder& builder) {
    if constexpr (std::is_same_v<P, Nothing>)
      return sum;
    else
      return detail::lower_layer<P>(sum, builder);
  }

  /// What f lowers, at this position and under the names of B.
  template <class B, class Builder, class F>
  static constexpr auto under_names(Builder& builder, int position, F f) {
    builder.enter(position, {});
    const auto end = under_names(B{}, builder, f);
    builder.leave();
    return end;
  }
  template <FixedString Name, class B, class Builder, class F>
  static constexpr auto under_names(Named<Name, B>, Builder& builder, F f) {
    builder.enter(-1, Name.view());
    const auto end = under_names(B{}, builder, f);
    builder.leave();
    return end;
  }
  template <class B, class Builder, class F> static constexpr auto under_names(B, Builder&, F f) {
    return f();
  }

  /// (A block that is known only now may be nothing at all.)
  template <class End, class Place, class Builder>
  static constexpr auto lower_alone(Place place, Builder& builder, int position) {
    if constexpr (std::is_same_v<End, Nothing>)
      return place;
    else
      return detail::lower_at<End>(place, builder, position);
  }

  /// Whether the sum with a map of shape Addend can be part of an element.
  template <class End, Shape Addend> static constexpr bool is_addable(Shape in) {
    if constexpr (takes_addend<End>)
      return End::layer::accepts_addend(in) && End::output(in) == Addend;
    else
      return false;
  }

  template <class L, class A, class Addend, class Place, class Builder>
  static constexpr auto one_operation(Fused<L, A, Nothing> last, Addend addend, Place place,
                                      Builder& builder) {
    constexpr bool reads_image = Place::image && layer_reads_image<L>(Place::shape);
    if constexpr (Place::image && !reads_image) {
      return one_operation(last, addend, detail::lower_layer<BlockImage>(place, builder), builder);
    } else {
      return lamina::Place<Addend::shape, false, typename Place::taps>{
          builder.template operation<FusedSum<Merge, L, A, P>, reads_image, Place::shape, Addend::shape>(
              {place.value, addend.value}, Addend::shape)};
    }
  }
};

}  // namespace detail

}  // namespace lamina
