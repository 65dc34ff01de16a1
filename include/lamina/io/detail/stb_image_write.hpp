// stb_image_write, included here alone: its functions are static, so that any number of translation units
// can have them, and its warnings stay its own. A program that uses stb_image_write by itself should do so in
// a translation unit that does not include this.
#pragma once

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#if __has_include(<stb_image_write.h>)
#include <stb_image_write.h>
#else
#include <stb/stb_image_write.h>
#endif
#undef STB_IMAGE_WRITE_STATIC
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::io::detail {

/// For stb's writers: appends to a vector of bytes.
inline void append_bytes(void* file, void* data, int size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  auto& whole = *static_cast<std::vector<std::byte>*>(file);
  whole.insert(whole.end(), bytes, bytes + size);
}

/// A PNG file of `pixels`, rows of interleaved channels (1 grey, 3 RGB, 4 RGBA), 8 bits each. Throws
/// shape_error when they are not width × height × channels, error when there is no memory for it.
inline std::vector<std::byte> png_bytes(Index width, Index height, Index channels,
                                        std::span<const std::uint8_t> pixels) {
  constexpr Index most = std::numeric_limits<int>::max();
  require(width >= 1 && height >= 1 && (channels == 1 || channels == 3 || channels == 4),
          "png: an image has at least one pixel, and 1, 3 or 4 channels");
  require(width <= most / 8 / height, "png: the image is too large");
  require(static_cast<Index>(pixels.size()) == width * height * channels,
          "png: the pixels must be width x height x channels");
  std::vector<std::byte> file;
  if (stbi_write_png_to_func(append_bytes, &file, static_cast<int>(width), static_cast<int>(height),
                             static_cast<int>(channels), pixels.data(),
                             static_cast<int>(width * channels)) == 0)
    throw error("png: the image cannot be encoded");
  return file;
}

/// A JPEG file of `pixels`, grey or RGB (in the file grey is RGB, too), of a quality from 1 to 100. Throws
/// shape_error where one of these is not so.
inline std::vector<std::byte> jpeg_bytes(Index width, Index height, Index channels,
                                         std::span<const std::uint8_t> pixels, int quality) {
  constexpr Index most = 65535;  // its header has 16 bits for each
  require(width >= 1 && height >= 1 && (channels == 1 || channels == 3),
          "jpeg: an image has at least one pixel, and 1 or 3 channels");
  require(width <= most && height <= most &&
              width <= std::numeric_limits<int>::max() / channels / height,  // stb counts bytes as int
          "jpeg: the image is too large");
  require(static_cast<Index>(pixels.size()) == width * height * channels,
          "jpeg: the pixels must be width x height x channels");
  require(quality >= 1 && quality <= 100, "jpeg: the quality is from 1 to 100");
  std::vector<std::byte> file;
  if (stbi_write_jpg_to_func(append_bytes, &file, static_cast<int>(width), static_cast<int>(height),
                             static_cast<int>(channels), pixels.data(), quality) == 0)
    throw error("jpeg: the image cannot be encoded");
  return file;
}

}  // namespace lamina::io::detail
