#include "lamina/train/detail/labelled_pixels.hpp"

#include <limits>

#include "support/catch.hpp"
#include "train/blocked_map.hpp"

namespace lamina::test {

TEST_CASE("pixels come with their channels and labels, ignored ones not at all") {
  for (const Index classes : {3, 8, 17}) {
    const Index n = 2, h = 2, w = 3, places = n * h * w;
    std::vector<double> x(static_cast<std::size_t>(places * classes));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
    const BlockedMap<float> logits(x, n, classes, h, w, -1, 1);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(places), 1);
    labels[4] = -100;
    Index place = 0;
    detail::for_each_labelled_pixel("it", logits.view(), labels, -100, [&](const auto& pixel, Index label) {
      if (place == 4) ++place;
      REQUIRE(label == 1);
      for (Index c = 0; c < classes; ++c)
        REQUIRE(static_cast<double>(pixel[c]) ==
                x[static_cast<std::size_t>((place / (h * w) * classes + c) * h * w + place % (h * w))]);
      REQUIRE(detail::likeliest_class(pixel, classes) == classes - 1);
      ++place;
    });
    REQUIRE(place == places);
  }
}

TEST_CASE("a bad label is found before the first pixel is handed out") {
  const BlockedMap<float> logits({1, 2, 3, 4}, 2, 2, 1, 1);
  int calls = 0;
  const std::vector<std::int32_t> labels = {0, 2};
  REQUIRE_THROWS_AS(detail::for_each_labelled_pixel("it", logits.view(), labels, std::nullopt,
                                                    [&](const auto&, Index) { ++calls; }),
                    error);
  REQUIRE(calls == 0);
}

TEST_CASE("of equal logits the first is the likeliest class, and a NaN is none") {
  const BlockedMap<double> map({1, 5, 5, 2}, 1, 4, 1, 1);
  const detail::LogitsOfPixel<double> pixel{map.view().at_block(0, 0), map.view().block_stride()};
  REQUIRE(detail::likeliest_class(pixel, 4) == 1);
  map.view()(0, 3) = std::numeric_limits<double>::quiet_NaN();
  REQUIRE(detail::likeliest_class(pixel, 4) == 4);
}

TEST_CASE("a single logit stands for two classes") {
  const BlockedMap<double> map({-1, 0, 1}, 3, 1, 1, 1);
  const std::vector<std::int32_t> labels = {0, 1, 1};
  std::vector<Index> likeliest;
  detail::for_each_labelled_pixel("it", map.view(), labels, std::nullopt, [&](const auto& pixel, Index) {
    likeliest.push_back(detail::likeliest_class(pixel, 2));
  });
  REQUIRE(likeliest == std::vector<Index>{0, 0, 1});
  REQUIRE_THROWS_WITH(detail::for_each_labelled_pixel("it", map.view(), std::vector<std::int32_t>{0, 1, 2},
                                                      std::nullopt, [](const auto&, Index) {}),
                      containing("label 2 of sample 2 is outside [0, 2)"));
}

}  // namespace lamina::test
