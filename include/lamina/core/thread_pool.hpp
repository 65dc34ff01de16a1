// Parallel loops over one process-wide pool of threads (Eigen's). Work is cut into pieces that depend on the
// problem and never on the number of threads, so that every result has the same bits on any number of them.
#pragma once

#include <unsupported/Eigen/CXX11/ThreadPool>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

namespace detail {

/// The threads beside the caller's, started when first needed.
class Workers {
 public:
  int threads() const { return threads_.load(std::memory_order_relaxed); }

  void resize(int threads) {
    const std::scoped_lock lock(mutex_);
    pool_.store(nullptr);
    owner_.reset();  // finishes what was scheduled, joins the threads
    threads_ = threads;
  }

  Eigen::ThreadPool& pool() {
    if (auto* const pool = pool_.load(std::memory_order_acquire)) return *pool;
    const std::scoped_lock lock(mutex_);
    if (!owner_) owner_ = std::make_unique<Eigen::ThreadPool>(threads() - 1);
    pool_.store(owner_.get(), std::memory_order_release);
    return *owner_;
  }

  static Workers& instance() {
    static Workers workers;
    return workers;
  }

 private:
  std::atomic<int> threads_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::mutex mutex_;
  std::unique_ptr<Eigen::ThreadPool> owner_;
  std::atomic<Eigen::ThreadPool*> pool_ = nullptr;
};

/// What a calling thread and its helpers share while they work on one loop. Every thread has one, and uses it
/// for all its loops. It outlives a loop because a helper may come late: it then finds nothing left and never
/// touches the loop, so that the caller waits for pieces that were begun, not for threads that are slow to
/// wake.
class Region {
 public:
  using Piece = void (*)(void* function, Index piece, int worker);

  ~Region() {
    while (scheduled_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  }

  void run(Eigen::ThreadPool& pool, Index pieces, Piece piece, void* function) {
    pieces_ = pieces;
    piece_ = piece;
    function_ = function;
    unfinished_.store(pieces, std::memory_order_relaxed);
    unclaimed_.store(pieces);
    // Helpers that linger see the count by themselves. (Both this pair of accesses and the opposite pair in
    // linger() are sequentially consistent: a helper about to leave is either not counted or does see it.)
    const int wanted = static_cast<int>(std::min<Index>(pieces - 1, pool.NumThreads()));
    const int scheduled = std::max(0, wanted - lingering_.load());
    scheduled_.fetch_add(scheduled, std::memory_order_relaxed);
    for (int helper = 0; helper < scheduled; ++helper)
      pool.Schedule([this, &pool] { help(pool); });  // two pointers: std::function allocates nothing
    work(0);
    wait();
    if (has_failed_.exchange(false, std::memory_order_relaxed))
      std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  /// Whether the thread is at work on a piece: a loop within it runs serially.
  static bool& inside() {
    thread_local bool flag = false;
    return flag;
  }

  static Region& local() {
    thread_local Region region;
    return region;
  }

 private:
  void help(Eigen::ThreadPool& pool) {
    do work(pool.CurrentThreadId() + 1);
    while (linger(pool));
    scheduled_.fetch_sub(1, std::memory_order_release);
  }

  /// Waits a while for the caller's next loop and tells whether it came: training runs a loop every few
  /// microseconds, and to wake a blocked thread costs the caller over ten (a region costs one when they need
  /// not be woken). Not where threads outnumber cores: a waiting thread would then keep another from working.
  bool linger(Eigen::ThreadPool& pool) {
    static const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    if (pool.NumThreads() >= cores) return false;
    using clock = std::chrono::steady_clock;
    const auto deadline = clock::now() + std::chrono::microseconds(200);
    lingering_.fetch_add(1);
    while (unclaimed_.load() <= 0 && clock::now() < deadline)
      for (int i = 0; i < 32 && unclaimed_.load(std::memory_order_relaxed) <= 0; ++i) pause();
    lingering_.fetch_sub(1);
    return unclaimed_.load() > 0;
  }

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void work(int worker) {
    const bool outer = std::exchange(inside(), true);
    Index finished = 0;
    // A positive count claims a piece of the loop that stored it, and keeps that loop from ending.
    for (Index left; unclaimed_.load(std::memory_order_relaxed) > 0 &&
                     (left = unclaimed_.fetch_sub(1, std::memory_order_acq_rel)) > 0;
         ++finished) {
      try {
        piece_(function_, pieces_ - left, worker);
      } catch (...) {
        finished += fail();
      }
    }
    inside() = outer;
    if (finished > 0 && unfinished_.fetch_sub(finished, std::memory_order_acq_rel) == finished)
      unfinished_.notify_one();
  }

  /// Keeps the first exception; gives up the unclaimed pieces and returns how many they were.
  Index fail() {
    if (!has_failed_.exchange(true, std::memory_order_relaxed)) failure_ = std::current_exception();
    return std::max(Index{0}, unclaimed_.exchange(0, std::memory_order_acq_rel));
  }

  /// Loops are short, so it spins first: blocking and waking costs more than most of them take.
  void wait() {
    constexpr int spins = 2000;
    for (int spin = 0; spin < spins; ++spin) {
      if (unfinished_.load(std::memory_order_acquire) == 0) return;
      pause();
    }
    while (const Index left = unfinished_.load(std::memory_order_acquire)) unfinished_.wait(left);
  }

  alignas(64) std::atomic<Index> unclaimed_ = 0;
  Index pieces_ = 0;
  Piece piece_ = nullptr;
  void* function_ = nullptr;
  alignas(64) std::atomic<Index> unfinished_ = 0;
  alignas(64) std::atomic<int> lingering_ = 0;
  std::atomic<int> scheduled_ = 0;
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr failure_;
};

}  // namespace detail

/// Threads that work on a loop, the caller's among them; at first as many as the machine has.
inline int threads() { return detail::Workers::instance().threads(); }

/// Sets that number, n >= 1. Not while a loop runs.
inline void set_threads(int n) {
  if (n < 1) throw error("set_threads: the number of threads must be at least 1, not " + std::to_string(n));
  detail::Workers::instance().resize(n);
}

/// Calls f(piece) or f(piece, worker) once for every piece in [0, pieces), on several threads at once, and
/// returns when all are done. `worker` in [0, threads()) tells threads apart that work at the same time, for
/// memory of their own. A loop within a piece of a parallel loop runs serially; a loop of one piece is a
/// plain call, within which a loop may be parallel. If a piece throws, pieces not begun are dropped and the
/// first exception reaches the caller. Allocates nothing.
template <class F> void parallel_for(Index pieces, F&& f) {
  const auto call = [&f](Index piece, int worker) {
    if constexpr (std::is_invocable_v<F&, Index, int>)
      f(piece, worker);
    else
      f(piece);
  };
  if (pieces <= 1 || threads() == 1 || detail::Region::inside()) {
    for (Index piece = 0; piece < pieces; ++piece) call(piece, 0);
    return;
  }
  using Call = decltype(call);
  detail::Region::local().run(
      detail::Workers::instance().pool(), pieces,
      [](void* function, Index piece, int worker) { (*static_cast<Call*>(function))(piece, worker); },
      const_cast<std::remove_const_t<Call>*>(&call));
}

}  // namespace lamina
