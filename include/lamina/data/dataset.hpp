// A labelled set of images in memory: what every reader of data/ returns and what a Loader draws batches
// from. Pixels stay as small as they came (one byte each); they become floats in [0, 1] when a batch is made.
// Next: data/loader.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/random.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

/// Images of one size with their classes. Pixels of type std::uint8_t become floats in [0, 1] when batched,
/// float pixels are taken as they are. A regular value: copies are deep.
template <class Pixel = std::uint8_t> struct Dataset {
  Tensor<Pixel, dyn, dyn, dyn, dyn> images{};  // (n, c, h, w)
  std::vector<std::int32_t> labels{};          // (n), each in [0, classes.size())
  std::vector<std::string> classes{};          // names, by label
  std::string
      note{};  // what a reader wants known, such as parts of the set that are absent; empty if nothing

  /// Number of samples.
  Index size() const { return images.extent(0); }
  /// What one sample measures: (channels, height, width).
  Shape shape() const { return {images.extent(1), images.extent(2), images.extent(3)}; }
  /// First pixel of a sample; its channels follow each other as planes, rows within them.
  const Pixel* image(Index sample) const { return images.data() + sample * shape().elements(); }

  /// Throws lamina::error unless every image has a label and every label names a class.
  void check() const {
    check_label_count();
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= classes.size())
        throw error("data set: image ", i, " has label ", labels[i], "; labels of ", classes.size(),
                    " classes run from 0 to ", static_cast<Index>(classes.size()) - 1);
  }

  /// A copy of samples [first, first + count). Throws lamina::error when they are not all there.
  Dataset subset(Index first, Index count) const {
    if (first < 0 || count < 0 || first > size() || count > size() - first)
      throw error("subset: samples [", first, ", ", first, " + ", count, ") asked of a set of ", size());
    std::vector<Index> chosen(static_cast<std::size_t>(count));
    for (Index i = 0; i < count; ++i) chosen[static_cast<std::size_t>(i)] = first + i;
    return select(chosen);
  }

  /// A copy of the samples named, in that order (repeats are allowed). Throws lamina::error on one out of
  /// range, and unless every image has a label.
  Dataset select(const std::vector<Index>& samples) const {
    check_label_count();
    const auto [channels, height, width] = shape();
    Dataset chosen;
    chosen.images = decltype(images)(static_cast<Index>(samples.size()), channels, height, width);
    chosen.labels.reserve(samples.size());
    chosen.classes = classes;
    chosen.note = note;
    Pixel* to = chosen.images.data();
    for (const Index sample : samples) {
      if (sample < 0 || sample >= size())
        throw error("data set: sample ", sample, " asked of a set of ", size());
      to = std::copy_n(image(sample), shape().elements(), to);
      chosen.labels.push_back(labels[static_cast<std::size_t>(sample)]);
    }
    return chosen;
  }

 private:
  void check_label_count() const {
    if (static_cast<Index>(labels.size()) != size())
      throw error("data set: ", size(), " images but ", labels.size(), " labels; each image needs one");
  }
};

/// A set to learn from and one to be judged on: `auto [training, testing] = data::mnist(data::directory());`
template <class Pixel = std::uint8_t> struct TrainTest {
  Dataset<Pixel> training{};
  Dataset<Pixel> testing{};
};

/// Divides a set at random: `testing` gets round(testing_share * size) samples, `training` the others; which,
/// depends on the seed alone. For sets that come without a division of their own, and for validation sets.
template <class Pixel> TrainTest<Pixel> split(const Dataset<Pixel>& all, double testing_share, seed seed) {
  if (!(testing_share >= 0 && testing_share <= 1))
    throw error("split: testing_share is a part of the whole, from 0 to 1");
  const std::vector<Index> order = permutation(all.size(), Random(seed));
  const auto border =
      order.begin() + static_cast<Index>(std::llround(testing_share * static_cast<double>(all.size())));
  return {all.select({border, order.end()}), all.select({order.begin(), border})};
}

/// "20000 images 3x32x32 in 10 classes", followed by the note if there is one.
template <class Pixel> std::ostream& operator<<(std::ostream& out, const Dataset<Pixel>& set) {
  out << set.size() << " images " << to_string(set.shape()) << " in " << set.classes.size() << " classes";
  if (!set.note.empty()) out << " (" << set.note << ')';
  return out;
}

}  // namespace lamina
