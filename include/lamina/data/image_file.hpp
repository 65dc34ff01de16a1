// Reads a PNG or JPEG picture into a tensor, brought to the size a network expects.
// Next: data/image_folder.hpp, a whole set of them; io/image.hpp, which writes them too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/detail/byte_source.hpp"
#include "lamina/data/detail/picture_check.hpp"
#include "lamina/data/detail/resample.hpp"
#include "lamina/data/detail/stb_image.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina::data {

/// How a picture of another size becomes one of the size asked for.
enum class ImageFit {
  crop,     // its largest middle part of the same proportions, resized
  stretch,  // the whole of it, resized; proportions change
  exact     // not at all: another size is an error
};

/// What a picture should be once it is loaded; 0 means as it is stored.
struct image_form {
  Index channels = 0;  // 1 grey, 3 RGB; stored transparency is dropped
  Index height = 0;    // pixels
  Index width = 0;
  ImageFit fit = ImageFit::crop;
};

namespace detail {

/// The whole file, if it is a picture, and the shape stored in it.
struct PictureFile {
  std::vector<std::uint8_t> bytes;
  Shape shape;
};

inline PictureFile read_picture(const std::filesystem::path& path) {
  ByteSource file(path);
  if (file.file_size() > std::numeric_limits<int>::max())
    file.fail(0, "a picture's file is smaller than 2 GiB");
  PictureFile picture{file.gzipped() ? std::vector<std::uint8_t>{} : file.take(file.file_size(), "a picture"),
                      {}};
  try {
    picture.shape = check_picture(picture.bytes);
  } catch (const file_error& refused) {
    throw file_error(path.string(), ": ", refused.what());
  }
  return picture;
}

/// Shape of a picture of shape `stored` once loaded in this form.
inline Shape formed(Shape stored, const image_form& form) {
  if ((form.channels != 0 && form.channels != 1 && form.channels != 3) || form.height < 0 || form.width < 0)
    throw error("image_form: channels are 0, 1 or 3, height and width at least 0");
  return {form.channels          ? form.channels
          : stored.channels <= 2 ? 1
                                 : 3,
          form.height ? form.height : stored.height, form.width ? form.width : stored.width};
}

/// Decodes a picture into planes of `shape`.
inline void load_planes(const std::filesystem::path& path, const PictureFile& file, Shape shape, ImageFit fit,
                        std::uint8_t* planes) {
  const bool resized = file.shape.height != shape.height || file.shape.width != shape.width;
  if (resized && fit == ImageFit::exact)
    throw file_error(path.string(), ": the picture is ", file.shape.height, "x", file.shape.width,
                     "; it should be ", shape.height, "x", shape.width,
                     " (or be brought to that by ImageFit::crop or stretch)");
  try {
    const Picture picture = decode_picture(file.bytes, shape.channels);
    if (picture.shape.height != file.shape.height || picture.shape.width != file.shape.width)
      throw file_error("the picture decodes to another size than its header says");
    const double height = static_cast<double>(picture.shape.height),
                 width = static_cast<double>(picture.shape.width);
    Stretch rows{0, height}, columns{0, width};
    if (fit == ImageFit::crop) {
      const double scale =
          std::min(height / static_cast<double>(shape.height), width / static_cast<double>(shape.width));
      rows.length = scale * static_cast<double>(shape.height);
      columns.length = scale * static_cast<double>(shape.width);
      rows.begin = (height - rows.length) / 2;
      columns.begin = (width - columns.length) / 2;
    }
    if (resized) {
      resample(picture.pixels.get(), picture.shape, rows, columns, planes, shape.height, shape.width);
      return;
    }
    for (Index channel = 0; channel < shape.channels; ++channel)
      for (Index pixel = 0; pixel < shape.pixels(); ++pixel)
        *planes++ = picture.pixels.get()[pixel * shape.channels + channel];
  } catch (const file_error& refused) {
    throw file_error(path.string(), ": ", refused.what());
  }
}

}  // namespace detail

/// The picture in a PNG or JPEG file as (channels, height, width) bytes, 0 to 255, in the form asked for:
///   data::load_image("cat.jpg", {.channels = 3, .height = 32, .width = 32})
/// Pixels are as they are stored: the rotation that cameras note beside them (EXIF) is not looked at.
/// Throws file_error, naming file and place, for a file that is absent, no picture, damaged, or
/// (ImageFit::exact) of another size.
inline Tensor<std::uint8_t, dyn, dyn, dyn> load_image(const std::filesystem::path& path,
                                                      const image_form& form = {}) {
  const detail::PictureFile file = detail::read_picture(path);
  const Shape shape = detail::formed(file.shape, form);
  Tensor<std::uint8_t, dyn, dyn, dyn> image(shape.channels, shape.height, shape.width);
  detail::load_planes(path, file, shape, form.fit, image.data());
  return image;
}

}  // namespace lamina::data
