// What every model is made of, whatever its net: arenas, names, and the bookkeeping of passes. Free of the
// net's type, so it is compiled once per element type. Users meet it through Model (net/model.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/net/arena.hpp"
#include "lamina/net/executor.hpp"
#include "lamina/net/initialize.hpp"

namespace lamina {

namespace detail {
/// Whether a parameter's name begins with these levels: that of "1.weight" with "1", that of "10.weight" not.
inline bool is_within(std::string_view name, std::string_view levels) {
  return name.substr(0, levels.size()) == levels &&
         (levels.empty() || levels.back() == '.' || name.size() == levels.size() ||
          name[levels.size()] == '.');
}
}  // namespace detail

/// The part of Model<net, input, T> that does not depend on the net's type: what training, files and reports
/// work on.
template <class T> class ModelCore {
 public:
  using value_type = T;
  using Image = FeatureMapView<const T, 1>;

  /// All parameters in one flat run, for optimizers.
  ParameterSpace<T> parameter_space() { return {parameters_.span(), gradients_.span(), segments_}; }

  /// Every parameter (or gradient, or running statistic), by name and in PyTorch's order.
  std::vector<NamedArray<T>> parameters() {
    return named(structure_.parameters, parameter_records_, parameters_);
  }
  std::vector<NamedArray<const T>> parameters() const {
    return named(structure_.parameters, parameter_records_, parameters_);
  }
  std::vector<NamedArray<T>> gradients() {
    return named(structure_.parameters, parameter_records_, gradients_);
  }
  std::vector<NamedArray<T>> statistics() {
    return named(structure_.statistics, statistic_records_, statistics_);
  }
  std::vector<NamedArray<const T>> statistics() const {
    return named(structure_.statistics, statistic_records_, statistics_);
  }

  /// An arena of the parameters' size and layout, such as an optimizer's state, under the parameters' names.
  std::vector<NamedArray<T>> named_like_parameters(std::span<T> arena) const {
    if (static_cast<Index>(arena.size()) != parameters_.size())
      throw shape_error("model: the arena has not the size of the parameters'");
    return named(structure_.parameters, parameter_records_, arena);
  }

  /// One of them: model.parameter("head.1.weight"). Throws error if there is none of that name.
  NamedArray<T> parameter(std::string_view name) { return find(parameters(), name, "parameter"); }
  NamedArray<T> gradient(std::string_view name) { return find(gradients(), name, "parameter"); }
  NamedArray<T> statistic(std::string_view name) { return find(statistics(), name, "running statistic"); }

  /// Stops (or resumes) learning of the parameters whose names begin with these levels: "1" means "1.weight"
  /// and "1.0.bias", not "10.weight"; "" all. Returns how many. Running statistics go on moving; a net's
  /// frozen(f) stops them, too.
  int set_frozen(std::string_view levels, bool is_frozen) {
    return for_each_segment(levels, [&](ParameterSegment& segment) { segment.frozen = is_frozen; });
  }
  /// Multiplies the learning rate of the parameters whose names begin with these levels; returns how many.
  int set_rate_scale(std::string_view levels, float factor) {
    return for_each_segment(levels, [&](ParameterSegment& segment) { segment.rate_scale = factor; });
  }
  /// The same for the parameters of a group, group<1>(block).
  int set_rate_scale(int group, float factor) {
    int count = 0;
    for (ParameterSegment& segment : segments_)
      if (segment.group == group) {
        segment.rate_scale = factor;
        ++count;
      }
    return count;
  }

  void zero_gradients() { std::fill(gradients_.begin(), gradients_.end(), T{0}); }

  /// Learnable numbers, padding not counted.
  Index parameter_count() const {
    Index count = 0;
    for (const ParameterRecord& record : structure_.parameters) count += record.parameter.extents.count();
    return count;
  }

  /// A number that two nets share only if their operations have the same names, windows and output shapes,
  /// and their parameters the same names and extents. (A slope of leaky_relu, say, makes no difference.)
  std::uint64_t architecture_hash() const {
    std::uint64_t hash = 14695981039346656037u;  // FNV-1a
    const auto mix = [&](std::string_view text) {
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
      hash = (hash ^ 0xff) * 1099511628211u;
    };
    for (const OperationRecord& operation : structure_.operations) {
      mix(operation.facts->name);
      mix(to_string(structure_.shape_of(operation.output)));
      if (operation.facts->window == nullptr || operation.operand_count == 0) continue;
      const Window window =
          operation.facts->window(structure_.shape_of(structure_.operands_of(operation)[0]));
      mix(sentence(window.height, "x", window.width, "/", window.stride_vertical, "x",
                   window.stride_horizontal));
    }
    for (const auto& parameter : parameters()) {
      mix(parameter.name());
      for (int axis = 0; axis < parameter.extents().rank; ++axis)
        mix(std::to_string(parameter.extents()[axis]));
    }
    return hash;
  }

  /// Training passes so far: with the seed, all that dropout depends on. Checkpoints restore it.
  std::uint64_t pass_count() const { return pass_count_; }
  void set_pass_count(std::uint64_t count) { pass_count_ = count; }
  seed random_seed() const { return seed_; }
  void set_random_seed(seed s) { seed_ = s; }

  /// What freeze reads: the arenas with the offsets of all operations' references.
  auto fold_source() const {
    struct Source {
      const T* parameters;
      const Index* parameter_offsets;
      const T* statistics;
      const Index* statistic_offsets;
    };
    return Source{parameters_.data(), parameter_references_.data(), statistics_.data(),
                  statistic_references_.data()};
  }

  const StructureView& structure() const { return structure_; }
  /// Bytes of activations, gradients and stashes now reserved.
  Index arena_bytes() const { return (activations_.size() + batch_stash_.size()) * Index{sizeof(T)}; }

 protected:
  ModelCore(seed s, const StructureView& structure, std::span<const Index> parameter_records,
            std::span<const Index> parameter_references, Index parameter_elements,
            std::span<const Index> statistic_records, std::span<const Index> statistic_references,
            Index statistic_elements)
      : structure_(structure),
        parameter_records_(parameter_records),
        parameter_references_(parameter_references),
        statistic_records_(statistic_records),
        statistic_references_(statistic_references),
        parameters_(parameter_elements),
        gradients_(parameter_elements),
        statistics_(statistic_elements),
        executor_(structure),
        seed_(s) {
    for (std::size_t p = 0; p < structure_.parameters.size(); ++p) {
      const ParameterRecord& record = structure_.parameters[p];
      const Index size = arena_elements(record.parameter.extents, record.parameter.order, channel_block<T>);
      segments_.push_back({parameter_records_[p], parameter_records_[p] + size, record.parameter.decays,
                           record.frozen, 1.0f, record.group});
    }
    initialize();
  }

  ModelCore(ModelCore&&) = default;
  ModelCore& operator=(ModelCore&&) = default;
  ~ModelCore() = default;

  /// Parameters and statistics begin anew from the seed.
  void initialize() {
    const Random random(seed_, 0x696e6974);  // a stream of its own, apart from dropout's
    std::uint64_t stream = 0;
    for (const auto& parameter : parameters()) detail::initialize(parameter, random.stream(stream++));
    for (const auto& statistic : statistics()) detail::initialize(statistic, random.stream(stream++));
  }

  void copy_state_from(const ModelCore& other) {
    parameters_ = other.parameters_.clone();
    gradients_ = other.gradients_.clone();
    statistics_ = other.statistics_.clone();
    segments_ = other.segments_;
    pass_count_ = other.pass_count_;
    seed_ = other.seed_;
  }

  /// Makes the arenas large enough and the views right for a batch; allocates only when they grow.
  void bind(const PlanView& plan, std::span<const Shape> shapes, Index batch, bool training) {
    const Index elements = plan.elements * batch;
    if (elements > activations_.size()) activations_ = Storage<T>(elements);
    if (plan.batch_stash_elements > batch_stash_.size()) batch_stash_ = Storage<T>(plan.batch_stash_elements);
    executor_.bind(structure_, plan, shapes, activations_.data(), batch);
    bound_training_ = training;
  }

  detail::Arenas<T> arenas() {
    return {parameters_.data(),  gradients_.data(),     statistics_.data(),   activations_.data(),
            batch_stash_.data(), parameter_references_, statistic_references_};
  }

  Random pass_random() const { return Random(seed_, 0x70617373).stream(pass_count_); }

  StructureView structure_;
  std::span<const Index> parameter_records_, parameter_references_, statistic_records_, statistic_references_;
  Storage<T> parameters_, gradients_, statistics_, activations_, batch_stash_;
  std::vector<ParameterSegment> segments_;
  detail::Executor<T> executor_;
  seed seed_;
  std::uint64_t pass_count_ = 0;
  bool bound_training_ = false;
  bool forward_ran_ = false;

 private:
  template <class Arena>
  auto named(std::span<const ParameterRecord> records, std::span<const Index> offsets, Arena& arena) const {
    using Element = std::remove_reference_t<decltype(*arena.data())>;
    std::vector<NamedArray<Element>> all;
    all.reserve(records.size());
    for (std::size_t r = 0; r < records.size(); ++r)
      all.emplace_back(full_name(structure_, records[r].scope, records[r].parameter.name),
                       records[r].parameter, arena.data() + offsets[r], Index{channel_block<T>});
    return all;
  }

  static NamedArray<T> find(const std::vector<NamedArray<T>>& all, std::string_view name, const char* what) {
    for (const auto& one : all)
      if (one.name() == name) return one;
    throw error("model: there is no ", what, " named \"", name, '"');
  }

  template <class F> int for_each_segment(std::string_view levels, F f) {
    int count = 0;
    const auto all = parameters();
    for (std::size_t p = 0; p < all.size(); ++p)
      if (detail::is_within(all[p].name(), levels)) {
        f(segments_[p]);
        ++count;
      }
    return count;
  }
};

}  // namespace lamina
