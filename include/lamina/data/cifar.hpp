// CIFAR-10 and CIFAR-100 in their binary version (https://www.cs.toronto.edu/~kriz/cifar.html): 32x32 colour
// images, one record each: one label byte (CIFAR-100: the coarse label, then the fine one), then 3072 bytes
// of pixels, the red plane, the green and the blue, rows within them. No header: the file's size must be
// whole records.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/detail/byte_source.hpp"
#include "lamina/data/directory.hpp"

namespace lamina::data {

/// Which of CIFAR-100's two labels to learn: one of 100 kinds of thing, or one of the 20 groups they fall
/// into.
enum class CifarLabel { fine, coarse };

namespace detail {

/// A record is label_bytes bytes, of which byte `label_at` is the label used, then the pixels.
struct CifarRecord {
  Index label_bytes = 1;
  Index label_at = 0;
  static constexpr Index pixels = 3 * 32 * 32;
  constexpr Index size() const { return label_bytes + pixels; }
};

inline Dataset<> cifar_files(const std::vector<std::filesystem::path>& paths, CifarRecord record,
                             std::vector<std::string> classes) {
  Index records = 0;
  std::vector<Index> sizes;  // asked once: a file that changes meanwhile cannot outgrow the tensor
  for (const auto& path : paths) {
    const ByteSource file(path);
    if (file.gzipped()) file.fail(0, "the file is gzipped; unpack it first");
    if (const Index beyond = file.file_size() % record.size(); beyond != 0 || file.file_size() == 0)
      file.fail(file.file_size() - beyond,
                sentence("the last record has ", beyond, " bytes; the file should be whole records of ",
                         record.size(), " bytes"));
    records += file.file_size() / record.size();
    sizes.push_back(file.file_size());
  }
  Dataset<> set;
  set.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(records, 3, 32, 32);
  set.labels.reserve(static_cast<std::size_t>(records));
  set.classes = std::move(classes);
  std::uint8_t* to = set.images.data();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    ByteSource file(paths[i]);
    const std::vector<std::uint8_t> bytes = file.take(sizes[i], "whole records");
    for (auto at = bytes.begin(); at != bytes.end(); at += record.size()) {
      if (const std::uint8_t label = at[record.label_at]; label >= set.classes.size())
        file.fail(at - bytes.begin() + record.label_at,
                  sentence("label ", label, "; labels of ", set.classes.size(), " classes run from 0 to ",
                           set.classes.size() - 1));
      else
        set.labels.push_back(label);
      to = std::copy_n(at + record.label_bytes, CifarRecord::pixels, to);
    }
  }
  return set;
}

}  // namespace detail

/// CIFAR-10. `directory` is the folder with data_batch_1.bin … data_batch_5.bin and test_batch.bin, or one
/// that holds it as cifar-10-batches-bin/. Training batches that are absent are named in `training.note`; at
/// least one, and the test batch, must be there. Throws file_error, naming file and byte, when a file is
/// absent or damaged.
inline TrainTest<> cifar10(const std::filesystem::path& directory) {
  const std::vector<std::string> batches = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                            "data_batch_4.bin", "data_batch_5.bin"};
  const std::vector<std::string> classes = {"airplane", "automobile", "bird",  "cat",  "deer",
                                            "dog",      "frog",       "horse", "ship", "truck"};
  const auto folder =
      detail::find_file("CIFAR-10", directory, {"cifar-10-batches-bin", "cifar10"}, batches).parent_path();
  std::vector<std::filesystem::path> present;
  std::string absent;
  for (const std::string& batch : batches)
    if (std::filesystem::exists(folder / batch))
      present.push_back(folder / batch);
    else
      absent += (absent.empty() ? "" : ", ") + batch;
  TrainTest<> both{detail::cifar_files(present, {}, classes),
                   detail::cifar_files({folder / "test_batch.bin"}, {}, classes)};
  if (!absent.empty()) both.training.note = sentence("absent: ", absent);
  return both;
}

/// CIFAR-100. `directory` is the folder with train.bin and test.bin, or one that holds it as
/// cifar-100-binary/. Classes are the 100 fine ones unless the 20 coarse ones are asked for. Errors as
/// `cifar10`, and a record whose other label is out of range is not looked at.
inline TrainTest<> cifar100(const std::filesystem::path& directory, CifarLabel label = CifarLabel::fine) {
  const std::vector<std::string> coarse = {"aquatic mammals",
                                           "fish",
                                           "flowers",
                                           "food containers",
                                           "fruit and vegetables",
                                           "household electrical devices",
                                           "household furniture",
                                           "insects",
                                           "large carnivores",
                                           "large man-made outdoor things",
                                           "large natural outdoor scenes",
                                           "large omnivores and herbivores",
                                           "medium-sized mammals",
                                           "non-insect invertebrates",
                                           "people",
                                           "reptiles",
                                           "small mammals",
                                           "trees",
                                           "vehicles 1",
                                           "vehicles 2"};
  const std::vector<std::string> fine = {
      "apple",       "aquarium fish", "baby",      "bear",       "beaver",       "bed",
      "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
      "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
      "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
      "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
      "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
      "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn mower",
      "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple tree",
      "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak tree",     "orange",
      "orchid",      "otter",         "palm tree", "pear",       "pickup truck", "pine tree",
      "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
      "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
      "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
      "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet pepper",
      "table",       "tank",          "telephone", "television", "tiger",        "tractor",
      "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
      "willow tree", "wolf",          "woman",     "worm"};
  const auto folder =
      detail::find_file("CIFAR-100", directory, {"cifar-100-binary", "cifar100"}, {"train.bin"})
          .parent_path();
  const detail::CifarRecord record{.label_bytes = 2, .label_at = label == CifarLabel::fine ? 1 : 0};
  const auto& classes = label == CifarLabel::fine ? fine : coarse;
  return {detail::cifar_files({folder / "train.bin"}, record, classes),
          detail::cifar_files({folder / "test.bin"}, record, classes)};
}

}  // namespace lamina::data
