// What a net is lowered to: a flat table of operations over values, free of types, so that planning, naming
// and running are plain functions over plain records. The compiler builds it (net/lowering.hpp); nothing of a
// net's nesting is left in it but the scopes that name its parameters.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "lamina/net/layer.hpp"

namespace lamina {

/// What an operation does to its surroundings, as the memory plan sees it.
enum class OperationKind { layer, sum, concat, slice };

/// The static facts of an operation, one per layer type.
struct OperationFacts {
  std::string_view name;
  OperationKind kind = OperationKind::layer;
  Shape (*output)(const Shape* in, int count) = nullptr;
  Index (*macs)(Shape in) = nullptr;
  Window (*window)(Shape in) = nullptr;
  Stash (*stash)(Shape in) = nullptr;
  /// The kernel that the layer runs on such an input, for `summary`; null where there is no choice.
  std::string (*algorithm)(Shape in) = nullptr;
  Saves saves = Saves::both;
  bool in_place = false;         ///< may write its output over a same-shaped input
  int overwritten_operand = -1;  ///< which alone; -1: the first that nobody reads again
  bool accumulates = false;      ///< can add into its input gradient
  Index slice_first = 0;         ///< kind slice: the first channel taken
};

struct OperationRecord {
  const OperationFacts* facts = nullptr;
  int first_operand = 0, operand_count = 0;
  int output = 0;
  int first_parameter = 0, parameter_count = 0;  ///< into parameter_references
  int first_statistic = 0, statistic_count = 0;  ///< into statistic_references
  int scope = 0;
  bool reads_image = false;
  bool frozen = false;
};

struct ValueRecord {
  Shape shape;
  int producer = -1;   ///< operation; -1: an input of the net
  bool image = false;  ///< plain NCHW, as the net's input comes
};

/// A level in a parameter's name: "head" or an index; `parent` is another scope, -1 at the top.
struct ScopeRecord {
  int parent = -1;
  int position = 0;
  std::string_view name;
};

struct ParameterRecord {
  Parameter parameter;
  int scope = 0;
  int operation = 0;
  int group = 0;
  bool frozen = false;
  std::string_view shared;  ///< name of the set of shared weights it belongs to, if any
  int shared_ordinal = 0;
};

struct InputRecord {
  int value = 0;
  std::string_view name;  ///< empty for the main input
};

/// The table. `Structure` owns it in arrays of exactly the right size; this is how everybody reads it.
struct StructureView {
  std::span<const OperationRecord> operations;
  std::span<const ValueRecord> values;
  std::span<const int> operands;
  std::span<const ParameterRecord> parameters;
  std::span<const int> parameter_references;
  std::span<const ParameterRecord> statistics;
  std::span<const int> statistic_references;
  std::span<const ScopeRecord> scopes;
  std::span<const InputRecord> inputs;
  std::span<const int> outputs;

  constexpr std::span<const int> operands_of(const OperationRecord& operation) const {
    return operands.subspan(static_cast<std::size_t>(operation.first_operand),
                            static_cast<std::size_t>(operation.operand_count));
  }
  constexpr Shape shape_of(int value) const { return values[static_cast<std::size_t>(value)].shape; }
};

/// How many records of each kind a net has.
struct StructureCounts {
  std::size_t operations = 0, values = 0, operands = 0, parameters = 0, parameter_references = 0,
              statistics = 0, statistic_references = 0, scopes = 0, taps = 0, inputs = 0, outputs = 0;
};

namespace detail {
// Zero-length std::arrays are legal but awkward in constant evaluation; one spare record costs nothing.
constexpr std::size_t at_least_one(std::size_t n) { return n == 0 ? 1 : n; }
}  // namespace detail

template <StructureCounts Counts> struct Structure {
  std::array<OperationRecord, detail::at_least_one(Counts.operations)> operations{};
  std::array<ValueRecord, detail::at_least_one(Counts.values)> values{};
  std::array<int, detail::at_least_one(Counts.operands)> operands{};
  std::array<ParameterRecord, detail::at_least_one(Counts.parameters)> parameters{};
  std::array<int, detail::at_least_one(Counts.parameter_references)> parameter_references{};
  std::array<ParameterRecord, detail::at_least_one(Counts.statistics)> statistics{};
  std::array<int, detail::at_least_one(Counts.statistic_references)> statistic_references{};
  std::array<ScopeRecord, detail::at_least_one(Counts.scopes)> scopes{};
  std::array<int, detail::at_least_one(Counts.taps)> taps{};
  std::array<InputRecord, detail::at_least_one(Counts.inputs)> inputs{};
  std::array<int, detail::at_least_one(Counts.outputs)> outputs{};
  StructureCounts used{};  // shared weights are counted once more than they are used

  constexpr StructureView view() const {
    return {{operations.data(), used.operations},
            {values.data(), used.values},
            {operands.data(), used.operands},
            {parameters.data(), used.parameters},
            {parameter_references.data(), used.parameter_references},
            {statistics.data(), used.statistics},
            {statistic_references.data(), used.statistic_references},
            {scopes.data(), used.scopes},
            {inputs.data(), used.inputs},
            {outputs.data(), used.outputs}};
  }
};

}  // namespace lamina
