#include "lamina/kernels/column_softmax.hpp"

#include <cmath>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class T> void require_softmax(Index rows, Index columns, double size, double tolerance) {
  using Matrix = kernels::ColumnMatrix<T>;
  Storage<T> values(Matrix::elements_of(rows, columns)), gradients(values.size());
  const Matrix y(values.data(), rows, columns), dy(gradients.data(), rows, columns);
  const Random random(seed{1}, 3);
  std::vector<double> x, up;
  for (Index i = 0; i < rows * columns; ++i) {
    x.push_back(static_cast<double>(static_cast<T>(size * random.normal(static_cast<std::uint64_t>(2 * i)))));
    up.push_back(static_cast<double>(static_cast<T>(random.normal(static_cast<std::uint64_t>(2 * i + 1)))));
    y.data[i / columns * y.stride + i % columns] = static_cast<T>(x.back());
    dy.data[i / columns * dy.stride + i % columns] = static_cast<T>(up.back());
  }
  kernels::column_softmax_forward(y);
  std::vector<double> expected(x.size()), down(x.size()), actual, actual_down;
  for (Index c = 0; c < columns; ++c) {
    const auto at = [&](Index r) { return static_cast<std::size_t>(r * columns + c); };
    double most = x[at(0)], total = 0, product = 0;
    for (Index r = 0; r < rows; ++r) most = std::max(most, x[at(r)]);
    for (Index r = 0; r < rows; ++r) total += expected[at(r)] = std::exp(x[at(r)] - most);
    for (Index r = 0; r < rows; ++r) product += (expected[at(r)] /= total) * up[at(r)];
    for (Index r = 0; r < rows; ++r) down[at(r)] = expected[at(r)] * (up[at(r)] - product);
  }
  const auto read = [&](const Matrix& m, std::vector<double>& to) {
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < columns; ++c) to.push_back(static_cast<double>(m.data[r * m.stride + c]));
  };
  read(y, actual);
  require_close(actual, expected, tolerance);
  kernels::column_softmax_backward(y, dy);
  read(dy, actual_down);
  require_close(actual_down, down, tolerance);
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
