// The listeners of lowering (net/lowering.hpp) that record: one that counts and fills the structure, one that
// collects the functions. Both are constant-evaluated.
#pragma once

#include "lamina/net/algebra.hpp"
#include "lamina/net/structure.hpp"

namespace lamina::detail {

// ---- facts -----------------------------------------------------------------------------------------------

template <class L> constexpr Shape output_of(const Shape* in, int count) {
  if constexpr (requires { L::output_of(in, count); })
    return L::output_of(in, count);
  else
    return L::output(in[0]);
}

template <class L> constexpr Index macs_of(Shape in) {
  if constexpr (requires { L::macs(in); })
    return L::macs(in);
  else
    return 0;
}

template <class L> constexpr Window window_of(Shape in) {
  if constexpr (requires { L::window(in); })
    return L::window(in);
  else
    return {};
}

template <class L> constexpr Stash stash_of(Shape in) {
  if constexpr (requires { L::stash(in); })
    return L::stash(in);
  else
    return {};
}

template <class L> constexpr OperationFacts make_facts() {
  OperationFacts facts{.name = L::name,
                       .output = output_of<L>,
                       .macs = macs_of<L>,
                       .window = window_of<L>,
                       .stash = stash_of<L>};
  if constexpr (requires { L::kind; }) facts.kind = L::kind;
  if constexpr (requires { L::saves; }) facts.saves = L::saves;
  if constexpr (requires { L::in_place; }) facts.in_place = L::in_place;
  if constexpr (requires { L::overwritten_operand; }) facts.overwritten_operand = L::overwritten_operand;
  if constexpr (requires { L::accumulates; }) facts.accumulates = L::accumulates;
  if constexpr (requires { L::slice_first; }) facts.slice_first = L::slice_first;
  if constexpr (requires { L::algorithm(Shape{}); }) facts.algorithm = L::algorithm;
  return facts;
}

template <class L> inline constexpr OperationFacts facts_of = make_facts<L>();

// ---- structure -------------------------------------------------------------------------------------------

/// Counts (with null pointers) or fills the arrays of a Structure.
struct StructureBuilder {
  OperationRecord* operations = nullptr;
  ValueRecord* values = nullptr;
  int* operands = nullptr;
  ParameterRecord* parameters = nullptr;
  int* parameter_references = nullptr;
  ParameterRecord* statistics = nullptr;
  int* statistic_references = nullptr;
  ScopeRecord* scopes = nullptr;
  int* taps = nullptr;
  InputRecord* inputs = nullptr;
  int* outputs = nullptr;
  StructureCounts counts{};

  int scope = -1;
  int frozen_depth = 0;
  int group = 0;
  /// The set of shared weights that is being lowered, and how many of its records were met.
  struct SharedSet {
    std::string_view name;
    int parameters = 0, statistics = 0;
  };
  SharedSet shared{};
  std::array<int, 64> scope_stack{};
  int depth = 0;

  // Before its uses: clang would otherwise instantiate it too late for constant evaluation.
  template <class Record>
  static constexpr void put(Record* records, std::size_t& count, const Record& record) {
    if (records) records[count] = record;
    ++count;
  }

  template <class L, bool Image, Shape... In>
  constexpr int operation(std::array<int, sizeof...(In)> in, Shape out) {
    constexpr Shape first = std::array{In...}[0];
    OperationRecord record{
        .facts = &facts_of<L>, .scope = scope, .reads_image = Image, .frozen = frozen_depth > 0};
    record.first_operand = static_cast<int>(counts.operands);
    record.operand_count = static_cast<int>(in.size());
    for (const int value : in) put(operands, counts.operands, value);
    record.first_parameter = static_cast<int>(counts.parameter_references);
    if constexpr (requires { L::parameters(first); })
      for (const Parameter& parameter : L::parameters(first)) {
        own(parameter, parameters, counts.parameters, parameter_references, counts.parameter_references,
            shared.parameters);
        ++record.parameter_count;
      }
    record.first_statistic = static_cast<int>(counts.statistic_references);
    if constexpr (requires { L::statistics(first); })
      for (const Parameter& parameter : L::statistics(first)) {
        own(parameter, statistics, counts.statistics, statistic_references, counts.statistic_references,
            shared.statistics);
        ++record.statistic_count;
      }
    record.output = static_cast<int>(counts.values);
    put(values, counts.values, ValueRecord{out, static_cast<int>(counts.operations), false});
    put(operations, counts.operations, record);
    return record.output;
  }

  constexpr void enter(int position, std::string_view name) {
    const int inner = static_cast<int>(counts.scopes);
    put(scopes, counts.scopes, ScopeRecord{scope, position, name});
    scope_stack[static_cast<std::size_t>(depth)] = scope;
    ++depth;
    scope = inner;
  }
  constexpr void leave() { scope = scope_stack[static_cast<std::size_t>(--depth)]; }

  constexpr SharedSet begin_shared(std::string_view name) {
    const SharedSet outer = shared;
    shared = {.name = name};
    return outer;
  }
  constexpr void end_shared(const SharedSet& outer) { shared = outer; }
  constexpr void begin_frozen() { ++frozen_depth; }
  constexpr void end_frozen() { --frozen_depth; }
  constexpr int set_group(int k) {
    const int outer = group;
    group = k;
    return outer;
  }
  constexpr void tap(int value) { put(taps, counts.taps, value); }
  constexpr int tapped(int position) { return taps ? taps[position] : 0; }
  constexpr int input(Shape shape, bool image, std::string_view name) {
    const int value = static_cast<int>(counts.values);
    put(values, counts.values, ValueRecord{shape, -1, image});
    put(inputs, counts.inputs, InputRecord{value, name});
    return value;
  }
  constexpr void output(int value) { put(outputs, counts.outputs, value); }

  // A new record, or inside shared<…> the one that an earlier use of the name made.
  constexpr void own(const Parameter& parameter, ParameterRecord* records, std::size_t& count,
                     int* references, std::size_t& reference_count, int& shared_ordinal) {
    if (!shared.name.empty() && records) {
      for (std::size_t i = 0; i < count; ++i)
        if (records[i].shared_ordinal == shared_ordinal && records[i].shared == shared.name) {
          put(references, reference_count, static_cast<int>(i));
          ++shared_ordinal;
          return;
        }
    }
    put(references, reference_count, static_cast<int>(count));
    put(records, count,
        ParameterRecord{parameter, scope, static_cast<int>(counts.operations), group, frozen_depth > 0,
                        shared.name, shared_ordinal});
    ++shared_ordinal;
  }
};

// ---- functions -------------------------------------------------------------------------------------------

template <class L, Shape In, class T> void run_forward(const Forward<T>& pass) {
  if constexpr (requires { L::template forward<In>(pass); })
    L::template forward<In>(pass);
  else
    L::forward(pass);
}

template <class L, Shape In, class T> void run_backward(const Backward<T>& pass) {
  if constexpr (requires { L::template backward<In>(pass); })
    L::template backward<In>(pass);
  else
    L::backward(pass);
}

template <class T> using ForwardFunction = void (*)(const Forward<T>&);
template <class T> using BackwardFunction = void (*)(const Backward<T>&);

/// Collects one function per operation, in the structure's order.
template <class T, bool IsBackward> struct FunctionBuilder : ShapeBuilder {
  using Function = std::conditional_t<IsBackward, BackwardFunction<T>, ForwardFunction<T>>;
  Function* functions = nullptr;
  std::size_t count = 0;

  template <class L, bool Image, Shape... In> constexpr int operation(std::array<int, sizeof...(In)>, Shape) {
    constexpr Shape first = std::array{In...}[0];
    if constexpr (IsBackward)
      functions[count++] = &run_backward<L, first, T>;
    else
      functions[count++] = &run_forward<L, first, T>;
    return 0;
  }
};

}  // namespace lamina::detail
