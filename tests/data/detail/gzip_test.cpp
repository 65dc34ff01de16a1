#include "lamina/data/detail/gzip.hpp"

#include <cstdint>
#include <sstream>
#include <string>

#include "data/idx_files.hpp"
#include "support/catch.hpp"

using namespace lamina;
using data::detail::GzipStream;
using data::detail::Unpacked;

namespace {

/// Unpacks up to `count` bytes in pieces of `piece`.
std::string unpack(GzipStream& stream, Index count, Index piece, std::string& failure) {
  std::string text;
  while (count > 0) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(piece));
    const Unpacked got = stream.read(bytes.data(), piece);
    text.append(bytes.begin(), bytes.begin() + got.bytes);
    failure = got.failure;
    if (got.bytes < piece) break;
    count -= piece;
  }
  return text;
}

}  // namespace

TEST_CASE("a gzip stream unpacks in pieces of any size") {
  std::string text;
  for (unsigned i = 0; i < 200'000; ++i) text += static_cast<char>(i * i * 2654435761u >> 25);
  REQUIRE(support::gzip(text).size() > 100'000);  // more than one input buffer
  std::istringstream file(support::gzip(text));
  GzipStream stream(file);
  const Index piece = GENERATE(77, 4096, 1'000'000);
  std::string failure;
  REQUIRE(unpack(stream, 1'000'000, piece, failure) == text);
  REQUIRE(failure.empty());
  REQUIRE(!stream.has_trailing_bytes());
  REQUIRE(stream.packed_offset() == static_cast<Index>(file.str().size()));
}

TEST_CASE("what precedes a break is unpacked, and the break is told") {
  const std::string text(100'000, 'a'), packed = support::gzip(text);
  std::istringstream file(packed.substr(0, packed.size() - 4));
  GzipStream stream(file);
  std::string failure;
  REQUIRE(unpack(stream, 100'001, 100'001, failure) == text);
  REQUIRE(failure == "the gzip stream breaks off");
}

TEST_CASE("bytes after a stream are noticed") {
  std::istringstream file(support::gzip("text") + "more");
  GzipStream stream(file);
  std::string failure;
  REQUIRE(unpack(stream, 10, 10, failure) == "text");
  REQUIRE(stream.has_trailing_bytes());
}
