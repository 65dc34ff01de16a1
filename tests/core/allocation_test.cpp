// The promise of loops and scratch memory, that steady use allocates nothing: this program's operator new
// counts.
#include <atomic>
#include <cstdlib>
#include <new>

#include "lamina/core/scratch.hpp"
#include "lamina/core/thread_pool.hpp"
#include "support/catch.hpp"

namespace {

std::atomic<int> allocations = 0;

void* allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  void* memory = nullptr;
  if (::posix_memalign(&memory, alignment, bytes) != 0) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined: GCC takes an inlined `free` for a mismatch with `new`.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocate(bytes, static_cast<std::size_t>(alignment));
}
// Catch sorts with it, and sanitizers bring their own, which would not match the delete below.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return std::malloc(bytes);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

TEST_CASE("the counter counts", "[core]") {
  const int before = allocations;
  const lamina::Storage<float> storage(10);
  REQUIRE(storage.data() != nullptr);
  REQUIRE(allocations > before);
}

TEST_CASE("parallel loops and scratch memory allocate nothing once warm", "[core]") {
  const int threads = lamina::threads();
  lamina::set_threads(3);
  std::atomic<int> sum = 0;
  const auto step = [&] {
    lamina::Scratch<int> partial(3 * 1000);
    lamina::Scratch<double> more(50'000);
    more[0] = 1;
    lamina::parallel_for(24, [&](lamina::Index piece, int worker) {
      partial[1000 * worker] = static_cast<int>(piece);
      sum += partial[1000 * worker];
    });
  };
  // The first loops start the threads, which allocate as they begin.
  for (int warm_up = 0; warm_up < 200; ++warm_up) step();
  const int before = allocations;
  for (int repetition = 0; repetition < 1000; ++repetition) step();
  const int after = allocations;
  REQUIRE(after == before);
  REQUIRE(sum == 1200 * 276);
  lamina::set_threads(threads);
}
