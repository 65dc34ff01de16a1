// Tensor: owning, row-major, 64-byte aligned. Each extent is a number the compiler knows, or `dyn`. It is a
// regular value (copies are deep, == compares shapes and elements) and a tensor expression: arithmetic,
// functions and reductions are in expressions/expressions.hpp and reduce.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include "lamina/core/storage.hpp"
#include "lamina/tensor/detail/nested_list.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina {

/// The two shapes stand as template arguments in the compiler's message.
template <class Type, class Given> struct tensor_shapes {
  static constexpr bool same_rank = Type::rank == Given::rank;
  static_assert(same_rank && assignable(Type{}, Given{}) && assignable(Given{}, Type{}),
                "Tensor: an expression of one shape cannot become a tensor of another; assign to a view to "
                "repeat axes of extent 1");
};

namespace detail {

/// The extents as those of another type that knows more or fewer of them.
template <class Type, class Given> Type same_extents(const Given& extents) {
  (void)tensor_shapes<Type, Given>{};
  if constexpr (Type::rank == Given::rank) {
    if (!Type::includes(extents.values()))
      throw shape_error("Tensor: an expression of shape ", to_string(extents),
                        " cannot become a tensor of shape ", to_string(Type::known),
                        "; assign to a view to repeat axes of extent 1");
    return Type(extents.values());
  }
}

}  // namespace detail

/// Tensor of T (float, double, an integer type or bool) with extents E, outermost axis first.
///   Tensor<float, dyn, 3, 32, 32> images(n);      // (n, 3, 32, 32), zeros
///   Tensor<float, 2, 2> a{{1, 2}, {3, 4}};
///   Tensor b{{1.0, 2.0}, {3.0, 4.0}};             // Tensor<double, 2, 2>
///   Tensor c = a * 2 + 1;                         // Tensor<float, 2, 2>
/// As with std::vector, braces hold elements: Tensor<float, dyn> t{5} has one, t(5) has five. A tensor that
/// was moved from is empty; where its type says that it is not, it has no elements to read, and reading or
/// printing them all throws error, until it is assigned to.
template <class T, Index... E> class Tensor : public Expression<T, Extents<E...>> {
  static_assert(std::is_arithmetic_v<T> && !std::is_const_v<T>, "Tensor: elements are numbers or bool");

 public:
  using value_type = T;
  using extents_type = Extents<E...>;
  using View = TensorView<T, E...>;
  using ConstView = TensorView<const T, E...>;
  static constexpr int rank = sizeof...(E);

  /// Zeros; dynamic extents are 0.
  Tensor() : Tensor(extents_type{}) {}

  /// Zeros; the extents that are dyn follow in order. Throws shape_error where one is negative.
  template <std::integral... I>
    requires(sizeof...(I) == extents_type::dynamic_rank && sizeof...(I) > 0)
  explicit Tensor(I... dynamic_extents)
      : Tensor(extents_type::from_dynamic({static_cast<Index>(dynamic_extents)...})) {}
  explicit Tensor(const extents_type& extents) : extents_(extents), storage_(detail::counted(extents)) {}

  /// A tensor without axes from its only element, which it is wherever a number is wanted.
  Tensor(std::type_identity_t<T> element)
    requires(sizeof...(E) == 0)
      : Tensor() {
    *data() = element;
  }
  operator T() const
    requires(sizeof...(E) == 0)
  {
    return (*this)();
  }

  /// Elements in nested braces. Throws shape_error where rows differ in length or from a static extent.
  Tensor(detail::NestedList<T, sizeof...(E)> elements)
    requires(sizeof...(E) > 0)
      : Tensor(uninitialized(extents_type(detail::list_extents<rank>(elements)))) {
    T* to = data();
    detail::copy_list<rank>(elements, to);
  }

  /// Elements of an expression. Shapes that contradict fail to compile, or throw shape_error.
  template <expression X, class Arch = simd::Arch>
    requires(!std::same_as<X, Tensor>)
  Tensor(const X& x) : Tensor(uninitialized(detail::same_extents<extents_type>(x.extents()))) {
    evaluate(x, view());
  }

  /// Elements of any value, for a caller who writes them all.
  static Tensor uninitialized(const extents_type& extents) {
    return Tensor(extents, Storage<T>::uninitialized(detail::counted(extents)));
  }

  Tensor(const Tensor& other) : Tensor(other.extents_, other.storage_.clone()) {}
  Tensor(Tensor&& other) noexcept
      : extents_(std::exchange(other.extents_, extents_type{})), storage_(std::move(other.storage_)) {}
  Tensor& operator=(Tensor&& other) noexcept {
    Tensor(std::move(other)).swap(*this);
    return *this;
  }
  Tensor& operator=(const Tensor& other) {
    if (extents_ == other.extents_ && storage_.size() == other.storage_.size())
      std::copy(other.begin(), other.end(), begin());
    else
      *this = Tensor(other);
    return *this;
  }
  ~Tensor() = default;

  /// Takes the shape and elements of an expression, which may read this tensor in any way. Memory is kept
  /// where the extents stay the same.
  template <expression X, class Arch = simd::Arch> Tensor& operator=(const X& x) {
    if (detail::same_extents<extents_type>(x.extents()) == extents_ && storage_.size() == size())
      evaluate(x, view());
    else
      *this = Tensor(x);
    return *this;
  }

  const extents_type& extents() const { return extents_; }
  Index extent(int axis) const { return extents_[axis]; }
  Index size() const { return extents_.size(); }
  bool empty() const { return size() == 0; }
  T* data() { return storage_.data(); }
  const T* data() const { return storage_.data(); }
  /// The elements in row-major order. What refers to those of a temporary (iterators and views, too) lives no
  /// longer than it: to the end of the statement.
  std::span<T> span() { return storage_.span(); }
  std::span<const T> span() const { return storage_.span(); }
  T* begin() { return storage_.begin(); }
  T* end() { return storage_.end(); }
  const T* begin() const { return storage_.begin(); }
  const T* end() const { return storage_.end(); }

  View view() { return {elements(storage_), extents_}; }
  ConstView view() const { return {elements(storage_), extents_}; }
  /// As a view whose type knows these extents, or fewer.
  template <class U, Index... F>
    requires std::convertible_to<View, TensorView<U, F...>>
  operator TensorView<U, F...>() {
    return view();
  }
  template <class U, Index... F>
    requires std::convertible_to<ConstView, TensorView<U, F...>>
  operator TensorView<U, F...>() const {
    return view();
  }

  /// The element at indices i, one per axis, each in [0, extent).
  template <std::integral... I>
    requires(sizeof...(I) == sizeof...(E))
  T& operator()(I... i) {
    return data()[offset({static_cast<Index>(i)...})];
  }
  template <std::integral... I>
    requires(sizeof...(I) == sizeof...(E))
  const T& operator()(I... i) const {
    return data()[offset({static_cast<Index>(i)...})];
  }

  /// View of part of the elements, one argument per axis: x(all, range(2, 5), -1). See slice.hpp. Throws
  /// shape_error where an integer or a range lies outside its axis. Of a temporary it is a Tensor of its own.
  template <slice_argument... S>
    requires detail::is_slice<sizeof...(E), S...>
  auto operator()(S... s) & {
    return view()(s...);
  }
  template <slice_argument... S>
    requires detail::is_slice<sizeof...(E), S...>
  auto operator()(S... s) const& {
    return view()(s...);
  }
  template <slice_argument... S>
    requires detail::is_slice<sizeof...(E), S...>
  auto operator()(S... s) const&& {
    return evaluate(view()(s...));
  }

  /// View of the sub-tensor, or the element of a tensor with one axis, at index i of the first axis. Of a
  /// temporary it is a Tensor, or a number, of its own.
  decltype(auto) operator[](Index i) &
    requires(sizeof...(E) > 0)
  {
    return view()[i];
  }
  decltype(auto) operator[](Index i) const&
    requires(sizeof...(E) > 0)
  {
    return view()[i];
  }
  auto operator[](Index i) const&&
    requires(sizeof...(E) > 0)
  {
    if constexpr (rank == 1)
      return T{view()[i]};
    else
      return evaluate(view()[i]);
  }

  /// View of the same elements with other extents: see TensorView::reshape. Of a temporary it is a Tensor.
  template <Index... F, std::integral... I> TensorView<T, F...> reshape(I... dynamic_extents) & {
    return view().template reshape<F...>(dynamic_extents...);
  }
  template <Index... F, std::integral... I> TensorView<const T, F...> reshape(I... dynamic_extents) const& {
    return view().template reshape<F...>(dynamic_extents...);
  }
  template <Index... F, std::integral... I> Tensor<T, F...> reshape(I... dynamic_extents) const&& {
    return view().template reshape<F...>(dynamic_extents...);
  }

  /// Sets all elements.
  void fill(T value) { std::fill(begin(), end(), value); }

  void swap(Tensor& other) noexcept {
    std::swap(extents_, other.extents_);
    storage_.swap(other.storage_);
  }
  friend void swap(Tensor& a, Tensor& b) noexcept { a.swap(b); }

  // As an operand of expressions (see expressions/expression.hpp).
  using lane = detail::Lane<T>;
  static constexpr int operands = 1;
  static constexpr bool constant_in_rows = detail::constant_in_rows<extents_type>;
  void describe(detail::Operand* to, int loops) const { view().describe(to, loops); }
  template <std::size_t Rank>
  bool lies_in_order(const std::array<Index, Rank>& extents, const std::byte** data) const {
    return view().lies_in_order(extents, data);
  }
  template <int First, class Access> auto bind(const Access& access) const {
    return access.template operand<First, T, constant_in_rows>();
  }

 private:
  Tensor(const extents_type& extents, Storage<T> storage) : extents_(extents), storage_(std::move(storage)) {}

  /// Where the elements lie, of a tensor that was not moved from.
  template <class S> static auto elements(S& storage) {
    if constexpr (extents_type::is_static)
      require(storage.size() == extents_type{}.size(),
              "Tensor: it was moved from and has no elements; assign to it first");
    return storage.data();
  }

  Index offset(const std::array<Index, sizeof...(E)>& at) const {
    Index sum = 0;
    for (int axis = 0; axis < rank; ++axis) {
      const Index position = at[static_cast<std::size_t>(axis)];
      assert(position >= 0 && position < extents_[axis]);
      sum = sum * extents_[axis] + position;
    }
    return sum;
  }

  [[no_unique_address]] extents_type extents_;
  Storage<T> storage_;
};

template <class T, Index... E> Tensor(const Expression<T, Extents<E...>>&) -> Tensor<T, E...>;
template <class T, std::same_as<T>... More>
  requires std::is_arithmetic_v<T>
Tensor(T, More...) -> Tensor<T, 1 + sizeof...(More)>;
template <class T, std::size_t N, std::same_as<T>... More>
  requires std::is_arithmetic_v<T>
Tensor(const T (&row)[N], const More (&... rows)[N]) -> Tensor<T, 1 + sizeof...(More), N>;
template <class T, std::size_t N, std::size_t M, std::same_as<T>... More>
  requires std::is_arithmetic_v<T>
Tensor(const T (&plane)[N][M], const More (&... planes)[N][M]) -> Tensor<T, 1 + sizeof...(More), N, M>;

/// Whether two tensors, views or other expressions have the same shape and equal elements. Element by
/// element: equal(a, b).
template <expression A, expression B> bool operator==(const A& a, const B& b) {
  if constexpr (A::rank != B::rank)
    return false;
  else if constexpr (!requires { a.begin(); })
    return Tensor(a) == b;
  else if constexpr (!requires { b.begin(); })
    return a == Tensor(b);
  else
    return a.extents() == b.extents() &&
           std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
             using Common = std::common_type_t<decltype(x), decltype(y)>;
             return static_cast<Common>(x) == static_cast<Common>(y);
           });
}

/// The elements of an expression as a Tensor of its value type and extents.
template <expression X, class Arch = simd::Arch> auto evaluate(const X& x) { return Tensor(x); }

}  // namespace lamina
