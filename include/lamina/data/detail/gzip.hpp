// Unpacks one gzip stream piece by piece with zlib, the only header that includes it. Memory is a fixed input
// buffer and zlib's window: how much is unpacked is the caller's to say, so a small file cannot claim a large
// allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

#if __has_include(<zlib.h>)
#include <zlib.h>
#define LAMINA_HAS_ZLIB 1
#endif

namespace lamina::data::detail {

/// What a read of a gzip stream came to. A failure says where in the packed file, and why.
struct Unpacked {
  Index bytes = 0;
  Index packed_offset = 0;
  std::string failure;
};

#ifdef LAMINA_HAS_ZLIB

inline constexpr bool reads_gzip = true;

/// The unpacked bytes of a gzip file, in order; `file` must stand at its first byte and outlive the stream.
class GzipStream {
 public:
  explicit GzipStream(std::istream& file) : file_(file), packed_(1 << 16) {
    constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
    if (inflateInit2(&zlib_, gzip_with_largest_window) != Z_OK) throw error("zlib could not be started");
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() { inflateEnd(&zlib_); }

  /// Fills `to` with up to `count` bytes: fewer only where the stream ends or breaks off.
  Unpacked read(std::uint8_t* to, Index count) {
    Unpacked result;
    while (result.bytes < count && !ended_) {
      if (zlib_.avail_in == 0) refill();
      const auto wanted = static_cast<uInt>(count - result.bytes < limit ? count - result.bytes : limit);
      zlib_.next_out = to + result.bytes;
      zlib_.avail_out = wanted;
      const int status = inflate(&zlib_, Z_NO_FLUSH);
      result.bytes += static_cast<Index>(wanted - zlib_.avail_out);
      ended_ = status == Z_STREAM_END;
      if (status == Z_OK || ended_) continue;
      result.packed_offset = packed_offset();
      result.failure = status == Z_BUF_ERROR ? "the gzip stream breaks off"
                                             : sentence("the gzip stream is corrupt (",
                                                        zlib_.msg ? zlib_.msg : "no reason given", ")");
      break;
    }
    return result;
  }

  /// True where the packed file holds bytes after the end of its stream.
  bool has_trailing_bytes() {
    if (zlib_.avail_in == 0) refill();
    return zlib_.avail_in != 0;
  }
  Index packed_offset() const { return static_cast<Index>(zlib_.total_in); }

 private:
  static constexpr Index limit = Index{1} << 30;  // zlib counts in 32 bits

  void refill() {
    file_.read(reinterpret_cast<char*>(packed_.data()), static_cast<std::streamsize>(packed_.size()));
    zlib_.next_in = packed_.data();
    zlib_.avail_in = static_cast<uInt>(file_.gcount());
  }

  std::istream& file_;
  std::vector<std::uint8_t> packed_;
  z_stream zlib_{};
  bool ended_ = false;
};

#else

inline constexpr bool reads_gzip = false;

/// Stands in where zlib was absent when the program was built.
class GzipStream {
 public:
  explicit GzipStream(std::istream&) {}
  Unpacked read(std::uint8_t*, Index) { return {0, 0, "built without zlib: unpack the file first"}; }
  bool has_trailing_bytes() { return false; }
  Index packed_offset() const { return 0; }
};

#endif
#undef LAMINA_HAS_ZLIB

}  // namespace lamina::data::detail
