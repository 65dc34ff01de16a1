#include "lamina/io/safetensors_reader.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "io/temporary_directory.hpp"
#include "lamina/io/safetensors_writer.hpp"
#include "support/catch.hpp"

using namespace lamina;
using namespace std::string_literals;
using io::ElementType;
using io::SafetensorsFile;
using support::TemporaryDirectory;
using support::write_text;

namespace {

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

std::string file_of(const std::string& header, const std::string& data) {
  return little_endian(header.size()) + header + data;
}

/// A header entry of floats.
std::string floats(const std::string& name, const std::string& shape, const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// Two tensors of 24 and 8 bytes.
const std::string good_file = file_of(
    "{" + floats("a", "[2,3]", "[0,24]") + "," + floats("b", "[2]", "[24,32]") + "}", std::string(32, '\1'));

struct DamagedTensors {
  std::string file, reason;
};

}  // namespace

TEST_CASE("what is written is read: values, extents, types, metadata") {
  const TemporaryDirectory directory;
  const auto path = directory / "net.safetensors";
  const std::vector<float> weight{
      1.5F,    -0.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::denorm_min(),
      3.0e38F, -7.0F};
  const std::vector<double> precise{0.1};
  const std::vector<std::int64_t> steps{-1, std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::uint64_t> counters{std::numeric_limits<std::uint64_t>::max()};
  const std::vector<std::uint8_t> bytes{0, 255, 7};
  const std::vector<io::NamedTensor> tensors{io::named_tensor<std::uint8_t>("image", {3}, bytes),
                                             io::named_tensor<float>("head.weight", {2, 1, 3}, weight),
                                             io::named_tensor<double>("rate", {}, precise),
                                             io::named_tensor<std::int64_t>("steps", {2}, steps),
                                             io::named_tensor<std::uint64_t>("counters", {1, 1}, counters),
                                             io::named_tensor<float>("none", {4, 0}, {})};
  const io::Metadata metadata{{"architecture", "a1b2"}, {"note", "größer\n\"7\""}};
  io::write_safetensors(path, tensors, metadata);

  const auto file = SafetensorsFile::read(path);
  REQUIRE(file.path() == path);
  REQUIRE(file.metadata() == metadata);
  REQUIRE(file.tensors().size() == tensors.size());
  for (const auto& tensor : tensors) {
    const auto* found = file.find(tensor.name);
    REQUIRE(found != nullptr);
    REQUIRE(found->name == tensor.name);
    REQUIRE(found->type == tensor.type);
    REQUIRE(found->extents == tensor.extents);
    REQUIRE(std::equal(found->bytes.begin(), found->bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
    if (!found->bytes.empty())
      REQUIRE(reinterpret_cast<std::uintptr_t>(found->bytes.data()) %
                  static_cast<std::uintptr_t>(io::bytes_per_element(found->type)) ==
              0);
  }
  REQUIRE(io::values_of<float>(*file.find("head.weight")) == weight);
  REQUIRE(file.find("head.weigh") == nullptr);
  REQUIRE(file.find("zzz") == nullptr);
  REQUIRE(file.find("") == nullptr);
}

TEST_CASE("a file is the same after being read and written again") {
  const TemporaryDirectory directory;
  const std::vector<float> values{1, 2, 3, 4};
  io::write_safetensors(directory / "one", std::vector{io::named_tensor<float>("x", {4}, values),
                                                       io::named_tensor<float>("a", {2, 2}, values)});
  auto file = SafetensorsFile::read(directory / "one");
  const auto moved = std::move(file);  // the tensors' bytes move with it
  io::write_safetensors(directory / "two", moved.tensors(), moved.metadata());
  REQUIRE(support::read_text(directory / "one") == support::read_text(directory / "two"));
}

TEST_CASE("files of other writers: data in any order, unaligned, no padding, empty tensors between") {
  const TemporaryDirectory directory;
  const auto path = directory / "x";
  const std::string one = "\0\0\x80\x3f"s, two = "\0\0\0\x40"s;
  write_text(path, file_of("{" + floats("late", "[1]", "[5,9]") + "," + floats("empty", "[0]", "[5,5]") +
                               R"(,"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[4,5]},)" +
                               floats("early", "[]", "[0,4]") + "}",
                           one + "\1" + two));
  const auto file = SafetensorsFile::read(path);
  REQUIRE(io::values_of<float>(*file.find("early")) == std::vector<float>{1});
  REQUIRE(io::values_of<float>(*file.find("late")) == std::vector<float>{2});
  REQUIRE(file.find("flag")->bytes[0] == std::byte{1});
  REQUIRE(file.find("empty")->bytes.empty());
  REQUIRE(file.tensors()[0].name == "early");
  REQUIRE(file.tensors()[3].name == "late");
}

TEST_CASE("a file without tensors is good") {
  const TemporaryDirectory directory;
  write_text(directory / "x", file_of("{}", ""));
  REQUIRE(SafetensorsFile::read(directory / "x").tensors().empty());
}

TEST_CASE("data that do not fit the header are refused with tensor and place") {
  const std::string eight(8, '\0'), sixteen(16, '\0');
  const std::string huge = "[0,18446744073709551615]";
  const auto damage = GENERATE_COPY(values<DamagedTensors>({
      {"", "it ends at byte 0; a safetensors file begins with 8 bytes"},
      {"1234567", "it ends at byte 7; a safetensors file begins with 8 bytes"},
      {little_endian(3) + "{}", "header's length, at byte 0, is 3, but the file has only 2 bytes more"},
      {little_endian(0), "must begin with { at byte 8"},
      {little_endian(std::uint64_t{1} << 63) + "{}", "is 9223372036854775808, but the file has only 2"},
      {little_endian(~std::uint64_t{0}) + "{}", "is 18446744073709551615, but the file has only 2"},
      {little_endian(~std::uint64_t{0} - 7) + "{}", "but the file has only 2"},
      {"\x89PNG\r\n\x1a\n" + std::string(100, 'x'), "truncated, or no safetensors file"},
      {"PK\3\4\0\0\0\0" + std::string(100, 'x'), "truncated, or no safetensors file"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "}", eight + "x"), "1 bytes follow"},
      {file_of("{}", "x"), "1 bytes follow"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "}", ""),
       R"(tensor "a": data_offsets [0, 8] reach beyond)"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "}", "1234567"), "which has 7 bytes of data"},
      {file_of("{" + floats("a", "[2]", huge) + "}", eight),
       R"(tensor "a": data_offsets [0, 18446744073709551615])"},
      {file_of("{" + floats("a", "[2]", "[18446744073709551608,0]") + "}", eight), "end before they begin"},
      {file_of("{" + floats("a", "[2]", "[8,0]") + "}", eight),
       R"(tensor "a": data_offsets [8, 0] end before)"},
      {file_of("{" + floats("a", "[2]", "[8,16]") + "}", sixteen), "leave a hole: bytes 0 to 8"},
      {file_of("{" + floats("a", "[1]", "[0,4]") + "," + floats("b", "[1]", "[8,12]") + "}",
               std::string(12, '\0')),
       R"(tensor "b": data_offsets [8, 12] leave a hole: bytes 4 to 8)"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "," + floats("b", "[2]", "[4,12]") + "}",
               std::string(12, '\0')),
       R"(tensor "b": data_offsets [4, 12] overlap those of "a", [0, 8])"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "," + floats("b", "[2]", "[0,8]") + "}", eight),
       "overlap"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "," + floats("b", "[0]", "[4,4]") + "}", eight),
       "overlap"},
      {file_of("{" + floats("a", "[3]", "[0,8]") + "}", eight), "have 8 bytes, but F32 [3] takes 12"},
      {file_of("{" + floats("a", "[]", "[0,8]") + "}", eight), "have 8 bytes, but F32 [] takes 4"},
      {file_of("{" + floats("a", "[0,2]", "[0,8]") + "}", eight), "have 8 bytes, but F32 [0, 2] takes 0"},
      {file_of(R"({"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}})", eight), "F64 [2] takes 16"},
      {file_of("{" + floats("a", "[4294967296,4294967296,2]", "[0,8]") + "}", eight), "is too large"},
      {file_of("{" + floats("a", "[4611686018427387906]", "[0,8]") + "}", eight), "is too large"},
      {file_of("{" + floats("a", "[4294967296,4294967296,0]", "[0,0]") + "}", ""), "is too large"},
      {file_of("{" + floats("a", "[2]", "[0,8]") + "," + floats("a", "[2]", "[8,16]") + "}", sixteen),
       R"(tensor "a" is there twice)"},
      {file_of("{" + floats("a", "[2]", "[0,8]"), eight), "not valid JSON at byte"},
  }));
  const TemporaryDirectory directory;
  const auto path = directory / "damaged.safetensors";
  write_text(path, damage.file);
  CAPTURE(damage.file.substr(0, 300));
  REQUIRE_THROWS_AS(SafetensorsFile::read(path), file_error);
  REQUIRE_THROWS_WITH(SafetensorsFile::read(path), containing(path.string()) && containing(damage.reason));
}

TEST_CASE("a file cut at any byte is refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "cut";
  write_text(path, good_file);
  REQUIRE(SafetensorsFile::read(path).tensors().size() == 2);
  for (std::size_t length = 0; length < good_file.size(); ++length) {
    CAPTURE(length);
    write_text(path, good_file.substr(0, length));
    REQUIRE_THROWS_AS(SafetensorsFile::read(path), file_error);
  }
}

TEST_CASE("whatever byte is changed, a file is read whole or refused") {
  const TemporaryDirectory directory;
  const auto path = directory / "changed";
  const std::size_t header_end = good_file.size() - 32;
  int refused = 0;
  for (std::size_t place = 0; place < header_end; ++place) {
    for (const char byte : {'\0', '"', '{', ']', '9', '-', '\xff', ' '}) {
      if (good_file[place] == byte) continue;
      std::string changed = good_file;
      changed[place] = byte;
      write_text(path, changed);
      try {
        const auto file = SafetensorsFile::read(path);  // a letter of a name, say
        std::size_t bytes = 0;
        for (const auto& tensor : file.tensors()) bytes += tensor.bytes.size();
        REQUIRE(bytes == 32);
      } catch (const file_error&) {
        ++refused;
      }
    }
  }
  REQUIRE(refused > 900);
}

TEST_CASE("what is no readable file is refused by name") {
  const TemporaryDirectory directory;
  REQUIRE_THROWS_WITH(SafetensorsFile::read(directory / "absent"),
                      containing("absent: ") && containing("there is no such file"));
  REQUIRE_THROWS_WITH(SafetensorsFile::read(directory.path()), containing("not a regular file"));
  REQUIRE_THROWS_WITH(SafetensorsFile::read("/dev/zero"), containing("not a regular file"));
  const auto pipe = directory / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  REQUIRE_THROWS_AS(SafetensorsFile::read(pipe), file_error);  // and does not wait for a writer
}

TEST_CASE("a header beyond the format's limit is refused unread") {
  const TemporaryDirectory directory;
  const auto path = directory / "long";
  write_text(path, little_endian(io::greatest_header + 1) + "{");
  std::filesystem::resize_file(path, 8 + io::greatest_header + 1);  // sparse: takes no disk
  REQUIRE_THROWS_WITH(SafetensorsFile::read(path), containing("100000001; the format allows 100000000"));
}
