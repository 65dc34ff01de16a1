#include "lamina/tensor/eigen.hpp"

#include <type_traits>
#include <utility>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class A, class B> void require_same(const A& matrix, const B& tensor) {
  REQUIRE(matrix.rows() == tensor.extent(0));
  REQUIRE(matrix.cols() == tensor.extent(1));
  for (Index i = 0; i < tensor.extent(0); ++i)
    for (Index j = 0; j < tensor.extent(1); ++j) REQUIRE(matrix(i, j) == tensor(i, j));
}

const auto numbers_of = [](Index i, Index j) { return 10 * i + j; };

template <class Matrix>
concept has_view = requires(Matrix&& matrix) { as_tensor(std::forward<Matrix>(matrix)); };

}  // namespace

TEST_CASE("a tensor is a row-major map, static where it is static") {
  auto tensor = generate<float, 3, dyn>(numbers_of, 5);
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

TEST_CASE("a tensor that was moved from has no map") {
  Tensor<float, 3> a{1, 2, 3};
  const Tensor<float, 3> b = std::move(a);
  REQUIRE_THROWS_AS(as_eigen(a), error);
  REQUIRE(as_eigen(b).sum() == 6);
}

TEST_CASE("products of maps are products of tensors") {
  const auto a = generate<double, 3, 4>(numbers_of),
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
  auto column = generate<float, 4, 1>(numbers_of), row = Tensor<float, 4, 1>(column * 2);
  require_same(as_eigen(column), column);
  auto wide = generate<float, 1, 4>(numbers_of);
  require_same(as_eigen(wide), wide);
}

TEST_CASE("a view is a map with its strides") {
  auto tensor = generate<float, dyn, dyn>(numbers_of, 3, 5);
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

TEMPLATE_TEST_CASE_SIG("matrices of either order, their maps and blocks are views of the same indices", "",
                       ((int Order), Order), Eigen::RowMajor, Eigen::ColMajor) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Order>;
  Matrix matrix(6, 8);
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 8; ++j) matrix(i, j) = static_cast<float>(10 * i + j);
  REQUIRE(as_tensor(matrix).stride(0) == (Order == Eigen::RowMajor ? 8 : 1));
  REQUIRE(as_tensor(matrix).stride(1) == (Order == Eigen::RowMajor ? 1 : 6));
  require_same(matrix, as_tensor(matrix));
  require_same(matrix.transpose(), as_tensor(matrix.transpose()));
  require_same(matrix.block(1, 2, 3, 4), as_tensor(matrix.block(1, 2, 3, 4)));

  using Steps = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;  // outer, inner
  const Index outer = 2 * matrix.outerStride();
  Eigen::Map<Matrix, 0, Steps> every_other(matrix.data(), 3, 3, Steps(outer, 2));
  const auto view = as_tensor(every_other);
  REQUIRE(view.stride(Order == Eigen::RowMajor ? 0 : 1) == outer);
  REQUIRE(view.stride(Order == Eigen::RowMajor ? 1 : 0) == 2);
  REQUIRE(view(1, 2) == 24);
  require_same(every_other, view);
  require_same(as_eigen(view), view);  // and back

  Eigen::Map<const Matrix> constant(matrix.data(), 6, 8);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(constant)), TensorView<const float, dyn, dyn>>);
  require_same(matrix, as_tensor(constant));
  const Eigen::Ref<const Matrix> reference = matrix;
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(reference)), TensorView<const float, dyn, dyn>>);
  require_same(matrix, as_tensor(reference));
}

TEST_CASE("parts of a matrix are written through views of them") {
  Eigen::MatrixXf matrix = Eigen::MatrixXf::Zero(3, 4);
  as_tensor(matrix.row(1)) += 1;
  as_tensor(matrix.col(2)) = Tensor<float, 3>{5, 6, 7};
  as_tensor(matrix.array()) *= 2;
  const Eigen::MatrixXf expected{{0, 0, 10, 0}, {2, 2, 12, 2}, {0, 0, 14, 0}};
  REQUIRE(matrix == expected);
  const auto& constant = matrix;
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(constant.row(1))), TensorView<const float, dyn>>);
  Eigen::RowVector4d row = Eigen::RowVector4d::Constant(3);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(row)), TensorView<double, 4>>);
  REQUIRE(sum(as_tensor(row)) == 12);
}

TEST_CASE("of temporaries there are no views") {
  STATIC_REQUIRE_FALSE(has_view<Eigen::MatrixXf>);
  STATIC_REQUIRE_FALSE(has_view<Eigen::Array3f>);
  STATIC_REQUIRE(has_view<Eigen::MatrixXf&>);
  STATIC_REQUIRE(has_view<Eigen::Block<Eigen::MatrixXf>>);
}
