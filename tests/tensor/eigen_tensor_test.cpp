#include "lamina/tensor/eigen_tensor.hpp"

#include <type_traits>
#include <utility>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class A, class B> void require_same_cubes(const A& eigen, const B& tensor) {
  REQUIRE(eigen.dimension(0) == tensor.extent(0));
  REQUIRE(eigen.dimension(1) == tensor.extent(1));
  REQUIRE(eigen.dimension(2) == tensor.extent(2));
  for (Index i = 0; i < tensor.extent(0); ++i)
    for (Index j = 0; j < tensor.extent(1); ++j)
      for (Index k = 0; k < tensor.extent(2); ++k) REQUIRE(eigen(i, j, k) == tensor(i, j, k));
}

const auto hundreds = [](Index i, Index j, Index k) { return 100 * i + 10 * j + k; };

template <class EigenTensor> void number(EigenTensor& tensor) {
  for (Index i = 0; i < tensor.dimension(0); ++i)
    for (Index j = 0; j < tensor.dimension(1); ++j)
      for (Index k = 0; k < tensor.dimension(2); ++k)
        tensor(i, j, k) = static_cast<typename EigenTensor::Scalar>(hundreds(i, j, k));
}

}  // namespace

TEST_CASE("a tensor is a row-major TensorMap of the same elements") {
  auto x = generate<float, dyn, 3, 4>(hundreds, 2);
  auto map = as_eigen_tensor(x);
  STATIC_REQUIRE(std::is_same_v<decltype(map), Eigen::TensorMap<Eigen::Tensor<float, 3, Eigen::RowMajor>>>);
  require_same_cubes(map, x);
  map(1, 2, 3) = -1;
  REQUIRE(x(1, 2, 3) == -1);
  map = map + map.constant(1);
  REQUIRE(x(0, 1, 2) == 13);
  STATIC_REQUIRE(std::is_same_v<decltype(as_eigen_tensor(std::as_const(x))),
                                Eigen::TensorMap<const Eigen::Tensor<float, 3, Eigen::RowMajor, Index>>>);
  require_same_cubes(as_eigen_tensor(std::as_const(x)), x);
}

TEST_CASE("vectors and numbers are TensorMaps too") {
  Tensor<double, dyn> vector{1, 2, 3};
  REQUIRE(as_eigen_tensor(vector)(2) == 3);
  Tensor<double> scalar;
  as_eigen_tensor(scalar)() = 7;
  REQUIRE(scalar() == 7);
  const Tensor<int, dyn, 2> nothing(0);
  REQUIRE(as_eigen_tensor(nothing).size() == 0);
}

TEST_CASE("a view is a TensorMap where its elements lie in the order stated") {
  auto x = generate<float, 4, 3, 5>(hundreds);
  require_same_cubes(as_eigen_tensor(x(range(1, 3))), x(range(1, 3)));
  require_same_cubes(as_eigen_tensor<Eigen::ColMajor>(permute<2, 1, 0>(x)), permute<2, 1, 0>(x));
  STATIC_REQUIRE(int{decltype(as_eigen_tensor<Eigen::ColMajor>(permute<2, 1, 0>(x)))::Layout} ==
                 Eigen::ColMajor);
  require_same_cubes(as_eigen_tensor<Eigen::ColMajor>(x(range(1, 2), range(0, 1))),
                     x(range(1, 2), range(0, 1)));
  REQUIRE_THROWS_WITH(as_eigen_tensor(permute<2, 1, 0>(x)), containing("an Eigen::TensorMap has no strides"));
  REQUIRE_THROWS_AS(as_eigen_tensor(x(all, range(1, 3))), shape_error);
  REQUIRE_THROWS_AS(as_eigen_tensor<Eigen::ColMajor>(x.view()), shape_error);
}

TEMPLATE_TEST_CASE_SIG("an Eigen tensor of either order is a view with the same indices", "",
                       ((int Order), Order), Eigen::RowMajor, Eigen::ColMajor) {
  Eigen::Tensor<double, 3, Order> eigen(2, 3, 4);
  number(eigen);
  auto view = as_tensor(eigen);
  STATIC_REQUIRE(std::is_same_v<decltype(view), TensorView<double, dyn, dyn, dyn>>);
  REQUIRE(view.stride(Order == Eigen::RowMajor ? 2 : 0) == 1);
  REQUIRE(view.stride(Order == Eigen::RowMajor ? 0 : 2) == (Order == Eigen::RowMajor ? 12 : 6));
  require_same_cubes(eigen, view);
  REQUIRE(Tensor(view) == generate<double, 2, 3, 4>(hundreds));
  view(1, all, range(1, 3)) += 1000;
  REQUIRE(eigen(1, 2, 1) == 1121);
  REQUIRE(eigen(1, 2, 3) == 123);
  require_same_cubes(as_eigen_tensor<Order>(view), view);  // and back

  STATIC_REQUIRE(
      std::is_same_v<decltype(as_tensor(std::as_const(eigen))), TensorView<const double, dyn, dyn, dyn>>);
  require_same_cubes(eigen, as_tensor(std::as_const(eigen)));

  const Eigen::TensorMap<Eigen::Tensor<double, 3, Order>> map(eigen.data(), 2, 3, 4);
  require_same_cubes(map, as_tensor(map));
  as_tensor(map)(0, 0, 0) = 5;
  REQUIRE(eigen(0, 0, 0) == 5);
  const Eigen::TensorMap<const Eigen::Tensor<double, 3, Order>> constant(eigen.data(), 2, 3, 4);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(constant)), TensorView<const double, dyn, dyn, dyn>>);

  Eigen::TensorFixedSize<double, Eigen::Sizes<2, 3, 4>, Order> fixed;
  number(fixed);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(fixed)), TensorView<double, 2, 3, 4>>);
  REQUIRE(Tensor(as_tensor(fixed)) == generate<double, 2, 3, 4>(hundreds));
}

TEST_CASE("numbers of Eigen's are views without axes") {
  Eigen::Tensor<float, 0> scalar;
  scalar() = 3;
  REQUIRE(as_tensor(scalar)() == 3);
}
