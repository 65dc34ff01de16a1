// Files that are read with their size known beforehand, so that what they claim can be held against it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>

#include "lamina/core/error.hpp"

namespace lamina::io::detail {

/// A regular file open for reading, with the size it had when it was opened.
class SizedFile {
 public:
  explicit SizedFile(const std::filesystem::path& path) : path_(path) {
    std::error_code reason;
    const auto status = std::filesystem::status(path, reason);
    if (!std::filesystem::exists(status)) fail("there is no such file");
    if (!std::filesystem::is_regular_file(status)) fail("it is not a regular file");
    const auto size = std::filesystem::file_size(path, reason);
    stream_.open(path, std::ios::binary);
    if (reason || !stream_) fail("it cannot be opened for reading");
    size_ = size;
  }

  std::uint64_t size() const { return size_; }

  /// The path, for error texts.
  std::string name() const { return path_.string(); }

  void read(std::span<std::byte> bytes) {
    stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (stream_.gcount() != static_cast<std::streamsize>(bytes.size()))
      fail(sentence("reading failed, or the file became shorter than its ", size_, " bytes meanwhile"));
  }

  [[noreturn]] void fail(const std::string& what) const { throw file_error(name(), ": ", what); }

 private:
  std::filesystem::path path_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

}  // namespace lamina::io::detail
