#include "lamina/data/image_file.hpp"

#include <cmath>
#include <string>

#include "data/allocations.hpp"
#include "data/pictures.hpp"
#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using data::ImageFit;
using data::load_image;

TEST_CASE("a PNG file becomes planes of bytes") {
  const support::TemporaryDirectory directory;
  support::write_text(directory / "a.png", support::png(5, 4, 3));
  const auto image = load_image(directory / "a.png");
  REQUIRE(image.extents().values() == std::array<Index, 3>{3, 4, 5});
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < 5; ++x) REQUIRE(image(c, y, x) == 40 + 3 * x + 5 * y + 20 * c);
}

TEST_CASE("a JPEG file nearly does") {
  const support::TemporaryDirectory directory;
  support::write_text(directory / "a.jpg", support::jpeg(24, 16, 3));
  const auto image = load_image(directory / "a.jpg");
  REQUIRE(image.extent(2) == 24);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 24; ++x) REQUIRE(std::abs(image(c, y, x) - (40 + 3 * x + 5 * y + 20 * c)) <= 6);
}

TEST_CASE("channels are those asked for, or grey and RGB as stored") {
  const support::TemporaryDirectory directory;
  support::write_text(directory / "grey.png", support::png(3, 2, 1));
  support::write_text(directory / "rgba.png", support::png(3, 2, 4));
  CHECK(load_image(directory / "grey.png").extent(0) == 1);
  CHECK(load_image(directory / "rgba.png").extent(0) == 3);
  CHECK(load_image(directory / "rgba.png", {.channels = 1}).extent(0) == 1);
  const auto tripled = load_image(directory / "grey.png", {.channels = 3});
  CHECK(tripled.extent(0) == 3);
  CHECK(tripled(2, 1, 2) == tripled(0, 1, 2));
  CHECK_THROWS_AS(load_image(directory / "grey.png", {.channels = 2}), error);
  CHECK_THROWS_AS(load_image(directory / "grey.png", {.height = -1}), error);
}

TEST_CASE("another size is cropped and resized, stretched, or refused") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "wide.png";
  support::write_text(path, support::png(40, 20, 1));  // 40 + 3 x + 5 y
  const auto cropped = load_image(path, {.height = 10, .width = 10});
  // x: the middle 20 columns, halved: centre 10.5. y: rows 0, 1, 2 weigh 3 : 3 : 1 at the upper edge: 5/7.
  CHECK(cropped(0, 0, 0) == std::lround(40 + 3 * 10.5 + 5 * 5.0 / 7));
  CHECK(std::abs(cropped(0, 5, 5) - (40 + 3 * 20.5 + 5 * 10.5)) <= 1);
  const auto stretched = load_image(path, {.height = 10, .width = 10, .fit = ImageFit::stretch});
  CHECK(std::abs(stretched(0, 5, 5) - (40 + 3 * 21.5 + 5 * 10.5)) <= 1);
  CHECK(load_image(path, {.height = 20, .width = 40, .fit = ImageFit::exact}).size() == 800);
  CHECK_THROWS_WITH(load_image(path, {.height = 10, .width = 10, .fit = ImageFit::exact}),
                    containing("wide.png: the picture is 20x40; it should be 10x10"));
}

TEST_CASE("damaged pictures are refused with file and byte, and cost no memory") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "bad.png";
  const std::string whole = support::png(8, 8, 3);
  const auto refused = [&](const std::string& file, const std::string& said) {
    support::write_text(path, file);
    support::forget_allocations();
    CHECK_THROWS_AS(load_image(path), file_error);
    CHECK(support::greatest_allocation() < 10'000);
    CHECK_THROWS_WITH(load_image(path), containing("bad.png: byte ") && containing(said));
  };
  refused("", "signature of PNG or JPEG");
  refused("not a picture", "signature of PNG or JPEG");
  refused(whole.substr(0, whole.size() / 2), "the file ends");
  refused(support::with_header(whole, 0, std::string("\0\0\xff\xff\0\0\xff\xff", 8)),
          "65535x65535 pixels cannot be packed");
  refused(support::jpeg(8, 8, 3).substr(0, 200), "the file ends");
  CHECK_THROWS_WITH(load_image(directory / "absent.png"),
                    containing("absent.png: cannot be opened; there is no such file"));
  CHECK_THROWS_AS(load_image(directory.path()), file_error);
  // Sound to look at but not to decode: a depth of 3 bits.
  support::write_text(path, support::with_header(whole, 8, "\3"));
  CHECK_THROWS_WITH(load_image(path), containing("bad.png: the picture cannot be decoded"));
}
