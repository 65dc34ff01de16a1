// stb_image, included here alone and cut to PNG and JPEG: its functions are static, so that any number of
// translation units can have them, and its warnings stay its own. A program that uses stb_image by itself
// should do so in a translation unit that does not include this. stb_image is lenient (a file cut short
// decodes to grey, checksums are skipped), so picture_check.hpp looks at the bytes first.
#pragma once

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#if __has_include(<stb_image.h>)
#include <stb_image.h>
#else
#include <stb/stb_image.h>
#endif
#undef STBI_NO_STDIO
#undef STBI_ONLY_JPEG
#undef STBI_ONLY_PNG
#undef STB_IMAGE_STATIC
#undef STB_IMAGE_IMPLEMENTATION
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::data::detail {

/// Rows of pixels of interleaved channels, 8 bits each.
struct Picture {
  std::unique_ptr<std::uint8_t, void (*)(void*)> pixels;
  Shape shape;
};

/// Decodes a PNG or JPEG file of less than 2 GiB to `channels`: 1 grey, 3 RGB (transparency is dropped, 16
/// bits become 8). Throws file_error with stb_image's reason, which names no file.
inline Picture decode_picture(std::span<const std::uint8_t> file, Index channels) {
  int width = 0, height = 0, stored = 0;
  std::uint8_t* pixels = stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height,
                                               &stored, static_cast<int>(channels));
  if (!pixels) throw file_error("the picture cannot be decoded (", stbi_failure_reason(), ")");
  return {{pixels, [](void* memory) { stbi_image_free(memory); }}, {channels, height, width}};
}

}  // namespace lamina::data::detail
