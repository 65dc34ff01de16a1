#include "lamina/tensor/print.hpp"

#include <iomanip>
#include <limits>
#include <sstream>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class X> std::string printed(const X& x, int precision = 6) {
  std::ostringstream out;
  out << std::setprecision(precision) << x;
  return out.str();
}

}  // namespace

TEST_CASE("brackets nest and columns stand at the decimal point") {
  REQUIRE(printed(Tensor<float, 2, 2>{{1, 2.25f}, {3.5f, 4}}) == "[[1.   2.25]\n [3.5  4.  ]]");
  REQUIRE(printed(Tensor<float, 3>{-1, 10, 0.5f}) == "[-1.  10.   0.5]");
  REQUIRE(printed(Tensor<int, 2, 2>{{1, -20}, {300, 4}}) == "[[  1 -20]\n [300   4]]");
  REQUIRE(printed(Tensor<std::uint8_t, 2>{7, 255}) == "[  7 255]");
  REQUIRE(printed(Tensor<bool, 2>{true, false}) == "[ true false]");
  REQUIRE(printed(Tensor<int, 2, 1, 2>{{{1, 2}}, {{3, 4}}}) == "[[[1 2]]\n\n [[3 4]]]");
}

TEST_CASE("numbers are short, and no longer than the stream's precision") {
  REQUIRE(printed(Tensor<float, 2>{0.1f, 1.f / 3}) == "[0.1      0.333333]");
  REQUIRE(printed(Tensor<float, 2>{0.1f, 1.f / 3}, 3) == "[0.1   0.333]");
  REQUIRE(printed(Tensor<double, 2>{2000.5, 1234567}) == "[   2000.5 1234567. ]");
}

TEST_CASE("an exponent where numbers are very large or very small") {
  REQUIRE(printed(Tensor<double, 3>{1e-9, 1, 1e10}) == "[1.e-09 1.e+00 1.e+10]");
  REQUIRE(printed(Tensor<double, 3>{1e-120, 2.5, -1}) == "[ 1.0e-120  2.5e+000 -1.0e+000]");
  REQUIRE(printed(Tensor<double, 3>{1, 1000, 0}) == "[   1. 1000.    0.]");
  REQUIRE(printed(Tensor<double, 2>{1, 1001}) == "[1.000e+00 1.001e+03]");
  REQUIRE(printed(Tensor<double, 2>{1.5e-5, 0}) == "[1.5e-05 0.0e+00]");
}

TEST_CASE("infinities and NaN stand at the right of their column") {
  const double infinity = std::numeric_limits<double>::infinity();
  REQUIRE(printed(Tensor<double, 4>{1, -infinity, infinity, std::nan("")}) == "[  1. -inf  inf  nan]");
}

TEST_CASE("the middle of a long tensor is left out") {
  REQUIRE(printed(arange(2000)) == "[   0    1    2 ... 1997 1998 1999]");
  const auto x = generate<int, 40, 50>([](Index i, Index j) { return i * 100 + j; });
  REQUIRE(printed(x) ==
          "[[   0    1    2 ...   47   48   49]\n [ 100  101  102 ...  147  148  149]\n"
          " [ 200  201  202 ...  247  248  249]\n ...\n [3700 3701 3702 ... 3747 3748 3749]\n"
          " [3800 3801 3802 ... 3847 3848 3849]\n [3900 3901 3902 ... 3947 3948 3949]]");
}

TEST_CASE("long rows are broken into lines") {
  std::istringstream lines(printed(arange(100)));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) REQUIRE(line.size() <= 75);
  REQUIRE(count == 5);
}

TEST_CASE("views, expressions, and tensors with no axes or no elements print too") {
  Tensor<float, 2, 2> x{{1, 2}, {3, 4}};
  REQUIRE(printed(TensorView<float, 2, 2>(x.data(), {}, {1, 2})) == "[[1. 3.]\n [2. 4.]]");
  REQUIRE(printed(x * 2) == "[[2. 4.]\n [6. 8.]]");
  REQUIRE(printed(Tensor<float>()) == "0.");
  REQUIRE(printed(Tensor<float, dyn>(0)) == "[]");
  REQUIRE(printed(Tensor<float, dyn, 2>(0)) == "[]");
  REQUIRE(printed(Tensor<float, 2, dyn>(0)) == "[]");
}
