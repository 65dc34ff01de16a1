#include "lamina/data/detail/byte_source.hpp"

#include <sys/stat.h>

#include <string>

#include "data/allocations.hpp"
#include "data/idx_files.hpp"
#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using data::detail::ByteSource;

TEST_CASE("bytes come in order, raw or unpacked, up to the end") {
  const support::TemporaryDirectory directory;
  const bool packed = GENERATE(false, true);
  const std::string bytes = support::big_endian({0x01020304}) + "abc";
  support::write_text(directory / "file", packed ? support::gzip(bytes) : bytes);
  ByteSource file(directory / "file");
  REQUIRE(file.gzipped() == packed);
  REQUIRE(file.take_big_endian("a number") == 0x01020304);
  REQUIRE(file.offset() == 4);
  REQUIRE(file.take(2, "two letters") == std::vector<std::uint8_t>{'a', 'b'});
  REQUIRE(file.take(0, "nothing").empty());
  REQUIRE_THROWS_WITH(file.expect_end("two letters"), containing("the file should end after two letters"));
}

TEST_CASE("the end is where it should be") {
  const support::TemporaryDirectory directory;
  const bool packed = GENERATE(false, true);
  support::write_text(directory / "file", packed ? support::gzip("abc") : "abc");
  ByteSource file(directory / "file");
  REQUIRE(file.take(3, "three letters").size() == 3);
  REQUIRE_NOTHROW(file.expect_end("three letters"));
}

TEST_CASE("a promise the file does not keep costs no memory") {
  const support::TemporaryDirectory directory;
  const bool packed = GENERATE(false, true);
  const std::string bytes(3'000'000, 'a');
  support::write_text(directory / "file", packed ? support::gzip(bytes) : bytes);
  ByteSource file(directory / "file");
  support::forget_allocations();
  REQUIRE_THROWS_WITH(
      file.take(Index{1} << 50, "the moon"),
      containing("byte 3000000") && containing("the moon should take 1125899906842624 bytes from byte 0 on"));
  REQUIRE(support::greatest_allocation() <= (packed ? 2 * bytes.size() : 4096));
}

TEST_CASE("only a readable file can be opened") {
  const support::TemporaryDirectory directory;
  REQUIRE_THROWS_AS(ByteSource(directory / "absent"), file_error);
  REQUIRE_THROWS_AS(ByteSource(directory.path()), file_error);
  REQUIRE_THROWS_WITH(ByteSource(directory / "absent"),
                      containing("absent: cannot be opened; there is no such file"));
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  REQUIRE_THROWS_AS(ByteSource(directory / "pipe"), file_error);  // and does not wait for a writer
}
