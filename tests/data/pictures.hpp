// Small pictures for tests, as files in memory, and what a PNG chunk needs to be damaged with a valid
// checksum.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamina/core/shape.hpp"
#include "lamina/data/detail/picture_check.hpp"
#include "lamina/io/detail/stb_image_write.hpp"

namespace support {

/// Smooth interleaved pixels: (x, y, c) is 40 + 3 x + 5 y + 20 c.
inline std::vector<std::uint8_t> slope_pixels(lamina::Index width, lamina::Index height,
                                              lamina::Index channels) {
  std::vector<std::uint8_t> pixels;
  for (lamina::Index y = 0; y < height; ++y)
    for (lamina::Index x = 0; x < width; ++x)
      for (lamina::Index c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>(40 + 3 * x + 5 * y + 20 * c));
  return pixels;
}

inline std::string png(lamina::Index width, lamina::Index height, lamina::Index channels) {
  const auto bytes =
      lamina::io::detail::png_bytes(width, height, channels, slope_pixels(width, height, channels));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::string jpeg(int width, int height, int channels, int quality = 95) {
  std::string file;
  stbi_write_jpg_to_func(
      [](void* to, void* data, int size) {
        static_cast<std::string*>(to)->append(static_cast<char*>(data), static_cast<std::size_t>(size));
      },
      &file, width, height, channels, slope_pixels(width, height, channels).data(), quality);
  return file;
}

inline std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

/// What is said against a file; empty where it is accepted.
inline std::string complaint(const std::string& file) {
  try {
    (void)lamina::data::detail::check_picture(bytes_of(file));
  } catch (const lamina::file_error& refused) {
    return refused.what();
  }
  return {};
}

/// The PNG file with other bytes at `at` within the content of its first chunk, and a checksum to match.
inline std::string with_header(std::string file, std::size_t at, const std::string& bytes) {
  file.replace(16 + at, bytes.size(), bytes);
  const std::uint32_t sum = lamina::data::detail::crc32(bytes_of(file.substr(12, 17)));
  for (std::size_t i = 0; i < 4; ++i) file[29 + i] = static_cast<char>(sum >> (24 - 8 * i));
  return file;
}

}  // namespace support
