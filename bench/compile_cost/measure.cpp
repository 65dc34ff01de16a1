// measure <label> <command> <arguments...>: runs the command and prints what it cost, its children included.
// The greatest resident size is that of the largest single process, which is the compiler proper.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>

extern char** environ;

int main(int argc, char* argv[]) {
  if (argc < 3) {
    std::fputs("usage: measure <label> <command> <arguments...>\n", stderr);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  pid_t process = 0;
  int status = 0;
  if (posix_spawnp(&process, argv[2], nullptr, nullptr, argv + 2, environ) != 0 ||
      waitpid(process, &status, 0) != process || status != 0) {
    std::fprintf(stderr, "measure: %s failed\n", argv[2]);
    return 1;
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  std::printf("%-20s %6.1f s wall %6.1f s user %6.1f s system %6.0f MB peak\n", argv[1], wall.count(),
              seconds(usage.ru_utime), seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024);
}
