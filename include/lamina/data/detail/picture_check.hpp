// Walks through a PNG or JPEG file without decoding it: what is damaged, cut short or larger than its data
// could ever unpack to is refused, with the byte, before memory is taken for its pixels. PNG: W3C PNG
// specification, 2nd edition, section 5 (chunks and their CRC). JPEG: jpeg_check.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/data/detail/jpeg_check.hpp"
#include "lamina/data/detail/picture_bytes.hpp"

namespace lamina::data::detail {

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
  // Interlaced rows are up to twice as many. More than they hold would be unpacked for nothing.
  if (packed > 2 * height * row + 1024)
    file.fail(16, sentence("the file has ", packed, " bytes for ", width, "x", height,
                           " pixels, more than they take unpacked"));
  return {channels, height, width};
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
