// Small IDX files, and gzip as the tests need it: whole, and to be damaged afterwards.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace support {

/// A header of 32-bit numbers, most significant byte first.
inline std::string big_endian(std::initializer_list<std::uint32_t> numbers) {
  std::string bytes;
  for (const std::uint32_t number : numbers)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 255);
  return bytes;
}

/// `count` images of 2x3 pixels; pixel k of the file is k mod 251.
inline std::string idx_images(std::uint32_t count) {
  std::string bytes = big_endian({0x803, count, 2, 3});
  for (std::uint32_t k = 0; k < count * 6; ++k) bytes += static_cast<char>(k % 251);
  return bytes;
}

/// Labels 0, 1, …, 9, 0, ….
inline std::string idx_labels(std::uint32_t count) {
  std::string bytes = big_endian({0x801, count});
  for (std::uint32_t k = 0; k < count; ++k) bytes += static_cast<char>(k % 10);
  return bytes;
}

inline std::string gzip(const std::string& bytes) {
  z_stream zlib{};
  if (deflateInit2(&zlib, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib could not be started");
  std::string packed(deflateBound(&zlib, bytes.size()) + 32, '\0');
  std::string input = bytes;
  zlib.next_in = reinterpret_cast<Bytef*>(input.data());
  zlib.avail_in = static_cast<uInt>(input.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&zlib, Z_FINISH);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  return packed;
}

}  // namespace support
