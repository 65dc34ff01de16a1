// Batches of a data set, shuffled anew in each epoch, turned into floats and augmented on a thread of their
// own while the network works on the batch before.
//   Loader loader(training, {.batch_size = 64, .seed{42}}, augment(random_flip{}));
//   for (Index epoch = 0; epoch < 10; ++epoch)
//     for (const Batch<float>& batch : loader.epoch(epoch)) …
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/random.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/data/augment.hpp"
#include "lamina/data/batch.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/data/detail/prefetch.hpp"

namespace lamina {

/// How a Loader draws its batches.
struct loader_options {
  Index batch_size = 64;          // the last batch of an epoch has what is left
  bool shuffle = true;            // in an order that seed and epoch decide; false: the set's own order
  lamina::seed seed{};            // of the order and of every augmentation
  bool drop_last = false;         // an epoch goes without the samples that do not fill its last batch
  bool prefetch = threads() > 1;  // makes the next batch on a thread of its own; the batches are the same
};

/// Makes batches of T from a data set, which must outlive it. A batch depends on the data, the options, the
/// augmentation and the epoch's number, not on what was drawn before or on any thread. After construction it
/// allocates nothing.
template <class T, class Pixel, augmentation Pipeline = Augmentation<Purpose::training>> class Loader {
 public:
  /// Throws lamina::error when labels and images do not fit together, for a batch size below 1, and
  /// (shape_error) for a pipeline that cannot take the set's images.
  explicit Loader(const Dataset<Pixel>& set, loader_options options = {}, Pipeline pipeline = {});
  explicit Loader(Dataset<Pixel>&& set, loader_options = {}, Pipeline = {}) = delete;  // it would be gone
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Images of the set, batches of an epoch, and the images in those: fewer where drop_last left some out.
  Index size() const { return set_.size(); }
  Index batches() const {
    return (size() + (options_.drop_last ? 0 : options_.batch_size - 1)) / options_.batch_size;
  }
  Index epoch_size() const { return std::min(size(), batches() * options_.batch_size); }
  /// What the images of a batch measure, after augmentation.
  Shape shape() const { return shape_; }

  /// One pass over the set: to be iterated once, and no longer when another one has begun. Leaving it early
  /// is fine. An exception thrown while a batch was made (by a step of one's own, say) arrives where that
  /// batch would have.
  class Epoch;
  Epoch epoch(Index number) {
    prefetch_.rest();
    epoch_ = static_cast<std::uint64_t>(number);
    arrange();
    prefetch_.start(batches());
    return Epoch(*this);
  }

 private:
  /// The streams of random numbers that a seed is divided into.
  enum Stream : std::uint64_t { order_stream, sample_stream, mixing_stream };

  /// Where one batch lies.
  struct Slot {
    Storage<T> pixels, soft_targets;
    std::vector<std::int32_t> labels;
    Batch<T> batch;
  };

  struct Make {
    Loader* loader;
    void operator()(Index batch, int slot) const {
      loader->make(batch, loader->slots_[static_cast<std::size_t>(slot)]);
    }
  };

  Random random(Stream stream) const { return Random(options_.seed).stream(stream).stream(epoch_); }
  void arrange();
  void make(Index batch, Slot& slot);
  void make_image(Index sample, const Random& random, T* to);

  const Dataset<Pixel>& set_;
  loader_options options_;
  Pipeline pipeline_;
  Shape shape_;
  Index classes_;
  std::uint64_t epoch_ = 0;
  std::vector<Index> order_;        // the samples of this epoch
  std::array<Storage<T>, 2> work_;  // images on their way through the pipeline
  std::array<Slot, 2> slots_;
  detail::Prefetch<Make> prefetch_;  // last: its thread uses all of the above
};

template <class Pixel, augmentation Pipeline = Augmentation<Purpose::training>>
Loader(const Dataset<Pixel>&, loader_options = {}, Pipeline = {}) -> Loader<float, Pixel, Pipeline>;

template <class T, class Pixel, augmentation Pipeline> class Loader<T, Pixel, Pipeline>::Epoch {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch<T>;
    using difference_type = std::ptrdiff_t;
    using pointer = const Batch<T>*;
    using reference = const Batch<T>&;

    reference operator*() const { return loader_->slots_[static_cast<std::size_t>(slot_)].batch; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      slot_ = loader_->prefetch_.next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return slot_ < 0; }

   private:
    friend Epoch;
    explicit Iterator(Loader& loader) : loader_(&loader) { ++*this; }
    Loader* loader_;
    int slot_ = -1;
  };

  Iterator begin() { return Iterator(*loader_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  friend Loader;
  explicit Epoch(Loader& loader) : loader_(&loader) {}
  Loader* loader_;
};

// --------------------------------------------------------------------------------------------------------------------

namespace detail {

/// Pixels as a network takes them: bytes become x / 255 (looked up, which is exact and as quick as reading
/// them), floats stay what they are.
template <class T, class Pixel> void convert_pixels(const Pixel* from, Index count, T* to) {
  if constexpr (std::is_same_v<Pixel, std::uint8_t>) {
    static constexpr auto parts = [] {
      std::array<T, 256> values{};
      for (std::size_t byte = 0; byte < 256; ++byte) values[byte] = static_cast<T>(byte) / T{255};
      return values;
    }();
    for (Index i = 0; i < count; ++i) to[i] = parts[from[i]];
  } else {
    for (Index i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]);
  }
}

}  // namespace detail

template <class T, class Pixel, augmentation Pipeline>
Loader<T, Pixel, Pipeline>::Loader(const Dataset<Pixel>& set, loader_options options, Pipeline pipeline)
    : set_(set),
      options_(options),
      pipeline_(std::move(pipeline)),
      shape_(pipeline_.output_shape(set.shape())),
      classes_(static_cast<Index>(set.classes.size())),
      order_(static_cast<std::size_t>(set.size())),
      prefetch_(Make{this}, options.prefetch) {
  set.check();
  if (options.batch_size < 1)
    throw error("loader: batch_size is ", options.batch_size, "; it should be at least 1");
  const Index most = std::min(options.batch_size, set.size());
  const Index targets = Pipeline::mixes ? classes_ : 0;
  for (Slot& slot : slots_) {
    slot.pixels = Storage<T>(most * shape_.elements());
    slot.soft_targets = Storage<T>(most * targets);
    slot.labels.resize(static_cast<std::size_t>(most));
  }
  if constexpr (!Pipeline::is_identity)
    for (Storage<T>& image : work_) image = Storage<T>(std::max(pipeline_.largest(set.shape()), targets));
}

template <class T, class Pixel, augmentation Pipeline> void Loader<T, Pixel, Pipeline>::arrange() {
  std::iota(order_.begin(), order_.end(), Index{0});
  if (!options_.shuffle) return;
  const Random choices =
      random(order_stream);  // Fisher and Yates, as `permutation`, but in memory that is there
  for (std::size_t last = order_.size(); last > 1; --last)
    std::swap(order_[last - 1], order_[static_cast<std::size_t>(choices.below(last, last))]);
}

template <class T, class Pixel, augmentation Pipeline>
void Loader<T, Pixel, Pipeline>::make(Index batch, Slot& slot) {
  const Index first = batch * options_.batch_size, count = std::min(options_.batch_size, size() - first);
  const auto samples = std::span<const Index>(order_).subspan(static_cast<std::size_t>(first),
                                                              static_cast<std::size_t>(count));
  const Random choices = random(sample_stream);
  for (Index i = 0; i < count; ++i) {
    const Index sample = samples[static_cast<std::size_t>(i)];
    make_image(sample, choices.stream(static_cast<std::uint64_t>(sample)),
               slot.pixels.data() + i * shape_.elements());
    slot.labels[static_cast<std::size_t>(i)] = set_.labels[static_cast<std::size_t>(sample)];
  }
  if constexpr (Pipeline::mixes) {
    BatchInTheMaking<T> mixed{
        slot.pixels.data(), slot.soft_targets.data(), work_[0].data(), count, shape_, classes_};
    std::fill_n(mixed.soft_targets, count * classes_, T{0});
    for (Index i = 0; i < count; ++i) mixed.targets(i)[slot.labels[static_cast<std::size_t>(i)]] = T{1};
    pipeline_.mix(mixed, random(mixing_stream).stream(static_cast<std::uint64_t>(batch)));
  }
  slot.batch = {slot.pixels.data(), shape_, std::span(slot.labels).first(samples.size()),
                slot.soft_targets.span().first(
                    Pipeline::mixes ? samples.size() * static_cast<std::size_t>(classes_) : 0),
                samples};
}

template <class T, class Pixel, augmentation Pipeline>
void Loader<T, Pixel, Pipeline>::make_image(Index sample, [[maybe_unused]] const Random& random, T* to) {
  if constexpr (Pipeline::is_identity) {
    detail::convert_pixels(set_.image(sample), shape_.elements(), to);
  } else {
    Workpiece<T> image{work_[0].data(), work_[1].data(), set_.shape()};
    detail::convert_pixels(set_.image(sample), image.shape.elements(), image.pixels);
    pipeline_.transform(image, random);
    if (image.shape != shape_)
      throw shape_error(
          "loader: augmentation made an image of ", to_string(image.shape), ", its steps' output_shape says ",
          to_string(shape_),
          "; a step that changes the shape needs output_shape, and evaluate that does the same");
    std::copy_n(image.pixels, shape_.elements(), to);
  }
}

}  // namespace lamina
