// The header of a .npy file (the format in words: ../npy.hpp) as text: a Python dictionary of three keys,
// which is parsed here and nowhere evaluated. What is not expected at its place ends the parsing with a
// sentence.
#pragma once

#include <charconv>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/io/detail/shown.hpp"

namespace lamina::io::detail {

/// What the header says.
struct NpyHeader {
  std::string descr;           ///< the element type, such as "<f4"
  bool fortran_order = false;  ///< the first axis lies in one run, not the last
  std::vector<Index> shape;
  std::size_t data_begin = 0;  ///< byte of the file at which the elements begin
};

/// Parses {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } with the keys in any order, and spaces
/// and a newline after it.
class NpyHeaderParser {
 public:
  /// `text` begins at byte `first` of `file`, whose name serves error texts.
  NpyHeaderParser(std::string_view text, std::size_t first, std::string_view file)
      : text_(text), first_(first), file_(file) {}

  NpyHeader parse() {
    NpyHeader header;
    unsigned seen = 0;
    expect('{', "the { of a dictionary");
    for (bool ends = accept('}'); !ends; ends = ends_after_entry()) {
      const std::string key = quoted("a key in quotes");
      const unsigned bit = key == "descr" ? 1 : key == "fortran_order" ? 2 : key == "shape" ? 4 : 0;
      if (bit == 0)
        fail(sentence("the key ", shown(key), ", which is none of descr, fortran_order and shape"));
      if (seen & bit) fail(sentence("the key ", shown(key), " a second time"));
      seen |= bit;
      expect(':', "a colon after the key");
      if (bit == 1) header.descr = quoted("the element type in quotes (types with fields are not read)");
      if (bit == 2) header.fortran_order = truth();
      if (bit == 4) header.shape = extents();
    }
    if (seen != 7)
      fail(sentence("the end of the dictionary, which lacks ", !(seen & 1)   ? "descr"
                                                               : !(seen & 2) ? "fortran_order"
                                                                             : "shape"));
    skip_spaces();
    if (text_.substr(at_) != "\n") fail("something other than spaces and a newline after the dictionary");
    return header;
  }

 private:
  /// More axes than NumPy's arrays can have.
  static constexpr std::size_t most_axes = 64;

  /// After an entry: whether the dictionary ends, with or without a comma; else another entry follows.
  bool ends_after_entry() {
    if (accept(',')) return accept('}');
    expect('}', ", or }");
    return true;
  }

  std::string quoted(const char* what) {
    skip_spaces();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) wanted(what);
    const auto end = text_.find(text_[at_], at_ + 1);
    if (end == text_.npos) fail("a quote that does not end");
    const auto inside = text_.substr(at_ + 1, end - at_ - 1);
    if (inside.find('\\') != inside.npos) fail("a backslash within quotes");
    at_ = end + 1;
    return std::string(inside);
  }

  bool truth() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"})
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    wanted("True or False");
  }

  std::vector<Index> extents() {
    std::vector<Index> found;
    expect('(', "the ( of a tuple");
    bool ends_with_comma = true;
    while (!accept(')')) {
      if (!ends_with_comma) wanted(", or )");
      if (found.size() == most_axes) fail(sentence("a shape of more than ", most_axes, " axes"));
      found.push_back(extent());
      ends_with_comma = accept(',');
    }
    if (found.size() == 1 && !ends_with_comma) fail("a shape that is no tuple: one axis is written (3,)");
    return found;
  }

  Index extent() {
    skip_spaces();
    Index value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, problem] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (problem == std::errc::result_out_of_range) fail("an extent that is too large");
    if (problem != std::errc() || value < 0) wanted("a whole number from 0 on, or )");
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool accept(char character) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
  }
  void expect(char character, const char* what) {
    if (!accept(character)) wanted(what);
  }

  [[noreturn]] void wanted(const std::string& what) const {
    if (at_ == text_.size()) fail(sentence("its end where it should have ", what));
    fail(sentence(shown(text_.substr(at_, 1)), " where it should have ", what));
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw file_error(file_, ": the header has, at byte ", first_ + at_, ", ", what);
  }

  std::string_view text_;
  std::size_t first_, at_ = 0;
  std::string_view file_;
};

}  // namespace lamina::io::detail
