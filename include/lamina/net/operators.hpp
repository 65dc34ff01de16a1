// The algebra's short forms: a | b (sequence), a + b (add), a * b (multiply). C++ binds * tighter than +, and
// both tighter than |: parenthesise, or use the names.
#pragma once

#include "lamina/net/algebra.hpp"

namespace lamina {

namespace detail {
// One operand is a block of ours and the other is whatever the user wrote beside it.
template <class A, class B>
concept one_block = (net_block<A> || net_block<B>) && !(net_block<A> && net_block<B>);
}  // namespace detail

template <net_block A, net_block B> constexpr auto operator|(A a, B b) { return sequence(a, b); }
template <net_block A, net_block B> constexpr auto operator+(A a, B b) { return add(a, b); }
template <net_block A, net_block B> constexpr auto operator*(A a, B b) { return multiply(a, b); }

// Without these, a slip such as `net | 7` would list every operator| there is.
template <class A, class B>
  requires detail::one_block<A, B>
constexpr A operator|(A a, const B&) {
  static_assert(net_block<A> && net_block<B>, "|: both sides must be layers or blocks of a net");
  return a;
}

}  // namespace lamina
