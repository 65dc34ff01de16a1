#include "lamina/kernels/expressions/einsum.hpp"

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/kernels/expressions/matmul.hpp"
#include "lamina/tensor/creation.hpp"
#include "support/catch.hpp"

namespace lamina::test {
namespace {

/// An operand as plain numbers, for any rank.
struct PlainOperand {
  std::vector<Index> extents;
  std::vector<double> values;

  template <class T, Index... E>
  explicit PlainOperand(const Tensor<T, E...>& x) : values(x.begin(), x.end()) {
    for (int axis = 0; axis < static_cast<int>(sizeof...(E)); ++axis) extents.push_back(x.extent(axis));
  }
  explicit PlainOperand(double number) : values{number} {}

  double at(const std::string& letters, const std::map<char, Index>& place) const {
    Index offset = 0;
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
      offset = offset * extents[axis] + place.at(letters[axis]);
    return values[static_cast<std::size_t>(offset)];
  }
};

/// The defining sum, letter by letter: result letters first, then the others.
std::vector<double> reference(const std::vector<std::string>& letters,
                              const std::vector<PlainOperand>& operands, const std::string& output) {
  std::map<char, Index> extent;
  std::string order = output;
  for (std::size_t i = 0; i < operands.size(); ++i)
    for (std::size_t axis = 0; axis < letters[i].size(); ++axis) {
      extent[letters[i][axis]] = operands[i].extents[axis];
      if (order.find(letters[i][axis]) == std::string::npos) order += letters[i][axis];
    }
  Index results = 1, places = 1;
  for (const char c : order) places *= extent[c];
  for (const char c : output) results *= extent[c];
  std::vector<double> result(static_cast<std::size_t>(results));
  for (Index place = 0; place < places; ++place) {
    std::map<char, Index> at;
    Index rest = place;
    for (std::size_t i = order.size(); i-- > 0; rest /= extent[order[i]])
      at[order[i]] = rest % extent[order[i]];
    double product = 1;
    for (std::size_t i = 0; i < operands.size(); ++i) product *= operands[i].at(letters[i], at);
    result[static_cast<std::size_t>(place / (places / results))] += product;
  }
  return result;
}

template <FixedString Text, class... X> void check(const X&... x) {
  const std::string text(Text.view());
  CAPTURE(text);
  std::vector<std::string> letters(1);
  std::string output;
  const std::size_t arrow = text.find("->");
  for (const char c : text.substr(0, arrow))
    if (c == ',')
      letters.emplace_back();
    else
      letters.back() += c;
  if (arrow != std::string::npos) {
    output = text.substr(arrow + 2);
  } else {
    std::map<char, int> count;
    for (const std::string& operand : letters)
      for (const char c : operand) ++count[c];
    for (const auto& [letter, times] : count)
      if (times == 1) output += letter;
  }
  using First = std::tuple_element_t<0, std::tuple<X...>>;
  constexpr double tolerance = std::is_same_v<typename First::value_type, float> ? 2e-5 : 1e-12;
  const auto result = einsum<Text>(x...);
  require_close(PlainOperand(result).values, reference(letters, {PlainOperand(x)...}, output), tolerance);
}

TEST_CASE("einsum of one operand: permutations, sums, diagonals", "[kernels]") {
  using T = double;
  const auto v = random_normal<T, 5>(seed{1});
  const auto m = random_normal<T, 3, 4>(seed{2});
  const auto square = random_normal<T, 4, 4>(seed{3});
  const auto x = random_normal<T, 2, 3, 4>(seed{4});
  const auto diagonals = random_normal<T, 3, 2, 3, 2>(seed{5});
  check<"i->i">(v);
  check<"i->">(v);
  check<"ij->ji">(m);
  check<"ji">(m);  // alphabetical: transposes
  check<"ij->i">(m);
  check<"ij->j">(m);
  check<"ii">(square);
  check<"ii->i">(square);
  check<"ijk->kij">(x);
  check<"ijk->ki">(x);
  check<"abab->ba">(diagonals);
  check<"abab->a">(diagonals);
  check<"abcb->ca">(diagonals);
  check<"ZaZb">(diagonals);
  STATIC_REQUIRE(std::is_same_v<decltype(einsum<"ijk->ki">(x)), Tensor<T, 4, 2>>);
  STATIC_REQUIRE(std::is_same_v<decltype(einsum<"ii">(square)), T>);
}

TEST_CASE("einsum of two operands", "[kernels]") {
  using T = double;
  const auto u = random_normal<T, 5>(seed{1});
  const auto v = random_normal<T, 4>(seed{2});
  const auto a = random_normal<T, 5, 4>(seed{3});
  const auto b = random_normal<T, 4, 3>(seed{4});
  const auto c = random_normal<T, 2, 5, 4>(seed{5});
  const auto d = random_normal<T, 2, 4, 3>(seed{6});
  const auto four = random_normal<T, 2, 3, 5, 4>(seed{7});
  const auto keys = random_normal<T, 2, 3, 6, 4>(seed{8});
  const auto square = random_normal<T, 4, 4>(seed{9});
  REQUIRE(einsum<" ij, jk -> ik ">(a, b) == einsum<"ij,jk->ik">(a, b));
  // No letter is summed over both.
  check<"i,j->ij">(u, v);
  check<"i,j->ji">(u, v);
  check<"i,i->i">(u, u);
  check<"ij,j->ij">(a, v);
  check<"ij,ij->ji">(a, a);
  check<"i,j->">(u, v);
  check<"ij,k->k">(a, u);
  // All letters of the result are in both.
  check<"i,i">(u, u);
  check<"ij,ij->">(a, a);
  check<"bij,bij->b">(c, c);
  check<"bij,bij->j">(c, c);
  check<"ij,ji->">(square, square);
  // Products of matrices.
  check<"ij,jk->ik">(a, b);
  check<"ij,jk->ki">(a, b);
  check<"ij,jk">(a, b);
  check<"ij,kj->ik">(a, a);
  check<"ji,jk->ik">(a, a);
  check<"ij,j->i">(a, v);
  check<"i,ij->j">(u, a);
  check<"bij,bjk->bik">(c, d);
  check<"bij,bjk->ibk">(c, d);
  check<"bij,bjk->kib">(c, d);
  check<"bij,bjk->ikb">(c, d);
  check<"bij,jk->bik">(c, b);
  check<"bij,jk->kbi">(c, b);
  check<"bij,jk->bki">(c, b);
  check<"bij,bjk->ik">(c, d);
  check<"bij,bij->ij">(c, c);
  check<"bij,bkj->ik">(c, c);
  check<"jbi,jk->bik">(random_normal<T, 4, 2, 5>(seed{5}), b);
  check<"bhqd,bhkd->bhqk">(four, keys);
  check<"bhqd,bhkd->bqhk">(four, keys);
  check<"bhqd,bgqd->hg">(four, four);
  check<"abcd,ecdb->ae">(four, random_normal<T, 7, 5, 4, 3>(seed{1}));
  check<"abcd,dcbe->ae">(four, random_normal<T, 4, 5, 3, 7>(seed{1}));
  check<"abcd,xd->abcx">(four, square);
  check<"abcd,xd->axbc">(four, square);
  check<"abcd,xd->xabc">(four, square);
  // Letters of one operand alone, diagonals.
  check<"ij,jk->i">(a, b);
  check<"ij,jk->k">(a, b);
  check<"jj,jk->k">(square, b);
  check<"jj,jk->jk">(square, b);
  check<"iji,ij->j">(random_normal<T, 5, 4, 5>(seed{1}), a);

  STATIC_REQUIRE(std::is_same_v<decltype(einsum<"bij,bjk->ibk">(c, d)), Tensor<T, 5, 2, 3>>);
  STATIC_REQUIRE(std::is_same_v<decltype(einsum<"ij,ij->">(a, a)), T>);
}

TEST_CASE("einsum of floats", "[kernels]") {
  const auto a = random_normal<float, 2, 30, 40>(seed{1});
  const auto b = random_normal<float, 2, 40, 50>(seed{2});
  check<"ijk->ki">(a);
  check<"bij,bjk->bik">(a, b);
  check<"bij,bjk->kib">(a, b);
  check<"bij,bij->b">(a, a);
}

TEST_CASE("einsum: extents known at run time, down to none", "[kernels]") {
  for (const Index m : {0, 1, 7, 40})
    for (const Index k : {0, 1, 9}) {
      CAPTURE(m, k);
      const auto a = random_normal<float, dyn, dyn>(seed{1}, m, k);
      const auto b = random_normal<float, 3, dyn, dyn>(seed{2}, k, 33);
      const auto result = einsum<"ij,bjk->bik">(a, b);
      STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(result)>, Tensor<float, 3, dyn, dyn>>);
      REQUIRE(result.extents() == lamina::Extents<3, dyn, 33>({3, m, 33}));
      require_close(result.span(), matmul(a, b).span(), 1e-5);
      REQUIRE(einsum<"bjk->kb">(b).extents() == lamina::Extents<33, 3>());
    }
}

TEST_CASE("einsum: views, expressions and element types", "[kernels]") {
  const auto a = random_normal<float, 6, 5>(seed{1});
  const TensorView<const float, 3, 5> odd(a.data() + 5, {}, {10, 1});
  const Tensor<float, 3, 5> copy = odd;
  REQUIRE(einsum<"ij,kj->ik">(odd, a) == einsum<"ij,kj->ik">(copy, a));
  REQUIRE(einsum<"ij->ji">(a + 1) == einsum<"ij->ji">(Tensor(a + 1)));
  const Tensor<int, 2, 2> whole{{1, 2}, {3, 4}};
  REQUIRE(einsum<"ij->ji">(whole) == Tensor<int, 2, 2>{{1, 3}, {2, 4}});
  REQUIRE(einsum<"ij,jk->ik">(whole, whole) == Tensor<Index, 2, 2>{{7, 10}, {15, 22}});
  REQUIRE(einsum<"ii">(whole) == 5);
  REQUIRE(einsum<"i,i->">(whole[0], whole[1]) == 11);
  STATIC_REQUIRE(std::is_same_v<decltype(einsum<"ij,j->i">(whole, Tensor<double, 2>())), Tensor<double, 2>>);
  const Tensor<float> number = sum(a, axes<0, 1>);
  REQUIRE(einsum<"->">(number) == *number.data());
  REQUIRE(einsum<",ij->ij">(number, a) == Tensor(*number.data() * a));
}

TEST_CASE("einsum names the letter whose extents differ", "[kernels]") {
  const Tensor<float, dyn, dyn> a(2, 3), b(4, 5);
  REQUIRE_THROWS_AS((einsum<"ij,jk->ik">(a, b)), shape_error);
  REQUIRE_THROWS_WITH((einsum<"ij,jk->ik">(a, b)), containing("j is 4 in the shape (4, 5) and 3 before"));
  REQUIRE_THROWS_AS(einsum<"ii">(a), shape_error);
}

}  // namespace
}  // namespace lamina::test
