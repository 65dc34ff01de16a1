#include "lamina/io/safetensors_writer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using namespace std::string_literals;
using io::ElementType;
using io::NamedTensor;
using support::read_text;
using support::TemporaryDirectory;

namespace {

/// The file that `tensors` and `metadata` make.
std::string written(const std::vector<NamedTensor>& tensors, const io::Metadata& metadata = {}) {
  const TemporaryDirectory directory;
  io::write_safetensors(directory / "x", tensors, metadata);
  return read_text(directory / "x");
}

const std::vector<float> six{0, 1, 2, 3, 4, 5};

// 0 to 5 as little-endian floats.
const std::string six_bytes =
    "\0\0\0\0"
    "\0\0\x80\x3f"
    "\0\0\0\x40"
    "\0\0\x40\x40"
    "\0\0\x80\x40"
    "\0\0\xa0\x40"s;

/// A file of this header, as long as `length` says, and data.
std::string file_of(char length, const std::string& header, const std::string& data = {}) {
  return sentence(length, std::string(7, '\0'), header, data);
}

}  // namespace

// The first four files are byte for byte what the reference implementation (the Rust crate) writes for the
// same tensors; its own tests state three of them.
TEST_CASE("a tensor is written as the reference implementation writes it") {
  REQUIRE(written({io::named_tensor<float>("attn.0", {1, 2, 3}, six)}) ==
          file_of('\x40', R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})", six_bytes));
}

TEST_CASE("the header is padded with spaces, so that the data are aligned") {
  REQUIRE(written({io::named_tensor<float>("attn0", {1, 1, 2, 3}, six)}) ==
          file_of('\x48', R"({"attn0":{"dtype":"F32","shape":[1,1,2,3],"data_offsets":[0,24]}}       )",
                  six_bytes));
}

TEST_CASE("a file without tensors is a header") {
  REQUIRE(written({}) == "\x08\0\0\0\0\0\0\0{}      "s);
  REQUIRE(written({}, {{"framework", "pt"}}) ==
          file_of('\x28', R"({"__metadata__":{"framework":"pt"}}     )"));
}

TEST_CASE("metadata come first, then the widest element type, then the names in order") {
  const std::vector<std::uint8_t> bytes{7};
  const std::vector<double> doubles{0};
  const std::vector<float> floats{0};
  const std::string file =
      written({io::named_tensor<std::uint8_t>("a", {1}, bytes), io::named_tensor<float>("c", {1}, floats),
               io::named_tensor<double>("z", {}, doubles), io::named_tensor<float>("b", {1}, floats)},
              {{"format", "pt"}, {"epoch", "3"}});
  const std::string header = R"({"__metadata__":{"epoch":"3","format":"pt"},)"
                             R"("z":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
                             R"("b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
                             R"("c":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},)"
                             R"("a":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}})";
  const std::size_t padding = (8 - header.size() % 8) % 8;
  REQUIRE(static_cast<std::size_t>(static_cast<unsigned char>(file[0])) +
              256 * static_cast<unsigned char>(file[1]) ==
          header.size() + padding);
  REQUIRE(file.substr(8) == header + std::string(padding, ' ') + std::string(16, '\0') + "\x07");
}

TEST_CASE("tensors without elements take no bytes") {
  const std::string file = written({io::named_tensor<float>("empty", {0, 3}, {})});
  REQUIRE(file.substr(8, 62) ==
          R"({"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}}    )"s.substr(0, 62));
  REQUIRE(file.size() == 8 + 64);
}

TEST_CASE("names are escaped as JSON wants") {
  const std::string file = written({io::named_tensor<float>("a\"b\\c\n\x01 é", {0}, {})});
  REQUIRE(file.find(R"({"a\"b\\c\n\u0001 é":{)") == 8);
}

TEST_CASE("the order of the arguments does not change the file") {
  const auto a = io::named_tensor<float>("a", {6}, six), b = io::named_tensor<float>("b", {2, 3}, six);
  REQUIRE(written({a, b}) == written({b, a}));
}

TEST_CASE("tensors that no file can hold are refused before the file is touched") {
  const TemporaryDirectory directory;
  const auto path = directory / "kept";
  support::write_text(path, "old");
  const auto refused = [&](const std::vector<NamedTensor>& tensors, const io::Metadata& metadata,
                           const std::string& reason) {
    CAPTURE(reason);
    REQUIRE_THROWS_AS(io::write_safetensors(path, tensors, metadata), error);
    REQUIRE_THROWS_WITH(io::write_safetensors(path, tensors, metadata), containing(reason));
    REQUIRE(read_text(path) == "old");
    REQUIRE(directory.file_count() == 1);
  };
  const auto a = io::named_tensor<float>("a", {6}, six);
  const auto bytes = std::as_bytes(std::span(six));
  refused({a, a}, {}, "two tensors are named \"a\"");
  refused({{"__metadata__", ElementType::f32, {6}, bytes}}, {}, "another name");
  refused({{"short", ElementType::f32, {7}, bytes}}, {}, "\"short\" of F32 [7] cannot have 24 bytes");
  refused({{"negative", ElementType::f32, {-2, -3}, bytes}}, {}, "[-2, -3]");
  refused({{"vast", ElementType::f64, {Index{1} << 61}, {}}}, {}, "cannot have 0 bytes");
  refused({{"caf\xe9", ElementType::f32, {6}, bytes}}, {}, "not UTF-8");
  refused({a}, {{"key", "\xff"}}, "not UTF-8");
}

TEST_CASE("a file that cannot be written is a file_error with its path") {
  const TemporaryDirectory directory;
  REQUIRE_THROWS_AS(io::write_safetensors(directory / "no folder" / "x", {}), file_error);
  REQUIRE_THROWS_WITH(io::write_safetensors(directory / "no folder" / "x", {}), containing("no folder/x"));
}
