#include "lamina/io/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <stdexcept>
#include <string>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::read_text;
using support::TemporaryDirectory;
using support::write_text;

namespace {

/// While it lives, this process cannot make a file longer than `bytes`: what a full disk looks like.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);  // so that write fails instead of ending the process
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a file is there after commit and not before") {
  const TemporaryDirectory directory;
  io::AtomicFile file(directory / "new");
  file.write("one ");
  file.write("two");
  REQUIRE_FALSE(std::filesystem::exists(directory / "new"));
  file.commit();
  REQUIRE(read_text(directory / "new") == "one two");
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("an old file stays until commit, then is replaced with its permissions kept") {
  const TemporaryDirectory directory;
  const auto target = directory / "kept";
  write_text(target, "old");
  ::chmod(target.c_str(), 0640);
  {
    io::AtomicFile file(target);
    file.write("new");
    REQUIRE(read_text(target) == "old");
    file.commit();
  }
  REQUIRE(read_text(target) == "new");
  struct stat status{};
  REQUIRE(::stat(target.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0640);
}

TEST_CASE("without a commit nothing changes and nothing is left behind") {
  const TemporaryDirectory directory;
  const auto target = directory / "kept";
  write_text(target, "old");
  try {
    io::AtomicFile file(target);
    file.write("half of the n");
    throw std::runtime_error("the writer fails");
  } catch (const std::runtime_error&) {
  }
  REQUIRE(read_text(target) == "old");
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("a full disk leaves the old file and no temporary, and the error says why") {
  const TemporaryDirectory directory;
  const auto target = directory / "kept";
  write_text(target, "old");
  const std::string large(100'000, 'x');
  const FileSizeLimit limit(5'000);
  REQUIRE_THROWS_AS(io::write_file_atomically(target, std::as_bytes(std::span(large))), file_error);
  REQUIRE_THROWS_WITH(io::write_file_atomically(target, std::as_bytes(std::span(large))),
                      containing(target.string()) && containing("writing its data failed: File too large"));
  REQUIRE(read_text(target) == "old");
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("a target that cannot be a file is refused, by name and reason") {
  const TemporaryDirectory directory;
  const auto missing = directory / "no such folder" / "file";
  REQUIRE_THROWS_WITH(io::AtomicFile(missing),
                      containing(missing.string()) && containing("No such file or directory"));
  REQUIRE_THROWS_WITH(io::AtomicFile(directory.path()), containing("not a regular file"));
  REQUIRE_THROWS_WITH(io::AtomicFile("/dev/null"), containing("not a regular file"));
  REQUIRE_THROWS_AS(io::AtomicFile(directory.path()), file_error);
  REQUIRE(directory.file_count() == 0);
}

TEST_CASE("a rename that fails removes the temporary") {
  const TemporaryDirectory directory;
  const auto target = directory / "taken";
  io::AtomicFile file(target);
  file.write("new");
  std::filesystem::create_directory(target);  // by someone else, meanwhile
  REQUIRE_THROWS_WITH(file.commit(), containing("putting the new file in its place failed"));
  REQUIRE(std::filesystem::is_directory(target));
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("a symbolic link stays one, and the file it leads to is replaced") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "real");
  write_text(directory.path() / "real" / "run7", "old");
  std::filesystem::create_symlink("real/run7", directory / "latest");
  io::write_file_atomically(directory / "latest", std::as_bytes(std::span("new", 3)));
  REQUIRE(std::filesystem::is_symlink(directory / "latest"));
  REQUIRE(read_text(directory.path() / "real" / "run7") == "new");
}

TEST_CASE("two writers of one target do not disturb each other") {
  const TemporaryDirectory directory;
  io::AtomicFile first(directory / "shared"), second(directory / "shared");
  first.write("first");
  second.write("second");
  first.commit();
  REQUIRE(read_text(directory / "shared") == "first");
  second.commit();
  REQUIRE(read_text(directory / "shared") == "second");
}

TEST_CASE("an empty file can be written") {
  const TemporaryDirectory directory;
  io::write_file_atomically(directory / "empty", {});
  REQUIRE(std::filesystem::file_size(directory / "empty") == 0);
}

TEST_CASE("what killed processes of the same number left behind is stepped over") {
  const TemporaryDirectory directory;
  const auto target = directory / "net";
  const int number = 2000;  // more than all tests of this program open
  for (int i = 0; i < number; ++i)
    write_text(directory / sentence("net.", ::getpid(), ".", i, ".partial"), "half");
  io::write_file_atomically(target, std::as_bytes(std::span(std::string_view("whole"))));
  REQUIRE(read_text(target) == "whole");
  REQUIRE(directory.file_count() == number + 1);
}
