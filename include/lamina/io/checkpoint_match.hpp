// Puts the tensors of a file into the tensors that a model expects, strictly: the two lists are compared as a
// whole, every difference is reported in one error, a line each, and a byte is copied only when there is
// none - a model is never half loaded. Loading what fits and leaving the rest, as fine-tuning with a changed
// head wants it, must be asked for, and says what it did. Half-precision tensors fit those of floats, and
// floats those of doubles: every number is kept.
//
//   restore(file, slots);                                    // all or nothing
//   std::cout << restore(file, slots, {.partial = true});    // "loaded 20 of 22 tensors; …"
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/io/named_tensor.hpp"
#include "lamina/io/safetensors_reader.hpp"

namespace lamina::io {

/// A tensor that is expected, and how it is filled.
struct TensorSlot {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<Index> extents;
  /// Takes the tensor's bytes, in row-major order, as many as type and extents say. It must not throw: other
  /// slots may have been filled before it.
  std::function<void(std::span<const std::byte>)> fill;
};

/// The slot that is filled by copying to `values`.
template <storable T>
TensorSlot tensor_slot(std::string name, std::vector<Index> extents, std::span<T> values) {
  const auto named = named_tensor<T>(name, extents, values);  // checks the count
  return {std::move(name), named.type, std::move(extents),
          [values](std::span<const std::byte> bytes) { copy_bytes(bytes, values); }};
}

/// How `restore` compares.
struct restore_options {
  /// Fill the slots whose name, type and extents the file has, leave the others as they are.
  bool partial = false;
  /// Tensors of the file whose names begin so are someone else's (the optimizer's state beside a model's
  /// parameters, say) and are passed over; empty: none.
  std::string ignored_prefix = {};
  /// The same for names that end so; empty: none.
  std::string ignored_suffix = {};
};

/// What became of each tensor, by name, in the order of the slots, then of the file.
struct RestoreReport {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;      ///< expected, and not in the file
  std::vector<std::string> mismatched;   ///< in both, with different extents or element type
  std::vector<std::string> unexpected;   ///< in the file, and not expected
  std::vector<std::string> differences;  ///< a sentence for each of the last three

  bool complete() const { return differences.empty(); }
};

/// Fills the slots from the file and reports. Unless `partial`, any difference throws file_error that lists
/// them all, and no slot is touched; with `partial`, only a file that fits nowhere is an error.
inline RestoreReport restore(const SafetensorsFile& file, std::span<const TensorSlot> slots,
                             const restore_options& options = {});

/// "loaded 20 of 22 tensors; left as they were or not used:" and a line for each difference.
inline std::string to_string(const RestoreReport& report);
inline std::ostream& operator<<(std::ostream& out, const RestoreReport& report) {
  return out << to_string(report);
}

// ------------------------------------------------------------------------------------------------------

namespace detail {

inline std::string described(ElementType type, std::span<const Index> extents) {
  return sentence(to_string(type), " ", to_string(extents));
}

/// The bytes of a tensor's numbers in a wider floating type.
inline std::vector<std::byte> widened(const NamedTensor& tensor, ElementType type) {
  const auto bytes_of = [](const auto& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  return type == ElementType::f32 ? bytes_of(values_of<float>(tensor)) : bytes_of(values_of<double>(tensor));
}

/// `differences`, a line each; beyond 50 lines only their number, since a wrong file differs everywhere.
inline std::string listed(std::span<const std::string> differences) {
  constexpr std::size_t most = 50;
  std::string text;
  for (const auto& difference : differences.first(std::min(most, differences.size())))
    text += sentence("\n  ", difference);
  if (differences.size() > most) text += sentence("\n  and ", differences.size() - most, " more");
  return text;
}

/// The names of the slots, sorted; the same name twice would be filled from one tensor.
inline std::vector<std::string_view> sorted_names(std::span<const TensorSlot> slots) {
  std::vector<std::string_view> names;
  names.reserve(slots.size());
  for (const TensorSlot& slot : slots) names.push_back(slot.name);
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    throw error("restore: two tensors of the model are named \"", *twice, "\"; names must differ");
  return names;
}

}  // namespace detail

inline RestoreReport restore(const SafetensorsFile& file, std::span<const TensorSlot> slots,
                             const restore_options& options) {
  const auto expected = detail::sorted_names(slots);
  RestoreReport report;
  std::vector<const NamedTensor*> sources;  // by slot, nullptr where nothing fits
  std::vector<std::vector<std::byte>> widened(slots.size());
  sources.reserve(slots.size());
  for (const TensorSlot& slot : slots) {
    const NamedTensor* tensor = file.find(slot.name);
    const std::string wanted = detail::described(slot.type, slot.extents);
    const bool has_type = tensor && (tensor->type == slot.type || widens(tensor->type, slot.type));
    const bool fits = has_type && tensor->extents == slot.extents;
    if (!tensor) {
      report.missing.push_back(slot.name);
      report.differences.push_back(sentence("missing: ", slot.name, ", ", wanted));
    } else if (!fits) {
      report.mismatched.push_back(slot.name);
      report.differences.push_back(sentence(has_type ? "wrong shape: " : "wrong type: ", slot.name, " is ",
                                            detail::described(tensor->type, tensor->extents),
                                            " in the file, the model has ", wanted));
    } else {
      report.loaded.push_back(slot.name);
    }
    sources.push_back(fits ? tensor : nullptr);
  }
  for (const NamedTensor& tensor : file.tensors()) {
    if (!options.ignored_prefix.empty() && tensor.name.starts_with(options.ignored_prefix)) continue;
    if (!options.ignored_suffix.empty() && tensor.name.ends_with(options.ignored_suffix)) continue;
    if (std::binary_search(expected.begin(), expected.end(), std::string_view(tensor.name))) continue;
    report.unexpected.push_back(tensor.name);
    report.differences.push_back(sentence("unexpected: ", detail::shown(tensor.name), ", ",
                                          detail::described(tensor.type, tensor.extents)));
  }

  const std::string path = file.path().string();
  if (!options.partial && !report.complete())
    throw file_error(path,
                     " does not fit the model, which is left as it was:", detail::listed(report.differences));
  if (options.partial && report.loaded.empty() && !slots.empty())
    throw file_error(path, " has no tensor that fits the model:", detail::listed(report.differences));
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (sources[i] && sources[i]->type != slots[i].type)
      widened[i] = detail::widened(*sources[i], slots[i].type);
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (sources[i]) slots[i].fill(widened[i].empty() ? sources[i]->bytes : std::span(widened[i]));
  return report;
}

inline std::string to_string(const RestoreReport& report) {
  const std::size_t expected = report.loaded.size() + report.missing.size() + report.mismatched.size();
  std::string text = sentence("loaded ", report.loaded.size(), " of ", expected, " tensors");
  if (!report.complete())
    text += sentence("; left as they were, or not used:", detail::listed(report.differences));
  return text;
}

}  // namespace lamina::io
