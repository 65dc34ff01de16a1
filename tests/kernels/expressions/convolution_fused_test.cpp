// Convolutions within expressions: what surrounds them is computed as they are finished.
#include <cstdlib>
#include <new>
#include <sstream>

#include "lamina/kernels/expressions/convolution.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/print.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

namespace lamina::test {
namespace {

using Maps = Tensor<float, dyn, dyn, dyn, dyn>;

constexpr double fused_tolerance = 2e-6;

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

Maps random(std::uint64_t number, Index n, Index c, Index h, Index w) {
  return random_normal<float, dyn, dyn, dyn, dyn>(seed{number}, n, c, h, w);
}

/// Extents that are cut into several pieces, and none of which is a multiple of a vector.
struct Case {
  Maps x = random(1, 3, 13, 17, 19), w = random(2, 27, 13, 3, 3), residual = random(3, 3, 27, 17, 19),
       scale = random(4, 1, 27, 1, 1), convolved = conv2d(x, w);
};

TEST_CASE("scale, shift, rectifier and residual are fused", "[kernels]") {
  const Case c;
  const auto shift = random_normal<float, 27, 1, 1>(seed{5});
  const Maps expected = relu(c.convolved * c.scale + shift) + c.residual;
  const Maps y = relu(conv2d(c.x, c.w) * c.scale + shift) + c.residual;
  require_close(y, expected, fused_tolerance);
  const auto x = random_normal<float, 2, 5, 9, 7>(seed{1});
  const auto w = random_normal<float, 3, 5, 3, 3>(seed{2});
  const Tensor known = conv2d<stride<2>>(x, w) * 2;
  STATIC_REQUIRE(std::is_same_v<decltype(known), const Tensor<float, 2, 3, 5, 4>>);
  const Tensor plain = conv2d<stride<2>>(x, w);
  require_close(known, Tensor(plain * 2), fused_tolerance);
}

TEST_CASE("rows longer than a box, and a single pixel", "[kernels]") {
  const Maps x = random(1, 1, 3, 5, 1203), w = random(2, 9, 3, 3, 3), dot = random(3, 9, 3, 1, 1);
  const Maps wide = conv2d(x, w), residual = random(4, 1, 9, 5, 1203);
  require_close(Maps(residual - conv2d(x, w)), Maps(residual - wide), fused_tolerance);
  const Maps pixel = random(5, 2, 3, 1, 1), product = conv2d(pixel, dot);
  require_close(Maps(1 - conv2d(pixel, dot)), Maps(1 - product), fused_tolerance);
}

TEST_CASE("strided and grouped ones, and borders that are copied", "[kernels]") {
  const Maps x = random(1, 3, 12, 17, 19), w = random(2, 27, 4, 3, 3);
  const Maps reflected = conv2d(x, w, groups<3>, border<Border::reflect>, stride<2>);
  require_close(Maps(1 - conv2d(x, w, groups<3>, border<Border::reflect>, stride<2>)), Maps(1 - reflected),
                fused_tolerance);
  const Maps depthwise = random(3, 12, 1, 3, 3), each = conv2d(x, depthwise, groups<12>);
  require_close(Maps(conv2d(x, depthwise, groups<12>) + x), Maps(each + x), fused_tolerance);
}

TEST_CASE("a large batch goes some samples at a time", "[kernels]") {
  const Maps x = random(1, 9, 48, 23, 21), w = random(2, 61, 48, 3, 3);
  const Maps y = conv2d(x, w), expected = y * 2 + 1, some = conv2d(x(range(7, 9)), w);
  require_close(Maps(conv2d(x, w) * 2 + 1), expected, fused_tolerance);
  require_close(Maps(y(range(7, 9))), some, 1e-4);
}

TEST_CASE("conversions and conditions", "[kernels]") {
  const Case c;
  const Tensor<double, dyn, dyn, dyn, dyn> wide = cast<double>(conv2d(c.x, c.w)) * 0.1;
  require_close(wide, Tensor(cast<double>(c.convolved) * 0.1), 1e-12);
  const Tensor<double, dyn, dyn, dyn, dyn> converted = conv2d(c.x, c.w);
  require_close(converted, c.convolved, 1e-12);
  const Tensor whole = cast<int>(conv2d(c.x, c.w));
  REQUIRE(whole == Tensor(cast<int>(c.convolved)));
  require_close(Maps(where(c.residual > 0, conv2d(c.x, c.w), c.scale)),
                Maps(where(c.residual > 0, c.convolved, c.scale)), fused_tolerance);
}

TEST_CASE("several convolutions in one expression", "[kernels]") {
  const Case c;
  const Maps small = random(6, 27, 13, 1, 1), pooled = random(7, 3, 13, 1, 1);
  const Maps side = conv2d(c.x, small), gate = conv2d(pooled, small);
  require_close(Maps(conv2d(c.x, c.w) + conv2d(c.x, small) * 2), Maps(c.convolved + side * 2),
                fused_tolerance);
  // The first has not the shape of the whole.
  require_close(Maps(conv2d(pooled, small) * conv2d(c.x, c.w)), Maps(gate * c.convolved), fused_tolerance);
  require_close(Maps(conv2d(pooled, small) + c.residual), Maps(gate + c.residual), fused_tolerance);
  const Maps square = random(8, 27, 27, 3, 3), rectified = relu(c.convolved),
             twice = conv2d(rectified, square);
  require_close(Maps(conv2d(relu(conv2d(c.x, c.w)), square)), twice, 1e-4);
}

TEST_CASE("a convolution may read what it is assigned to", "[kernels]") {
  const Maps start = random(1, 2, 5, 6, 7), w = random(2, 5, 5, 3, 3), convolved = conv2d(start, w);
  Maps x = start;
  x = relu(conv2d(x, w)) + x;
  require_close(x, Maps(relu(convolved) + start), fused_tolerance);
  x = start;
  x = conv2d(x, w);
  REQUIRE(x == convolved);
  x = start;
  x += conv2d(x, w);
  require_close(x, Maps(start + convolved), fused_tolerance);
  x = start;
  x = conv2d(x, w) + flip<3>(x);
  require_close(x, Maps(convolved + flip<3>(start)), fused_tolerance);
}

TEST_CASE("destinations of any strides", "[kernels]") {
  const Case c;
  Maps y(3, 40, 17, 19);
  y(all, range(5, 32)) = conv2d(c.x, c.w);
  REQUIRE(Maps(y(all, range(5, 32))) == c.convolved);
  REQUIRE(sum(abs(y(all, range(0, 5)))) + sum(abs(y(all, range(32, to_end)))) == 0);
  y(all, range(0, 27)) = conv2d(c.x, c.w) * 2;
  REQUIRE(Maps(y(all, range(0, 27))) == Maps(c.convolved * 2));
  Maps last(3, 17, 19, 27);
  const TensorView<float, dyn, dyn, dyn, dyn> channels_last(last.data(), c.convolved.extents(),
                                                            {17 * 19 * 27, 1, 19 * 27, 27});
  evaluate(conv2d(c.x, c.w), channels_last);
  REQUIRE(Maps(channels_last) == c.convolved);
  evaluate(conv2d(c.x, c.w) + 1, channels_last);
  REQUIRE(Maps(channels_last) == Maps(c.convolved + 1));
  Tensor<float, 2, dyn, dyn, dyn, dyn> both(3, 27, 17, 19);
  both.view() = conv2d(c.x, c.w);
  REQUIRE(Maps(both[1]) == c.convolved);
}

TEST_CASE("what does not assign sees a tensor", "[kernels]") {
  const Case c;
  require_close(sum(conv2d(c.x, c.w)), sum(c.convolved), fused_tolerance);
  require_close(mean(relu(conv2d(c.x, c.w)), axes<0, 2, 3>), mean(relu(c.convolved), axes<0, 2, 3>),
                fused_tolerance);
  REQUIRE(max(conv2d(c.x, c.w)) == max(c.convolved));
  REQUIRE(Maps(flip<3>(conv2d(c.x, c.w))) == Maps(flip<3>(c.convolved)));
  std::ostringstream lazy, plain;
  lazy << conv2d(c.x, c.w);
  plain << c.convolved;
  REQUIRE(lazy.str() == plain.str());
}

TEST_CASE("an expression computes from what its operands hold when it is evaluated", "[kernels]") {
  Maps x = random(1, 2, 5, 6, 7);
  const Maps w = random(2, 5, 5, 3, 3);
  const auto convolution = conv2d(x, w);
  const float before = sum(convolution);
  x = x * 2;
  require_close(sum(convolution), 2 * before, 1e-4);
  REQUIRE(Maps(convolution) == Maps(conv2d(x, w)));
}

TEST_CASE("the same bits on any number of threads", "[kernels]") {
  const Maps x = random(1, 2, 24, 31, 33), w = random(2, 40, 24, 3, 3), residual = random(3, 2, 40, 31, 33);
  const int before = threads();
  set_threads(1);
  const Maps one = relu(conv2d(x, w)) + residual, reflected = conv2d(x, w, border<Border::reflect>);
  for (const int count : {2, 3}) {
    set_threads(count);
    REQUIRE(Maps(relu(conv2d(x, w)) + residual) == one);
    REQUIRE(Maps(conv2d(x, w, border<Border::reflect>)) == reflected);
  }
  set_threads(before);
}

TEST_CASE("nothing is allocated beyond the destination", "[kernels]") {
  const Case c;
  Maps y(3, 27, 17, 19);
  const auto evaluate_once = [&] {
    y = relu(conv2d(c.x, c.w) * c.scale) + c.residual;
    y = conv2d(c.x, c.w);
    y(all, range(0, 27)) = conv2d(c.x * 2, c.w, border<Border::reflect>);
  };
  evaluate_once();
  evaluate_once();  // joins the blocks of scratch memory
  REQUIRE(count_allocations(evaluate_once) == 0);
  REQUIRE(count_allocations([&] { const Tensor z = relu(conv2d(c.x, c.w)) + c.residual; }) == 1);
}

}  // namespace
}  // namespace lamina::test

// All forms, since a sanitizer minds one's new meeting the other's delete. Not inlined: GCC would see a
// free() of what operator new gave, and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  return lamina::test::allocate(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t to) {
  return lamina::test::allocate(bytes, static_cast<std::size_t>(to));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return lamina::test::allocate(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
