// The same elements in another arrangement, without a copy: permute, transpose, flip, squeeze, unsqueeze,
// ravel, broadcast_to. Each gives a view of a tensor that has a name, or of what a view sees; assigning to it
// writes there. A temporary tensor and an expression like a + b would be gone before such a view is read, so
// of these the result is a Tensor of its own.
//   permute<0, 3, 1, 2>(x)         // axes by number, from the front or (negative) from the back
//   transpose(x) = y;              // writes x
//   Tensor y = flip<-1>(a + b);
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "lamina/tensor/detail/take_axes.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

template <class X> inline constexpr bool is_view = false;
template <class T, Index... E> inline constexpr bool is_view<TensorView<T, E...>> = true;

template <class T, Index... E> auto owned(const TensorView<T, E...>& view) { return Tensor(view); }
template <class View, std::size_t N> auto owned(const std::array<View, N>& views) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{Tensor(views[I])...};
  }(std::make_index_sequence<N>{});
}

/// rearrange(view of x): one or more views, or Tensors where x does not last.
template <class X, class F> constexpr auto rearranged(X&& x, const F& rearrange) {
  if constexpr (is_view<std::remove_cvref_t<X>>)
    return rearrange(x);
  else if constexpr (std::is_lvalue_reference_v<X> && requires { x.view(); })
    return rearrange(x.view());
  else
    return owned(rearrange(Tensor(std::forward<X>(x)).view()));
}

}  // namespace detail

/// The axes given for a tensor of Rank axes.
template <int Rank, int... A> struct permuted_axes {
  static_assert(sizeof...(A) == Rank, "permute: name each axis of the tensor once");
  static constexpr std::array<int, sizeof...(A)> from_front{detail::axis_from_front<A, Rank>()...};
  static constexpr bool is_each_once = [] {
    std::array<int, max_rank> times{};
    for (const int axis : from_front)
      if (axis >= 0 && axis < max_rank) ++times[static_cast<std::size_t>(axis)];
    for (const int count : times)
      if (count > 1) return false;
    return true;
  }();
  static_assert(is_each_once, "permute: name each axis of the tensor once");
};

/// View whose axis i is axis A[i] of x: permute<0, 3, 1, 2>(x) of (n, h, w, c) is (n, c, h, w).
template <int... A, expression X> constexpr auto permute(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    using Axes = permuted_axes<sizeof...(E), A...>;
    if constexpr (sizeof...(A) == sizeof...(E) && Axes::is_each_once)
      return detail::take_axes<Axes::from_front>(view);
    else
      return view;
  });
}

/// View with the last two axes exchanged.
template <expression X> constexpr auto transpose(X&& x) {
  constexpr int rank = std::remove_cvref_t<X>::rank;
  static_assert(rank >= 2, "transpose: there are no two axes to exchange; unsqueeze a vector");
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return permute<(I < rank - 2 ? I : 2 * rank - 3 - I)...>(std::forward<X>(x));
  }(std::make_integer_sequence<int, rank>{});
}

/// View that runs backwards along axes A, or along every axis where none is given.
template <int... A, expression X> constexpr auto flip(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    auto strides = view.strides();
    Index offset = 0;
    [[maybe_unused]] const auto turn = [&](int axis) {
      Index& stride = strides[static_cast<std::size_t>(axis)];
      if (!view.empty()) offset += (view.extent(axis) - 1) * stride;
      stride = -stride;
    };
    if constexpr (sizeof...(A) == 0)
      for (int axis = 0; axis < view.rank; ++axis) turn(axis);
    else
      (turn(detail::axis_from_front<A, sizeof...(E)>()), ...);
    return TensorView<T, E...>(view.data() + offset, view.extents(), strides);
  });
}

/// An axis that squeeze leaves out of a tensor with the extents given.
template <int Axis, class ExtentsType> struct squeezed_axis {
  static constexpr int from_front = detail::axis_from_front<Axis, ExtentsType::rank>();
  static constexpr Index extent = ExtentsType::known[std::size_t{from_front}];
  static_assert(extent == 1 || extent == dyn, "squeeze: only axes of extent 1 can be left out");
};

/// View without axes A, whose extents must be 1: others fail to compile, or throw shape_error. Where no axis
/// is given, without those that the type knows to be of extent 1.
template <int... A, expression X> constexpr auto squeeze(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    constexpr auto kept = [] {
      std::array<bool, sizeof...(E)> keep{(sizeof...(A) > 0 || E != 1)...};
      ((keep[std::size_t{squeezed_axis<A, Extents<E...>>::from_front}] = false), ...);
      return keep;
    }();
    for (int axis = 0; axis < view.rank; ++axis)
      if (!kept[static_cast<std::size_t>(axis)] && view.extent(axis) != 1)
        throw shape_error("squeeze: axis ", axis, " has extent ", view.extent(axis),
                          "; only axes of extent 1 can be left out");
    return detail::take_axes<detail::kept_axes<kept>()>(view);
  });
}

/// View with one more axis, of extent 1, which is axis Axis of the result (-1: the last).
template <int Axis, expression X> constexpr auto unsqueeze(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    constexpr int place = detail::axis_from_front<Axis, sizeof...(E) + 1>();
    return detail::take_axes<detail::axes_with_inserted<sizeof...(E), place>()>(view);
  });
}

/// View of contiguous elements as one axis, in row-major order. Throws shape_error where a view is not
/// contiguous. (NumPy's name: `flatten` is the layer.)
template <expression X> constexpr auto ravel(X&& x) {
  return detail::rearranged(std::forward<X>(x), []<class T, Index... E>(const TensorView<T, E...>& view) {
    require(view.is_contiguous(), "ravel: only contiguous elements are one axis; copy them into a Tensor");
    constexpr Index size = Extents<E...>::is_static ? (Index{1} * ... * E) : dyn;
    return TensorView<T, size>(view.data(), Extents<size>({view.size()}));
  });
}

/// The two shapes stand as template arguments in the compiler's message.
template <class To, class From> struct broadcast_target {
  static constexpr bool fits = assignable(To{}, From{});
  static_assert(fits, "broadcast_to: the axes must be those of the target, or 1 or missing to be repeated");
};

/// Read-only view of extents F (those that are dyn follow in order) that repeats the axes of x that are
/// missing or of extent 1. Other shapes fail to compile, or throw shape_error.
template <Index... F, expression X, std::integral... I>
  requires(sizeof...(I) == Extents<F...>::dynamic_rank)
constexpr auto broadcast_to(X&& x, I... dynamic_extents) {
  using Target = Extents<F...>;
  const Target target = Target::from_dynamic({static_cast<Index>(dynamic_extents)...});
  return detail::rearranged(std::forward<X>(x), [&]<class T, Index... E>(const TensorView<T, E...>& view) {
    std::array<Index, sizeof...(F)> strides{};
    if constexpr (broadcast_target<Target, Extents<E...>>::fits)
      for (int axis = 0, place = view.rank < Target::rank ? Target::rank - view.rank : 0; axis < view.rank;
           ++axis, ++place) {
        if (view.extent(axis) == 1) continue;
        if (view.extent(axis) != target[place])
          throw shape_error("broadcast_to: a tensor of shape ", to_string(view.extents()),
                            " cannot become one of shape ", to_string(target),
                            "; its axes must be those of the target, or 1 or missing to be repeated");
        strides[static_cast<std::size_t>(place)] = view.stride(axis);
      }
    return TensorView<const T, F...>(view.data(), target, strides);
  });
}

}  // namespace lamina
