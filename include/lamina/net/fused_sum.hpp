// A sum at the end of two branches, (residual(f), a + b), as inference has it: where the last branch ends in
// a layer that can be added to (fused_layer.hpp), layer and sum are one operation. Next: fusion.hpp.
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

/// A sum of two branches and the pointwise function P (or Nothing) after it: First, then the elements of
/// Second, of which the last is Last, a Fused that takes an addend, and those before it Before. Where the
/// shapes allow, Last, the sum and P become one operation.
template <class Merge, class First, class Second, class P, class Last, class... Before>
struct SumAtEnd : Block {
  template <class Place, class Builder> static constexpr auto lower(Place place, Builder& builder) {
    const auto addend = detail::lower_blocked(detail::lower_at<First>(place, builder, 0), builder);
    if constexpr (!requires { Second::scope; }) builder.enter(1, {});
    const auto start = detail::with_taps(place, typename decltype(addend)::taps{});
    return finish(addend, lower_before(start, builder), builder);
  }

 private:
  template <class Place, class Builder> static constexpr auto lower_before(Place place, Builder& builder) {
    if constexpr (sizeof...(Before) == 0)
      return place;
    else
      return Chain::lower<Before...>(place, builder, 0);
  }

  template <class Addend, class Place, class Builder>
  static constexpr auto finish(Addend addend, Place place, Builder& builder) {
    using Layer = typename unnamed<Last>::layer;
    if constexpr (Layer::accepts_addend(Place::shape) && Layer::output(Place::shape) == Addend::shape) {
      builder.enter(sizeof...(Before), {});
      const auto end = one_operation(Last{}, addend, place, builder);
      builder.leave();
      if constexpr (!requires { Second::scope; }) builder.leave();
      return end;
    } else {
      const auto branch = detail::lower_at<Last>(place, builder, sizeof...(Before));
      if constexpr (!requires { Second::scope; }) builder.leave();
      constexpr Shape out = merged<Merge, Addend::shape, decltype(branch)::shape>::output;
      const lamina::Place<out, false, typename Place::taps> sum{
          builder.template operation<Merge, false, Addend::shape, decltype(branch)::shape>(
              {addend.value, branch.value}, out)};
      if constexpr (std::is_same_v<P, Nothing>)
        return sum;
      else
        return detail::lower_layer<P>(sum, builder);
    }
  }

  /// Under the names that the last layer has.
  template <FixedString Name, class B, class Addend, class Place, class Builder>
  static constexpr auto one_operation(Named<Name, B>, Addend addend, Place place, Builder& builder) {
    builder.enter(-1, Name.view());
    const auto end = one_operation(B{}, addend, place, builder);
    builder.leave();
    return end;
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
