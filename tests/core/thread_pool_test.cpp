#include "lamina/core/thread_pool.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using lamina::parallel_for;
using lamina::set_threads;
using lamina::threads;

namespace {

/// Restores the number of threads.
struct Threads {
  explicit Threads(int n) { set_threads(n); }
  ~Threads() { set_threads(before); }
  int before = threads();
};

std::vector<int> hits_of(lamina::Index pieces) {
  std::vector<int> hits(static_cast<std::size_t>(pieces));
  parallel_for(pieces, [&](lamina::Index piece) { ++hits[static_cast<std::size_t>(piece)]; });
  return hits;
}

}  // namespace

TEST_CASE("every piece runs once, on any number of threads", "[core]") {
  const int n = GENERATE(1, 2, 3, 8);
  const Threads guard(n);
  REQUIRE(threads() == n);
  for (int repetition = 0; repetition < 200; ++repetition)
    for (const lamina::Index pieces : {0, 1, 2, 3, 7, 64})
      REQUIRE(hits_of(pieces) == std::vector<int>(static_cast<std::size_t>(pieces), 1));
}

TEST_CASE("threads that work at once have different numbers", "[core]") {
  const int n = GENERATE(2, 5);
  const Threads guard(n);
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(n));
  std::atomic<bool> shared = false;
  for (int repetition = 0; repetition < 200; ++repetition)
    parallel_for(40, [&](lamina::Index, int worker) {
      auto& mine = busy.at(static_cast<std::size_t>(worker));
      if (++mine != 1) shared = true;
      --mine;
    });
  REQUIRE(!shared);
}

TEST_CASE("two threads do work at once", "[core]") {
  const Threads guard(2);
  // Each of two pieces waits for the other to begin: one thread alone could not end this.
  std::atomic<int> begun = 0, met = 0;
  parallel_for(2, [&](lamina::Index) {
    ++begun;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (begun < 2 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    if (begun == 2) ++met;
  });
  REQUIRE(met == 2);
}

TEST_CASE("a loop within a piece runs serially on its thread", "[core]") {
  const Threads guard(3);
  std::atomic<bool> strayed = false;
  std::atomic<int> pieces = 0;
  parallel_for(6, [&](lamina::Index) {
    const auto self = std::this_thread::get_id();
    int sum = 0;  // no atomic: one thread only
    parallel_for(10, [&](lamina::Index, int worker) {
      if (std::this_thread::get_id() != self || worker != 0) strayed = true;
      ++sum;
    });
    pieces += sum;
  });
  REQUIRE(!strayed);
  REQUIRE(pieces == 60);
}

TEST_CASE("an exception reaches the caller, and the pool lives on", "[core]") {
  const int n = GENERATE(1, 4);
  const Threads guard(n);
  for (int repetition = 0; repetition < 100; ++repetition) {
    REQUIRE_THROWS_WITH(parallel_for(50,
                                     [&](lamina::Index piece) {
                                       if (piece == 17) throw std::runtime_error("piece 17");
                                     }),
                        "piece 17");
    REQUIRE(hits_of(9) == std::vector<int>(9, 1));
  }
}

TEST_CASE("pieces not begun when one fails are dropped", "[core]") {
  const Threads guard(2);
  std::atomic<int> begun = 0;
  REQUIRE_THROWS_AS(parallel_for(1'000'000,
                                 [&](lamina::Index) {
                                   ++begun;
                                   throw std::runtime_error("at once");
                                 }),
                    std::runtime_error);
  REQUIRE(begun < 10);
}

TEST_CASE("several threads may run loops at the same time", "[core]") {
  const Threads guard(3);
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int repetition = 0; repetition < 100; ++repetition)
        parallel_for(16, [&](lamina::Index piece) { sum += static_cast<int>(piece); });
    });
  for (auto& caller : callers) caller.join();
  REQUIRE(sum == 4 * 100 * 120);
}

TEST_CASE("there is at least one thread", "[core]") {
  REQUIRE(threads() >= 1);
  REQUIRE_THROWS_AS(set_threads(0), lamina::error);
  REQUIRE_THROWS_WITH(set_threads(-2), containing("-2"));
}

TEST_CASE("a piece may wait for a thread that has run a loop", "[core]") {
  const Threads guard(2);
  std::atomic<int> sum = 0;
  parallel_for(2, [&](lamina::Index) {
    std::thread other([&] { parallel_for(4, [&](lamina::Index piece) { sum += static_cast<int>(piece); }); });
    other.join();
  });
  REQUIRE(sum == 2 * 6);
}
