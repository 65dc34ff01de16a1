// TensorView: elements that lie in someone else's memory, with any strides. Copying a view gives another view
// of the same elements; assigning to one writes its elements, so that `x[0] = y[1]` and `view = a + b` do
// what they say. It never allocates, and must not outlive the memory.
#pragma once

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include "lamina/tensor/detail/slice_layout.hpp"
#include "lamina/tensor/detail/view_iterator.hpp"
#include "lamina/tensor/expressions/evaluate.hpp"
#include "lamina/tensor/expressions/expression.hpp"
#include "lamina/tensor/extents.hpp"
#include "lamina/tensor/slice.hpp"

namespace lamina {

/// View of a tensor of T (const T: elements that cannot be written) with extents E, each a number or dyn.
///   TensorView<float, dyn, 3> rows(pointer, n);             // row-major, (n, 3)
///   TensorView<const float, 4, 4> m(pointer, {}, {1, 4});   // column-major
template <class T, Index... E> class TensorView : public Expression<std::remove_const_t<T>, Extents<E...>> {
 public:
  using value_type = std::remove_const_t<T>;
  using extents_type = Extents<E...>;
  using strides_type = std::array<Index, sizeof...(E)>;
  static constexpr int rank = sizeof...(E);

  /// A view of nothing: dynamic extents are 0.
  constexpr TensorView() = default;

  /// Row-major elements at `data`; the extents that are dyn follow in order.
  template <std::integral... I>
    requires(sizeof...(I) == extents_type::dynamic_rank)
  explicit constexpr TensorView(T* data, I... dynamic_extents)
      : TensorView(data, extents_type::from_dynamic({static_cast<Index>(dynamic_extents)...})) {}
  constexpr TensorView(T* data, const extents_type& extents)
      : TensorView(data, extents, row_major_strides(extents)) {}
  /// Elements at distances of `strides` elements, which may be negative (data is then not the lowest
  /// address).
  constexpr TensorView(T* data, const extents_type& extents, const strides_type& strides)
      : data_(data), extents_(extents), strides_(strides) {}

  /// From a view whose type knows more or fewer extents, or of elements that may be written. Throws
  /// shape_error where an extent is not what this type says.
  template <class U, Index... F>
    requires(sizeof...(F) == sizeof...(E) && std::is_convertible_v<U (*)[], T (*)[]> &&
             assignable(Extents<E...>{}, Extents<F...>{}))
  constexpr TensorView(const TensorView<U, F...>& other)
      : TensorView(other.data(), extents_type(other.extents().values()), other.strides()) {}

  constexpr TensorView(const TensorView&) = default;

  /// Writes the elements of an expression, broadcast to this shape (see evaluate), or a number to all
  /// elements.
  template <operand X, class Arch = simd::Arch>
    requires(!std::is_const_v<T>)
  TensorView& operator=(const X& x) {
    if constexpr (expression<X>)
      evaluate(x, *this);
    else
      evaluate(Constant<X>(x), *this);
    return *this;
  }
  TensorView& operator=(const TensorView& other)
    requires(!std::is_const_v<T>)
  {
    evaluate(other, *this);
    return *this;
  }

  /// Sets all elements.
  void fill(value_type value) const
    requires(!std::is_const_v<T>)
  {
    evaluate(Constant<value_type>(value), *this);
  }

  /// Exchanges the elements of two views, whose extents must be equal: swap(x[0], x[1]). (std::swap, called
  /// by that name, would copy one of them to the other.)
  friend void swap(TensorView a, TensorView b) {
    if (!(a.extents() == b.extents()))
      throw shape_error("swap: views of shapes ", to_string(a.extents()), " and ", to_string(b.extents()),
                        " have not the same elements");
    auto memory = Storage<value_type>::uninitialized(a.size());
    TensorView copy(memory.data(), a.extents());
    copy = a;
    a = b;
    b = copy;
  }

  constexpr const extents_type& extents() const { return extents_; }
  constexpr Index extent(int axis) const { return extents_[axis]; }
  constexpr Index size() const { return extents_.size(); }
  constexpr bool empty() const { return size() == 0; }
  constexpr T* data() const { return data_; }
  /// Distances between neighbours along each axis, in elements.
  constexpr const strides_type& strides() const { return strides_; }
  constexpr Index stride(int axis) const { return strides_[static_cast<std::size_t>(axis)]; }

  /// The element at indices i, one per axis, each in [0, extent).
  template <std::integral... I>
    requires(sizeof...(I) == sizeof...(E))
  constexpr T& operator()(I... i) const {
    [[maybe_unused]] const std::array<Index, sizeof...(E)> at{static_cast<Index>(i)...};
    Index offset = 0;
    for (int axis = 0; axis < rank; ++axis) {
      const Index position = at[static_cast<std::size_t>(axis)];
      assert(position >= 0 && position < extents_[axis]);
      offset += position * stride(axis);
    }
    return data_[offset];
  }

  /// View of part of the elements, one argument per axis: x(all, range(2, 5), -1). See slice.hpp. Throws
  /// shape_error where an integer or a range lies outside its axis.
  template <slice_argument... S>
    requires detail::is_slice<sizeof...(E), S...>
  constexpr auto operator()(S... s) const;

  /// The sub-tensor, or the element of a tensor with one axis, at index i of the first axis.
  constexpr decltype(auto) operator[](Index i) const
    requires(sizeof...(E) > 0);

  /// Whether the elements lie in one run, in row-major order.
  constexpr bool is_contiguous() const {
    const auto packed = row_major_strides(extents_);
    for (int axis = 0; axis < rank; ++axis)
      if (extents_[axis] != 1 && stride(axis) != packed[static_cast<std::size_t>(axis)]) return empty();
    return true;
  }

  /// The elements in row-major order, of a view that is contiguous; others throw shape_error.
  constexpr std::span<T> span() const {
    require(is_contiguous(), "TensorView: only contiguous elements have a span; copy them into a Tensor");
    return {data_, static_cast<std::size_t>(size())};
  }

  /// The same elements with other extents, `dyn` ones in order; of these one may be left out (the last
  /// argument missing) where only one is dyn: it follows from the size. Throws shape_error where the sizes
  /// differ or the view is not contiguous.
  template <Index... F, std::integral... I> constexpr TensorView<T, F...> reshape(I... dynamic_extents) const;

  /// The elements in row-major order, whatever the strides. (An expression takes a fraction of the time.)
  constexpr detail::ViewIterator<T, sizeof...(E)> begin() const {
    return {data_, extents_.values(), strides_, 0};
  }
  constexpr detail::ViewIterator<T, sizeof...(E)> end() const {
    return {data_, extents_.values(), strides_, size()};
  }

  // As an operand of expressions (see expressions/expression.hpp).
  using lane = detail::Lane<value_type>;
  static constexpr int operands = 1;
  static constexpr bool constant_in_rows = detail::constant_in_rows<extents_type>;
  void describe(detail::Operand* to, int loops) const {
    detail::describe_operand(data_, extents_.values(), strides_, loops, *to, constant_in_rows);
  }
  template <std::size_t Rank>
  constexpr bool lies_in_order(const std::array<Index, Rank>& extents, const std::byte** data) const {
    if constexpr (Rank != rank) {
      return false;
    } else {
      *data = reinterpret_cast<const std::byte*>(data_);
      const auto own = extents_.values(), packed = row_major_strides(extents_);
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return ((extents[I] == own[I] && strides_[I] == packed[I]) && ...);
      }(std::make_index_sequence<Rank>{});
    }
  }
  template <int First, class Access> auto bind(const Access& access) const {
    return access.template operand<First, value_type, constant_in_rows>();
  }

 private:
  T* data_ = nullptr;
  [[no_unique_address]] extents_type extents_;
  strides_type strides_ = row_major_strides(extents_type{});
};

namespace detail {

/// The view at index i of the first axis.
template <class T, Index First, Index... E>
constexpr auto sub_view(const TensorView<T, First, E...>& view, Index i) {
  std::array<Index, sizeof...(E)> extents{}, strides{};
  for (std::size_t axis = 0; axis < sizeof...(E); ++axis) {
    extents[axis] = view.extent(static_cast<int>(axis) + 1);
    strides[axis] = view.stride(static_cast<int>(axis) + 1);
  }
  return TensorView<T, E...>(view.data() + i * view.stride(0), Extents<E...>(extents), strides);
}

template <class T, class ExtentsType> struct ViewWith;
template <class T, Index... E> struct ViewWith<T, Extents<E...>> : std::type_identity<TensorView<T, E...>> {};
/// A view of T whose extents are of the type ExtentsType.
template <class T, class ExtentsType> using ViewOf = typename ViewWith<T, ExtentsType>::type;

/// Extents F of `size` elements from the dynamic ones given, or, when there is one and it is not given, from
/// size. `whose` begins the message.
template <Index... F, std::size_t Given>
constexpr Extents<F...> reshaped(Index size, const std::array<Index, Given>& given,
                                 const char* whose = "reshape") {
  using Result = Extents<F...>;
  static_assert(Given == Result::dynamic_rank || (Given == 0 && Result::dynamic_rank == 1),
                "reshape: give the extents that are dyn, in order; one alone may be left out");
  Result result;
  if constexpr (Given == Result::dynamic_rank) {
    result = Result::from_dynamic(given);
  } else {
    const Index known = counted(Result::from_dynamic({1}));
    result = Result::from_dynamic({known == 0 ? 0 : size / known});
  }
  if (counted(result) != size)
    throw shape_error(whose, ": ", size, " elements do not fill the shape ", to_string(result));
  return result;
}

}  // namespace detail

template <class T, Index... E>
constexpr decltype(auto) TensorView<T, E...>::operator[](Index i) const
  requires(sizeof...(E) > 0)
{
  assert(i >= 0 && i < extent(0));
  if constexpr (rank == 1)
    return static_cast<T&>(data_[i * stride(0)]);
  else
    return detail::sub_view(*this, i);
}

template <class T, Index... E>
template <slice_argument... S>
  requires detail::is_slice<sizeof...(E), S...>
constexpr auto TensorView<T, E...>::operator()(S... s) const {
  if constexpr (detail::slice_arguments<rank, S...>::fit) {
    using Layout = detail::SliceLayout<extents_type, S...>;
    using SliceExtents = typename Layout::extents_type;
    const Layout layout(extents_, strides_, s...);
    return detail::ViewOf<T, SliceExtents>(data_ + layout.offset, SliceExtents(layout.extents),
                                           layout.strides);
  }
}

template <class T, Index... E>
template <Index... F, std::integral... I>
constexpr TensorView<T, F...> TensorView<T, E...>::reshape(I... dynamic_extents) const {
  require(is_contiguous(), "reshape: only contiguous elements can be reshaped; copy them into a Tensor");
  const std::array<Index, sizeof...(I)> given{static_cast<Index>(dynamic_extents)...};
  return {data_, detail::reshaped<F...>(size(), given)};
}

}  // namespace lamina
