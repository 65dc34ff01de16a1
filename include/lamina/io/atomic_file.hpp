// Writing a file so that a reader finds either the whole new file or the whole old one: the bytes go to a
// temporary beside the target, are forced to the disk (fsync), and the temporary is renamed over the target,
// which POSIX makes one indivisible step. Whatever fails before that step - a full disk, an exception
// between two writes - leaves the target as it was and no temporary behind. Only a killed process leaves
// "<target>.<process>.<n>.partial", which no reader takes for a checkpoint and later writers step over.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "lamina/core/error.hpp"

namespace lamina::io {

/// A file under construction: `write` any number of times, then `commit`. Destroyed without a commit it
/// disappears. Every member throws file_error with the target's path and the system's reason.
class AtomicFile {
 public:
  /// Opens the temporary. A target that is a symbolic link stays one (the file it leads to is replaced); a
  /// target that is a directory or a device is refused.
  explicit AtomicFile(const std::filesystem::path& target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { abandon(); }

  /// Appends bytes.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Puts the new file in the target's place. With a file already there, its permissions are kept.
  void commit();

 private:
  [[noreturn]] void fail(const std::string& what) const;
  void abandon() noexcept;

  std::filesystem::path target_, temporary_;
  int descriptor_ = -1;
};

/// The whole content at once.
inline void write_file_atomically(const std::filesystem::path& target, std::span<const std::byte> bytes) {
  AtomicFile file(target);
  file.write(bytes);
  file.commit();
}

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// The file behind a chain of symbolic links, which need not exist; more than 40 links are a loop, as for
/// the kernel.
inline std::filesystem::path behind_links(std::filesystem::path path) {
  std::error_code ignored;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(path, ignored); ++links)
    path = path.parent_path() / std::filesystem::read_symlink(path, ignored);
  return path;
}

/// Forces a directory's entries to the disk, so that a rename survives a power cut. Some file systems
/// refuse; the rename itself has been done by then, so this is no error.
inline void sync_directory(const std::filesystem::path& directory) noexcept {
  const int descriptor = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace detail

inline AtomicFile::AtomicFile(const std::filesystem::path& target) : target_(detail::behind_links(target)) {
  struct stat present{};
  const bool exists = ::stat(target_.c_str(), &present) == 0;
  if (exists && !S_ISREG(present.st_mode))
    throw file_error("cannot write ", target_.string(), ": it is not a regular file");

  static std::atomic<unsigned> counter =
      0;  // two threads may save to one target at once: the last rename wins
  do {    // in a container a killed process may have had the same number
    temporary_ = target_;
    temporary_ += sentence(".", ::getpid(), ".", counter++, ".partial");
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail("creating a file beside it");
  if (exists && ::fchmod(descriptor_, present.st_mode & 07777) != 0) {
    const int reason = errno;
    abandon();
    errno = reason;
    fail("giving the new file the permissions of the old one");
  }
}

inline void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("writing its data");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

inline void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("forcing its data to the disk");
  const int descriptor = descriptor_;
  descriptor_ = -1;
  const bool closed = ::close(descriptor) == 0;  // a network file system may report a full disk only here
  if (!closed || ::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary_.c_str());
    errno = reason;
    fail(closed ? "putting the new file in its place" : "closing the new file");
  }
  detail::sync_directory(target_.parent_path());
}

inline void AtomicFile::fail(const std::string& what) const {
  throw file_error("cannot write ", target_.string(), ": ", what,
                   " failed: ", std::generic_category().message(errno));
}

inline void AtomicFile::abandon() noexcept {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
  descriptor_ = -1;
}

}  // namespace lamina::io
