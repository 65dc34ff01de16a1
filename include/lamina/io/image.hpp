// Pictures in and out: PNG and JPEG files become tensors, tensors become PNG files. Reading is
// data/image_file.hpp's; larger pictures with text and curves are made in io/picture.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/image_file.hpp"
#include "lamina/io/atomic_file.hpp"
#include "lamina/io/detail/stb_image_write.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina::io {

using data::image_form;
using data::ImageFit;
using data::load_image;

/// Writes (channels, height, width) bytes, one channel (grey), three (RGB) or four (RGBA), as a PNG file: the
/// whole file or none of it. Throws shape_error for other shapes and file_error, naming the file, when it
/// cannot be written.
inline void save_png(const std::filesystem::path& path, TensorView<const std::uint8_t, dyn, dyn, dyn> image) {
  const Index channels = image.extent(0), height = image.extent(1), width = image.extent(2);
  std::vector<std::uint8_t> interleaved;
  interleaved.reserve(static_cast<std::size_t>(image.size()));
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x)
      for (Index channel = 0; channel < channels; ++channel) interleaved.push_back(image(channel, y, x));
  write_file_atomically(path, detail::png_bytes(width, height, channels, interleaved));
}

}  // namespace lamina::io
