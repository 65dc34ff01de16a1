// Roots that the compiler can take, which std::sqrt and std::pow are not.
#pragma once

namespace lamina {

/// The N-th root of a positive number, by Newton's iteration.
template <int N> constexpr double root(double x) {
  static_assert(N >= 2, "root: the first is the number itself");
  double y = x > 1 ? x : 1;  // from above it only falls
  while (true) {
    double power = 1;  // y to the N - 1
    for (int i = 1; i < N; ++i) power *= y;
    const double next = y - (power * y - x) / (N * power);
    if (!(next < y)) return y;
    y = next;
  }
}

}  // namespace lamina
