// Where parameters and running statistics lie in their flat arenas, and how a user meets one of them: by
// name, in PyTorch's order.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/net/parameter_space.hpp"
#include "lamina/net/structure.hpp"

namespace lamina {

/// Offsets of P records, and of the R references that operations make to them.
template <std::size_t P, std::size_t R> struct ArenaLayout {
  std::array<Index, P> records{};
  std::array<Index, R> references{};
  Index elements = 0;
};

/// Lays records one after another, each on a cache line of its own, so that every one begins aligned.
template <std::size_t P, std::size_t R>
constexpr ArenaLayout<P, R> lay_out(std::span<const ParameterRecord> records, std::span<const int> references,
                                    Index block) {
  constexpr Index line = 16;
  ArenaLayout<P, R> layout;
  for (std::size_t p = 0; p < records.size(); ++p) {
    layout.records[p] = layout.elements;
    const Parameter& parameter = records[p].parameter;
    layout.elements += (arena_elements(parameter.extents, parameter.order, block) + line - 1) / line * line;
  }
  for (std::size_t r = 0; r < references.size(); ++r)
    layout.references[r] = layout.records[static_cast<std::size_t>(references[r])];
  return layout;
}

/// The name of a parameter: scopes from the outside in, then its own name: "stem.0.weight".
inline std::string full_name(const StructureView& structure, int scope, std::string_view own_name) {
  std::string name(own_name);
  for (int s = scope; s >= 0; s = structure.scopes[static_cast<std::size_t>(s)].parent) {
    const ScopeRecord& level = structure.scopes[static_cast<std::size_t>(s)];
    std::string text = level.name.empty() ? std::to_string(level.position) : std::string(level.name);
    name = name.empty() ? text : sentence(text, ".", name);
  }
  return name;
}

/// One parameter, gradient or running statistic of a model: its name, its logical extents, and its elements,
/// which are reached in logical (row-major, PyTorch's) order.
template <class T> class NamedArray {
 public:
  NamedArray(std::string name, const Parameter& parameter, T* arena, Index block)
      : name_(std::move(name)), parameter_(parameter), arena_(arena), block_(block) {}

  const std::string& name() const { return name_; }
  const ParameterExtents& extents() const { return parameter_.extents; }
  const Parameter& descriptor() const { return parameter_; }
  Index size() const { return parameter_.extents.count(); }

  /// The element at row-major position i.
  T& operator[](Index i) const {
    return arena_[arena_position(parameter_.extents, parameter_.order, block_, i)];
  }

  /// All elements in logical order.
  std::vector<std::remove_const_t<T>> values() const {
    std::vector<std::remove_const_t<T>> all(static_cast<std::size_t>(size()));
    for (Index i = 0; i < size(); ++i) all[static_cast<std::size_t>(i)] = (*this)[i];
    return all;
  }

  /// Overwrites all elements from logical order. Throws shape_error when the count differs.
  template <class U>
  void assign(std::span<const U> values) const
    requires(!std::is_const_v<T>)
  {
    if (static_cast<Index>(values.size()) != size())
      throw shape_error(name_, ": ", values.size(), " values for a parameter of ", size());
    for (Index i = 0; i < size(); ++i) (*this)[i] = static_cast<T>(values[static_cast<std::size_t>(i)]);
  }

 private:
  std::string name_;
  Parameter parameter_;
  T* arena_;
  Index block_;
};

}  // namespace lamina
