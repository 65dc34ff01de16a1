#include "lamina/data/dataset.hpp"

#include <algorithm>
#include <sstream>

#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Image i is 2x1x2 of the value i, with label i mod 3.
template <class Pixel = std::uint8_t> Dataset<Pixel> counting(Index count) {
  Dataset<Pixel> set;
  set.images = Tensor<Pixel, dyn, dyn, dyn, dyn>(count, 2, 1, 2);
  for (Index i = 0; i < set.images.size(); ++i) set.images.data()[i] = static_cast<Pixel>(i / 4);
  for (Index i = 0; i < count; ++i) set.labels.push_back(static_cast<std::int32_t>(i % 3));
  set.classes = {"a", "b", "c"};
  return set;
}

}  // namespace

TEST_CASE("an empty set is a set") {
  const Dataset<> none;
  REQUIRE(none.size() == 0);
  REQUIRE_NOTHROW(none.check());
  REQUIRE(none.subset(0, 0).size() == 0);
}

TEST_CASE("check finds missing labels and labels out of range") {
  Dataset<> set = counting(5);
  REQUIRE_NOTHROW(set.check());
  set.labels[3] = 3;
  REQUIRE_THROWS_WITH(set.check(), "data set: image 3 has label 3; labels of 3 classes run from 0 to 2");
  set.labels[3] = -1;
  REQUIRE_THROWS_WITH(set.check(), containing("label -1"));
  set.labels.pop_back();
  REQUIRE_THROWS_WITH(set.check(), containing("5 images but 4 labels"));
  REQUIRE_THROWS_WITH(set.subset(0, 2), containing("5 images but 4 labels"));
  REQUIRE_THROWS_WITH(split(set, 0.5, seed{1}), containing("5 images but 4 labels"));
}

TEST_CASE("a subset has the samples asked for, in order") {
  const Dataset<float> set = counting<float>(7);
  const Dataset<float> part = set.subset(2, 3);
  REQUIRE(part.size() == 3);
  REQUIRE(part.shape() == shape<2, 1, 2>);
  REQUIRE(part.labels == std::vector<std::int32_t>{2, 0, 1});
  REQUIRE(part.images(0, 1, 0, 1) == 2);
  REQUIRE(*part.image(2) == 4);
  REQUIRE(part.classes == set.classes);
  REQUIRE(set.subset(7, 0).size() == 0);
  for (const auto& [first, count] : {std::pair<Index, Index>{5, 3}, {-1, 2}, {8, 0}, {0, -1}})
    REQUIRE_THROWS_AS(set.subset(first, count), error);
  REQUIRE_THROWS_AS(set.select({7}), error);
}

TEST_CASE("split puts every sample on one side, by the seed alone") {
  const Dataset<> set = counting(100);
  const auto [training, testing] = split(set, 0.25, seed{7});
  REQUIRE(training.size() == 75);
  REQUIRE(testing.size() == 25);
  std::vector<int> seen;
  for (const auto* side : {&training, &testing})
    for (Index i = 0; i < side->size(); ++i) {
      seen.push_back(*side->image(i));
      REQUIRE(side->labels[static_cast<std::size_t>(i)] == *side->image(i) % 3);
    }
  REQUIRE(!std::is_sorted(seen.begin(), seen.end()));
  std::sort(seen.begin(), seen.end());
  for (int i = 0; i < 100; ++i) REQUIRE(seen[static_cast<std::size_t>(i)] == i);
  REQUIRE(split(set, 0.25, seed{7}).testing.images == testing.images);
  REQUIRE(!(split(set, 0.25, seed{8}).testing.images == testing.images));
  REQUIRE(split(set, 0, seed{7}).testing.size() == 0);
  REQUIRE(split(set, 1, seed{7}).training.size() == 0);
  REQUIRE_THROWS_AS(split(set, 1.5, seed{7}), error);
}

TEST_CASE("a set prints what it is") {
  Dataset<> set = counting(5);
  set.note = "absent: the rest";
  std::ostringstream text;
  text << set;
  REQUIRE(text.str() == "5 images 2x1x2 in 3 classes (absent: the rest)");
}
