// Walks through a PNG or JPEG file without decoding it: what is damaged, cut short or larger than its data
// could ever unpack to is refused, with the byte, before memory is taken for its pixels. PNG: W3C PNG
// specification, 2nd edition, section 5 (chunks and their CRC). JPEG: ITU-T T.81, annex B (markers).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// The checksum of PNG and gzip: CRC-32, polynomial 0xedb88320, reflected.
constexpr std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  constexpr auto table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t remainder = i;
      for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0xedb88320 : 0);
      remainders[i] = remainder;
    }
    return remainders;
  }();
  std::uint32_t sum = 0xffffffff;
  for (const std::uint8_t byte : bytes) sum = sum >> 8 ^ table[(sum ^ byte) & 255];
  return ~sum;
}

/// Channels as stored, height and width of a PNG file whose every chunk is whole.
inline Shape check_png(const PictureBytes& file) {
  const auto chunk_is = [&](Index chunk, const char* type) {
    return std::memcmp(file.slice(chunk + 4, 4).data(), type, 4) == 0;
  };
  constexpr Index header = 8;  // after the signature; chunks are length, type, content, checksum
  if (file.number32(header) != 13 || !chunk_is(header, "IHDR"))
    file.fail(header, "a PNG file begins with a chunk IHDR of 13 bytes");
  Index packed = 0;
  for (Index chunk = header;;) {
    const Index length = file.number32(chunk);
    const auto checked = file.slice(chunk + 4, length + 4);
    if (file.number32(chunk + 8 + length) != static_cast<Index>(crc32(checked)))
      file.fail(chunk, "the checksum of this chunk of the PNG file is wrong");
    if (chunk_is(chunk, "IDAT")) packed += length;
    if (chunk_is(chunk, "IEND")) break;
    chunk += 12 + length;
  }
  const Index width = file.number32(16), height = file.number32(20), depth = file.byte(24),
              kind = file.byte(25);
  const Index channels = kind == 0 ? 1 : kind == 4 ? 2 : kind == 6 ? 4 : 3;
  const Index most = Index{1} << 24;
  if (width < 1 || height < 1 || width > most || height > most)
    file.fail(16, "width and height are from 1 to 16777216");
  // Deflate packs 1032 bytes into one at best; a row is preceded by a byte, and a palette's entry is one
  // sample.
  constexpr Index best_ratio = 1032;
  const Index row = (width * (kind == 3 ? 1 : channels) * depth + 7) / 8 + 1;
  if (height > (packed + 1) * best_ratio / row)
    file.fail(16, sentence(width, "x", height, " pixels cannot be packed in the ", packed,
                           " bytes that the file has for them"));
  return {channels, height, width};
}

/// Channels as stored, height and width of a JPEG file that reaches its end marker.
inline Shape check_jpeg(const PictureBytes& file) {
  Shape shape;
  bool scanned = false;
  for (Index at = 2;;) {
    if (file.byte(at) != 0xff) file.fail(at, "a JPEG marker should begin here, with 0xff");
    while (file.byte(at) == 0xff) ++at;
    const Index marker = file.byte(at++);
    constexpr Index end = 0xd9, scan = 0xda;
    if (marker == end) break;
    if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;  // markers without content
    const Index length = file.number16(at);
    if (length < 2) file.fail(at, "a JPEG segment is at least 2 bytes long");
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) {
      shape = {file.byte(at + 7), file.number16(at + 3), file.number16(at + 5)};
      if (shape.height < 1 || shape.width < 1) file.fail(at + 3, "width and height are at least 1");
      // A block of 8x8 samples takes a bit at least, and at most every other pixel's samples may be left out
      // each way.
      if (shape.height > file.size() * 1024 / shape.width)
        file.fail(at + 3, sentence(shape.width, "x", shape.height, " pixels cannot be packed in a file of ",
                                   file.size(), " bytes"));
    }
    at += length;
    if (marker != scan) continue;
    scanned = true;
    // Within a scan 0xff is followed by 0 (a plain 0xff), a restart marker, or else the scan has ended.
    while (file.byte(at) != 0xff || file.byte(at + 1) == 0 ||
           (file.byte(at + 1) >= 0xd0 && file.byte(at + 1) <= 0xd7))
      ++at;
  }
  if (shape.channels == 0 || !scanned) file.fail(file.size(), "the JPEG file has no picture in it");
  return shape;
}

/// What a PNG or JPEG file holds, if it is whole: channels as stored (1 to 4), height and width. Throws
/// file_error.
inline Shape check_picture(std::span<const std::uint8_t> bytes) {
  const PictureBytes file(bytes);
  if (file.begins_with({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})) return check_png(file);
  if (file.begins_with({0xff, 0xd8})) return check_jpeg(file);
  PictureBytes::fail(0, "a picture begins with the signature of PNG or JPEG");
}

}  // namespace lamina::data::detail
