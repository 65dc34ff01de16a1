// Ctrl-C as a request: the first SIGINT (or SIGTERM) asks the training to stop after the batch at hand, so
// that a checkpoint can be written; a second one ends the program at once, as usual. POSIX signals.
#pragma once

#include <csignal>

#include <atomic>

#include "lamina/train/reports.hpp"

namespace lamina {

namespace detail {

inline std::atomic<bool> stop_was_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch it");

extern "C" inline void lamina_request_stop(int) { stop_was_requested.store(true); }

}  // namespace detail

/// Whether a signal came while an Interrupt was in place.
inline bool stop_requested() { return detail::stop_was_requested.load(); }

/// While it lives, SIGINT and SIGTERM set stop_requested() instead of ending the program; its end restores
/// what was before. Signals that are ignored stay so. Give it to fit as a callback, or ask stop_requested()
/// in a loop of your own. One inside another is fine: a request is forgotten when a new outermost one begins.
class Interrupt {
 public:
  Interrupt() {
    struct sigaction action = {};
    action.sa_handler = detail::lamina_request_stop;
    action.sa_flags =
        SA_RESTART | static_cast<int>(SA_RESETHAND);  // the second signal finds the default action
    sigemptyset(&action.sa_mask);
    if (depth().fetch_add(1) == 0) detail::stop_was_requested.store(false);
    for (int i = 0; i < 2; ++i) {
      sigaction(signals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
    }
  }
  ~Interrupt() {
    for (int i = 0; i < 2; ++i) sigaction(signals[i], &before_[i], nullptr);
    depth().fetch_sub(1);
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  Continue on_batch_end(const BatchReport&) const { return stop_requested() ? Continue::no : Continue::yes; }

 private:
  static constexpr int signals[] = {SIGINT, SIGTERM};
  static std::atomic<int>& depth() {
    static std::atomic<int> count = 0;
    return count;
  }

  struct sigaction before_[2] = {};
};

}  // namespace lamina
