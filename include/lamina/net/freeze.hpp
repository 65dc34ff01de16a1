// freeze(model): the net as an immutable thing that only answers. Lowered anew, with neighbours fused
// (fusion.hpp), its weights folded and packed once.
#pragma once

#include <algorithm>

#include "lamina/net/fusion.hpp"
#include "lamina/net/model.hpp"

namespace lamina {

namespace detail {

/// How many of the model's operations that have parameters each frozen one stands for, and how to fold them
/// (null: copy).
template <class T> struct FoldRecord {
  int sources = 1;
  void (*fold)(const FoldSource<T>*, T* const* parameters) = nullptr;
};

template <class T> struct FoldBuilder : ShapeBuilder {
  FoldRecord<T>* records = nullptr;
  std::size_t count = 0;

  template <class L, bool Image, Shape... In> constexpr int operation(std::array<int, sizeof...(In)>, Shape) {
    constexpr Shape first = std::array{In...}[0];
    if constexpr (requires { L::sources; })
      records[count++] = {L::sources, &L::template fold<first, T>};
    else
      records[count++] = {};
    return 0;
  }
};

template <class Net, class In, class T> consteval auto collect_folds() {
  std::array<FoldRecord<T>, at_least_one(structure_of<Inference<Net>, In>.used.operations)> records{};
  FoldBuilder<T> builder;
  builder.records = records.data();
  static_cast<void>(lower_net<Inference<Net>, In>(builder));
  return records;
}
template <class Net, class In, class T> inline constexpr auto folds_of = collect_folds<Net, In, T>();

}  // namespace detail

/// The activations of one caller of a frozen model. Each thread that predicts at the same time has its own.
/// Grows to the largest batch seen, then allocates nothing.
template <class T> class Workspace {
 public:
  Workspace(const StructureView& structure, const void* owner) : executor_(structure), owner_(owner) {}

 private:
  template <auto, auto, class> friend class FrozenModel;
  detail::Executor<T> executor_;
  const void* owner_;  // the structure of the net that it was made for
  Storage<T> activations_;
};

/// What freeze(model) gives: weights folded and fixed. Calling it is const and re-entrant.
template <auto Net, auto In, class T = float> class FrozenModel {
  using NetType = detail::Inference<as_block<std::remove_const_t<decltype(Net)>>>;
  using SourceNet = std::remove_const_t<decltype(Net)>;
  using InType = std::remove_const_t<decltype(In)>;
  static_assert(InType::shape.is_static(), "freeze: extents must be static; use Model::predict for dyn ones");
  static constexpr auto& structure_ = detail::structure_of<NetType, InType>;
  static constexpr auto& plan_ = detail::plan_of<NetType, InType, channel_block<T>, false>;
  static constexpr auto parameter_layout =
      lay_out<structure_.parameters.size(), structure_.parameter_references.size()>(
          structure_.view().parameters, structure_.view().parameter_references, channel_block<T>);
  static constexpr auto statistic_layout =
      lay_out<structure_.statistics.size(), structure_.statistic_references.size()>(
          structure_.view().statistics, structure_.view().statistic_references, channel_block<T>);

 public:
  using Image = FeatureMapView<const T, 1>;
  static constexpr Shape input_shape = InType::shape;

  explicit FrozenModel(const Model<Net, In, T>& model)
      : parameters_(parameter_layout.elements), statistics_(statistic_layout.elements) {
    const auto source = model.fold_source();
    const auto& folds = detail::folds_of<as_block<SourceNet>, InType, T>;
    const StructureView structure = structure_.view();
    const StructureView source_structure = model.structure();
    // Both have the operations with parameters in the same order; others may come and go.
    auto origin = source_structure.operations.begin();
    for (std::size_t i = 0; i < structure.operations.size(); ++i) {
      const OperationRecord& operation = structure.operations[i];
      if (!has_parameters(operation)) continue;
      FoldSource<T> sources[most_sources];
      for (int s = 0; s < folds[i].sources; ++s) {
        origin = std::find_if(origin, source_structure.operations.end(), has_parameters);
        sources[s] = {source.parameters, source.parameter_offsets + origin->first_parameter,
                      source.statistics, source.statistic_offsets + origin->first_statistic};
        ++origin;
      }
      if (folds[i].fold) {
        T* parameters[most_sources] = {};
        for (int k = 0; k < operation.parameter_count; ++k)
          parameters[k] = parameters_.data() + parameter_layout.references[at(operation.first_parameter + k)];
        folds[i].fold(sources, parameters);
      } else {
        copy(operation.first_parameter, operation.parameter_count, structure.parameters,
             structure.parameter_references, parameter_layout.references, parameters_,
             [&](int k) { return sources[0].parameter(k); });
        copy(operation.first_statistic, operation.statistic_count, structure.statistics,
             structure.statistic_references, statistic_layout.references, statistics_,
             [&](int k) { return sources[0].statistic(k); });
      }
    }
  }

  Workspace<T> workspace() const { return Workspace<T>(structure_.view(), &structure_); }

  /// The net's output for images (n, c, h, w); a view into the workspace, valid until its next use. Throws
  /// shape_error where a view is not what the net wants, error where the workspace is another net's.
  template <class... Extra>
  FeatureMapView<const T> operator()(Image images, Workspace<T>& workspace,
                                     const Extra&... extra_inputs) const {
    static_assert(sizeof...(Extra) + 1 == structure_.used.inputs,
                  "freeze: give one view for the main input and one for each extra input");
    const Image all[] = {images, Image(extra_inputs)...};
    detail::check_images(structure_.view(), all);
    if (workspace.owner_ != &structure_)
      throw error("freeze: the workspace is another net's; make one with this net's workspace()");
    const Index elements = plan_.elements * images.batch;
    if (elements > workspace.activations_.size()) workspace.activations_ = Storage<T>(elements);
    workspace.executor_.bind(structure_.view(), plan_, detail::shapes_of<NetType, InType>,
                             workspace.activations_.data(), images.batch);
    for (std::size_t i = 0; i < structure_.used.inputs; ++i)
      workspace.executor_.set_image(structure_.inputs[i].value, all[i]);
    // Inference writes neither parameters nor statistics.
    const detail::Arenas<T> arenas{.parameters = const_cast<T*>(parameters_.data()),
                                   .statistics = const_cast<T*>(statistics_.data()),
                                   .activations = workspace.activations_.data(),
                                   .parameter_offsets = parameter_layout.references,
                                   .statistic_offsets = statistic_layout.references};
    workspace.executor_.forward(arenas, detail::forward_functions<NetType, InType, T>, false, Random{seed{}});
    return output(workspace);
  }

  /// Output k of the workspace's last call, of nets that end in outputs(…).
  FeatureMapView<const T> output(const Workspace<T>& workspace, int k = 0) const {
    return workspace.executor_.value(structure_.outputs[static_cast<std::size_t>(k)]);
  }

  const StructureView structure() const { return structure_.view(); }

 private:
  static constexpr int most_sources = 4;  // two convolutions, each with a norm
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  static bool has_parameters(const OperationRecord& operation) {
    return operation.parameter_count > 0 || operation.statistic_count > 0;
  }

  template <class Offsets, class From>
  static void copy(int first, int count, std::span<const ParameterRecord> records,
                   std::span<const int> references, const Offsets& offsets, Storage<T>& arena, From from) {
    for (int k = 0; k < count; ++k) {
      const Parameter& parameter = records[at(references[at(first + k)])].parameter;
      std::copy_n(from(k), arena_elements(parameter.extents, parameter.order, channel_block<T>),
                  arena.data() + offsets[at(first + k)]);
    }
  }

  Storage<T> parameters_, statistics_;
};

/// The model as it stands, for inference alone.
template <auto Net, auto In, class T> FrozenModel<Net, In, T> freeze(const Model<Net, In, T>& model) {
  return FrozenModel<Net, In, T>(model);
}

}  // namespace lamina
