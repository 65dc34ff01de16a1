// A pointwise whose lambda captures: a net is its type, and has no room for values.
#include "lamina/net/answers.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: pointwise: the lambda must capture nothing; a net is its type
auto swish(float steepness) {
#ifdef LAMINA_BAD
  return relu | pointwise([steepness](auto x) { return x * sigmoid(steepness * x); });
#else
  static_cast<void>(steepness);
  return relu | pointwise([](auto x) { return x * sigmoid(2 * x); });
#endif
}
