#include "lamina/io/picture.hpp"

#include <string>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::TemporaryDirectory;

TEST_CASE("a picture is saved as a PNG file of its size") {
  const TemporaryDirectory directory;
  const io::Canvas picture(300, 200);
  io::save_png(directory / "a.png", picture);
  const std::string file = support::read_text(directory / "a.png");
  REQUIRE(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  REQUIRE(file.substr(16, 8) == std::string("\0\0\x01\x2c\0\0\0\xc8", 8));
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("a picture that cannot be saved is a file_error with its path") {
  const TemporaryDirectory directory;
  REQUIRE_THROWS_AS(io::save_png(directory / "absent" / "a.png", io::Canvas(1, 1)), file_error);
  REQUIRE_THROWS_WITH(io::save_png(directory / "absent" / "a.png", io::Canvas(1, 1)),
                      containing("absent/a.png"));
}
