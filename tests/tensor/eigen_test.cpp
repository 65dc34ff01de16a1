#include "lamina/tensor/eigen.hpp"

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class A, class B> void require_same(const A& matrix, const B& tensor) {
  REQUIRE(matrix.rows() == tensor.extent(0));
  REQUIRE(matrix.cols() == tensor.extent(1));
  for (Index i = 0; i < tensor.extent(0); ++i)
    for (Index j = 0; j < tensor.extent(1); ++j) REQUIRE(matrix(i, j) == tensor(i, j));
}

const auto counted = [](Index i, Index j) { return 10 * i + j; };

}  // namespace

TEST_CASE("a tensor is a row-major map, static where it is static") {
  auto tensor = generate<float, 3, dyn>(counted, 5);
  auto matrix = as_eigen(tensor);
  STATIC_REQUIRE(decltype(matrix)::IsRowMajor);
  STATIC_REQUIRE(decltype(matrix)::RowsAtCompileTime == 3);
  STATIC_REQUIRE(decltype(matrix)::ColsAtCompileTime == Eigen::Dynamic);
  require_same(matrix, tensor);
  matrix(1, 2) = -1;
  REQUIRE(tensor(1, 2) == -1);
  const auto& constant = tensor;
  require_same(as_eigen(constant), tensor);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<decltype(as_eigen(constant)(0, 0)), float>);
}

TEST_CASE("products of maps are products of tensors") {
  const auto a = generate<double, 3, 4>(counted),
             b = generate<double, 3, 4>([](Index i, Index j) { return i - j; });
  Tensor<double, 3, 3> product;
  as_eigen(product).noalias() = as_eigen(a) * as_eigen(b).transpose();
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j) {
      double sum = 0;
      for (Index k = 0; k < 4; ++k) sum += a(i, k) * b(j, k);
      REQUIRE(product(i, j) == sum);
    }
}

TEST_CASE("vectors, columns and rows") {
  Tensor<float, dyn> vector{1, 2, 3};
  REQUIRE(as_eigen(vector).sum() == 6);
  STATIC_REQUIRE(decltype(as_eigen(vector))::IsVectorAtCompileTime);
  auto column = generate<float, 4, 1>(counted), row = Tensor<float, 4, 1>(column * 2);
  require_same(as_eigen(column), column);
  auto wide = generate<float, 1, 4>(counted);
  require_same(as_eigen(wide), wide);
}

TEST_CASE("a view is a map with its strides") {
  auto tensor = generate<float, dyn, dyn>(counted, 3, 5);
  const TensorView<float, dyn, dyn> transposed(tensor.data(), Extents<dyn, dyn>({5, 3}), {1, 5});
  require_same(as_eigen(transposed), transposed);
  const TensorView<const float, 2, dyn> part(tensor.data() + 1, Extents<2, dyn>({2, 2}), {10, 2});
  require_same(as_eigen(part), part);
  const TensorView<float, dyn> diagonal(tensor.data(), Extents<dyn>({3}), {6});
  REQUIRE(as_eigen(diagonal)(2) == 22);
  as_eigen(diagonal)(2) = 0;
  REQUIRE(tensor(2, 2) == 0);
}

TEST_CASE("an Eigen matrix is a view with its strides") {
  Eigen::Matrix<double, 3, Eigen::Dynamic> columns(3, 4);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) columns(i, j) = 10 * i + j;
  auto view = as_tensor(columns);
  STATIC_REQUIRE(std::is_same_v<decltype(view), TensorView<double, 3, dyn>>);
  REQUIRE(view.stride(0) == 1);
  require_same(columns, view);
  const Tensor rows = view + 0.0;
  require_same(columns, rows);
  view += 1;
  REQUIRE(columns(2, 3) == 24);
  const Eigen::Matrix<float, 2, 2, Eigen::RowMajor> constant{{1, 2}, {3, 4}};
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(constant)), TensorView<const float, 2, 2>>);
  require_same(constant, as_tensor(constant));
  auto block = columns.block(1, 1, 2, 2);
  require_same(block, as_tensor(block));
  Eigen::VectorXf vector = Eigen::VectorXf::LinSpaced(3, 1, 3);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(vector)), TensorView<float, dyn>>);
  REQUIRE(as_tensor(vector)(2) == 3);
}
