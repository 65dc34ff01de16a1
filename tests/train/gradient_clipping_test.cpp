#include "lamina/train/gradient_clipping.hpp"

#include "support/catch.hpp"
#include "train/golden_table.hpp"
#include "train/toy_space.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("gradients are clipped as in PyTorch", "", float, double) {
  using T = TestType;
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-10;
  const auto table = golden_table("train_optimizers.txt");
  const auto compare = [&](const char* name, auto clip) {
    CAPTURE(name);
    ToySpace<T> toy(11);
    ToySpace<T>::fill(toy.gradients, 1, 0.6, 0.9);
    std::vector<double> found;
    clip(toy.space(), found);
    found.insert(found.end(), toy.gradients.begin(), toy.gradients.end());
    require_close(found, table.at(name), tolerance);
  };
  using Found = std::vector<double>;
  compare("clip norm", [](auto space, Found& found) { found = {clip_gradient_norm(space, 0.5)}; });
  compare("clip norm above", [](auto space, Found& found) { found = {clip_gradient_norm(space, 50)}; });
  compare("clip value", [](auto space, Found&) { clip_gradient_value(space, 0.3); });
}

TEST_CASE("frozen parameters have no part in clipping") {
  ToySpace<double> toy(
      30, {{.begin = 0, .end = 9}, {.begin = 9, .end = 20, .frozen = true}, {.begin = 21, .end = 30}});
  std::fill(toy.gradients.begin(), toy.gradients.end(), 2.0);
  toy.gradients[20] = 0;  // padding
  require_close(gradient_norm(toy.space()), std::sqrt(18 * 4.0), 1e-12);
  clip_gradient_value(toy.space(), 0.5);
  for (Index i = 0; i < 30; ++i) REQUIRE(toy.gradients[i] == (i == 20 ? 0 : i >= 9 && i < 20 ? 2 : 0.5));
}

TEST_CASE("the norm of many gradients is accurate, and has the same bits on any number of threads") {
  const Index size = 5 * detail::arena_grain + 77;
  ToySpace<float> toy(size);
  ToySpace<float>::fill(toy.gradients, 1, 0.37, 0.1);
  double expected = 0;
  for (const float g : toy.gradients) expected += static_cast<double>(g) * static_cast<double>(g);
  const int before = threads();
  set_threads(1);
  const double norm = gradient_norm(toy.space());
  set_threads(2);
  REQUIRE(gradient_norm(toy.space()) == norm);
  set_threads(before);
  require_close(norm, std::sqrt(expected), 1e-7);
}

TEST_CASE("a norm that is not finite is returned as it is") {
  ToySpace<float> toy(3);
  toy.gradients[1] = std::numeric_limits<float>::quiet_NaN();
  REQUIRE(std::isnan(clip_gradient_norm(toy.space(), 1)));
  REQUIRE_THROWS_AS(clip_gradient_norm(toy.space(), -1), error);
  REQUIRE_THROWS_AS(clip_gradient_value(toy.space(), -1), error);
  ToySpace<float> empty(0);
  REQUIRE(clip_gradient_norm(empty.space(), 1) == 0);
}

}  // namespace lamina::test
