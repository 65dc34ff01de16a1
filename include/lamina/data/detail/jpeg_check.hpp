// Walks through a JPEG file from segment to segment (ITU-T T.81, annex B) without decoding it. stb_image
// believes what it reads: tables that do not fit overrun its own, and what a scan needs and the file has not
// is taken from memory that nobody has written. So a file must have, whole and in bounds, one frame, the
// tables that each scan names, and scans of all components.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "lamina/data/detail/picture_bytes.hpp"

namespace lamina::data::detail {

class JpegCheck {
 public:
  explicit JpegCheck(const PictureBytes& file) : file_(file) {}

  /// Channels as stored, height and width of a file that reaches its end marker. Throws file_error.
  Shape run() {
    constexpr Index huffman_tables = 0xc4, first_frame = 0xc0, last_frame = 0xcf, extension = 0xc8,
                    arithmetic_tables = 0xcc, first_restart = 0xd0, last_restart = 0xd7, end = 0xd9,
                    scan = 0xda, quantizers = 0xdb, temporary = 0x01;
    for (Index at = 2;;) {
      if (file_.byte(at) != 0xff) file_.fail(at, "a JPEG marker should begin here, with 0xff");
      while (file_.byte(at) == 0xff) ++at;
      const Index marker = file_.byte(at++);
      if (marker == end) break;
      if (marker == temporary || (marker >= first_restart && marker <= last_restart)) continue;  // no content
      const Segment segment{at, at + file_.number16(at)};
      if (segment.end < at + 2) file_.fail(at, "a JPEG segment is at least 2 bytes long");
      at = segment.end;
      if (marker == huffman_tables)
        read_huffman_tables(segment);
      else if (marker == quantizers)
        read_quantizers(segment);
      else if (marker == scan)
        at = read_scan(segment);
      else if (marker >= first_frame && marker <= last_frame && marker != extension &&
               marker != arithmetic_tables)
        read_frame(segment, marker - first_frame);
    }
    const auto all = std::span(components_).first(static_cast<std::size_t>(shape_.channels));
    if (all.empty() || scans_ == 0) file_.fail(file_.size(), "the JPEG file has no picture in it");
    for (const Component& component : all)
      if (!component.scanned)
        file_.fail(file_.size(), sentence("the JPEG file has no scan of component ", component.name));
    return shape_;
  }

 private:
  /// From the two bytes of its length on.
  struct Segment {
    Index begin, end;
  };
  struct Component {
    Index name = 0, quantizer = 0;
    bool scanned = false;
  };

  void read_frame(const Segment& segment, Index kind) {
    const Index at = segment.begin;
    if (shape_.channels != 0) file_.fail(at, "the JPEG file has a second frame");
    if (kind > 2)
      file_.fail(at, "JPEG files are read where they are baseline or progressive, by Huffman's codes");
    progressive_ = kind == 2;
    shape_ = {file_.byte(at + 7), file_.number16(at + 3), file_.number16(at + 5)};
    if (shape_.height < 1 || shape_.width < 1) file_.fail(at + 3, "width and height are at least 1");
    if (shape_.channels < 1 || shape_.channels > 4) file_.fail(at + 7, "a JPEG file has 1 to 4 components");
    check_length(segment, 8 + 3 * shape_.channels);
    // A block of 8x8 samples takes a bit at least, and at most every other pixel's samples may be left out
    // each way.
    if (shape_.height > file_.size() * 1024 / shape_.width)
      file_.fail(at + 3, sentence(shape_.width, "x", shape_.height, " pixels cannot be packed in a file of ",
                                  file_.size(), " bytes"));
    for (Index c = 0; c < shape_.channels; ++c)
      components_[static_cast<std::size_t>(c)] = {file_.byte(at + 8 + 3 * c),
                                                  table(at + 10 + 3 * c, file_.byte(at + 10 + 3 * c))};
  }

  /// Each: class and number; how many codes there are of 1 to 16 bits; the values of those codes.
  void read_huffman_tables(const Segment& segment) {
    Index at = segment.begin + 2;
    while (at < segment.end) {
      const Index kind = file_.byte(at) >> 4, number = table(at, file_.byte(at) & 15);
      if (kind > 1) file_.fail(at, "a Huffman table is for DC or AC coefficients");
      Index codes = 0, room = 1;  // of the bits so far
      for (Index bits = 1; bits <= 16; ++bits) {
        const Index count = file_.byte(at + bits);
        codes += count;
        room = 2 * room - count;
        if (room < 0)
          file_.fail(at + bits, sentence("there are not so many Huffman codes of ", bits, " bits"));
      }
      if (codes > 256) file_.fail(at + 1, "a Huffman table has at most 256 codes");
      huffman_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(number)] = true;
      at += 17 + codes;
    }
    if (at != segment.end) file_.fail(segment.begin, "a Huffman table ends outside its JPEG segment");
  }

  /// Each: precision and number; 64 factors of one or two bytes.
  void read_quantizers(const Segment& segment) {
    Index at = segment.begin + 2;
    while (at < segment.end) {
      const Index precision = file_.byte(at) >> 4, number = table(at, file_.byte(at) & 15);
      if (precision > 1) file_.fail(at, "factors of a quantization table have 8 or 16 bits");
      quantizers_[static_cast<std::size_t>(number)] = true;
      at += 1 + 64 * (1 + precision);
    }
    if (at != segment.end) file_.fail(segment.begin, "a quantization table ends outside its JPEG segment");
  }

  /// Number of components, each with the tables it uses; which coefficients, which of their bits. Returns
  /// where the scan's data end.
  Index read_scan(const Segment& segment) {
    const Index at = segment.begin, count = file_.byte(at + 2);
    check_length(segment, 6 + 2 * count);
    // Each goes over the whole picture, for the price of ten bytes.
    constexpr Index most_scans = 500;
    if (++scans_ > most_scans) file_.fail(at, sentence("the JPEG file has more than ", most_scans, " scans"));
    const Index first = file_.byte(at + 3 + 2 * count), earlier_bits = file_.byte(at + 5 + 2 * count) >> 4;
    const bool needs_dc = !progressive_ || (first == 0 && earlier_bits == 0);
    const bool needs_ac = !progressive_ || first > 0;
    for (Index c = 0; c < count; ++c) {
      const Index name = file_.byte(at + 3 + 2 * c), tables = file_.byte(at + 4 + 2 * c);
      const auto all = std::span(components_).first(static_cast<std::size_t>(shape_.channels));
      const auto component = std::find_if(all.begin(), all.end(),
                                          [&](const Component& of_frame) { return of_frame.name == name; });
      if (component == all.end())
        file_.fail(at + 3 + 2 * c, sentence("this scan is of component ", name, ", which the frame has not"));
      component->scanned = true;
      if ((needs_dc && !huffman_[0][static_cast<std::size_t>(table(at + 4 + 2 * c, tables >> 4))]) ||
          (needs_ac && !huffman_[1][static_cast<std::size_t>(table(at + 4 + 2 * c, tables & 15))]) ||
          !quantizers_[static_cast<std::size_t>(component->quantizer)])
        file_.fail(at + 4 + 2 * c, "this scan uses a table that the JPEG file has not defined before it");
    }
    // Within a scan 0xff (or several) is followed by 0 (a plain 0xff), a restart marker, or else the scan has
    // ended.
    for (Index data = segment.end;; ++data) {
      if (file_.byte(data) != 0xff) continue;
      Index next = data + 1;
      while (file_.byte(next) == 0xff) ++next;
      const Index marker = file_.byte(next);
      if (marker != 0 && (marker < 0xd0 || marker > 0xd7)) return data;
      data = next;
    }
  }

  void check_length(const Segment& segment, Index length) const {
    if (segment.end - segment.begin != length)
      file_.fail(segment.begin, sentence("this JPEG segment should be ", length, " bytes long"));
  }
  /// A number of a table, of which there are four of a kind.
  Index table(Index at, Index number) const {
    if (number > 3) file_.fail(at, "the tables of a JPEG file are numbered from 0 to 3");
    return number;
  }

  const PictureBytes& file_;
  Shape shape_{};
  bool progressive_ = false;
  Index scans_ = 0;
  std::array<Component, 4> components_{};
  std::array<std::array<bool, 4>, 2> huffman_{};  // DC and AC
  std::array<bool, 4> quantizers_{};
};

/// Channels as stored, height and width of a JPEG file. Throws file_error for one that is damaged.
inline Shape check_jpeg(const PictureBytes& file) { return JpegCheck(file).run(); }

}  // namespace lamina::data::detail
