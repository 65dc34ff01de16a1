// Two slots and a thread of its own: while the consumer uses piece i in one slot, piece i + 1 is made in the
// other. Nothing here knows what a piece is. After construction it allocates nothing.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "lamina/core/shape.hpp"

namespace lamina::detail {

/// Calls make(piece, slot) for pieces 0, 1, … ahead of next(); slot is piece mod 2. One consumer thread.
template <class Make> class Prefetch {
 public:
  /// With `background` false there is no thread: next() makes its piece itself.
  Prefetch(Make make, bool background) : make_(std::move(make)) {
    if (background) thread_ = std::thread([this] { run(); });
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;
  ~Prefetch() {
    if (!thread_.joinable()) return;
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  /// Abandons what is under way: when it returns, make is not running and will not run until start().
  void rest() {
    std::unique_lock lock(mutex_);
    count_ = 0;
    changed_.wait(lock, [this] { return !making_; });
    made_ = taken_ = released_ = 0;
    failure_ = nullptr;
  }

  /// Begins with piece 0 of `count`. To be called at rest.
  void start(Index count) {
    {
      const std::scoped_lock lock(mutex_);
      count_ = count;
    }
    changed_.notify_all();
  }

  /// Waits for the next piece and returns its slot, -1 after the last one. The slot of the piece before is
  /// given up. What make threw for this piece is thrown here; the run is then over.
  int next() {
    if (!thread_.joinable()) return make_now();
    std::unique_lock lock(mutex_);
    released_ = taken_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return made_ > taken_ || failure_ || taken_ >= count_; });
    if (made_ > taken_) return static_cast<int>(taken_++ % 2);
    count_ = 0;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return -1;
  }

 private:
  int make_now() {
    if (taken_ >= count_) return -1;
    const Index piece = taken_++;
    try {
      make_(piece, static_cast<int>(piece % 2));
    } catch (...) {
      count_ = 0;
      throw;
    }
    return static_cast<int>(piece % 2);
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock,
                    [this] { return stopping_ || (made_ < count_ && made_ - released_ < 2 && !failure_); });
      if (stopping_) return;
      const Index piece = made_;
      making_ = true;
      lock.unlock();
      std::exception_ptr failure;
      try {
        make_(piece, static_cast<int>(piece % 2));
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      making_ = false;
      if (failure)
        failure_ = failure;
      else
        ++made_;
      changed_.notify_all();
    }
  }

  Make make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Index count_ = 0;     // pieces of this run
  Index made_ = 0;      // pieces that lie ready or have been taken
  Index taken_ = 0;     // pieces handed out
  Index released_ = 0;  // pieces whose slots are free again
  bool making_ = false;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace lamina::detail
