#include "lamina/tensor/expressions/access.hpp"

#include <numeric>
#include <vector>

#include "support/catch.hpp"

namespace lamina::test::access_tested {

using namespace lamina::detail;

namespace {

/// A nest of one run of n with three operands: contiguous, constant, every third element.
template <class T> LoopNest<3> one_run(const std::vector<T>& memory, Index n) {
  LoopNest<3> nest{1, {n}, {}};
  const std::array<Index, 1> extents{n};
  detail::describe_operand(memory.data(), extents, std::array<Index, 1>{1}, 1, nest.operands[0]);
  detail::describe_operand(memory.data() + 5, std::array<Index, 1>{1}, std::array<Index, 1>{1}, 1,
                           nest.operands[1]);
  detail::describe_operand(memory.data() + 2, extents, std::array<Index, 1>{3}, 1, nest.operands[2]);
  return nest;
}

template <class T> std::vector<T> numbered(Index n) {
  std::vector<T> memory(static_cast<std::size_t>(n));
  std::iota(memory.begin(), memory.end(), T{0});
  return memory;
}

/// Lane `lane` of a vector.
template <class V> auto lane_of(const V& v, Index lane) {
  alignas(64) std::array<simd::Element<V>, static_cast<std::size_t>(simd::lanes<V>)> lanes;
  simd::store(lanes.data(), v);
  return lanes[static_cast<std::size_t>(lane)];
}

}  // namespace

TEST_CASE("elements are read at any stride") {
  const auto memory = numbered<int>(400);
  const auto nest = one_run(memory, 100);
  Walk<3> walk(nest, 0);
  walk.seek(0);
  const auto at = walk.at_column(10);
  const ElementAccess<3> access(nest, at);
  REQUIRE(access.operand<0, int, false>()(7) == 17);
  REQUIRE(access.operand<1, int, false>()(7) == 5);
  REQUIRE(access.operand<2, int, false>()(7) == 53);
  REQUIRE(access.constant(2.5)(7) == 2.5);
}

TEMPLATE_TEST_CASE("contiguous, constant and strided runs become contiguous ones", "", float, double) {
  const auto memory = numbered<TestType>(400);
  const auto nest = one_run(memory, 100);
  RunPacker<TestType, 3, 0> packer(nest);
  REQUIRE(packer.limit() == packer.chunk);
  Walk<3> walk(nest, 0);
  walk.seek(0);
  for (const Index count : {Index{3 * simd::width<TestType> - 1}, Index{60}, Index{5}}) {
    const auto packed = packer.pack(walk.at_column(10), count);
    for (Index i = 0; i < count; ++i) {
      REQUIRE(reinterpret_cast<const TestType*>(packed[0])[i] == static_cast<TestType>(10 + i));
      REQUIRE(reinterpret_cast<const TestType*>(packed[1])[i] == 5);
      REQUIRE(reinterpret_cast<const TestType*>(packed[2])[i] == static_cast<TestType>(32 + 3 * i));
    }
  }
}

TEMPLATE_TEST_CASE("vectors are read whole, and in part at the end", "", float, double) {
  constexpr Index width = simd::width<TestType>;
  const auto memory = numbered<TestType>(400);
  const Walk<1>::Pointers at{reinterpret_cast<const std::byte*>(memory.data() + 10)};
  const ContiguousAccess<TestType, 1> access(at);
  const auto a = access.template operand<0, TestType, false>();
  const Tail tail{2 * width, width - 1};
  for (Index lane = 0; lane < width; ++lane) {
    REQUIRE(lane_of(a(width), lane) == static_cast<TestType>(10 + width + lane));
    if (lane < tail.count) REQUIRE(lane_of(a(tail), lane) == static_cast<TestType>(10 + 2 * width + lane));
  }
  REQUIRE(lane_of(access.constant(0.5)(0), width - 1) == TestType(0.5));
}

TEST_CASE("nothing is packed where nothing is strided") {
  const auto memory = numbered<float>(400);
  const auto nest = one_run(memory, 100);
  REQUIRE((RunPacker<float, 3, 0>(nest).limit()) == (RunPacker<float, 3, 0>::chunk));
  LoopNest<3> contiguous = nest;
  contiguous.operands[1] = contiguous.operands[2] = contiguous.operands[0];
  REQUIRE((RunPacker<float, 3, 0>(contiguous).limit()) > 1'000'000);
}

TEST_CASE("masks become ones and zeros") {
  const auto v = simd::broadcast<float>(1);
  REQUIRE(simd::reduce_add(as_number(v < v)) == 0);
  REQUIRE(simd::reduce_add(as_number(v <= v)) == simd::width<float>);
  REQUIRE(as_number(true));
  REQUIRE(as_number(2.5) == 2.5);
}

}  // namespace lamina::test::access_tested
