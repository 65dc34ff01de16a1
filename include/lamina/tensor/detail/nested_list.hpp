// Nested initialiser lists, as a Tensor takes them: their type, their extents, their elements in order.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::detail {

template <class T, int Rank> struct NestedListOf {
  using type = std::initializer_list<typename NestedListOf<T, Rank - 1>::type>;
};
template <class T> struct NestedListOf<T, 0> {
  using type = T;
};

/// Braces within braces, `Rank` deep, around elements of T.
template <class T, int Rank> using NestedList = typename NestedListOf<T, Rank>::type;

/// How long the lists are at each depth, the first list at each depth being taken for all.
template <int Rank, class List> std::array<Index, Rank> list_extents(const List& list) {
  std::array<Index, Rank> extents{};
  extents[0] = static_cast<Index>(list.size());
  if constexpr (Rank > 1)
    if (list.size() > 0) {
      const auto inner = list_extents<Rank - 1>(*list.begin());
      std::copy(inner.begin(), inner.end(), extents.begin() + 1);
    }
  return extents;
}

/// Copies the elements and advances `to` past them; throws shape_error where lists differ in length.
template <int Rank, class List, class T> void copy_list(const List& list, T*& to) {
  if constexpr (Rank == 1) {
    to = std::copy(list.begin(), list.end(), to);
  } else {
    for (const auto& inner : list) {
      require(list_extents<Rank - 1>(inner) == list_extents<Rank - 1>(*list.begin()),
              "Tensor: the rows of a braced list differ in length; give each the same number of elements");
      copy_list<Rank - 1>(inner, to);
    }
  }
}

}  // namespace lamina::detail
