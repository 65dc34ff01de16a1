// Your own pictures as a data set: one folder per class, whose name is the class, with PNG and JPEG files in
// it.
//   pictures/cat/0001.jpg   pictures/cat/0002.png   pictures/dog/a.jpg   …
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/image_file.hpp"

namespace lamina::data {

namespace detail {

inline bool is_picture_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// What lies in a folder, sorted by name so that labels and order are the same on every machine; hidden
/// entries are left out.
inline std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed))
    if (entry->path().filename().string().front() != '.') found.push_back(entry->path());
  if (failed) throw file_error(folder.string(), ": cannot be read as a folder: ", failed.message());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace detail

/// All pictures in the sub-folders of `folder`, one class each, in the order of their names. Without `form`
/// they must all have the size and channels of the first (grey or RGB, transparency aside); with it, each is
/// brought to that form (so `{.height = 32, .width = 32}` crops and resizes, to the channels of the first).
/// Divide the set with `split`, or keep training and test pictures in
/// two such folders. Throws file_error, naming the file, when a class has no picture, or for a picture that
/// is damaged or does not fit.
inline Dataset<> image_folder(const std::filesystem::path& folder, image_form form = {}) {
  Dataset<> set;
  std::vector<std::filesystem::path> files;
  for (const auto& place : detail::entries(folder)) {
    if (!std::filesystem::is_directory(place)) continue;
    const std::size_t before = files.size();
    for (const auto& file : detail::entries(place))
      if (detail::is_picture_name(file)) files.push_back(file);
    if (files.size() == before)
      throw file_error(place.string(), ": no .png, .jpg or .jpeg file in this class's folder");
    set.labels.resize(files.size(), static_cast<std::int32_t>(set.classes.size()));
    set.classes.push_back(place.filename().string());
  }
  if (files.empty())
    throw file_error(folder.string(), ": no sub-folders with pictures; there should be one for each class");
  if (form.height == 0 && form.width == 0) form.fit = ImageFit::exact;
  const Shape shape = detail::formed(detail::read_picture(files.front()).shape, form);
  const auto count = static_cast<Index>(files.size());
  set.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(count, shape.channels, shape.height, shape.width);
  parallel_for(count, [&](Index i) {
    const auto& path = files[static_cast<std::size_t>(i)];
    const detail::PictureFile file = detail::read_picture(path);
    detail::load_planes(path, file, shape, form.fit, set.images.data() + i * shape.elements());
    if (form.fit == ImageFit::exact && detail::formed(file.shape, form).channels != shape.channels)
      throw file_error(path.string(), ": the picture is ", shape.channels == 1 ? "in colour" : "grey",
                       ", and others are not; ask for image_form's .channels = 1 or 3");
  });
  return set;
}

}  // namespace lamina::data
