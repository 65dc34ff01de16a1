// A fused expression allocates its destination and nothing else; into memory that exists it allocates
// nothing. Functions that need room for more (reductions, softmax, products) take it from scratch memory,
// which is there after the first call.
#include <cstdlib>
#include <new>

#include "lamina/kernels/expressions/matmul.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/norms.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/softmax.hpp"
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

template <class F> int count_allocations(const F& f) {
  allocations = 0;
  is_counting = true;
  f();
  is_counting = false;
  return allocations;
}

/// What f asks for once scratch memory is there.
template <class F> int count_when_warm(const F& f) {
  f();
  return count_allocations(f);
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

TEST_CASE("reductions over any axes allocate their result alone") {
  const Tensor<float, dyn, dyn, dyn> x = ones<float, dyn, dyn, dyn>(13, 37, 19);
  REQUIRE(count_when_warm([&] { (void)sum(x, axes<1>); }) == 1);
  REQUIRE(count_when_warm([&] { (void)mean(x * 2, axes<0, 2>); }) == 1);
  REQUIRE(count_when_warm([&] { (void)max(abs(x), axes<-1>, keep_axes); }) == 1);
  REQUIRE(count_when_warm([&] { (void)argmax(x, axes<1>); }) == 1);
  REQUIRE(count_when_warm([&] { (void)norm(x, axes<0>); }) == 1);
  REQUIRE(count_when_warm([&] { (void)prod(x), (void)min(x), (void)variance(x), (void)argmin(x); }) == 0);
  REQUIRE(count_when_warm([&] { (void)variance(x, axes<0>); }) == 2);  // the means, too
  Tensor<float, dyn, dyn> to(13, 19);
  REQUIRE(count_when_warm([&] { to = sum(x, axes<1>) * 2; }) == 1);
}

TEST_CASE("softmax along the last axis allocates its result alone") {
  const Tensor<float, dyn, dyn> x = ones<float, dyn, dyn>(37, 19);
  REQUIRE(count_when_warm([&] { (void)softmax(x); }) == 1);
  REQUIRE(count_when_warm([&] { (void)log_softmax(x * 2); }) == 1);
  REQUIRE(count_when_warm([&] { (void)logsumexp(x, axes<1>); }) == 1);
  // Along others, the largest elements and the sums are tensors, too.
  REQUIRE(count_when_warm([&] { (void)softmax(x, axes<0>); }) == 3);
}

TEST_CASE("slices and rearrangements allocate nothing, read or written") {
  Tensor<float, dyn, dyn> x = ones<float, dyn, dyn>(36, 36), y = x;
  REQUIRE(count_when_warm([&] {
            x(all, range(1, to_end)) = y(all, range(0, -1)) * 2;
            x(3) += y(all, 5);
            x(range(0, to_end, 2)) = flip<1>(y(range(1, to_end, 2)));
            x = transpose(y) + y;
            x(ellipsis, 0) = 0;
          }) == 0);
  REQUIRE(count_when_warm([&] { const Tensor part = y(range(1, 5), all) + 1; }) == 1);
  // What is read in another order than it is written goes through a temporary.
  REQUIRE(count_when_warm([&] { x = transpose(x); }) == 1);
}

TEST_CASE("products written to a view allocate nothing") {
  const Index size = GENERATE(3, 16, 100, 300);
  const Tensor<float, dyn, dyn> a = ones<float, dyn, dyn>(size, size), b = a;
  const Tensor<float, dyn> v = ones<float, dyn>(size);
  Tensor<float, dyn, dyn> c(size, size);
  Tensor<float, dyn> w(size);
  REQUIRE(count_when_warm([&] { matmul(a, b, c.view()); }) == 0);
  REQUIRE(count_when_warm([&] { matmul(transpose(a), b(all, all), c(range(0, to_end))); }) == 0);
  REQUIRE(count_when_warm([&] { matmul(a, v, w.view()), matmul(v, b, w.view()); }) == 0);
  REQUIRE(count_when_warm([&] { kernels::gemm<float>(a, kernels::transposed(b.view()), c.view(), true); }) ==
          0);
  REQUIRE(count_when_warm([&] { const Tensor product = matmul(a, b); }) == 1);
  REQUIRE(count_when_warm([&] { (void)dot(v, v); }) == 0);
  REQUIRE(count_when_warm([&] { c = relu(matmul(a, b) + v); }) == 1);  // the product
  const Tensor<float, dyn, dyn, dyn> batch = ones<float, dyn, dyn, dyn>(4, size, size);
  Tensor<float, dyn, dyn, dyn> products(4, size, size);
  REQUIRE(count_when_warm([&] { matmul(batch, b, products.view()); }) == 0);
}
