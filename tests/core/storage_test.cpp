#include "lamina/core/storage.hpp"

#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>

#include "support/catch.hpp"

using lamina::Storage;

static_assert(!std::is_copy_constructible_v<Storage<float>> && !std::is_copy_assignable_v<Storage<float>>);
static_assert(std::is_nothrow_move_constructible_v<Storage<float>>);
static_assert(std::is_same_v<decltype(std::declval<const Storage<float>&>().data()), const float*>);

TEST_CASE("storage is aligned to a cache line and zero", "[core]") {
  for (const lamina::Index count : {1, 15, 16, 1000}) {
    const Storage<double> storage(count);
    REQUIRE(storage.size() == count);
    REQUIRE(reinterpret_cast<std::uintptr_t>(storage.data()) % 64 == 0);
    REQUIRE(std::accumulate(storage.begin(), storage.end(), 0.0) == 0.0);
  }
}

TEST_CASE("large storage begins at a huge page, and moves and goes as small does", "[core]") {
  constexpr lamina::Index megabyte = 1 << 20;
  Storage<std::uint8_t> large(3 * megabyte + 1);
  REQUIRE(reinterpret_cast<std::uintptr_t>(large.data()) % (2 * megabyte) == 0);
  REQUIRE(*(large.end() - 1) == 0);
  *(large.end() - 1) = 5;
  Storage<std::uint8_t> small(megabyte - 1);
  small.swap(large);
  REQUIRE(large.size() == megabyte - 1);
  const Storage<std::uint8_t> copy = small.clone();
  small = std::move(large);
  REQUIRE(copy[3 * megabyte] == 5);
}

TEST_CASE("storage of size 0 is valid", "[core]") {
  Storage<int> storage(0);
  REQUIRE(storage.empty());
  REQUIRE(storage.begin() == storage.end());
  REQUIRE(storage.clone().size() == 0);
  REQUIRE(Storage<int>().span().empty());
}

TEST_CASE("storage moves, and copies only by clone", "[core]") {
  Storage<int> a = Storage<int>::uninitialized(3);
  std::iota(a.begin(), a.end(), 7);
  const int* const place = a.data();

  Storage<int> copy = a.clone();
  copy[0] = 100;
  REQUIRE(a[0] == 7);
  REQUIRE(copy[2] == 9);

  Storage<int> b = std::move(a);
  REQUIRE(b.data() == place);
  REQUIRE(a.empty());
  copy = std::move(b);
  REQUIRE(copy.data() == place);
  REQUIRE(copy.span()[1] == 8);
}

TEST_CASE("a size that cannot be is refused before anything is allocated", "[core]") {
  REQUIRE_THROWS_AS(Storage<double>(-1), std::bad_alloc);
  REQUIRE_THROWS_AS(Storage<double>(std::numeric_limits<lamina::Index>::max() / 4), std::bad_alloc);
}
