// Parses the JSON header of a safetensors file, event by event (RapidJSON's reader) and not into a
// tree: a tree keeps the last of two equal names in silence, and would be built as deep as a hostile file
// nests. Here whatever is not expected at its place ends the parsing with a sentence. That the tensors fit
// the file's data is checked in safetensors_reader.hpp.
#pragma once

#include <rapidjson/error/error.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/io/detail/shown.hpp"
#include "lamina/io/named_tensor.hpp"

namespace lamina::io::detail {

/// What the header says of a tensor; [begin, end) are bytes of the data.
struct HeaderEntry {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<Index> extents;
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::vector<HeaderEntry> tensors;  // as they come
  Metadata metadata;
};

/// Receives the events of the JSON parser; `place_` is where in the header they occur.
class HeaderParser {
 public:
  using Length = rapidjson::SizeType;

  explicit HeaderParser(std::string file) : file_(std::move(file)) {}

  Header take() { return std::move(header_); }

  // The reader's events have the names it asks for.
  bool Key(const char* text, Length length, bool) {
    const std::string_view key(text, length);
    if (place_ == Place::tensor)
      field_ = field_named(key);
    else
      name_ = key;
    return true;
  }

  bool StartObject() {
    if (place_ == Place::before) {
      place_ = Place::top;
    } else if (place_ == Place::top && name_ == "__metadata__") {
      if (has_metadata_) fail("\"__metadata__\" is there twice");
      has_metadata_ = true;
      place_ = Place::metadata;
    } else if (place_ == Place::top) {
      header_.tensors.push_back({std::move(name_), {}, {}, {}, {}});
      fields_seen_ = 0;
      place_ = Place::tensor;
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool EndObject(Length) {
    if (place_ == Place::tensor && fields_seen_ != 0b111)
      fail(sentence(subject(), " lacks ",
                    fields_seen_ & 1 ? fields_seen_ & 2 ? "data_offsets" : "shape" : "dtype"));
    place_ = place_ == Place::top ? Place::after : Place::top;
    return true;
  }

  bool StartArray() {
    if (place_ != Place::tensor || field_ == dtype) unexpected("a list");
    place_ = field_ == shape ? Place::shape : Place::offsets;
    offsets_seen_ = 0;
    return true;
  }

  bool EndArray(Length) {
    if (place_ == Place::offsets && offsets_seen_ != 2)
      fail(sentence(subject(), ": data_offsets must be [begin, end]"));
    place_ = Place::tensor;
    return true;
  }

  bool String(const char* characters, Length length, bool) {
    const std::string_view text(characters, length);
    if (place_ == Place::metadata) {
      if (!header_.metadata.emplace(name_, text).second)
        fail(sentence("\"__metadata__\" has ", shown(name_), " twice"));
    } else if (place_ == Place::tensor && field_ == dtype) {
      const auto type = element_type_named(text);
      if (!type)
        fail(sentence(subject(), ": dtype ", shown(text), " is not known; lamina reads ", known_types()));
      header_.tensors.back().type = *type;
    } else {
      unexpected(sentence("the text ", shown(text)));
    }
    return true;
  }

  /// Any number, as it is written: the format has whole numbers from 0 on, and no others.
  bool RawNumber(const char* digits, Length length, bool) {
    const std::string_view text(digits, length);
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(digits, digits + length, value);
    const bool is_whole = problem == std::errc() && end == digits + length;
    HeaderEntry* tensor = header_.tensors.empty() ? nullptr : &header_.tensors.back();
    if (is_whole && place_ == Place::shape) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()))
        fail(sentence(subject(), ": shape has the extent ", value, ", which is too large"));
      if (tensor->extents.size() == greatest_rank)
        fail(sentence(subject(), ": shape has more than ", greatest_rank, " extents"));
      tensor->extents.push_back(static_cast<Index>(value));
    } else if (is_whole && place_ == Place::offsets) {
      if (offsets_seen_ == 2) fail(sentence(subject(), ": data_offsets must be [begin, end]"));
      (offsets_seen_++ == 0 ? tensor->begin : tensor->end) = value;
    } else {
      unexpected(sentence("the number ", text.substr(0, 40), length > 40 ? "..." : ""));
    }
    return true;
  }

  bool Bool(bool value) { unexpected(value ? "true" : "false"); }
  bool Null() { unexpected("null"); }

  // Never called: numbers come as they are written.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  [[noreturn]] void fail(const std::string& what) const { throw file_error(file_, ": ", what); }

 private:
  enum class Place { before, top, metadata, tensor, shape, offsets, after };
  enum Field { dtype, shape, data_offsets };

  /// More extents than any tensor library has; without a bound, "0,0,0,…" would take four times its length.
  static constexpr std::size_t greatest_rank = 64;

  Field field_named(std::string_view key) {
    const Field field = key == "dtype" ? dtype : key == "shape" ? shape : data_offsets;
    if (field == data_offsets && key != "data_offsets")
      fail(sentence(subject(), " has the key ", shown(key),
                    "; it must have dtype, shape and data_offsets alone"));
    const unsigned bit = 1U << field;
    if (fields_seen_ & bit) fail(sentence(subject(), " has the key ", shown(key), " twice"));
    fields_seen_ |= bit;
    return field;
  }

  std::string subject() const { return sentence("tensor ", shown(header_.tensors.back().name)); }

  /// Something stands where the format wants something else: says what.
  [[noreturn]] void unexpected(const std::string& what) const {
    switch (place_) {
      case Place::before:
        fail(sentence("the header must be an object of tensors by name, not ", what));
      case Place::top:
        if (name_ == "__metadata__")
          fail(sentence("\"__metadata__\" must be an object of texts, not ", what));
        fail(sentence("tensor ", shown(name_), " must be an object with dtype, shape and data_offsets, not ",
                      what));
      case Place::metadata:
        fail(sentence("\"__metadata__\": the value of ", shown(name_), " must be a text, not ", what));
      case Place::shape:
        fail(sentence(subject(), ": shape must hold whole numbers from 0 on, not ", what));
      case Place::offsets:
        fail(sentence(subject(), ": data_offsets must hold whole numbers from 0 on, not ", what));
      default:
        break;
    }
    if (field_ == dtype) fail(sentence(subject(), ": dtype must be a text like \"F32\", not ", what));
    fail(sentence(subject(), ": ", field_ == shape ? "shape" : "data_offsets",
                  " must be a list of whole numbers, not ", what));
  }

  static std::string known_types() {
    std::string names;
    for (const auto& entry : element_types) (names += names.empty() ? "" : ", ") += entry.name;
    return names;
  }

  std::string file_;
  Header header_;
  Place place_ = Place::before;
  std::string name_;  // the last key of the header, or of the metadata
  Field field_ = dtype;
  unsigned fields_seen_ = 0;  // bit per Field, of the tensor at hand
  int offsets_seen_ = 0;
  bool has_metadata_ = false;
};

/// The header of `file`, whose name serves error texts; no two tensors have one name.
inline Header parse_safetensors_header(const std::string& text, const std::string& file) {
  // The JSON library takes a zero byte for the end of the text; the format has none.
  if (text.empty() || text.front() != '{')
    throw file_error(file, ": the header must begin with { at byte 8; this is no safetensors file");
  if (const auto zero = text.find('\0'); zero != std::string::npos)
    throw file_error(file, ": the header is not valid JSON at byte ", 8 + zero);
  HeaderParser parser(file);
  rapidjson::Reader reader;
  rapidjson::StringStream characters(text.c_str());
  // Iterative: a million opening brackets must not overflow the stack.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  if (!reader.Parse<flags>(characters, parser))
    parser.fail(sentence("the header is not valid JSON at byte ", 8 + reader.GetErrorOffset()));
  Header header = parser.take();

  std::vector<const std::string*> names;
  names.reserve(header.tensors.size());
  for (const HeaderEntry& tensor : header.tensors) names.push_back(&tensor.name);
  std::sort(names.begin(), names.end(), [](const std::string* a, const std::string* b) { return *a < *b; });
  const auto twice = std::adjacent_find(names.begin(), names.end(),
                                        [](const std::string* a, const std::string* b) { return *a == *b; });
  if (twice != names.end()) throw file_error(file, ": tensor ", shown(**twice), " is there twice");
  return header;
}

}  // namespace lamina::io::detail
