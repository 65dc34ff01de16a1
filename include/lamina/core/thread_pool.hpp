// Parallel loops over one process-wide pool of threads. Work is cut into pieces that depend on the
// problem and never on the number of threads, so that every result has the same bits on any number of them.
// (A process that was forked has none of its parent's threads: it must not run loops before it calls exec.)
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

namespace detail {

/// The threads beside the caller's, started when first needed. They take calls from one queue: a loop asks
/// them in at most once per thread, and hands out its pieces itself, so that the queue is never busy.
/// (Eigen's pool does as well; its header costs every program two and a half seconds to compile.)
class Workers {
 public:
  /// What a thread is asked to do; `worker`, from 1 on, is the number of the thread that does it.
  struct Call {
    void (*function)(void* context, int worker);
    void* context;
  };

  ~Workers() { stop(); }

  int threads() const { return threads_.load(std::memory_order_relaxed); }

  void resize(int threads) {
    stop();
    threads_ = threads;
  }

  /// Has `count` threads make the call, or fewer where the system gives no more; returns how many.
  int schedule(Call call, int count) {
    {
      const std::scoped_lock lock(mutex_);
      try {
        // So much that steady use allocates nothing.
        calls_.reserve(std::max(static_cast<std::size_t>(4 * threads()),
                                calls_.size() + static_cast<std::size_t>(count)));
        for (int worker = static_cast<int>(running_.size()) + 1; worker < threads(); ++worker)
          running_.emplace_back([this, worker] { serve(worker); });
      } catch (const std::exception&) {  // no more threads, or no memory
        count = std::min(
            {count, static_cast<int>(running_.size()), static_cast<int>(calls_.capacity() - calls_.size())});
      }
      calls_.insert(calls_.end(), static_cast<std::size_t>(count), call);
    }
    for (int i = 0; i < count; ++i) called_.notify_one();
    return count;
  }

  /// Takes back the calls with this context that no thread has begun; returns how many.
  int withdraw(const void* context) {
    const std::scoped_lock lock(mutex_);
    return static_cast<int>(std::erase_if(calls_, [&](const Call& call) { return call.context == context; }));
  }

  static Workers& instance() {
    static Workers workers;
    return workers;
  }

 private:
  void serve(int worker) {
    std::unique_lock lock(mutex_);
    while (true) {
      called_.wait(lock, [this] { return !calls_.empty() || stopping_; });
      if (calls_.empty()) return;
      const Call call = calls_.back();
      calls_.pop_back();
      lock.unlock();
      call.function(call.context, worker);
      lock.lock();
    }
  }

  /// Finishes what was scheduled and joins the threads.
  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    called_.notify_all();
    for (std::thread& thread : running_) thread.join();
    running_.clear();
    stopping_ = false;
  }

  std::atomic<int> threads_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::mutex mutex_;  // guards what follows
  std::condition_variable called_;
  std::vector<Call> calls_;
  std::vector<std::thread> running_;
  bool stopping_ = false;
};

/// What a calling thread and its helpers share while they work on one loop. Every thread has one, and uses it
/// for all its loops. It outlives a loop because a helper may come late: it then finds nothing left and never
/// touches the loop, so that the caller waits for pieces that were begun, not for threads that are slow to
/// wake.
class Region {
 public:
  using Piece = void (*)(void* function, Index piece, int worker);

  ~Region() {
    if (scheduled_.load(std::memory_order_acquire) == 0) return;
    // Not waited for: all workers may be in pieces that wait for this thread to end.
    scheduled_.fetch_sub(Workers::instance().withdraw(this), std::memory_order_relaxed);
    while (scheduled_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  }

  void run(Workers& workers, Index pieces, Piece piece, void* function) {
    pieces_ = pieces;
    piece_ = piece;
    function_ = function;
    unfinished_.store(pieces, std::memory_order_relaxed);
    unclaimed_.store(pieces);
    // Helpers of earlier loops that are not yet gone see the count by themselves. (Both this pair of accesses
    // and the opposite pair in stay() are sequentially consistent: a helper that leaves is either not counted
    // or does see it.)
    const int wanted = static_cast<int>(std::min<Index>(pieces - 1, workers.threads() - 1));
    if (const int asked = wanted - available_.load(); asked > 0) {
      available_.fetch_add(asked);
      scheduled_.fetch_add(asked, std::memory_order_relaxed);
      const Workers::Call call{[](void* region, int worker) { static_cast<Region*>(region)->help(worker); },
                               this};
      const int missing = asked - workers.schedule(call, asked);
      available_.fetch_sub(missing);
      scheduled_.fetch_sub(missing, std::memory_order_relaxed);
    }
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
  void help(int worker) {
    do work(worker);
    while (stay());
    scheduled_.fetch_sub(1, std::memory_order_release);
  }

  /// Waits a while for the caller's next loop and tells whether it came: training runs a loop every few
  /// microseconds, and to wake a blocked thread costs the caller over ten (a region costs one when they need
  /// not be woken). Not where threads outnumber cores: a waiting thread would then keep another from working.
  bool stay() {
    using clock = std::chrono::steady_clock;
    static const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    if (Workers::instance().threads() <= cores)
      for (const auto deadline = clock::now() + std::chrono::microseconds(200);
           unclaimed_.load(std::memory_order_relaxed) <= 0 && clock::now() < deadline;)
        for (int i = 0; i < 32 && unclaimed_.load(std::memory_order_relaxed) <= 0; ++i) pause();
    available_.fetch_sub(1);
    if (unclaimed_.load() <= 0) return false;
    available_.fetch_add(1);
    return true;
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
  alignas(64) std::atomic<int> available_ = 0;  // helpers that will look for pieces
  std::atomic<int> scheduled_ = 0;              // helpers that may still touch this
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr failure_;
};

/// All pieces of a loop, on several threads unless it is one within another. Not inlined, so that the body
/// of each loop is compiled once.
[[gnu::noinline]] inline void run_pieces(Index pieces, Region::Piece piece, void* function) {
  Workers& workers = Workers::instance();
  if (pieces > 1 && workers.threads() > 1 && !Region::inside()) {
    Region::local().run(workers, pieces, piece, function);
    return;
  }
  for (Index i = 0; i < pieces; ++i) piece(function, i, 0);
}

}  // namespace detail

/// Threads that work on a loop, the caller's among them; at first as many as the machine has.
inline int threads() { return detail::Workers::instance().threads(); }

/// Sets that number, n >= 1. Not while a loop runs.
inline void set_threads(int n) {
  if (n < 1) throw error("set_threads: the number of threads must be at least 1, not ", n);
  detail::Workers::instance().resize(n);
}

/// Calls f(piece) or f(piece, worker) once for every piece in [0, pieces), on several threads at once, and
/// returns when all are done. `worker` in [0, threads()) tells threads apart that work at the same time, for
/// memory of their own. A loop within a piece of a parallel loop runs serially; a loop of one piece is a
/// plain call, within which a loop may be parallel. If a piece throws, pieces not begun are dropped and the
/// first exception reaches the caller. Allocates nothing.
template <class F> void parallel_for(Index pieces, F&& f) {
  using Function = std::remove_reference_t<F>;
  detail::run_pieces(
      pieces,
      [](void* function, Index piece, int worker) {
        Function& call = *static_cast<Function*>(function);
        if constexpr (std::is_invocable_v<F&, Index, int>)
          call(piece, worker);
        else
          call(piece);
      },
      const_cast<std::remove_const_t<Function>*>(&f));
}

}  // namespace lamina
