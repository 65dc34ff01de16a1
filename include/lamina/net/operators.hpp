// The algebra's short forms: a | b (sequence), a + b (add), a * b (multiply). C++ binds * tighter than +, and
// both tighter than |: parenthesise, or use the names.
#pragma once

#include "lamina/net/algebra.hpp"

namespace lamina {

template <net_block A, net_block B> constexpr auto operator|(A a, B b) { return sequence(a, b); }
template <net_block A, net_block B> constexpr auto operator+(A a, B b) { return add(a, b); }
template <net_block A, net_block B> constexpr auto operator*(A a, B b) { return multiply(a, b); }

namespace detail {
// One operand is a block of ours and the other is whatever the user wrote beside it.
template <class A, class B>
concept one_block = net_block<A> != net_block<B>;
// The result of such a slip: the operand that is a block, so that only the first slip is reported.
template <class A, class B> using the_block = std::conditional_t<net_block<A>, A, B>;
}  // namespace detail

// Without these, a slip such as `net | 7` would list every operator| there is.
template <class A, class B>
  requires detail::one_block<A, B>
constexpr detail::the_block<A, B> operator|(const A&, const B&) {
  static_assert(net_block<A> && net_block<B>, "|: both sides must be layers or blocks of a net");
  return {};
}
template <class A, class B>
  requires detail::one_block<A, B>
constexpr detail::the_block<A, B> operator+(const A&, const B&) {
  static_assert(net_block<A> && net_block<B>,
                "+: both sides must be layers or blocks of a net; write a constant into pointwise(…)");
  return {};
}
template <class A, class B>
  requires detail::one_block<A, B>
constexpr detail::the_block<A, B> operator*(const A&, const B&) {
  static_assert(net_block<A> && net_block<B>,
                "*: both sides must be layers or blocks of a net; a constant factor is scale<0.5>(block)");
  return {};
}

}  // namespace lamina
