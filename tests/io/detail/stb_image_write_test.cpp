#include "lamina/io/detail/stb_image_write.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using io::detail::png_bytes;

namespace {

std::uint32_t big_endian(const std::vector<std::byte>& bytes, std::size_t place) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint32_t>(bytes[place + i]);
  return value;
}

}  // namespace

TEST_CASE("a PNG file has the signature, the size and the colour type of its image") {
  const struct {
    Index channels;
    unsigned colour_type;
  } kinds[] = {{1, 0}, {3, 2}, {4, 6}};
  for (const auto& kind : kinds) {
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(5 * 7 * kind.channels), 9);
    const auto file = png_bytes(5, 7, kind.channels, pixels);
    REQUIRE(big_endian(file, 0) == 0x89504e47);
    REQUIRE(big_endian(file, 4) == 0x0d0a1a0a);
    REQUIRE(big_endian(file, 16) == 5);
    REQUIRE(big_endian(file, 20) == 7);
    REQUIRE(static_cast<unsigned>(file[24]) == 8);
    REQUIRE(static_cast<unsigned>(file[25]) == kind.colour_type);
  }
}

TEST_CASE("pixels that do not make an image are refused") {
  const std::vector<std::uint8_t> pixels(12);
  REQUIRE_NOTHROW(png_bytes(2, 2, 3, pixels));
  REQUIRE_THROWS_AS(png_bytes(2, 3, 3, pixels), shape_error);
  REQUIRE_THROWS_AS(png_bytes(3, 2, 2, pixels), shape_error);
  REQUIRE_THROWS_AS(png_bytes(0, 2, 3, {}), shape_error);
  REQUIRE_THROWS_AS(png_bytes(-2, -2, 3, pixels), shape_error);
  REQUIRE_THROWS_WITH(png_bytes(1 << 20, 1 << 20, 3, {}), containing("too large"));
  REQUIRE_THROWS_WITH(lamina::io::detail::jpeg_bytes(65535, 65535, 3, {}, 90), containing("too large"));
  REQUIRE_THROWS_WITH(lamina::io::detail::jpeg_bytes(65536, 1, 3, {}, 90), containing("too large"));
}
