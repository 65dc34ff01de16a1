// Training and prediction allocate nothing once a batch of that size has run. This program's operator new
// counts. (Not inlined: GCC takes an inlined `free` for a mismatch with `new`.)
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <thread>
#include <vector>

#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/group_norm.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace {

std::atomic<long> allocations = 0;

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = nullptr;
  return ::posix_memalign(&memory, std::max(alignment, sizeof(void*)), bytes) == 0 ? memory : nullptr;
}
void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  if (void* const memory = allocate(bytes, alignment)) return memory;
  throw std::bad_alloc();
}
constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

// Nothrow and array forms, too: a sanitizer's own would not call these, and its new not go with this delete.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return allocate_or_throw(bytes, usual); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate_or_throw(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes, usual);
}
[[gnu::noinline]] void* operator new[](std::size_t bytes) { return allocate_or_throw(bytes, usual); }
[[gnu::noinline]] void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes, usual);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace lamina::test {
namespace {

inline constexpr auto varied_net =
    conv<16, 3, same> | batch_norm | relu |
    (residual(conv<16, 3, same, groups<16>> | group_norm<4> | gelu) + conv<16, 1>) |
    concat(conv<8, 3, same>, max_pool<3, stride<1>, same>) | max_pool<2> | channel_dropout<0.25> |
    with_input([](auto in) { return gate(global_avg_pool | dense<in.channels> | sigmoid); }) | flatten |
    dense<16> | tanh_activation | dropout<0.5> | dense<3>;
using VariedModel = Model<varied_net, input<1, 8, 8>>;

/// How often `f` allocates, on any thread.
template <class F> long allocations_of(F f) {
  const long before = allocations;
  f();
  return allocations - before;
}

/// Until every worker has had work: what a thread allocates when it starts is not a step's.
void wake_all_threads() {
  std::atomic<int> seen = 0;
  const int count = threads();
  parallel_for(count, [&](Index) {
    ++seen;
    for (int i = 0; seen < count && i < 10000; ++i)
      std::this_thread::sleep_for(std::chrono::microseconds(100));
  });
}

/// What a net can be given.
struct Images {
  Storage<float> pixels{32 * 64};
  std::vector<std::int32_t> labels = std::vector<std::int32_t>(32, 1);

  FeatureMapView<const float, 1> first(Index count) const { return {pixels.data(), count, 1, 8, 8}; }
  std::span<const std::int32_t> first_labels(Index count) const {
    return std::span(labels).first(static_cast<std::size_t>(count));
  }
};

}  // namespace

TEST_CASE("the count sees what is allocated") {
  REQUIRE(allocations_of([] { ::operator delete(::operator new(1)); }) == 1);
  REQUIRE(allocations_of([] { ::operator delete[](::operator new[](1, std::nothrow)); }) == 1);
  REQUIRE(allocations_of([] { const Storage<float> some(10); }) == 1);
}

TEST_CASE("training steps and predictions allocate nothing in steady state") {
  const Threads running(GENERATE(1, 2));
  const Images images;
  VariedModel model{seed{1}};
  Optimizer optimizer(adamw{.learning_rate = 1e-3}, model.parameter_space());
  WeightAverage average(exponential_moving_average{}, model.parameter_space().values);
  const auto loss =
      GENERATE(cross_entropy{}, cross_entropy{.label_smoothing = 0.1, .class_weights = {1, 2, 3}});
  accuracy metric;
  const auto step = [&](Index count) {
    const auto logits = model.forward(images.first(count));
    loss(logits, images.first_labels(count), model.output_gradient());
    metric.update(logits, images.first_labels(count));
    model.backward();
    clip_gradient_norm(model.parameter_space(), 1e-3);
    clip_gradient_value(model.parameter_space(), 1e-4);
    optimizer.step(0.5);
    average.update();
  };
  const auto round = [&] {
    step(16);
    step(5);
    model.predict(images.first(32));
    model.predict(images.first(3));
    step(16);
  };
  wake_all_threads();
  round();
  REQUIRE(allocations_of([&] {
            for (int i = 0; i < 5; ++i) round();
          }) == 0);
}

TEST_CASE("a frozen model's answers allocate nothing in steady state") {
  const Threads running(GENERATE(1, 2));
  const Images images;
  const VariedModel model{seed{1}};
  const auto frozen = freeze(model);
  auto workspace = frozen.workspace();
  wake_all_threads();
  const auto answer = [&] {
    frozen(images.first(32), workspace);
    frozen(images.first(3), workspace);
  };
  answer();
  REQUIRE(allocations_of([&] {
            for (int i = 0; i < 5; ++i) answer();
          }) == 0);
}

TEST_CASE("fit allocates nothing between the batches of an epoch") {
  const Threads running(GENERATE(1, 2));
  /// Keeps the count after each batch. The last batch of the first epoch is the first of its size.
  struct Watch {
    std::vector<long> counts = std::vector<long>(3 * 8, 0);
    std::size_t batch = 0;
    void on_batch_end(const BatchReport&) { counts[batch++] = allocations; }
  } watch;
  const auto training = tiny_task(60);
  TinyModel model{seed{1}};
  wake_all_threads();
  fit(model, training, sgd{.learning_rate = 0.1, .momentum = 0.9},
      {.epochs = 3, .batch_size = 8, .clip_norm = 1, .progress = false},
      augment(random_crop{.padding = 1}, random_flip{}), schedule::one_cycle{}, watch);
  REQUIRE(watch.batch == 24);
  for (std::size_t batch = 2; batch < 24; ++batch) {
    CAPTURE(batch);
    if (batch != 7 && batch % 8 != 0) REQUIRE(watch.counts[batch] == watch.counts[batch - 1]);
  }
}

}  // namespace lamina::test
