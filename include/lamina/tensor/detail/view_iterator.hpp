// Goes over the elements of a view of any strides, in row-major order. Public: ../tensor_view.hpp.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <iterator>
#include <type_traits>

#include "lamina/core/shape.hpp"

namespace lamina::detail {

/// Stands at element `number` of a view. It keeps what it needs of the view, so that it may outlive it.
template <class T, std::size_t Rank> class ViewIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = std::remove_const_t<T>;
  using difference_type = Index;
  using pointer = T*;
  using reference = T&;

  constexpr ViewIterator() = default;
  constexpr ViewIterator(T* data, const std::array<Index, Rank>& extents,
                         const std::array<Index, Rank>& strides, Index number)
      : data_(data), extents_(extents), strides_(strides), number_(number) {}

  constexpr T& operator*() const { return data_[offset()]; }
  constexpr T& operator[](Index steps) const { return *(*this + steps); }
  constexpr ViewIterator& operator+=(Index steps) {
    number_ += steps;
    return *this;
  }
  constexpr ViewIterator& operator-=(Index steps) { return *this += -steps; }
  constexpr ViewIterator& operator++() { return *this += 1; }
  constexpr ViewIterator& operator--() { return *this -= 1; }
  constexpr ViewIterator operator++(int) { return (*this += 1) - 1; }
  constexpr ViewIterator operator--(int) { return (*this -= 1) + 1; }
  friend constexpr ViewIterator operator+(ViewIterator it, Index steps) { return it += steps; }
  friend constexpr ViewIterator operator+(Index steps, ViewIterator it) { return it += steps; }
  friend constexpr ViewIterator operator-(ViewIterator it, Index steps) { return it -= steps; }
  friend constexpr Index operator-(const ViewIterator& a, const ViewIterator& b) {
    return a.number_ - b.number_;
  }
  friend constexpr bool operator==(const ViewIterator& a, const ViewIterator& b) {
    return a.number_ == b.number_;
  }
  friend constexpr auto operator<=>(const ViewIterator& a, const ViewIterator& b) {
    return a.number_ <=> b.number_;
  }

 private:
  constexpr Index offset() const {
    if constexpr (Rank == 1) {
      return number_ * strides_[0];
    } else {
      Index sum = 0, left = number_;
      for (std::size_t axis = Rank; axis-- > 0; left /= extents_[axis])
        sum += left % extents_[axis] * strides_[axis];
      return sum;
    }
  }

  T* data_ = nullptr;
  std::array<Index, Rank> extents_{}, strides_{};
  Index number_ = 0;
};

}  // namespace lamina::detail
