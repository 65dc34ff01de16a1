// How large a tensor is along each axis. An extent that the compiler knows is part of the type and takes no
// memory, one that is `dyn` is a number beside it; the same constexpr rules (row-major strides, broadcasting
// as in NumPy) serve both. Next: tensor_view.hpp and tensor.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// Tensors have at most this many axes.
inline constexpr int max_rank = 6;

/// The extents of a tensor, outermost axis first: Extents<dyn, 3> has any number of rows and three columns.
template <Index... E> class Extents {
  static_assert(sizeof...(E) <= max_rank, "Extents: a tensor has at most six axes");
  static_assert(((E >= 0 || E == dyn) && ...), "Extents: an extent is a count or dyn");

 public:
  static constexpr int rank = sizeof...(E);
  /// How many extents are known only at run time.
  static constexpr int dynamic_rank = (0 + ... + (E == dyn ? 1 : 0));
  static constexpr bool is_static = dynamic_rank == 0;
  /// The extents as far as the type knows them, `dyn` elsewhere.
  static constexpr std::array<Index, rank> known{E...};

  /// Dynamic extents are 0.
  constexpr Extents() = default;

  /// From all extents; throws shape_error where one differs from what the type says or is negative.
  explicit constexpr Extents(const std::array<Index, rank>& extents) : Extents(extents, axes{}) {}

  /// From the dynamic extents alone, in order; throws shape_error where one is negative.
  static constexpr Extents from_dynamic(const std::array<Index, dynamic_rank>& dynamic) {
    std::array<Index, rank> extents = known;
    for (int axis = 0, slot = 0; axis < rank; ++axis)
      if (known[at(axis)] == dyn) extents[at(axis)] = dynamic[at(slot++)];
    return Extents(extents);
  }

  /// Whether a tensor of this type may have these extents.
  static constexpr bool includes(const std::array<Index, rank>& extents) {
    return [&]<std::size_t... Axis>(std::index_sequence<Axis...>) {
      return ((extents[Axis] >= 0 && (known[Axis] == dyn || known[Axis] == extents[Axis])) && ...);
    }(axes{});
  }

  /// Elements along an axis in [0, rank).
  constexpr Index operator[](int axis) const {
    if constexpr (!is_static)
      if (known[at(axis)] == dyn) return dynamic_[at(slots[at(axis)])];
    return known[at(axis)];
  }

  constexpr std::array<Index, rank> values() const { return values(axes{}); }

  /// Elements in all; 1 for a tensor without axes.
  constexpr Index size() const { return size(axes{}); }

  /// Extents are equal when their numbers are, whichever of them the types know.
  template <Index... Other> constexpr bool operator==(const Extents<Other...>& other) const {
    if constexpr (sizeof...(Other) != rank)
      return false;
    else
      return equals(other, axes{});
  }

 private:
  // Over the axes by folds, not by loops: what a loop fills, GCC 12 keeps in memory, where reading it back as
  // one vector waits for all the stores. (An expression of four axes is set up in two thirds of the time.)
  using axes = std::make_index_sequence<static_cast<std::size_t>(rank)>;

  template <std::size_t... Axis>
  constexpr Extents(const std::array<Index, rank>& extents, std::index_sequence<Axis...>) {
    if constexpr (!is_static)
      ((known[Axis] == dyn ? void(dynamic_[at(slots[Axis])] = extents[Axis]) : void()), ...);
    if (!includes(extents)) refuse(extents);
  }
  template <std::size_t... Axis>
  constexpr std::array<Index, rank> values(std::index_sequence<Axis...>) const {
    return {(*this)[static_cast<int>(Axis)]...};
  }
  template <std::size_t... Axis> constexpr Index size(std::index_sequence<Axis...>) const {
    return (Index{1} * ... * (*this)[static_cast<int>(Axis)]);
  }
  template <class Other, std::size_t... Axis>
  constexpr bool equals(const Other& other, std::index_sequence<Axis...>) const {
    return (((*this)[static_cast<int>(Axis)] == other[static_cast<int>(Axis)]) && ...);
  }

  static constexpr std::size_t at(int axis) { return static_cast<std::size_t>(axis); }
  static constexpr std::array<int, rank> slots = [] {
    std::array<int, rank> found{};
    for (int axis = 0, slot = 0; axis < rank; ++axis) found[at(axis)] = known[at(axis)] == dyn ? slot++ : 0;
    return found;
  }();
  [[noreturn]] static void refuse(const std::array<Index, rank>& extents);

  struct Nothing {};
  [[no_unique_address]] std::conditional_t<is_static, Nothing, std::array<Index, dynamic_rank>> dynamic_{};
};

/// Distances between neighbours along each axis when the last axis lies in one run (C order), in elements.
template <Index... E>
constexpr std::array<Index, sizeof...(E)> row_major_strides(const Extents<E...>& extents) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    constexpr std::size_t last = sizeof...(E) - 1;
    std::array<Index, sizeof...(E)> strides{};
    [[maybe_unused]] Index stride = 1;
    ((strides[last - I] = stride, stride *= extents[static_cast<int>(last - I)]), ...);
    return strides;
  }(std::make_index_sequence<sizeof...(E)>{});
}

/// "(3, ?)": as error texts print extents; `dyn` is a question mark.
template <std::size_t Rank> std::string to_string(const std::array<Index, Rank>& extents) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < Rank; ++axis)
    text +=
        sentence(axis ? ", " : "", extents[axis] == dyn ? std::string("?") : std::to_string(extents[axis]));
  return sentence(text, ")");
}
template <Index... E> std::string to_string(const Extents<E...>& extents) {
  return to_string(extents.values());
}

template <Index... E> void Extents<E...>::refuse(const std::array<Index, rank>& extents) {
  for (const Index extent : extents)
    if (extent < 0) throw shape_error("tensor: extent ", extent, " is negative; give a count");
  throw shape_error("tensor: extents ", to_string(extents), " do not fit the type's ", to_string(known));
}

namespace detail {

/// How many elements there are; throws shape_error where they cannot be counted.
template <Index... E> constexpr Index counted(const Extents<E...>& extents) {
  Index size = 1;
  for (int axis = 0; axis < extents.rank; ++axis)
    if (__builtin_mul_overflow(size, extents[axis], &size))
      throw shape_error("tensor: extents ", to_string(extents), " are of more elements than can be counted");
  return size;
}

}  // namespace detail

// Broadcasting, NumPy's rule: shapes are lined up at their last axis, and an axis that is absent or of extent
// 1 is repeated.

/// Whether no known extents contradict each other.
template <Index... A, Index... B> constexpr bool broadcastable(Extents<A...>, Extents<B...>) {
  constexpr auto a = Extents<A...>::known;
  constexpr auto b = Extents<B...>::known;
  for (std::size_t i = 1; i <= a.size() && i <= b.size(); ++i) {
    const Index x = a[a.size() - i], y = b[b.size() - i];
    if (x != y && x != 1 && y != 1 && x != dyn && y != dyn) return false;
  }
  return true;
}

/// The two shapes stand as template arguments in the compiler's message.
template <class Left, class Right> struct broadcast_shapes {
  static_assert(broadcastable(Left{}, Right{}),
                "tensors: shapes must agree from the last axis on, where an extent of 1 is repeated; "
                "reshape or slice one of them");
};

namespace detail {

/// What an axis of extents a and b becomes: dyn when only run time can tell. A contradiction gives a.
constexpr Index broadcast_extent(Index a, Index b) {
  if (a == 1) return b;
  if (b == 1) return a;
  return a == dyn ? b : a;
}

template <std::size_t A, std::size_t B>
constexpr auto broadcast_values(const std::array<Index, A>& a, const std::array<Index, B>& b) {
  constexpr std::size_t rank = A > B ? A : B;
  const auto extent = [](const auto& of, std::size_t axis) {
    const Index own_axis = static_cast<Index>(axis + of.size()) - static_cast<Index>(rank);
    return own_axis < 0 ? 1 : of[static_cast<std::size_t>(own_axis)];
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Index, rank>{broadcast_extent(extent(a, I), extent(b, I))...};
  }(std::make_index_sequence<rank>{});
}

template <class Left, class Right,
          class Axes = std::make_index_sequence<(Left::rank > Right::rank ? Left::rank : Right::rank)>>
struct BroadcastOf;
template <class Left, class Right, std::size_t... Axis>
struct BroadcastOf<Left, Right, std::index_sequence<Axis...>> {
  static constexpr auto known = broadcast_values(Left::known, Right::known);
  using type = Extents<known[Axis]...>;
};

}  // namespace detail

/// The type of the extents that Left and Right broadcast to; fails to compile where they cannot.
template <class Left, class Right> using BroadcastExtents = typename detail::BroadcastOf<Left, Right>::type;

/// The extents to which two shapes broadcast. Contradictions the types know of fail to compile, others throw
/// shape_error.
template <Index... A, Index... B>
constexpr auto broadcast(const Extents<A...>& left, const Extents<B...>& right) {
  using Left = Extents<A...>;
  using Right = Extents<B...>;
  (void)broadcast_shapes<Left, Right>{};
  const auto a = left.values();
  const auto b = right.values();
  if constexpr (!Left::is_static || !Right::is_static) {
    const bool agree = [&]<std::size_t... I>(std::index_sequence<I...>) {
      [[maybe_unused]] const auto fit = [](Index x, Index y) { return x == y || x == 1 || y == 1; };
      return (fit(a[a.size() - 1 - I], b[b.size() - 1 - I]) && ...);
    }(std::make_index_sequence<std::min(a.size(), b.size())>{});
    if (!agree)
      throw shape_error("tensors: shapes ", to_string(left), " and ", to_string(right),
                        " must agree from the last axis on, where an extent of 1 is repeated; "
                        "reshape or slice one of them");
  }
  return BroadcastExtents<Left, Right>(detail::broadcast_values(a, b));
}

}  // namespace lamina
