#include "lamina/data/detail/prefetch.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "data/allocations.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Writes each piece's number into its slot.
struct Numbers {
  std::vector<Index>* slots;
  std::atomic<int>* made;
  Index fails_at = -1;
  void operator()(Index piece, int slot) const {
    if (piece == fails_at) throw std::runtime_error("this piece cannot be made");
    (*slots)[static_cast<std::size_t>(slot)] = piece;
    ++*made;
  }
};

struct Run {
  std::vector<Index> slots = {-1, -1};
  std::atomic<int> made = 0;
  detail::Prefetch<Numbers> pieces;
  explicit Run(bool background, Index fails_at = -1) : pieces(Numbers{&slots, &made, fails_at}, background) {}
  Index next() {
    const int slot = pieces.next();
    return slot < 0 ? -1 : slots[static_cast<std::size_t>(slot)];
  }
};

}  // namespace

TEST_CASE("pieces arrive in order, each once, run after run") {
  Run run(GENERATE(false, true));
  REQUIRE(run.next() == -1);  // nothing was started
  for (const Index count : {5, 0, 1, 2, 300}) {
    run.pieces.rest();
    run.pieces.start(count);
    for (Index piece = 0; piece < count; ++piece) REQUIRE(run.next() == piece);
    REQUIRE(run.next() == -1);
    REQUIRE(run.next() == -1);
  }
}

TEST_CASE("never more than one piece is made ahead of the one in use") {
  Run run(true);
  run.pieces.start(10);
  REQUIRE(run.next() == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  REQUIRE(run.made <= 2);
  REQUIRE(run.slots[0] == 0);  // still the consumer's
}

TEST_CASE("a run can be left at any point, and another begun") {
  Run run(GENERATE(false, true));
  for (Index left_after = 0; left_after < 6; ++left_after) {
    run.pieces.rest();
    run.pieces.start(5);
    for (Index piece = 0; piece < left_after && piece < 5; ++piece) REQUIRE(run.next() == piece);
  }
}

TEST_CASE("it can be destroyed at any point") {
  for (int after = 0; after < 4; ++after)
    for (int repeat = 0; repeat < 20; ++repeat) {
      Run run(true);
      if (repeat % 5 != 0) run.pieces.start(3);
      for (int i = 0; i < after; ++i) run.next();
    }
}

TEST_CASE("what a piece throws arrives in its place, and the next run is whole") {
  Run run(GENERATE(false, true), 3);
  for (int repeat = 0; repeat < 3; ++repeat) {
    run.pieces.rest();
    run.pieces.start(5);
    for (Index piece = 0; piece < 3; ++piece) REQUIRE(run.next() == piece);
    REQUIRE_THROWS_WITH(run.next(), "this piece cannot be made");
    REQUIRE(run.next() == -1);
  }
  run.pieces.rest();
  run.pieces.start(3);
  for (Index piece = 0; piece < 3; ++piece) REQUIRE(run.next() == piece);
  REQUIRE(run.next() == -1);
}

TEST_CASE("it allocates nothing while it runs") {
  Run run(true);
  support::forget_allocations();
  for (int repeat = 0; repeat < 10; ++repeat) {
    run.pieces.rest();
    run.pieces.start(20);
    while (run.next() >= 0) {
    }
  }
  REQUIRE(support::allocation_count() == 0);
}
