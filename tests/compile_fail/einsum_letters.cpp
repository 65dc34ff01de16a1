// Subscripts that do not fit the operands, or themselves.
#include "lamina/kernels/expressions/einsum.hpp"

using namespace lamina;

void contract(const Tensor<float, 2, 3>& a, const Tensor<float, 3, 4>& b) {
  (void)einsum<"ij,jk->ik">(a, b);
#ifdef LAMINA_BAD
  (void)einsum<"ij,jk->ix">(a, b);
  (void)einsum<"ij,jk->iki">(a, b);
  (void)einsum<"ij,j->i">(a, b);
  (void)einsum<"ij->ij">(a, b);
  (void)einsum<"i1,1k->ik">(a, b);
  einsum<"ij,jk,kl->il">(a, b, b);
#endif
}
// expect: letters of the result must occur in an operand
// expect: a letter occurs in the result at most once
// expect: an operand has a letter for each of its axes
// expect: as many operands as there are subscripts
// expect: subscripts are letters
// expect: it takes one or two operands
