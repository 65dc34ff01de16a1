// What an expression is: something with a value type, extents, and a way to give its element at any place of
// a nest of loops. Tensors and views are expressions that read memory, Constant is one that reads none, and
// Map (map.hpp) applies a function to others. Nothing is computed until evaluate.hpp or a reduction asks.
//
// An expression X offers
//   value_type, extents_type, rank, extents()   what it is (the first three by deriving from Expression)
//   lane                                        element type of its vectors: see Lane
//   operands                                    how many tensors it reads
//   constant_in_rows                            whether one of them is constant in rows by its type
//   describe(Operand* to, int loops)            writes `operands` descriptions, for a nest of so many loops
//   lies_in_order(extents, const std::byte** to)
//                                               whether every operand lies in one run in the order of these
//                                               extents; writes where those runs begin
//   bind<First>(access)                         a function of the place i, reading operands First, First + 1,
//   …
// where `access` (access.hpp) says how operands are read: an element or a vector at a time. A leaf may be a
// producer, which a kernel computes part by part: see produce.hpp.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "lamina/tensor/expressions/loop_nest.hpp"
#include "lamina/tensor/extents.hpp"

namespace lamina {

namespace detail {
struct ExpressionTag {};
}  // namespace detail

/// Base of every expression with elements of T and extents ExtentsType.
template <class T, class ExtentsType> struct Expression : detail::ExpressionTag {
  using value_type = T;
  using extents_type = ExtentsType;
  static constexpr int rank = ExtentsType::rank;
};

/// Whether X, or what X refers to, is a tensor expression: a Tensor, a view, or any function of them.
template <class X>
concept expression = std::derived_from<std::remove_cvref_t<X>, detail::ExpressionTag>;

/// A tensor whose elements can be written: a Tensor that is not const, or a view of elements that are not.
template <class X>
concept writable = expression<X> && (requires(X& x) {
                     { *x.data() } -> std::same_as<typename std::remove_cvref_t<X>::value_type&>;
                   });

/// A tensor expression or a number: what element-wise functions take.
template <class X>
concept operand = expression<X> || std::is_arithmetic_v<std::remove_cvref_t<X>>;

namespace detail {

/// Whether the last extent is known to be 1, as of per-channel factors (C, 1, 1): such an operand is mostly
/// constant along a run, and loops may then keep it in a register.
template <class ExtentsType> constexpr bool is_constant_in_rows() {
  if constexpr (ExtentsType::rank == 0)
    return false;
  else
    return ExtentsType::known[ExtentsType::rank - 1] == 1;
}
template <class ExtentsType> inline constexpr bool constant_in_rows = is_constant_in_rows<ExtentsType>();

/// Lane of an expression that fits vectors of any type (a constant).
struct AnyLane {};

/// The element type in whose vectors T is computed: itself for float and double. `void` says that an
/// expression is computed element by element (integers, mixed types).
template <class T>
using Lane = std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, double>, T, void>;

/// A leaf that is computed part by part: see produce.hpp.
template <class X>
concept producer = requires { requires X::is_producer; };

/// Whether an expression reads a producer.
template <class X> inline constexpr bool contains_producer = producer<X>;

/// The lane that two parts of an expression have in common.
template <class A, class B>
using CommonLane =
    std::conditional_t<std::is_same_v<A, AnyLane>, B,
                       std::conditional_t<std::is_same_v<B, AnyLane> || std::is_same_v<A, B>, A, void>>;

}  // namespace detail

/// A number within an expression, broadcast to any shape.
template <class T> class Constant : public Expression<T, Extents<>> {
 public:
  using lane = detail::AnyLane;
  static constexpr int operands = 0;
  static constexpr bool constant_in_rows = false;

  explicit constexpr Constant(T value) : value_(value) {}

  constexpr Extents<> extents() const { return {}; }
  void describe(detail::Operand*, int) const {}
  template <std::size_t Rank>
  constexpr bool lies_in_order(const std::array<Index, Rank>&, const std::byte**) const {
    return true;
  }
  template <int First, class Access> auto bind(const Access& access) const { return access.constant(value_); }

 private:
  T value_;
};

namespace detail {

/// The floating-point type among T, or `void`: the precision that literals take.
template <class... T> struct Precision {
  using type = void;
};
template <class First, class... Rest> struct Precision<First, Rest...> {
  using rest = typename Precision<Rest...>::type;
  using type = std::conditional_t<!std::is_floating_point_v<First>, rest,
                                  typename std::conditional_t<std::is_void_v<rest>, std::type_identity<First>,
                                                              std::common_type<First, rest>>::type>;
};

/// What an operand contributes to the precision: numbers beside tensors nothing.
template <class X> struct OperandValue {
  using type = int;
};
template <expression X> struct OperandValue<X> {
  using type = typename std::remove_cvref_t<X>::value_type;
};

/// How an expression keeps an operand. A tensor that has a name is referred to by a view, so it must outlive
/// the expression; a temporary is moved in; a number becomes a Constant of the expression's precision (0.5 *
/// x stays float), or of its own type beside integers.
template <class Float, class X> constexpr auto hold(X&& x) {
  using Value = std::remove_cvref_t<X>;
  if constexpr (std::is_arithmetic_v<Value>) {
    using Number = std::conditional_t<std::is_void_v<Float> || std::is_same_v<Value, bool>, Value, Float>;
    return Constant<Number>(static_cast<Number>(x));
  } else if constexpr (std::is_lvalue_reference_v<X> && requires { x.view(); }) {
    return std::as_const(x).view();
  } else {
    return Value(std::forward<X>(x));
  }
}

}  // namespace detail

}  // namespace lamina
