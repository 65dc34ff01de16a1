#include "lamina/io/detail/safetensors_header.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using io::ElementType;
using io::detail::parse_safetensors_header;

namespace {

/// A header that differs from a good one in what stands for tensor "a".
std::string with_a(const std::string& value) { return R"({"a":)" + value + "}"; }

/// A header whose tensor "a" has this in the place of its shape.
std::string with_shape(const std::string& shape) {
  return with_a(R"({"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,24]})");
}

/// A header whose tensor "a" has this in the place of its data_offsets.
std::string with_offsets(const std::string& offsets) {
  return with_a(R"({"dtype":"F32","shape":[6],"data_offsets":)" + offsets + "}");
}

struct Damage {
  std::string header, reason;
};

std::string repeated(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace

TEST_CASE("a header is read as it stands, keys in any order, spaces anywhere") {
  const auto header = parse_safetensors_header(
      R"({ "b.weight": {"data_offsets": [24, 24], "dtype": "U8", "shape": [0, 3]},
           "__metadata__": {"format": "pt", "note": "caf\u00e9"},
           "": {"dtype":"F32","shape":[],"data_offsets":[0,24]} }   )",
      "x");
  REQUIRE(header.tensors.size() == 2);
  REQUIRE(header.tensors[0].name == "b.weight");
  REQUIRE(header.tensors[0].type == ElementType::u8);
  REQUIRE(header.tensors[0].extents == std::vector<Index>{0, 3});
  REQUIRE(header.tensors[0].begin == 24);
  REQUIRE(header.tensors[0].end == 24);
  REQUIRE(header.tensors[1].name.empty());
  REQUIRE(header.tensors[1].extents.empty());
  REQUIRE(header.metadata == io::Metadata{{"format", "pt"}, {"note", "café"}});
}

TEST_CASE("every element type of the format is read") {
  for (const auto& entry : io::detail::element_types) {
    const auto header = parse_safetensors_header(
        with_a(R"({"dtype":")" + std::string(entry.name) + R"(","shape":[0],"data_offsets":[0,0]})"), "x");
    REQUIRE(io::to_string(header.tensors[0].type) == entry.name);
  }
}

TEST_CASE("a header that is not what the format says is refused with the reason") {
  const auto damage = GENERATE(values<Damage>(
      {{"", "must begin with { at byte 8"},
       {"[]", "must begin with { at byte 8"},
       {" {}", "must begin with { at byte 8"},
       {"\xef\xbb\xbf{}", "must begin with { at byte 8"},
       {"{", "not valid JSON at byte 9"},
       {"{}}", "not valid JSON at byte 10"},
       {"{} x", "not valid JSON at byte 11"},
       {std::string("{}\0 \0", 5), "not valid JSON at byte 10"},
       {R"({"a":})", "not valid JSON at byte 13"},
       {R"({"a" {}})", "not valid JSON at byte 13"},
       {R"({"__metadata__":{},})", "not valid JSON at byte 27"},
       {R"({'a':{}})", "not valid JSON at byte 9"},
       {"{/* a */}", "not valid JSON at byte 9"},
       {"{\"a\n\":{}}", "not valid JSON at byte 11"},
       {"{\"\xff\":{}}", "not valid JSON at byte 10"},
       {R"({"a":{"dtype":"F32)", "not valid JSON at byte 26"},
       {with_shape("[1e999]"), "not valid JSON at byte"},
       {with_shape("[06]"), "not valid JSON at byte"},
       {with_a("7"), R"(tensor "a" must be an object with dtype, shape and data_offsets, not the number 7)"},
       {with_a("null"), "not null"},
       {with_a("[]"), "not a list"},
       {with_a("{}"), R"(tensor "a" lacks dtype)"},
       {with_a(R"({"dtype":"F32","data_offsets":[0,24]})"), R"(tensor "a" lacks shape)"},
       {with_a(R"({"dtype":"F32","shape":[6]})"), R"(tensor "a" lacks data_offsets)"},
       {with_a(R"({"dtype":"F32","shape":[6],"offsets":[0,24]})"), R"(has the key "offsets")"},
       {with_a(R"({"dtype":"F32","dtype":"F32","shape":[6],"data_offsets":[0,24]})"),
        R"(has the key "dtype" twice)"},
       {with_a(R"({"dtype":{},"shape":[6],"data_offsets":[0,24]})"), "dtype must be a text"},
       {with_a(R"({"dtype":4,"shape":[6],"data_offsets":[0,24]})"), "dtype must be a text"},
       {with_a(R"({"dtype":"F33","shape":[6],"data_offsets":[0,24]})"),
        R"(dtype "F33" is not known; lamina reads BOOL, U8,)"},
       {with_a(R"({"dtype":"f32","shape":[6],"data_offsets":[0,24]})"), R"(dtype "f32" is not known)"},
       {with_shape("6"), "shape must be a list of whole numbers, not the number 6"},
       {with_shape("{}"), "shape must be a list of whole numbers, not an object"},
       {with_shape("[\"6\"]"), "shape must hold whole numbers from 0 on, not the text \"6\""},
       {with_shape("[[6]]"), "shape must hold whole numbers from 0 on, not a list"},
       {with_shape("[-6]"), "not the number -6"},
       {with_shape("[6.0]"), "not the number 6.0"},
       {with_shape("[6e0]"), "not the number 6e0"},
       {with_shape("[true]"), "not true"},
       {with_shape("[9223372036854775808]"), "extent 9223372036854775808, which is too large"},
       {with_shape("[18446744073709551616]"), "not the number 18446744073709551616"},
       {with_shape("[" + repeated("1,", 64) + "1]"), "more than 64 extents"},
       {with_offsets("24"), "data_offsets must be a list"},
       {with_offsets("[]"), "data_offsets must be [begin, end]"},
       {with_offsets("[24]"), "data_offsets must be [begin, end]"},
       {with_offsets("[0,24,48]"), "data_offsets must be [begin, end]"},
       {with_offsets("[-1,24]"), "not the number -1"},
       {with_offsets("[0,24.5]"), "not the number 24.5"},
       {with_offsets("[0,null]"), "not null"},
       {R"({"__metadata__":"pt"})", R"("__metadata__" must be an object of texts)"},
       {R"({"__metadata__":{"a":1}})", R"(the value of "a" must be a text, not the number 1)"},
       {R"({"__metadata__":{"a":{}}})", R"(the value of "a" must be a text, not an object)"},
       {R"({"__metadata__":{"a":null}})", R"(the value of "a" must be a text, not null)"},
       {R"({"__metadata__":{"a":"1","a":"2"}})", R"("__metadata__" has "a" twice)"},
       {R"({"__metadata__":{},"__metadata__":{}})", R"("__metadata__" is there twice)"},
       {R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
        R"("b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
        R"("\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
        R"(tensor "a" is there twice)"},
       {"{\"a\":" + repeated("[", 1'000'000), "not a list"},
       {repeated("{\"a\":", 1'000'000), "has the key \"a\""},
       {with_shape(repeated("[", 1'000'000)), "not a list"}}));
  CAPTURE(damage.header.substr(0, 200));
  REQUIRE_THROWS_AS(parse_safetensors_header(damage.header, "net.safetensors"), file_error);
  REQUIRE_THROWS_WITH(parse_safetensors_header(damage.header, "net.safetensors"),
                      containing("net.safetensors: ") && containing(damage.reason));
}
