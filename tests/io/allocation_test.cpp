// What a damaged file may make lamina allocate: nothing beyond the file's own size. This program's operator
// new keeps the greatest request. (Not inlined: GCC takes an inlined `free` for a mismatch with `new`.)
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "io/temporary_directory.hpp"
#include "lamina/io/safetensors_reader.hpp"
#include "support/catch.hpp"

namespace {

std::atomic<std::size_t> greatest_request = 0;

void* allocate(std::size_t bytes, std::size_t alignment) {
  if (bytes > greatest_request) greatest_request = bytes;
  void* memory = nullptr;
  if (::posix_memalign(&memory, alignment < sizeof(void*) ? sizeof(void*) : alignment, bytes) != 0)
    throw std::bad_alloc();
  return memory;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
// AddressSanitizer's own nothrow form would not go with the delete below.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  if (bytes > greatest_request) greatest_request = bytes;
  return std::malloc(bytes);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using namespace lamina;

TEST_CASE("no number in a file makes the reader take memory that the file does not fill") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "small";
  const std::string tensor = R"({"a":{"dtype":"F32","shape":[)", offsets = R"(],"data_offsets":[0,)";
  const auto header = GENERATE_COPY(values<std::string>({
      tensor + "67108864" + offsets + "268435456]}}",                          // 256 MB that are not there
      tensor + "1099511627776" + offsets + "4398046511104]}}",                 // 4 TB
      tensor + "4294967296,4294967296" + offsets + "18446744073709551615]}}",  // beyond 64 bits
      tensor + "67108864" + offsets + "8]}}",
      tensor + "2" + offsets + "268435456]}}",
  }));
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  support::write_text(path, file + header + std::string(8, '\0'));
  greatest_request = 0;
  REQUIRE_THROWS_AS(io::SafetensorsFile::read(path), file_error);
  REQUIRE(greatest_request < 20'000);  // a stream's buffer, an error's text
}

TEST_CASE("no header length makes the reader take memory that the file does not fill") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "small";
  for (std::size_t byte = 2; byte < 8; ++byte) {  // 64 kB, 16 MB … 2^56
    std::string file = std::string(8, '\0') + "{}";
    file[byte] = '\1';
    support::write_text(path, file);
    greatest_request = 0;
    REQUIRE_THROWS_AS(io::SafetensorsFile::read(path), file_error);
    REQUIRE(greatest_request < 20'000);
  }
}

TEST_CASE("a header of nothing but extents is held within a small multiple of its size") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "extents";
  std::string header = R"({"a":{"dtype":"F32","shape":[0)";
  while (header.size() < (1 << 20)) header += ",0";
  std::string file(8, '\0');
  for (std::size_t byte = 0; byte < 8; ++byte)
    file[byte] = static_cast<char>(header.size() >> (8 * byte) & 0xff);
  support::write_text(path, file + header);
  greatest_request = 0;
  REQUIRE_THROWS_WITH(io::SafetensorsFile::read(path), containing("more than 64 extents"));
  REQUIRE(greatest_request < 2 * header.size());
}
