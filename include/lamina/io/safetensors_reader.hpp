// Reads safetensors files (the format in words: safetensors_writer.hpp) and takes nothing on trust. The
// file's size is known before its first byte is read, every number in the header is checked against it, and
// only then is memory taken for the data: a few bytes of file cannot ask for gigabytes. A file must be as
// the format says to the last byte: data_offsets that overlap or leave holes, bytes after the last tensor,
// a name or key given twice are refused, not interpreted. detail/safetensors_header.hpp parses the header.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/io/detail/safetensors_header.hpp"
#include "lamina/io/detail/sized_file.hpp"
#include "lamina/io/named_tensor.hpp"

namespace lamina::io {

/// A safetensors file in memory: its tensors, whose bytes it owns, and its metadata.
class SafetensorsFile {
 public:
  /// Reads a file, whole. Throws file_error with the path, the byte or the tensor, and what would be right,
  /// for every file that is not exactly what the format says.
  static SafetensorsFile read(const std::filesystem::path& path);

  /// The tensors in the order of their data.
  std::span<const NamedTensor> tensors() const { return tensors_; }

  /// The tensor of that name, or nullptr.
  const NamedTensor* find(std::string_view name) const;

  /// Free text by key; empty when the file has none.
  const Metadata& metadata() const { return metadata_; }

  /// Where it was read from, for error texts.
  const std::filesystem::path& path() const { return path_; }

 private:
  SafetensorsFile(std::filesystem::path path, Metadata metadata, Storage<std::byte> data)
      : path_(std::move(path)), metadata_(std::move(metadata)), data_(std::move(data)) {}

  std::filesystem::path path_;
  Metadata metadata_;
  Storage<std::byte> data_;           // moves without moving its bytes, which tensors_ points to
  std::vector<NamedTensor> tensors_;  // by place in the file
  std::vector<std::size_t> by_name_;  // positions in tensors_, sorted by name
};

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// The header's text, from the file's first byte on.
inline std::string read_header(SizedFile& file) {
  if (file.size() < 8)
    file.fail(sentence("it ends at byte ", file.size(),
                       "; a safetensors file begins with 8 bytes that give the length of its header"));
  std::array<std::byte, 8> bytes;
  file.read(bytes);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  if (length > file.size() - 8)
    file.fail(sentence("the header's length, at byte 0, is ", length, ", but the file has only ",
                       file.size() - 8, " bytes more; it is truncated, or no safetensors file"));
  if (length > greatest_header)
    file.fail(
        sentence("the header's length, at byte 0, is ", length, "; the format allows ", greatest_header));
  std::string header(static_cast<std::size_t>(length), '\0');
  file.read(std::as_writable_bytes(std::span(header)));
  return header;
}

/// Checks that the tensors, sorted by their data, fill bytes [0, data_size) one after the other.
inline void check_layout(std::span<const HeaderEntry> tensors, std::uint64_t data_size,
                         const SizedFile& file) {
  const auto range = [](const HeaderEntry& tensor) {
    return sentence("[", tensor.begin, ", ", tensor.end, "]");
  };
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const HeaderEntry& tensor = tensors[i];
    const std::string subject = sentence("tensor ", shown(tensor.name), ": data_offsets ", range(tensor));
    if (tensor.end < tensor.begin) file.fail(sentence(subject, " end before they begin"));
    if (tensor.end > data_size)
      file.fail(sentence(subject, " reach beyond the file, which has ", data_size,
                         " bytes of data; it is truncated, or the offsets are wrong"));
    const auto bytes = byte_count(tensor.extents, tensor.type);
    if (!bytes)
      file.fail(
          sentence("tensor ", shown(tensor.name), ": shape ", to_string(tensor.extents), " is too large"));
    if (static_cast<std::uint64_t>(*bytes) != tensor.end - tensor.begin)
      file.fail(sentence(subject, " have ", tensor.end - tensor.begin, " bytes, but ", to_string(tensor.type),
                         " ", to_string(tensor.extents), " takes ", *bytes));
    if (tensor.begin < end)
      file.fail(
          sentence(subject, " overlap those of ", shown(tensors[i - 1].name), ", ", range(tensors[i - 1])));
    if (tensor.begin > end)
      file.fail(sentence(subject, " leave a hole: bytes ", end, " to ", tensor.begin,
                         " of the data belong to no tensor"));
    end = tensor.end;
  }
  if (end != data_size)
    file.fail(sentence("the data of the last tensor end at byte ", file.size() - data_size + end,
                       " of the file, but ", data_size - end, " bytes follow"));
}

}  // namespace detail

inline SafetensorsFile SafetensorsFile::read(const std::filesystem::path& path) {
  detail::SizedFile file(path);
  const std::string text = detail::read_header(file);
  detail::Header header = detail::parse_safetensors_header(text, path.string());
  const std::uint64_t data_size = file.size() - 8 - text.size();

  std::sort(header.tensors.begin(), header.tensors.end(),
            [](const detail::HeaderEntry& a, const detail::HeaderEntry& b) {
              return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
            });
  detail::check_layout(header.tensors, data_size, file);

  auto data = Storage<std::byte>::uninitialized(static_cast<Index>(data_size));
  const std::span<std::byte> bytes(data.data(), static_cast<std::size_t>(data_size));
  file.read(bytes);

  SafetensorsFile result(path, std::move(header.metadata), std::move(data));
  result.tensors_.reserve(header.tensors.size());
  for (auto& [name, type, extents, begin, end] : header.tensors) {
    const auto place = bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    result.tensors_.push_back({std::move(name), type, std::move(extents), place});
    result.by_name_.push_back(result.by_name_.size());
  }
  std::sort(result.by_name_.begin(), result.by_name_.end(),
            [&tensors = result.tensors_](std::size_t a, std::size_t b) {
              return tensors[a].name < tensors[b].name;
            });
  return result;
}

inline const NamedTensor* SafetensorsFile::find(std::string_view name) const {
  const auto place = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [this](std::size_t position, std::string_view sought) { return tensors_[position].name < sought; });
  return place != by_name_.end() && tensors_[*place].name == name ? &tensors_[*place] : nullptr;
}

}  // namespace lamina::io
