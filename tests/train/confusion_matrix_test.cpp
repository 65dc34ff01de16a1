#include "lamina/train/confusion_matrix.hpp"

#include <limits>
#include <sstream>

#include "lamina/train/metrics.hpp"
#include "support/catch.hpp"
#include "train/blocked_map.hpp"

namespace lamina::test {
namespace {

using Labels = std::vector<std::int32_t>;

std::string printed(const ConfusionMatrix& matrix) {
  std::ostringstream out;
  out << matrix;
  return out.str();
}

/// A cat taken for a cat twice, a cat for a dog, a dog for a dog, a bird for a cat.
ConfusionMatrix animals() {
  ConfusionMatrix matrix({"cat", "dog", "bird"});
  matrix.update(BlockedMap<float>({1, 0, 0, 2, 1, 0, 0, 1, 0}, 3, 3, 1, 1).view(), Labels{0, 0, 0});
  matrix.update(BlockedMap<float>({0, 5, 4, 3, 2, 1}, 2, 3, 1, 1).view(), Labels{1, 2});
  return matrix;
}

}  // namespace

TEST_CASE("a confusion matrix counts pairs, and what follows from them") {
  const ConfusionMatrix matrix = animals();
  REQUIRE(matrix.total() == 5);
  REQUIRE(matrix(0, 0) == 2);
  REQUIRE(matrix(0, 1) == 1);
  REQUIRE(matrix(1, 1) == 1);
  REQUIRE(matrix(2, 0) == 1);
  REQUIRE(matrix(2, 2) == 0);
  REQUIRE(matrix.actual(0) == 3);
  REQUIRE(matrix.predicted(0) == 3);
  REQUIRE(matrix.accuracy() == 0.6);
  require_close(matrix.recall(0), 2.0 / 3, 1e-15);
  require_close(matrix.precision(1), 0.5, 1e-15);
  require_close(matrix.intersection_over_union(0), 0.5, 1e-15);
  REQUIRE(matrix.recall(2) == 0);
  REQUIRE(matrix.precision(2) == 0);  // nothing was taken for a bird
}

TEST_CASE("a confusion matrix prints as a table") {
  REQUIRE(printed(animals()) ==
          "actual \\ predicted      cat      dog     bird   recall\n"
          "cat                       2        1        0   66.7 %\n"
          "dog                       0        1        0  100.0 %\n"
          "bird                      1        0        0    0.0 %\n"
          "precision            66.7 %   50.0 %    0.0 %\n"
          "accuracy 60.0 % of 5\n");
}

TEST_CASE("what a net that went astray says is taken for no class") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ConfusionMatrix matrix({"cat", "dog"});
  const BlockedMap<float> logits({nan, nan, nan, 1, 1, nan, 2, 1}, 4, 2, 1, 1);
  const Labels labels{0, 0, 1, 0};
  matrix.update(logits.view(), labels);
  accuracy metric;
  metric.update(logits.view(), labels);
  REQUIRE(matrix.accuracy() == metric.value());
  REQUIRE(matrix(0, 2) == 2);
  REQUIRE(matrix(1, 2) == 1);
  REQUIRE(matrix.actual(0) == 3);
  REQUIRE(matrix.predicted(0) == 1);
  REQUIRE(matrix.total() == 4);
  REQUIRE(printed(matrix) ==
          "actual \\ predicted       cat       dog  no class    recall\n"
          "cat                        1         0         2    33.3 %\n"
          "dog                        0         0         1     0.0 %\n"
          "precision            100.0 %     0.0 %\n"
          "accuracy 25.0 % of 4\n");
}

TEST_CASE("a confusion matrix of two classes takes a single logit") {
  ConfusionMatrix matrix(2);
  matrix.update(BlockedMap<float>({-1, 2, 3}, 3, 1, 1, 1).view(), Labels{0, 1, 0});
  REQUIRE(matrix(0, 0) == 1);
  REQUIRE(matrix(0, 1) == 1);
  REQUIRE(matrix(1, 1) == 1);
}

TEST_CASE("names outside ASCII do not shift the table") {
  ConfusionMatrix matrix({"Vögel", "Bäume"});
  std::istringstream lines(printed(matrix));
  std::string plain, line;
  std::getline(lines, plain);
  std::getline(lines, line);
  REQUIRE(plain.size() == line.size() + 2 - 1);  // two bytes more in the heading, one in the row
}

TEST_CASE("a large confusion matrix prints the pairs most often confused") {
  ConfusionMatrix matrix(21);
  std::vector<double> logits(21 * 4);
  for (const std::size_t sample : {0u, 1u, 2u}) logits[sample * 21 + 7] = 1;
  logits[3 * 21 + 2] = 1;
  matrix.update(BlockedMap<float>(logits, 4, 21, 1, 1).view(), Labels{20, 20, 7, 3});
  REQUIRE(printed(matrix) ==
          "most often confused, of 21 classes:\n"
          "  20 taken for 7, 2 of 2\n"
          "  3 taken for 2, 1 of 1\n"
          "accuracy 25.0 % of 4\n");
}

TEST_CASE("a confusion matrix of maps counts pixels, and leaves ignored ones out") {
  ConfusionMatrix matrix(2);
  const BlockedMap<double> logits({1, 0, 0, 1, 0, 1, 1, 0}, 1, 2, 2, 2);  // largest: 0, 1, 1, 0 by pixel
  matrix.update(logits.view(), Labels{0, 255, 0, 1}, 255);
  REQUIRE(matrix.total() == 3);
  REQUIRE(matrix(0, 0) == 1);
  REQUIRE(matrix(0, 1) == 1);
  REQUIRE(matrix(1, 0) == 1);
}

TEST_CASE("a confusion matrix says what is wrong with its arguments") {
  ConfusionMatrix matrix(2);
  REQUIRE_THROWS_WITH(matrix.update(BlockedMap<float>({1, 2, 3}, 1, 3, 1, 1).view(), Labels{0}),
                      containing("logits of 3 classes for a matrix of 2"));
  REQUIRE_THROWS_AS(matrix.update(BlockedMap<float>({1, 2}, 1, 2, 1, 1).view(), Labels{2}), error);
  REQUIRE(matrix.total() == 0);
}

}  // namespace lamina::test
