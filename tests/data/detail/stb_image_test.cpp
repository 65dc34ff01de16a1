#include "lamina/data/detail/stb_image.hpp"

#include "data/pictures.hpp"
#include "support/catch.hpp"

using namespace lamina;
using data::detail::decode_picture;

TEST_CASE("a picture decodes to the channels asked for") {
  const auto file = support::bytes_of(support::png(4, 3, 3));
  const auto colour = decode_picture(file, 3);
  REQUIRE(colour.shape == shape<3, 3, 4>);
  const auto pixels = support::slope_pixels(4, 3, 3);
  REQUIRE(std::equal(pixels.begin(), pixels.end(), colour.pixels.get()));
  const auto grey = decode_picture(file, 1);
  REQUIRE(grey.shape == shape<1, 3, 4>);
  REQUIRE(std::abs(grey.pixels.get()[0] - (0.299 * 40 + 0.587 * 60 + 0.114 * 80)) < 1.5);
}

TEST_CASE("what is no picture throws with a reason") {
  const std::vector<std::uint8_t> none(100, 7);
  REQUIRE_THROWS_AS(decode_picture(none, 3), file_error);
  REQUIRE_THROWS_WITH(decode_picture(none, 3), containing("cannot be decoded ("));
}
