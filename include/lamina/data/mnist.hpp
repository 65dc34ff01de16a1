// MNIST and Fashion-MNIST in their IDX files, raw or gzipped: 60,000 training and 10,000 test images of 28x28
// grey pixels in ten classes. IDX is a big-endian header, 0x00 0x00 <type> <rank> and one 32-bit extent per
// axis, then the elements row-major (http://yann.lecun.com/exdb/mnist/); type 0x08 is the unsigned byte, the
// only one read here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/detail/byte_source.hpp"
#include "lamina/data/directory.hpp"

namespace lamina::data {

namespace detail {

inline std::string hexadecimal(std::uint32_t value) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", static_cast<unsigned>(value));
  return text;
}

/// The extents in the header of an IDX file of bytes, each at least 1 and together countable.
inline std::vector<Index> idx_extents(ByteSource& file, std::uint32_t rank, const char* content) {
  const std::uint32_t unsigned_bytes = 0x800 + rank;
  if (const std::uint32_t magic = file.take_big_endian("the magic number"); magic != unsigned_bytes)
    file.fail(0, sentence("the magic number is ", hexadecimal(magic), "; an IDX file of ", content,
                          " begins with ", hexadecimal(unsigned_bytes)));
  std::vector<Index> extents;
  Index total = 1;
  for (std::uint32_t axis = 0; axis < rank; ++axis) {
    const Index at = file.offset();
    const Index extent = file.take_big_endian("an extent");
    if (extent == 0) file.fail(at, sentence("an extent is 0; ", content, " have at least 1 on every axis"));
    if (extent > std::numeric_limits<Index>::max() / total)
      file.fail(at, "the extents multiply to more bytes than any file has");
    total *= extent;
    extents.push_back(extent);
  }
  return extents;
}

inline Tensor<std::uint8_t, dyn, dyn, dyn, dyn> idx_images(const std::filesystem::path& path) {
  ByteSource file(path);
  const std::vector<Index> extents = idx_extents(file, 3, "images");
  const Index count = extents[0], height = extents[1], width = extents[2];
  const std::string what = sentence(count, " images of ", height, "x", width);
  const std::vector<std::uint8_t> pixels = file.take(count * height * width, what);
  file.expect_end(what);
  Tensor<std::uint8_t, dyn, dyn, dyn, dyn> images(count, 1, height, width);
  std::copy(pixels.begin(), pixels.end(), images.data());
  return images;
}

inline std::vector<std::int32_t> idx_labels(const std::filesystem::path& path, std::size_t classes) {
  ByteSource file(path);
  const Index count = idx_extents(file, 1, "labels")[0];
  const Index first = file.offset();
  const std::vector<std::uint8_t> labels = file.take(count, sentence(count, " labels"));
  file.expect_end(sentence(count, " labels"));
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= classes)
      file.fail(first + static_cast<Index>(i), sentence("label ", labels[i], "; labels of ", classes,
                                                        " classes run from 0 to ", classes - 1));
  return {labels.begin(), labels.end()};
}

/// "train-images-idx3-ubyte" as it is, gzipped, or with the dot that some copies have for the second dash.
inline std::vector<std::string> idx_names(const std::string& part, const std::string& content) {
  const std::string dash = sentence(part, "-", content, "-ubyte");
  std::string dot = dash;
  dot[dash.find("-idx")] = '.';
  return {dash, sentence(dash, ".gz"), dot, sentence(dot, ".gz")};
}

}  // namespace detail

/// An IDX file of images with its file of labels, either of them raw or gzipped; pixels as they are, 0 to
/// 255. Throws file_error, naming file and byte, for anything damaged, and for labels that are no index into
/// `classes`.
inline Dataset<> idx(const std::filesystem::path& images, const std::filesystem::path& labels,
                     std::vector<std::string> classes) {
  Dataset<> set;
  set.images = detail::idx_images(images);
  set.labels = detail::idx_labels(labels, classes.size());
  set.classes = std::move(classes);
  if (static_cast<Index>(set.labels.size()) != set.size())
    throw file_error(labels.string(), ": byte 4: ", set.labels.size(), " labels for the ", set.size(),
                     " images of ", images.string(), "; each image has one");
  return set;
}

namespace detail {

inline TrainTest<> mnist_like(const std::string& set, const std::filesystem::path& directory,
                              const std::vector<std::string>& usual_folders,
                              const std::vector<std::string>& classes) {
  const auto folder =
      find_file(set, directory, usual_folders, idx_names("train-images", "idx3")).parent_path();
  const auto part = [&](const std::string& name) {
    return idx(find_file(set, folder, {}, idx_names(sentence(name, "-images"), "idx3")),
               find_file(set, folder, {}, idx_names(sentence(name, "-labels"), "idx1")), classes);
  };
  TrainTest<> both{part("train"), part("t10k")};
  if (both.training.shape() != both.testing.shape())
    throw file_error(folder.string(), ": training images are ", to_string(both.training.shape()),
                     ", test images ", to_string(both.testing.shape()), "; they should be of one size");
  return both;
}

}  // namespace detail

/// MNIST's handwritten digits. `directory` is the folder with the four IDX files or one that holds it as
/// mnist/ (or MNIST/raw/, as torchvision leaves it). Pixels scaled to [0, 1] have mean 0.1307 and standard
/// deviation 0.3081. Throws file_error, naming file and byte, when a file is absent or damaged.
inline TrainTest<> mnist(const std::filesystem::path& directory) {
  return detail::mnist_like("MNIST", directory, {"mnist", "MNIST/raw", "MNIST"},
                            {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

/// Zalando's Fashion-MNIST: the same four file names as MNIST, in `directory` itself or in its fashion-mnist/
/// (or FashionMNIST/raw/, fashion/). Scaled to [0, 1]: mean 0.2860, standard deviation 0.3530. Errors as
/// `mnist`.
inline TrainTest<> fashion_mnist(const std::filesystem::path& directory) {
  return detail::mnist_like("Fashion-MNIST", directory,
                            {"fashion-mnist", "FashionMNIST/raw", "FashionMNIST", "fashion"},
                            {"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt",
                             "sneaker", "bag", "ankle boot"});
}

}  // namespace lamina::data
