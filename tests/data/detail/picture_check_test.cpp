#include "lamina/data/detail/picture_check.hpp"

#include <string>
#include <vector>

#include "data/pictures.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::bytes_of;
using support::complaint;
using support::jpeg;
using support::png;
using support::with_header;

TEST_CASE("the CRC is that of the PNG specification") {
  const std::string nine = "123456789";
  REQUIRE(data::detail::crc32(bytes_of(nine)) == 0xcbf43926);
  REQUIRE(data::detail::crc32(bytes_of("IEND")) == 0xae426082);
}

TEST_CASE("whole pictures tell their shape") {
  REQUIRE(data::detail::check_picture(bytes_of(png(5, 7, 3))) == shape<3, 7, 5>);
  REQUIRE(data::detail::check_picture(bytes_of(png(1, 1, 1))) == shape<1, 1, 1>);
  REQUIRE(data::detail::check_picture(bytes_of(png(2, 2, 4))) == shape<4, 2, 2>);
  REQUIRE(data::detail::check_picture(bytes_of(jpeg(33, 17, 3))) == shape<3, 17, 33>);
  REQUIRE(complaint(png(4, 4, 1) + "trailing bytes are no part of the picture").empty());
}

TEST_CASE("every cut of a picture is noticed") {
  for (const std::string& whole : {png(6, 5, 3), jpeg(20, 12, 3)})
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      REQUIRE(!complaint(whole.substr(0, size)).empty());
    }
}

TEST_CASE("every changed bit of a PNG file is noticed") {
  const std::string whole = png(6, 5, 3);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    REQUIRE(!complaint(changed).empty());
  }
}

TEST_CASE("complaints name the byte and what would be right") {
  const std::string small = png(4, 4, 3), photo = jpeg(16, 16, 3);
  const auto frame = photo.find("\xff\xc0");
  std::string other_frame = photo, no_marker = photo, short_segment = photo, wide = photo, empty = photo;
  other_frame.replace(frame + 5, 4, std::string("\xff\xff\xff\xff"));
  empty.replace(frame + 5, 2, std::string(2, '\0'));
  no_marker[2] = 'x';
  short_segment.replace(4, 2, std::string("\0\1", 2));

  struct Damage {
    const char* what;
    std::string file;
    const char* said;
  };
  const std::vector<Damage> damages = {
      {"nothing", "", "byte 0: a picture begins with the signature"},
      {"another format", "GIF89a...", "byte 0: a picture begins with the signature"},
      {"PNG cut", small.substr(0, small.size() - 3), "the file ends in the middle"},
      {"PNG with another first chunk", small.substr(0, 8) + small.substr(33),
       "byte 8: a PNG file begins with a chunk IHDR"},
      {"PNG with a wrong checksum", small.substr(0, 31) + "xx" + small.substr(33), "byte 8: the checksum"},
      {"PNG chunk longer than the file", small.substr(0, 33) + "\x7f" + small.substr(34), "the file ends"},
      {"PNG of enormous size", with_header(small, 0, std::string("\0\xff\xff\xff\0\xff\xff\xff", 8)),
       "byte 16: 16777215x16777215 pixels cannot be packed"},
      {"PNG of plausible but absurd size", with_header(small, 0, std::string("\0\0\x40\0\0\0\x40\0", 8)),
       "byte 16: 16384x16384 pixels cannot be packed"},
      {"PNG of no width", with_header(small, 0, std::string(4, '\0')), "byte 16: width and height"},
      {"JPEG cut", photo.substr(0, photo.size() - 2), "the file ends in the middle"},
      {"JPEG without a marker", no_marker, "byte 2: a JPEG marker"},
      {"JPEG with a short segment", short_segment, "byte 4: a JPEG segment is at least"},
      {"JPEG of enormous size", other_frame, "65535x65535 pixels cannot be packed in a file of"},
      {"JPEG of no height", empty, "width and height are at least 1"},
      {"JPEG without a picture", std::string("\xff\xd8\xff\xd9"), "no picture in it"},
  };
  for (const Damage& damage : damages) {
    INFO(damage.what);
    CHECK_THAT(complaint(damage.file), containing(damage.said));
  }
}

TEST_CASE("a PNG has no more data than its pixels take") {
  const std::string small = png(4, 4, 3);
  const auto begin = small.find("IDAT") - 4;
  std::string chunk = "IDAT" + std::string(3000, '\0');
  const std::uint32_t sum = data::detail::crc32(bytes_of(chunk));
  for (int shift = 24; shift >= 0; shift -= 8) chunk += static_cast<char>(sum >> shift);
  CHECK_THAT(complaint(small.substr(0, begin) + std::string("\0\0\x0b\xb8", 4) + chunk + small.substr(begin)),
             containing("more than they take unpacked"));
}
