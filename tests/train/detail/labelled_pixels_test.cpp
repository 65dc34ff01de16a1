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
      REQUIRE(detail::largest_channel(pixel, classes) == classes - 1);
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

TEST_CASE("of equal channels the first is the largest") {
  const BlockedMap<double> map({1, 5, 5, 2}, 1, 4, 1, 1);
  const detail::ChannelsOfPixel<double> pixel{map.view().at_block(0, 0), map.view().block_stride()};
  REQUIRE(detail::largest_channel(pixel, 4) == 1);
}

}  // namespace lamina::test
