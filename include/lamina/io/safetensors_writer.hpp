// Writes safetensors files (the format of huggingface/safetensors):
//   8 bytes   N, the header's length, little-endian
//   N bytes   a JSON object: {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets": [begin,
//   end]}, …},
//             padded with spaces so that the data begin at a multiple of 8
//   the rest  the tensors' bytes, row-major, one after the other; offsets count from here
// The same tensors and metadata always give the same bytes, in the order the reference implementation uses
// (by element type, widest first, then by name), so that every tensor is aligned for its type.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/io/atomic_file.hpp"
#include "lamina/io/detail/shown.hpp"
#include "lamina/io/named_tensor.hpp"

namespace lamina::io {

/// Writes the tensors, in any order, and the metadata to `path`, whole or not at all. Throws error for
/// tensors that no file can hold (two of one name, a name that is "__metadata__" or not UTF-8, bytes that
/// are not as many as the extents say) before anything is written, file_error when writing fails.
inline void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                              const Metadata& metadata = {});

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// A JSON string with its quotes. JSON is UTF-8; other bytes are refused.
inline std::string quoted(const std::string& text) {
  rapidjson::StringBuffer json;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator,
                    rapidjson::kWriteValidateEncodingFlag>
      writer(json);
  if (!writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())))
    throw error("safetensors: a name or a text of the metadata is not UTF-8: ", shown(text));
  return {json.GetString(), json.GetSize()};
}

/// The tensors as they follow each other in the file, each checked.
inline std::vector<const NamedTensor*> in_file_order(std::span<const NamedTensor> tensors) {
  std::vector<const NamedTensor*> ordered;
  ordered.reserve(tensors.size());
  for (const NamedTensor& tensor : tensors) {
    if (byte_count(tensor.extents, tensor.type) != static_cast<Index>(tensor.bytes.size()))
      throw error("safetensors: tensor \"", tensor.name, "\" of ", to_string(tensor.type), " ",
                  to_string(tensor.extents), " cannot have ", tensor.bytes.size(), " bytes");
    if (tensor.name == "__metadata__")
      throw error("safetensors: \"__metadata__\" names the metadata; give the tensor another name");
    ordered.push_back(&tensor);
  }
  const auto same_name = [](const NamedTensor* a, const NamedTensor* b) { return a->name == b->name; };
  std::sort(ordered.begin(), ordered.end(),
            [](const NamedTensor* a, const NamedTensor* b) { return a->name < b->name; });
  if (const auto twice = std::adjacent_find(ordered.begin(), ordered.end(), same_name);
      twice != ordered.end())
    throw error("safetensors: two tensors are named \"", (*twice)->name, "\"; names must differ");
  std::sort(ordered.begin(), ordered.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return a->type != b->type ? a->type > b->type : a->name < b->name;
  });
  return ordered;
}

/// The header's length and the header itself.
inline std::string safetensors_header(std::span<const NamedTensor* const> ordered, const Metadata& metadata) {
  std::string header = "{";
  const auto separate = [&header] { header += header.back() == '{' ? "" : ","; };
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, text] : metadata) {
      separate();
      header += sentence(quoted(key), ":", quoted(text));
    }
    header += "}";
  }
  std::size_t begin = 0;
  for (const NamedTensor* tensor : ordered) {
    const std::size_t end = begin + tensor->bytes.size();
    separate();
    header += sentence(quoted(tensor->name), ":{\"dtype\":\"", to_string(tensor->type), "\",\"shape\":[");
    for (const Index extent : tensor->extents) {
      if (header.back() != '[') header += ',';
      header += std::to_string(extent);
    }
    header += sentence("],\"data_offsets\":[", begin, ",", end, "]}");
    begin = end;
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');
  if (header.size() > greatest_header)
    throw error("safetensors: the names, extents and metadata take ", header.size(),
                " bytes; the format allows ", greatest_header);

  std::string length(8, '\0');
  for (std::size_t byte = 0; byte < 8; ++byte)
    length[byte] = static_cast<char>(header.size() >> (8 * byte) & 0xff);
  return length + header;
}

}  // namespace detail

inline void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                              const Metadata& metadata) {
  const auto ordered = detail::in_file_order(tensors);
  const std::string header = detail::safetensors_header(ordered, metadata);
  AtomicFile file(path);
  file.write(header);
  for (const NamedTensor* tensor : ordered) file.write(tensor->bytes);
  file.commit();
}

}  // namespace lamina::io
