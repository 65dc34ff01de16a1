// The bytes of a data file in order, raw or gzipped, for strict readers: every read says what it wants, and a
// file that has less is refused with its name, the offset, and what would be right. A header is not believed:
// memory for what it promises is taken only when the file is large enough (raw) or as the bytes really unpack
// (gzip).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/detail/gzip.hpp"

namespace lamina::data::detail {

/// A file being read from its first byte to its last. Not copyable; one thread at a time.
class ByteSource {
 public:
  /// Opens a file; one that begins with gzip's two magic bytes is unpacked while it is read.
  /// Throws file_error when there is no such readable file.
  explicit ByteSource(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code failed;
    const auto status = std::filesystem::status(path_, failed);
    if (!std::filesystem::exists(status))
      throw file_error(path_.string(), ": cannot be opened; there is no such file");
    // Not opened before this is known: a pipe would wait for a writer.
    if (std::filesystem::is_regular_file(status)) {
      file_size_ = static_cast<Index>(std::filesystem::file_size(path_, failed));
      file_.open(path_, std::ios::binary);
    }
    if (failed || !file_.is_open())
      throw file_error(path_.string(), ": cannot be opened; it should be a readable file");
    const bool gzipped = file_.get() == 0x1f && file_.get() == 0x8b;
    file_.clear();
    file_.seekg(0);
    if (gzipped) gzip_ = std::make_unique<GzipStream>(file_);
  }

  const std::filesystem::path& path() const { return path_; }
  bool gzipped() const { return gzip_ != nullptr; }
  /// Size of the file as it lies on disk.
  Index file_size() const { return file_size_; }
  /// Where the next read starts, in bytes of the unpacked content.
  Index offset() const { return offset_; }

  /// Exactly `count` bytes, described by `what` ("60000 images of 28x28 pixels") in the error if they are not
  /// there.
  std::vector<std::uint8_t> take(Index count, const std::string& what) {
    if (!gzip_ && count > file_size_ - offset_) fail_short(file_size_, offset_, count, what);
    const Index start = offset_;
    constexpr Index first_piece = Index{1} << 20;
    std::vector<std::uint8_t> bytes;
    for (Index have = 0; have < count;) {
      const Index piece = gzip_ ? std::min(count - have, std::max(first_piece, have)) : count;
      bytes.resize(static_cast<std::size_t>(have + piece));
      if (read(bytes.data() + have, piece) != piece) fail_short(offset_, start, count, what);
      have += piece;
    }
    return bytes;
  }

  /// A 32-bit number, most significant byte first.
  std::uint32_t take_big_endian(const std::string& what) {
    const auto bytes = take(4, what);
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
  }

  /// Throws unless the file ends here (and, gzipped, with the checksum of what was unpacked).
  void expect_end(const std::string& what) {
    std::uint8_t extra = 0;
    if (!gzip_) {
      if (offset_ != file_size_)
        fail(offset_, sentence(file_size_ - offset_, " more bytes follow; the file should end after ", what));
      return;
    }
    const Unpacked end = gzip_->read(&extra, 1);
    if (!end.failure.empty()) fail_packed(end);
    if (end.bytes != 0) fail(offset_, sentence("more bytes follow; the file should end after ", what));
    if (gzip_->has_trailing_bytes())
      fail_packed(
          {0, gzip_->packed_offset(), "bytes follow the end of the gzip stream; it should end the file"});
  }

  [[noreturn]] void fail(Index at, const std::string& sentence) const {
    throw file_error(path_.string(), ": byte ", at, gzip_ ? " unpacked" : "", ": ", sentence);
  }

 private:
  Index read(std::uint8_t* to, Index piece) {
    Index got = 0;
    if (gzip_) {
      const Unpacked unpacked = gzip_->read(to, piece);
      if (!unpacked.failure.empty()) fail_packed(unpacked);
      got = unpacked.bytes;
    } else {
      file_.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(piece));
      got = static_cast<Index>(file_.gcount());
    }
    offset_ += got;
    return got;
  }

  [[noreturn]] void fail_short(Index end, Index start, Index count, const std::string& what) const {
    fail(end,
         sentence("the file ends here; ", what, " should take ", count, " bytes from byte ", start, " on"));
  }

  [[noreturn]] void fail_packed(const Unpacked& unpacked) const {
    throw file_error(path_.string(), ": byte ", unpacked.packed_offset, " of the gzip file, ",
                     offset_ + unpacked.bytes, " unpacked: ", unpacked.failure);
  }

  std::filesystem::path path_;
  std::ifstream file_;
  std::unique_ptr<GzipStream> gzip_;
  Index file_size_ = 0;
  Index offset_ = 0;
};

}  // namespace lamina::data::detail
