#include "lamina/tensor/creation.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("tensors of one value") {
  REQUIRE(zeros<float, dyn, 2>(3) == Tensor<float, 3, 2>{});
  REQUIRE(ones<int, 2>() == Tensor<int, 2>{1, 1});
  REQUIRE(full<double, dyn>(0.5, 3) == Tensor<double, 3>{0.5, 0.5, 0.5});
  REQUIRE(full<bool, 2>(true) == Tensor<bool, 2>{true, true});
  REQUIRE(zeros<float, dyn>(0).empty());
}

TEST_CASE("a function of the indices") {
  const auto x = generate<int, 2, dyn, 2>([](Index i, Index j, Index k) { return i * 100 + j * 10 + k; }, 3);
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j)
      for (Index k = 0; k < 2; ++k) REQUIRE(x(i, j, k) == i * 100 + j * 10 + k);
  REQUIRE(generate<float>([] { return 2.5; })() == 2.5f);
  Index calls = 0;
  (void)generate<float, dyn, 3>([&](Index, Index) { return ++calls; }, 0);
  REQUIRE(calls == 0);
}

TEST_CASE("the identity matrix") {
  REQUIRE(eye<float, 2>() == Tensor<float, 2, 2>{{1, 0}, {0, 1}});
  REQUIRE(eye<float, dyn>(3)(2, 2) == 1);
  REQUIRE(eye<float, dyn>(3)(2, 1) == 0);
}

TEST_CASE("numbers at equal distances") {
  REQUIRE(arange(4) == Tensor<int, 4>{0, 1, 2, 3});
  REQUIRE(arange(1.f, 2.f, 0.25f) == Tensor<float, 4>{1, 1.25f, 1.5f, 1.75f});
  REQUIRE(arange(5, 0, -2) == Tensor<int, 3>{5, 3, 1});
  REQUIRE(arange(3, 3).empty());
  const auto tenths = arange(0, 1, 0.1);
  STATIC_REQUIRE(std::is_same_v<decltype(tenths), const Tensor<double, dyn>>);
  REQUIRE(tenths.size() == 10);
  REQUIRE(tenths(9) == 9 * 0.1);
  REQUIRE(arange(1, 2.5f) == Tensor<float, 2>{1, 2});
  const auto bytes = arange<std::uint8_t>(250, 255);
  STATIC_REQUIRE(std::is_same_v<decltype(bytes), const Tensor<std::uint8_t, dyn>>);
  REQUIRE(bytes == Tensor<int, 5>{250, 251, 252, 253, 254});
  REQUIRE(arange(3, 1).empty());
  REQUIRE_THROWS_AS(arange(0, 3, 0), shape_error);
  REQUIRE(linspace(0.0, 1.0, 5) == Tensor<double, 5>{0, 0.25, 0.5, 0.75, 1});
  REQUIRE(linspace(3.f, 7.f, 1) == Tensor<float, 1>{3});
  REQUIRE(linspace(0.f, 0.1f, 12)(11) == 0.1f);  // the last number is exact
}

TEST_CASE("random numbers are those of the stream, whatever the number of threads") {
  const Index n = 40'001;
  const int before = threads();
  set_threads(2);
  const auto uniform = random_uniform<float, dyn>(seed{5}, n);
  const auto normal = random_normal<double, dyn>(Random(seed{5}, 3), n);
  set_threads(before);
  const Random uniform_stream(seed{5}), normal_stream(seed{5}, 3);
  double sum = 0, squares = 0;
  bool same = true;
  for (Index i = 0; i < n; ++i) {
    same = same && uniform(i) == uniform_stream.uniform(static_cast<std::uint64_t>(i)) &&
           normal(i) == normal_stream.normal(static_cast<std::uint64_t>(i));
    sum += normal(i);
    squares += normal(i) * normal(i);
  }
  REQUIRE(same);
  require_close(sum / static_cast<double>(n), 0, 0.02);
  require_close(squares / static_cast<double>(n), 1, 0.03);
  REQUIRE(random_normal<float, 2, 3>(seed{1}) == random_normal<float, dyn, 3>(seed{1}, 2));
}
