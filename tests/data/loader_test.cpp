#include "lamina/data/loader.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "data/allocations.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Image i is 2x4x4 of pixels i + 40 c + y + x; its label is i mod 5.
Dataset<> numbered(Index count) {
  Dataset<> set;
  set.images = Tensor<std::uint8_t, dyn, dyn, dyn, dyn>(count, 2, 4, 4);
  for (Index i = 0; i < count; ++i)
    for (Index c = 0; c < 2; ++c)
      for (Index y = 0; y < 4; ++y)
        for (Index x = 0; x < 4; ++x) set.images(i, c, y, x) = static_cast<std::uint8_t>(i + 40 * c + y + x);
  for (Index i = 0; i < count; ++i) set.labels.push_back(static_cast<std::int32_t>(i % 5));
  set.classes.assign(5, "class");
  return set;
}

/// Everything that an epoch hands out, in order.
template <class T> struct Record {
  std::vector<T> pixels, soft_targets;
  std::vector<std::int32_t> labels;
  std::vector<Index> samples, sizes;
  bool operator==(const Record&) const = default;
};

template <class L> auto record(L& loader, Index epoch) {
  using T = std::remove_cvref_t<decltype(*(*loader.epoch(epoch).begin()).pixels)>;
  Record<T> all;
  for (const Batch<T>& batch : loader.epoch(epoch)) {
    all.sizes.push_back(batch.size());
    all.pixels.insert(all.pixels.end(), batch.pixels, batch.pixels + batch.size() * batch.shape.elements());
    all.soft_targets.insert(all.soft_targets.end(), batch.soft_targets.begin(), batch.soft_targets.end());
    all.labels.insert(all.labels.end(), batch.labels.begin(), batch.labels.end());
    all.samples.insert(all.samples.end(), batch.samples.begin(), batch.samples.end());
  }
  return all;
}

const auto everything =
    augment(random_crop{.padding = 1}, random_flip{}, random_affine{.rotation = 20},
            colour_jitter{.brightness = 0.3}, cutout{.size = 2}, normalize{{0.2, 0.3}, {0.5, 0.5}},
            mixup{.probability = 0.5}, cutmix{.probability = 0.5});

/// A step that cannot take one image.
struct fails_on {
  double value;
  template <class T> void operator()(Workpiece<T>& image, Draws&) const {
    if (std::abs(static_cast<double>(image.pixels[0]) - value) < 1e-6)
      throw std::runtime_error("a step failed");
  }
};

/// A step that makes rows of columns and has no output_shape.
struct turns_without_saying {
  template <class T> void operator()(Workpiece<T>& image, Draws&) const {
    image.shape = {image.shape.channels, 2 * image.shape.height, image.shape.width / 2};
  }
};

}  // namespace

TEST_CASE("an epoch has every sample once, its last batch what is left") {
  const Dataset<> set = numbered(23);
  Loader loader(set, {.batch_size = 5, .seed{3}, .prefetch = GENERATE(false, true)});
  REQUIRE(loader.batches() == 5);
  REQUIRE(loader.size() == 23);
  REQUIRE(loader.shape() == shape<2, 4, 4>);
  const auto epoch = record(loader, 0);
  REQUIRE(epoch.sizes == std::vector<Index>{5, 5, 5, 5, 3});
  auto sorted = epoch.samples;
  std::sort(sorted.begin(), sorted.end());
  for (Index i = 0; i < 23; ++i) REQUIRE(sorted[static_cast<std::size_t>(i)] == i);
  for (std::size_t i = 0; i < 23; ++i) {
    const Index sample = epoch.samples[i];
    REQUIRE(epoch.labels[i] == sample % 5);
    for (std::size_t k = 0; k < 32; ++k)
      REQUIRE(epoch.pixels[i * 32 + k] == static_cast<float>(set.image(sample)[k]) / 255.0f);
  }
  REQUIRE(epoch.soft_targets.empty());
}

TEST_CASE("an epoch may go without what does not fill its last batch") {
  const Dataset<> set = numbered(23);
  Loader all(set, {.batch_size = 5, .seed{3}});
  Loader whole(set, {.batch_size = 5, .seed{3}, .drop_last = true, .prefetch = GENERATE(false, true)});
  REQUIRE(whole.batches() == 4);
  REQUIRE(whole.size() == 23);
  REQUIRE(whole.epoch_size() == 20);
  REQUIRE(all.epoch_size() == 23);
  const auto epoch = record(whole, 0), expected = record(all, 0);
  REQUIRE(epoch.sizes == std::vector<Index>{5, 5, 5, 5});
  REQUIRE(std::equal(epoch.samples.begin(), epoch.samples.end(), expected.samples.begin()));
  Loader none(set, {.batch_size = 24, .drop_last = true});
  REQUIRE(none.batches() == 0);
  REQUIRE(none.epoch_size() == 0);
}

TEST_CASE("images are a plain map of aligned memory") {
  const Dataset<> set = numbered(7);
  Loader<double, std::uint8_t> loader(set, {.batch_size = 3, .shuffle = false});
  Index first = 0;
  for (const Batch<double>& batch : loader.epoch(0)) {
    REQUIRE(reinterpret_cast<std::uintptr_t>(batch.pixels) % 64 == 0);
    const auto images = batch.images();
    for (Index i = 0; i < batch.size(); ++i)
      REQUIRE(images(i, 1, 2, 3) == static_cast<double>(first + i + 45) / 255);
    first += batch.size();
  }
  REQUIRE(first == 7);
}

TEST_CASE("float pixels are taken as they are") {
  Dataset<float> set;
  set.images = Tensor<float, dyn, dyn, dyn, dyn>(2, 1, 1, 1);
  set.images.data()[0] = -3.5f;
  set.labels = {0, 0};
  set.classes = {"only"};
  Loader loader(set, {.shuffle = false});
  REQUIRE(record(loader, 0).pixels == std::vector<float>{-3.5f, 0});
}

TEST_CASE("order depends on seed and epoch, on nothing else") {
  const Dataset<> set = numbered(40);
  Loader loader(set, {.batch_size = 8, .seed{1}});
  const auto third = record(loader, 3);
  const auto fourth = record(loader, 4);
  REQUIRE(record(loader, 3) == third);
  REQUIRE(fourth.samples != third.samples);
  Loader other(set, {.batch_size = 8, .seed{2}});
  REQUIRE(record(other, 3).samples != third.samples);
  Loader larger(set, {.batch_size = 13, .seed{1}});
  REQUIRE(record(larger, 3).samples == third.samples);
  Loader in_order(set, {.shuffle = false});
  const auto plain = record(in_order, 3);
  REQUIRE(std::is_sorted(plain.samples.begin(), plain.samples.end()));
}

TEST_CASE("augmented batches are the same on any number of threads") {
  const Dataset<> set = numbered(50);
  Loader serial(set, {.batch_size = 8, .seed{1}, .prefetch = false}, everything);
  Loader ahead(set, {.batch_size = 8, .seed{1}, .prefetch = true}, everything);
  const auto expected = record(serial, 2);
  REQUIRE(record(ahead, 2) == expected);
  REQUIRE(record(ahead, 1).pixels != expected.pixels);
  for (const auto& batch : ahead.epoch(5))  // left early
    if (batch.size() == 8) break;
  REQUIRE(record(ahead, 2) == expected);
}

TEST_CASE("an image's augmentation depends on the image, not on its batch") {
  const Dataset<> set = numbered(30);
  const auto pipeline = augment(random_crop{.padding = 2}, random_flip{}, cutout{.size = 2});
  Loader shuffled(set, {.batch_size = 4, .seed{1}}, pipeline);
  Loader in_order(set, {.batch_size = 7, .shuffle = false, .seed{1}}, pipeline);
  const auto mixed = record(shuffled, 6), sorted = record(in_order, 6);
  for (std::size_t i = 0; i < 30; ++i)
    REQUIRE(std::equal(mixed.pixels.begin() + static_cast<std::ptrdiff_t>(i * 32),
                       mixed.pixels.begin() + static_cast<std::ptrdiff_t>(i * 32 + 32),
                       sorted.pixels.begin() + mixed.samples[i] * 32));
}

TEST_CASE("mixing gives soft targets whose rows sum to one, evaluation none") {
  const Dataset<> set = numbered(20);
  Loader loader(set, {.batch_size = 6, .seed{1}}, augment(mixup{.alpha = 1}));
  bool soft = false;
  for (const Batch<float>& batch : loader.epoch(0)) {
    REQUIRE(batch.soft_targets.size() == static_cast<std::size_t>(batch.size() * 5));
    for (Index i = 0; i < batch.size(); ++i) {
      float sum = 0;
      for (Index k = 0; k < 5; ++k) sum += batch.soft_targets[static_cast<std::size_t>(i * 5 + k)];
      require_close(sum, 1.0, 1e-6);
      const float own =
          batch.soft_targets[static_cast<std::size_t>(i * 5 + batch.labels[static_cast<std::size_t>(i)])];
      soft |= own > 0.01f && own < 0.99f;
    }
  }
  REQUIRE(soft);
  Loader unmixed(set, {.seed{1}}, augment(mixup{.probability = 0}));
  const auto hard = record(unmixed, 0);
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t k = 0; k < 5; ++k)
      REQUIRE(hard.soft_targets[i * 5 + k] == (hard.labels[i] == static_cast<int>(k) ? 1.0f : 0.0f));
  Loader judge(set, {.shuffle = false}, augment(mixup{}).for_evaluation());
  REQUIRE(record(judge, 0).soft_targets.empty());
}

TEST_CASE("more classes than pixels leave room for mixing") {
  Dataset<> set = numbered(8);
  set.classes.assign(1000, "class");
  set.labels[3] = 999;
  Loader loader(set, {.batch_size = 8, .shuffle = false}, augment(mixup{.alpha = 1}));
  for (const Batch<float>& batch : loader.epoch(0)) REQUIRE(batch.soft_targets[3 * 1000 + 999] > 0);
}

TEST_CASE("evaluation normalises as training does") {
  const Dataset<> set = numbered(9);
  const auto pipeline = augment(random_flip{}, normalize{{0.1, 0.2}, {0.5, 0.25}});
  Loader judge(set, {.shuffle = false}, pipeline.for_evaluation());
  const auto seen = record(judge, 0);
  REQUIRE(record(judge, 1).pixels == seen.pixels);
  for (Index i = 0; i < 9; ++i) {
    require_close(seen.pixels[static_cast<std::size_t>(i * 32)], (static_cast<double>(i) / 255 - 0.1) / 0.5,
                  1e-6);
    require_close(seen.pixels[static_cast<std::size_t>(i * 32 + 16)],
                  (static_cast<double>(i + 40) / 255 - 0.2) / 0.25, 1e-6);
  }
}

TEST_CASE("steps may change the size") {
  const Dataset<> set = numbered(9);
  Loader loader(
      set, {.batch_size = 4},
      augment(random_crop{.padding = 3, .height = 9, .width = 9}, random_crop{.height = 2, .width = 3}));
  REQUIRE(loader.shape() == shape<2, 2, 3>);
  for (const auto& batch : loader.epoch(0)) REQUIRE(batch.shape == shape<2, 2, 3>);
}

TEST_CASE("what a step throws reaches the loop, and the loader stays usable") {
  const Dataset<> set = numbered(20);
  Loader loader(set, {.batch_size = 4, .shuffle = false, .prefetch = GENERATE(false, true)},
                augment(fails_on{9 / 255.0}));
  for (int repeat = 0; repeat < 2; ++repeat) {
    Index images = 0;
    const auto pass = [&] {
      for (const auto& batch : loader.epoch(0)) images += batch.size();
    };
    REQUIRE_THROWS_WITH(pass(), "a step failed");
    REQUIRE(images == 8);
  }
}

TEST_CASE("a loader can be destroyed at any point") {
  const Dataset<> set = numbered(64);
  for (int batches = 0; batches < 6; ++batches)
    for (int repeat = 0; repeat < 10; ++repeat) {
      Loader loader(set, {.batch_size = 16, .prefetch = true}, everything);
      auto epoch = loader.epoch(repeat);
      if (batches == 0) continue;
      int seen = 1;
      for (auto batch = epoch.begin(); batch != epoch.end() && seen < batches; ++batch) ++seen;
    }
}

TEST_CASE("in steady state nothing is allocated") {
  const Dataset<> set = numbered(50);
  Loader loader(set, {.batch_size = 8, .prefetch = GENERATE(false, true)}, everything);
  float sum = 0;
  for (const auto& batch : loader.epoch(0)) sum += batch.pixels[0];
  support::forget_allocations();
  for (Index epoch = 1; epoch < 4; ++epoch)
    for (const auto& batch : loader.epoch(epoch)) sum += batch.pixels[0];
  REQUIRE(support::allocation_count() == 0);
  REQUIRE(sum == sum);
}

TEST_CASE("an empty set makes no batches, a wrong one no loader") {
  const Dataset<> none;
  Loader loader(none);
  REQUIRE(loader.batches() == 0);
  REQUIRE(record(loader, 0).sizes.empty());
  Dataset<> set = numbered(5);
  REQUIRE_THROWS_AS(Loader(set, {.batch_size = 0}), error);
  REQUIRE_THROWS_AS(Loader(set, {}, augment(normalize{{0}, {1}})), shape_error);
  set.labels[2] = 5;
  REQUIRE_THROWS_AS(Loader(set), error);
}

TEST_CASE("a step that makes another shape than it says is found out") {
  const Dataset<> set = numbered(4);
  const auto pass = [](auto& loader) {
    for (const auto& batch : loader.epoch(0)) (void)batch;
  };
  Loader loader(set, {.batch_size = 2}, augment(turns_without_saying{}));
  REQUIRE_THROWS_WITH(pass(loader), containing("augmentation made an image of"));
}
