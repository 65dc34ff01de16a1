// A fused expression allocates its destination and nothing else; into memory that exists it allocates
// nothing.
#include <cstdlib>
#include <new>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// What the calling thread has asked for since `count_allocations` began.
thread_local int allocations = 0;
thread_local bool is_counting = false;

void* allocate(std::size_t bytes, std::size_t alignment_bytes) {
  if (is_counting) ++allocations;
  void* memory = nullptr;
  if (posix_memalign(&memory, std::max(alignment_bytes, sizeof(void*)), bytes) != 0) throw std::bad_alloc();
  return memory;
}

template <class F> int count_allocations(F f) {
  allocations = 0;
  is_counting = true;
  f();
  is_counting = false;
  return allocations;
}

}  // namespace

// All forms, since a sanitizer minds one's new meeting the other's delete. Not inlined: GCC would see a
// free() of what operator new gave, and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t to) {
  return allocate(bytes, static_cast<std::size_t>(to));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

TEST_CASE("a fused expression allocates its destination alone") {
  const Tensor<float, dyn, dyn> x = ones<float, dyn, dyn>(37, 19), y = x;
  const Tensor<float, dyn> row = ones<float, dyn>(19);
  REQUIRE(count_allocations([&] { const Tensor z = relu(x * row + 0.5) - exp(y) * where(x > y, x, 2); }) ==
          1);
}

TEST_CASE("an expression assigned to memory that exists allocates nothing") {
  Tensor<float, dyn, dyn> x = ones<float, dyn, dyn>(37, 19);
  const Tensor<float, dyn> row = ones<float, dyn>(19);
  const TensorView<float, dyn, dyn> transposed(x.data(), Extents<dyn, dyn>({19, 37}), {1, 19});
  Tensor<float, dyn, dyn> y(19, 37);
  REQUIRE(count_allocations([&] {
            x = tanh(x * row) + 1;
            x += row;
            y = transposed * 2;
            y[3] = 0;
          }) == 0);
}

TEST_CASE("evaluating over threads allocates nothing more") {
  Tensor<float, dyn> x = ones<float, dyn>(1 << 18);
  x = x * 2;  // the pool's threads start once
  REQUIRE(count_allocations([&] { x = x * 2 + 1; }) == 0);
}

TEST_CASE("reductions allocate their result alone, once scratch memory is there") {
  const Tensor<float, dyn, dyn> x = ones<float, dyn, dyn>(1037, 119);
  const auto reduce = [&] {
    const float total = sum(x * x);
    const Tensor columns = sum(x, axes<0>);
    REQUIRE(total == 1037 * 119);
    REQUIRE(columns(0) == 1037);
  };
  reduce();
  const int with_checks =
      count_allocations([&] { (void)sum(x * x), (void)sum(x, axes<0>), (void)max(x, axes<1>); });
  REQUIRE(with_checks == 2);
}
