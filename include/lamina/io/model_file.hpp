// Models as safetensors files: io::save(model, "net.safetensors") and io::load(model, …). Parameters and
// running statistics under PyTorch's names, in PyTorch's order and shapes, so that either side can read the
// other's files. The metadata carries a hash of the architecture. What resuming a training needs besides is
// in train/training_file.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/io/checkpoint_match.hpp"
#include "lamina/io/safetensors_writer.hpp"
#include "lamina/net/model_core.hpp"

namespace lamina::io {

/// Tensors on their way to a file, with the memory they lie in.
template <class T> class TensorList {
 public:
  /// Adds arrays of a model in logical order, each name after `prefix`.
  template <class Arrays> void add(const Arrays& arrays, const std::string& prefix = {}) {
    for (const auto& array : arrays) {
      values_.push_back(array.values());
      const ParameterExtents& extents = array.extents();
      tensors_.push_back(named_tensor<T>(sentence(prefix, array.name()),
                                         {extents.axes.begin(), extents.axes.begin() + extents.rank},
                                         std::span<const T>(values_.back())));
    }
  }
  std::span<const NamedTensor> tensors() const { return tensors_; }

 private:
  std::vector<std::vector<T>> values_;  // inner vectors stay where they are when the outer one grows
  std::vector<NamedTensor> tensors_;
};

/// What a file must hold for these arrays, and where it goes.
template <class Arrays>
void add_slots(const Arrays& arrays, const std::string& prefix, std::vector<TensorSlot>& slots) {
  using T = std::remove_cvref_t<decltype((*arrays.begin())[0])>;
  std::size_t most = 0;
  for (const auto& array : arrays) most = std::max(most, static_cast<std::size_t>(array.size()));
  // Of all slots, and made before the first is filled: filling must not throw.
  const auto aligned = std::make_shared<std::vector<T>>(most);
  for (const auto& array : arrays) {
    const ParameterExtents& extents = array.extents();
    slots.push_back({sentence(prefix, array.name()),
                     element_type<T>,
                     {extents.axes.begin(), extents.axes.begin() + extents.rank},
                     [array, aligned](std::span<const std::byte> bytes) {
                       const auto values = std::span(*aligned).first(static_cast<std::size_t>(array.size()));
                       copy_bytes(bytes, values);
                       array.assign(std::span<const T>(values));
                     }});
  }
}

/// Writes the model's parameters and running statistics; atomically: the file is whole or as it was before.
/// Throws file_error.
template <class T>
void save(const ModelCore<T>& model, const std::filesystem::path& path, Metadata metadata = {}) {
  TensorList<T> list;
  list.add(model.parameters());
  list.add(model.statistics());
  metadata["lamina.architecture"] = std::to_string(model.architecture_hash());
  write_safetensors(path, list.tensors(), metadata);
}

/// Reads them back. Strict: a file that misses, adds or mis-shapes a tensor is refused whole with a line per
/// tensor (file_error), and the model is left as it was. Half-precision numbers (F16, BF16) are widened, and
/// floats for a model of doubles. With {.partial = true} what fits is loaded, for fine-tuning with another
/// head; the report says what. The state of a training in the file is passed over (so of one that averages
/// its weights this takes those that were learnt, not their average: save the model that fit left), and so
/// are the batch counts that PyTorch keeps in its batch norms.
template <class T>
RestoreReport load(ModelCore<T>& model, const std::filesystem::path& path, restore_options options = {}) {
  if (options.ignored_prefix.empty()) options.ignored_prefix = "training.";
  if (options.ignored_suffix.empty()) options.ignored_suffix = ".num_batches_tracked";
  std::vector<TensorSlot> slots;
  add_slots(model.parameters(), {}, slots);
  add_slots(model.statistics(), {}, slots);
  return restore(SafetensorsFile::read(path), slots, options);
}

}  // namespace lamina::io
