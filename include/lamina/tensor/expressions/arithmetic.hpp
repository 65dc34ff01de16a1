// Operators on tensor expressions: + - * / %, comparisons (< <= > >=, and equal, not_equal: == asks whether
// two tensors are the same), && || ! on masks, & | ^ ~ on integers and masks, and += -= *= /= %= &= |= ^=.
// All are lazy, element by element, and broadcast. Elements combine as C++ numbers do (the sum of two uint8
// is an int); a real number beside float tensors is taken as float.
//
// Integers are divided as in C++: the quotient loses its fraction, and a divisor of 0, or -1 of the lowest
// number, is undefined (on x86 it ends the program). Where one may occur: a / where(equal(b, 0), 1, b), or
// cast<double>(a) / b.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "lamina/tensor/expressions/evaluate.hpp"
#include "lamina/tensor/expressions/map.hpp"

namespace lamina {

/// Two operands of an element-wise operation, at least one of them a tensor expression.
template <class Left, class Right>
concept operands = operand<Left> && operand<Right> && (expression<Left> || expression<Right>);

// An operator on scalars (in their common type, so that nothing is converted unseen), vectors and masks (as 1
// and 0), and its lazy form.
#define LAMINA_FUNCTION_OBJECT(Name, symbol)                                              \
  namespace detail {                                                                      \
  struct Name {                                                                           \
    template <class A, class B> constexpr auto operator()(const A& a, const B& b) const { \
      if constexpr (std::is_arithmetic_v<A> && std::is_arithmetic_v<B>) {                 \
        using Common = std::common_type_t<A, B>;                                          \
        return static_cast<Common>(a) symbol static_cast<Common>(b);                      \
      } else {                                                                            \
        return as_number(a) symbol as_number(b);                                          \
      }                                                                                   \
    }                                                                                     \
  };                                                                                      \
  }
#define LAMINA_LAZY(Name, function)                                            \
  template <class Left, class Right>                                           \
    requires operands<Left, Right>                                             \
  constexpr auto function(Left&& a, Right&& b) {                               \
    return map(detail::Name{}, std::forward<Left>(a), std::forward<Right>(b)); \
  }
#define LAMINA_OPERATOR(Name, symbol)  \
  LAMINA_FUNCTION_OBJECT(Name, symbol) \
  LAMINA_LAZY(Name, operator symbol)

LAMINA_OPERATOR(Add, +)
LAMINA_OPERATOR(Subtract, -)
LAMINA_OPERATOR(Multiply, *)
LAMINA_OPERATOR(Divide, /)
LAMINA_OPERATOR(Less, <)
LAMINA_OPERATOR(LessEqual, <=)
LAMINA_OPERATOR(Greater, >)
LAMINA_OPERATOR(GreaterEqual, >=)
LAMINA_FUNCTION_OBJECT(Equal, ==)
LAMINA_LAZY(Equal, equal)
#undef LAMINA_OPERATOR
#undef LAMINA_FUNCTION_OBJECT

/// An operand whose elements are integers or bool.
template <class X>
concept whole_operand = operand<X> && (std::integral<std::remove_cvref_t<X>> || requires {
                          requires std::integral<typename std::remove_cvref_t<X>::value_type>;
                        });

// Of bool it is bool, and of masks a mask.
#define LAMINA_OPERATOR(Name, symbol, result)                                             \
  namespace detail {                                                                      \
  struct Name {                                                                           \
    template <class A, class B> constexpr auto operator()(const A& a, const B& b) const { \
      if constexpr (std::is_same_v<A, bool> && std::is_same_v<B, bool>)                   \
        return static_cast<bool>(result);                                                 \
      else                                                                                \
        return result;                                                                    \
    }                                                                                     \
  };                                                                                      \
  }                                                                                       \
  template <whole_operand Left, whole_operand Right>                                      \
    requires(expression<Left> || expression<Right>)                                       \
  constexpr auto operator symbol(Left&& a, Right&& b) {                                   \
    return map(detail::Name{}, std::forward<Left>(a), std::forward<Right>(b));            \
  }
LAMINA_OPERATOR(BitAnd, &, (a & b))
LAMINA_OPERATOR(BitOr, |, (a | b))
LAMINA_OPERATOR(BitXor, ^, simd::exclusive_or(a, b))
#undef LAMINA_OPERATOR

namespace detail {

struct NotEqual {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    return simd::not_equal(a, b);
  }
};

struct Remainder {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    constexpr bool are_whole = std::is_integral_v<A> && std::is_integral_v<B>;
    static_assert(are_whole,
                  "tensors: % is of integers, as in C++; of real numbers write x - y * floor(x / y)");
    if constexpr (are_whole) {
      using Common = std::common_type_t<A, B>;
      return static_cast<Common>(a) % static_cast<Common>(b);
    } else {
      return a;
    }
  }
};

struct Plus {
  template <class A> constexpr auto operator()(const A& a) const { return +as_number(a); }
};
struct Complement {
  template <class A> constexpr auto operator()(const A& a) const {
    if constexpr (std::is_integral_v<A> && !std::is_same_v<A, bool>)
      return ~a;
    else
      return !a;
  }
};
struct Negate {
  template <class A> constexpr auto operator()(const A& a) const { return -as_number(a); }
};

/// A scalar or a vector as true or false, lane by lane; masks as they are.
template <class Packet> constexpr auto as_mask(const Packet& packet) {
  if constexpr (std::is_arithmetic_v<Packet>)
    return !(packet == Packet{});
  else if constexpr (simd::is_vector<Packet>)
    return !(packet == Packet(0));
  else
    return packet;
}

// & and | on bool and on masks alike.
struct And {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    if constexpr (std::is_arithmetic_v<A>)
      return as_mask(a) && as_mask(b);
    else
      return as_mask(a) & as_mask(b);
  }
};
struct Or {
  template <class A, class B> constexpr auto operator()(const A& a, const B& b) const {
    if constexpr (std::is_arithmetic_v<A>)
      return as_mask(a) || as_mask(b);
    else
      return as_mask(a) | as_mask(b);
  }
};
struct Not {
  template <class A> constexpr auto operator()(const A& a) const { return !as_mask(a); }
};

}  // namespace detail

LAMINA_LAZY(Remainder, operator%)
LAMINA_LAZY(NotEqual, not_equal)
LAMINA_LAZY(And, operator&&)
LAMINA_LAZY(Or, operator||)

#undef LAMINA_LAZY

template <expression X> constexpr auto operator+(X&& x) { return map(detail::Plus{}, std::forward<X>(x)); }
template <expression X> constexpr auto operator-(X&& x) { return map(detail::Negate{}, std::forward<X>(x)); }
template <expression X> constexpr auto operator!(X&& x) { return map(detail::Not{}, std::forward<X>(x)); }
template <expression X>
  requires whole_operand<X>
constexpr auto operator~(X&& x) {
  return map(detail::Complement{}, std::forward<X>(x));
}

// x += y writes x + y to x, whose shape stays: y is broadcast to it.
#define LAMINA_UPDATE(symbol)                                \
  template <writable To, operand X, class Arch = simd::Arch> \
  constexpr To&& operator symbol##=(To && to, X && x) {      \
    if constexpr (requires { to.view(); })                   \
      evaluate(to symbol std::forward<X>(x), to.view());     \
    else                                                     \
      evaluate(to symbol std::forward<X>(x), to);            \
    return std::forward<To>(to);                             \
  }
LAMINA_UPDATE(+)
LAMINA_UPDATE(-)
LAMINA_UPDATE(*)
LAMINA_UPDATE(/)
LAMINA_UPDATE(%)
LAMINA_UPDATE(&)
LAMINA_UPDATE(|)
LAMINA_UPDATE(^)
#undef LAMINA_UPDATE

}  // namespace lamina
