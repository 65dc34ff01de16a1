#include "lamina/train/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"

namespace lamina::test {
namespace {

volatile std::sig_atomic_t other_handler_ran = 0;
extern "C" void other_handler(int) { other_handler_ran = 1; }

}  // namespace

TEST_CASE("Ctrl-C asks the training to stop") {
  for (const int signal : {SIGINT, SIGTERM}) {
    const Interrupt interrupt;
    REQUIRE(!stop_requested());
    REQUIRE(interrupt.on_batch_end({}) == Continue::yes);
    std::raise(signal);
    REQUIRE(stop_requested());
    REQUIRE(interrupt.on_batch_end({}) == Continue::no);
  }
}

TEST_CASE("what handled the signal before does so again afterwards") {
  const auto before = std::signal(SIGINT, other_handler);
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
    REQUIRE(other_handler_ran == 0);
  }
  std::raise(SIGINT);
  REQUIRE(other_handler_ran == 1);
  std::signal(SIGINT, before);
}

TEST_CASE("a request outlives an inner Interrupt, not the outermost") {
  {
    const Interrupt outer;
    std::raise(SIGTERM);
    {
      const Interrupt inner;
    }
    REQUIRE(stop_requested());
  }
  const Interrupt next;
  REQUIRE(!stop_requested());
}

TEST_CASE("signals that are ignored stay so") {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
    REQUIRE(!stop_requested());
  }
  std::signal(SIGINT, before);
}

TEST_CASE("a second Ctrl-C ends the program") {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGINT, SIG_DFL);
    const Interrupt interrupt;
    std::raise(SIGINT);
    std::raise(SIGINT);
    _exit(0);  // not reached
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGINT);
}

}  // namespace lamina::test
