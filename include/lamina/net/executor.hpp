// Runs a lowered net: a loop over its table of operations, forward or backward, over views that are computed
// once per batch size. Free of the net's type: one instantiation per element type serves every model.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "lamina/core/scratch.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/builders.hpp"
#include "lamina/net/plan.hpp"

namespace lamina::detail {

/// The arenas a pass works in.
template <class T> struct Arenas {
  T* parameters = nullptr;
  T* gradients = nullptr;
  T* statistics = nullptr;
  T* activations = nullptr;
  T* batch_stash = nullptr;
  std::span<const Index> parameter_offsets;  // one per reference
  std::span<const Index> statistic_offsets;
};

template <class T> class Executor {
 public:
  using Image = FeatureMapView<const T, 1>;

  /// Room for the views of a structure; allocates, once.
  explicit Executor(const StructureView& structure)
      : values_(structure.values.size()),
        gradients_(structure.values.size()),
        operand_values_(structure.operands.size()),
        operand_gradients_(structure.operands.size()),
        overwrites_(std::make_unique<bool[]>(structure.operands.size())),
        images_(structure.values.size()) {}

  /// Computes all views for a batch. `shapes` are those of the values.
  void bind(const StructureView& structure, const PlanView& plan, std::span<const Shape> shapes,
            T* activations, Index batch) {
    structure_ = structure;
    plan_ = plan;
    batch_ = batch;
    activations_ = activations;
    for (std::size_t v = 0; v < structure.values.size(); ++v) {
      values_[v] = view(plan.activations[v], shapes[v]);
      gradients_[v] = plan.gradients.empty() ? FeatureMapView<T>{} : view(plan.gradients[v], shapes[v]);
    }
    for (std::size_t k = 0; k < structure.operands.size(); ++k)
      operand_values_[k] = values_[static_cast<std::size_t>(structure.operands[k])];
  }

  void set_image(int value, Image image) { images_[static_cast<std::size_t>(value)] = image; }
  FeatureMapView<T> value(int v) const { return values_[static_cast<std::size_t>(v)]; }
  FeatureMapView<T> gradient(int v) const { return gradients_[static_cast<std::size_t>(v)]; }
  Index batch() const { return batch_; }

  /// Runs every operation. A frozen one behaves as in inference.
  void forward(const Arenas<T>& arenas, std::span<const ForwardFunction<T>> functions, bool training,
               const Random& random) {
    for (std::size_t i = 0; i < structure_.operations.size(); ++i) {
      const OperationRecord& operation = structure_.operations[i];
      Forward<T> pass;
      pass.inputs = operands(operand_values_, operation);
      if (operation.reads_image) pass.image = image_of(operation);
      pass.output = values_[static_cast<std::size_t>(operation.output)];
      pass.parameter_arena = arenas.parameters;
      pass.parameter_offsets = arenas.parameter_offsets.data() + operation.first_parameter;
      pass.statistic_arena = arenas.statistics;
      pass.statistic_offsets = arenas.statistic_offsets.data() + operation.first_statistic;
      pass.training = training && !operation.frozen;
      if (training) {
        pass.batch_stash = batch_stash(arenas, i);
        pass.sample_stash = sample_stash(i);
      }
      pass.random = random.stream(i);
      functions[i](pass);
    }
  }

  /// Runs every operation that leads to a wanted gradient, last first. The outputs' gradients must be
  /// written. `image_gradients` (by input; null: not wanted) receive the gradients of the net's inputs.
  void backward(const Arenas<T>& arenas, std::span<const BackwardFunction<T>> functions, const Random& random,
                FeatureMapView<T, 1> image_gradient = {}) {
    bool image_gradient_written = false;
    for (std::size_t i = structure_.operations.size(); i-- > 0;) {
      const OperationRecord& operation = structure_.operations[i];
      const auto output = static_cast<std::size_t>(operation.output);
      const bool wants_all = !image_gradient.empty();
      if (!plan_.reaches_output[output] || !(plan_.needs_gradient[output] || wants_all)) continue;

      Backward<T> pass;
      pass.inputs = operands(operand_values_, operation);
      pass.output = values_[output];
      pass.output_gradient = gradients_[output];
      const auto first = static_cast<std::size_t>(operation.first_operand);
      const auto count = static_cast<std::size_t>(operation.operand_count);
      for (std::size_t k = first; k < first + count; ++k) {
        const auto v = static_cast<std::size_t>(structure_.operands[k]);
        const bool wanted = structure_.values[v].producer >= 0 && (plan_.needs_gradient[v] || wants_all);
        operand_gradients_[k] = wanted ? gradients_[v] : FeatureMapView<T>{};
      }
      pass.input_gradients = {operand_gradients_.data() + first, count};
      pass.accumulate_flags = plan_.accumulates.subspan(first, count);
      pass.parameter_arena = arenas.parameters;
      pass.gradient_arena = operation.frozen ? nullptr : arenas.gradients;
      pass.parameter_offsets = arenas.parameter_offsets.data() + operation.first_parameter;
      pass.statistic_arena = arenas.statistics;
      pass.statistic_offsets = arenas.statistic_offsets.data() + operation.first_statistic;
      pass.batch_stash = batch_stash(arenas, i);
      pass.sample_stash = sample_stash(i);
      pass.training = !operation.frozen;
      pass.random = random.stream(i);

      if (operation.reads_image) {
        pass.image = image_of(operation);
        const bool main_input = structure_.operands[first] == structure_.inputs[0].value;
        if (wants_all && main_input) {
          run_with_image_gradient(functions[i], pass, image_gradient, image_gradient_written);
          image_gradient_written = true;
          continue;
        }
      }
      bool must_add = false;
      for (std::size_t k = first; k < first + count; ++k)
        must_add = must_add || (!operation.facts->accumulates && adds_to(k));
      if (must_add)
        run_and_add(functions[i], pass, first);
      else
        functions[i](pass);
    }
  }

 private:
  FeatureMapView<T> view(const Location& location, const Shape& shape) const {
    if (location.root < 0) return {nullptr, batch_, shape.channels, shape.rows(), shape.columns(), 0};
    return {activations_ + location.root * batch_ + location.inner,
            batch_,
            shape.channels,
            shape.rows(),
            shape.columns(),
            location.stride};
  }
  std::span<const FeatureMapView<const T>> operands(const std::vector<FeatureMapView<const T>>& views,
                                                    const OperationRecord& operation) const {
    return {views.data() + operation.first_operand, static_cast<std::size_t>(operation.operand_count)};
  }
  const Image& image_of(const OperationRecord& operation) const {
    return images_[static_cast<std::size_t>(structure_.operands_of(operation)[0])];
  }
  T* batch_stash(const Arenas<T>& arenas, std::size_t i) const {
    return plan_.batch_stash[i] < 0 ? nullptr : arenas.batch_stash + plan_.batch_stash[i];
  }
  T* sample_stash(std::size_t i) const {
    return plan_.sample_stash[i] < 0 ? nullptr : activations_ + plan_.sample_stash[i] * batch_;
  }

  /// Whether operand k has a gradient that something has been written to before.
  bool adds_to(std::size_t k) const { return plan_.accumulates[k] && !operand_gradients_[k].empty(); }

  // A layer that can only overwrite, where gradients have to be added: it writes to maps of their own.
  void run_and_add(BackwardFunction<T> function, Backward<T>& pass, std::size_t first) {
    const std::size_t last = first + pass.input_gradients.size();
    const auto elements = [](const FeatureMapView<T>& map) {
      return map.batch * map.blocks() * map.block_stride();
    };
    Index size = 0;
    for (std::size_t k = first; k < last; ++k)
      if (adds_to(k)) size += elements(operand_gradients_[k]);
    Scratch<T> scratch(size);
    T* at = scratch.data();
    for (std::size_t k = first; k < last; ++k)
      if (FeatureMapView<T>& g = operand_gradients_[k]; adds_to(k)) {
        g = {at, g.batch, g.channels, g.height, g.width};
        at += elements(g);
      }
    pass.accumulate_flags = {overwrites_.get(), last - first};
    function(pass);
    for (std::size_t k = first; k < last; ++k)
      if (adds_to(k))
        kernels::add_backward(FeatureMapView<const T>(operand_gradients_[k]),
                              gradients_[static_cast<std::size_t>(structure_.operands[k])], true);
  }

  static void run_with_image_gradient(BackwardFunction<T> function, Backward<T>& pass,
                                      const FeatureMapView<T, 1>& image_gradient, bool add) {
    const bool overwrite = false;
    pass.accumulate_flags = {&overwrite, 1};
    pass.image_gradient = image_gradient;
    if (!add) {
      function(pass);
      return;
    }
    const Index count = image_gradient.batch * image_gradient.batch_stride;
    Scratch<T> scratch(count);
    pass.image_gradient.data = scratch.data();
    function(pass);
    for (Index i = 0; i < count; ++i) image_gradient.data[i] += scratch.data()[i];
  }

  StructureView structure_;
  PlanView plan_;
  T* activations_ = nullptr;
  Index batch_ = 0;
  std::vector<FeatureMapView<T>> values_, gradients_;
  std::vector<FeatureMapView<const T>> operand_values_;
  std::vector<FeatureMapView<T>> operand_gradients_;
  std::unique_ptr<bool[]> overwrites_;  // false for as many operands as an operation can have
  std::vector<Image> images_;
};

}  // namespace lamina::detail
