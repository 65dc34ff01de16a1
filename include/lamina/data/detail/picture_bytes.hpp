// The bytes of a picture's file for those who walk through it (picture_check.hpp, jpeg_check.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::data::detail {

/// A file's bytes with the checks a walk needs. Errors name the byte; the caller adds the file.
class PictureBytes {
 public:
  explicit PictureBytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  Index size() const { return static_cast<Index>(bytes_.size()); }
  Index byte(Index at) const {
    if (at >= size()) fail(size(), "the file ends in the middle of the picture");
    return bytes_[static_cast<std::size_t>(at)];
  }
  /// Numbers of two and four bytes, most significant first.
  Index number16(Index at) const { return byte(at) << 8 | byte(at + 1); }
  Index number32(Index at) const { return number16(at) << 16 | number16(at + 2); }
  bool begins_with(std::initializer_list<std::uint8_t> signature) const {
    return bytes_.size() >= signature.size() &&
           std::equal(signature.begin(), signature.end(), bytes_.begin());
  }
  std::span<const std::uint8_t> slice(Index begin, Index count) const {
    if (count > size() - begin) fail(size(), "the file ends in the middle of the picture");
    return bytes_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
  }
  [[noreturn]] static void fail(Index at, const std::string& sentence) {
    throw file_error("byte ", at, ": ", sentence);
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace lamina::data::detail
