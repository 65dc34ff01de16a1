// A system whose sides have not as many rows.
#include "lamina/tensor/linear_algebra.hpp"

using namespace lamina;

void unknowns(const Tensor<double, 3, 3>& a, const Tensor<double, 3>& right, const Tensor<double, 2>& other) {
  (void)solve(a, right);
#ifdef LAMINA_BAD
  (void)solve(a, other);
#endif
  (void)other;
}
// expect: solved_rows<3, 2>
// expect: need as many rows
