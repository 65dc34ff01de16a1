#include "lamina/core/scratch.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <thread>

#include "support/catch.hpp"

using lamina::Scratch;

namespace {

lamina::detail::ScratchArena& arena() { return lamina::detail::ScratchArena::local(); }

/// Uses nested scratch memory as kernels do, checks that no piece touches another, and leaves nothing behind.
void use(lamina::Index count) {
  Scratch<int> a(count);
  std::fill(a.begin(), a.end(), 1);
  {
    Scratch<char> b(count + 3);
    std::fill(b.begin(), b.end(), char{2});
    Scratch<double> c(5 * count);
    std::fill(c.begin(), c.end(), 3.0);
    REQUIRE(std::count(b.begin(), b.end(), char{2}) == b.size());
  }
  Scratch<float> d(2 * count);
  std::fill(d.begin(), d.end(), 4.0f);
  REQUIRE(std::count(a.begin(), a.end(), 1) == a.size());
}

}  // namespace

TEST_CASE("scratch memory is aligned, distinct and sized", "[core]") {
  Scratch<char> a(3);
  Scratch<double> b(0), c(17);
  REQUIRE(a.size() == 3);
  REQUIRE(c.span().size() == 17);
  for (const void* place :
       {static_cast<void*>(a.data()), static_cast<void*>(b.data()), static_cast<void*>(c.data())})
    REQUIRE(reinterpret_cast<std::uintptr_t>(place) % 64 == 0);
  REQUIRE(static_cast<void*>(a.data()) != static_cast<void*>(c.data()));
}

TEST_CASE("the arena keeps what it needed at most, and steady use adds nothing", "[core]") {
  std::thread([] {  // a thread of its own has an arena of its own
    REQUIRE(arena().capacity() == 0);
    use(10);
    use(100'000);  // outgrows the first block while pieces of it are in use
    REQUIRE(arena().mark().total == 0);
    const lamina::Index capacity = arena().capacity();
    // Three pieces at most are in use at once: 4 + 1 + 40 bytes for each of the count.
    REQUIRE(capacity >= 4'500'000);
    REQUIRE(capacity < 4'600'000);
    for (int repetition = 0; repetition < 3; ++repetition) use(100'000);
    REQUIRE(arena().capacity() == capacity);
  })
      .join();
}

TEST_CASE("what a scope returns the next one gets again", "[core]") {
  const void* first = nullptr;
  {
    Scratch<float> a(64);
    first = a.data();
  }
  Scratch<double> b(8);
  REQUIRE(static_cast<const void*>(b.data()) == first);
}

TEST_CASE("an impossible amount is refused and leaves the arena as it was", "[core]") {
  const lamina::Index before = arena().mark().total;
  REQUIRE_THROWS_AS(Scratch<double>(-1), std::bad_alloc);
  REQUIRE_THROWS_AS(Scratch<double>(std::numeric_limits<lamina::Index>::max() / 8), std::bad_alloc);
  REQUIRE(arena().mark().total == before);
  use(20);
}
