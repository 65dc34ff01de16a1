// Images in and out: PNG and JPEG files become tensors (channels, height, width), and tensors such files.
//   auto photo = io::load_image<float, 3>("cat.jpg");            // Tensor<float, 3, dyn, dyn>, 0 to 1
//   io::save_image("mirrored.png", flip<2>(photo));
//   auto bytes = io::load_image("cat.jpg", {.height = 32, .width = 32});   // of std::uint8_t, 0 to 255
// Reading is data/image_file.hpp's; larger pictures with text and curves are made in io/picture.hpp.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/image_file.hpp"
#include "lamina/io/atomic_file.hpp"
#include "lamina/io/detail/stb_image_write.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina::io {

using data::image_form;
using data::ImageFit;
using data::load_image;

/// What an image in memory is made of: bytes, 0 to 255, or real numbers, 0 to 1.
template <class T>
concept pixel_value = std::same_as<T, std::uint8_t> || std::floating_point<T>;

/// The picture in a PNG or JPEG file as a tensor of T, real numbers being bytes / 255. Extents that the type
/// knows are asked for like those of the form: 1 channel for grey, 3 for RGB, other sizes as form.fit says.
/// Throws file_error, naming file and place, for a file that is absent, no picture, damaged, or
/// (ImageFit::exact) of another size; error where type and form contradict each other.
template <pixel_value T, Index Channels = dyn, Index Height = dyn, Index Width = dyn>
Tensor<T, Channels, Height, Width> load_image(const std::filesystem::path& path, image_form form = {}) {
  static_assert(Channels == dyn || Channels == 1 || Channels == 3, "load_image: an image is grey or RGB");
  const auto ask = [](Index known, Index& asked) {
    if (known != dyn && asked != 0 && asked != known)
      throw error("load_image: the type says ", known, " where the form says ", asked, "; leave one out");
    if (known != dyn) asked = known;
  };
  ask(Channels, form.channels);
  ask(Height, form.height);
  ask(Width, form.width);
  const auto bytes = data::load_image(path, form);
  if constexpr (std::same_as<T, std::uint8_t>)
    return bytes;
  else
    return cast<T>(bytes) / T{255};
}

namespace detail {

/// The pixels of an image (channels, height, width) as files have them: rows, channels innermost.
template <expression X> Tensor<std::uint8_t, dyn, dyn, dyn> interleaved(const X& image) {
  using T = typename X::value_type;
  const auto in_order = permute<1, 2, 0>(image);
  if constexpr (std::same_as<T, std::uint8_t>)
    return in_order;
  else  // NaN is no larger than 0
    return cast<std::uint8_t>(where(in_order > T{0}, min(in_order, T{1}), T{0}) * T{255} + T{0.5});
}

}  // namespace detail

/// Writes (channels, height, width) bytes, one channel (grey), three (RGB) or four (RGBA), as a PNG file: the
/// whole file or none of it. Throws shape_error for other shapes and file_error, naming the file, when it
/// cannot be written.
inline void save_png(const std::filesystem::path& path, TensorView<const std::uint8_t, dyn, dyn, dyn> image) {
  write_file_atomically(path, detail::png_bytes(image.extent(2), image.extent(1), image.extent(0),
                                                detail::interleaved(image).span()));
}

/// Writes an image (channels, height, width), or (height, width), of bytes, or of real numbers, of which 0 is
/// black, 1 is white and what lies outside is cut off. The name says how: `.png` (grey, RGB, RGBA; exact) or
/// `.jpg`, `.jpeg` (RGB, which grey becomes; quality 1 to 100). Whole or not at all. Throws shape_error for
/// other shapes and channel counts, and file_error, naming the file, for other names and where it cannot be
/// written.
template <expression X>
  requires pixel_value<typename X::value_type> && (X::rank == 2 || X::rank == 3)
void save_image(const std::filesystem::path& path, const X& image, int quality = 95) {
  if constexpr (X::rank == 2) {
    save_image(path, unsqueeze<0>(image), quality);
  } else {
    const auto pixels = detail::interleaved(image);
    const Index height = pixels.extent(0), width = pixels.extent(1), channels = pixels.extent(2);
    std::string kind = path.extension().string();
    std::transform(kind.begin(), kind.end(), kind.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (kind == ".png")
      write_file_atomically(path, detail::png_bytes(width, height, channels, pixels.span()));
    else if (kind == ".jpg" || kind == ".jpeg")
      write_file_atomically(path, detail::jpeg_bytes(width, height, channels, pixels.span(), quality));
    else
      throw file_error(path.string(), ": images are saved as .png, .jpg or .jpeg");
  }
}

}  // namespace lamina::io
