#include "lamina/kernels/column_softmax.hpp"

#include <cmath>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class T> void require_softmax(Index rows, Index columns, double size, double tolerance) {
  constexpr Index matrices = 2;
  Storage<T> values(matrices * rows * columns), gradients(values.size());
  const kernels::ColumnMatrices<T> y{values.data(), matrices, rows, columns},
      dy{gradients.data(), matrices, rows, columns};
  const Random random(seed{1}, 3);
  std::vector<double> x, up;
  for (Index i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(size * random.normal(static_cast<std::uint64_t>(2 * i)));
    gradients[i] = static_cast<T>(random.normal(static_cast<std::uint64_t>(2 * i + 1)));
    x.push_back(static_cast<double>(values[i]));
    up.push_back(static_cast<double>(gradients[i]));
  }
  std::vector<double> expected(x.size()), down(x.size());
  for (Index m = 0; m < matrices; ++m)
    for (Index c = 0; c < columns; ++c) {
      const auto at = [&](Index r) { return static_cast<std::size_t>((m * rows + r) * columns + c); };
      double most = x[at(0)], total = 0, product = 0;
      for (Index r = 0; r < rows; ++r) most = std::max(most, x[at(r)]);
      for (Index r = 0; r < rows; ++r) total += expected[at(r)] = std::exp(x[at(r)] - most);
      for (Index r = 0; r < rows; ++r) product += (expected[at(r)] /= total) * up[at(r)];
      for (Index r = 0; r < rows; ++r) down[at(r)] = expected[at(r)] * (up[at(r)] - product);
    }
  const auto numbers = [](const Storage<T>& all) { return std::vector<double>(all.begin(), all.end()); };
  kernels::column_softmax_forward(y);
  require_close(numbers(values), expected, tolerance);
  kernels::column_softmax_backward(y, dy);
  require_close(numbers(gradients), down, tolerance);
}

TEST_CASE("softmax down columns, and its gradient", "[kernels]") {
  for (const Index rows : {1, 3, 31})
    for (const Index columns : {1, 7, 8, 65, 130}) {
      require_softmax<float>(rows, columns, 2, 2e-6);
      require_softmax<double>(rows, columns, 2, 1e-14);
    }
  require_softmax<float>(5, 9, 1000, 2e-6);  // nothing overflows
}

}  // namespace
