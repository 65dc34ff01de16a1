// summary(model): a table of the net, one line per operation: where it stands, what it is, the shape it
// makes, its parameters and multiply-adds per sample, and the kernel that runs.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/net/arena.hpp"
#include "lamina/net/structure.hpp"

namespace lamina {

namespace detail {

/// 1234567 as "1,234,567".
inline std::string with_commas(Index number) {
  std::string digits = std::to_string(number);
  for (auto place = static_cast<Index>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<std::size_t>(place), 1, ',');
  return digits;
}

inline std::string summarize(const StructureView& structure) {
  struct Row {
    std::string cells[6];
  };
  std::vector<Row> rows{{{"name", "layer", "output", "parameters", "MACs", "kernel"}}};
  std::vector<bool> counted(structure.parameters.size(), false);
  Index parameter_total = 0, mac_total = 0;
  for (const OperationRecord& operation : structure.operations) {
    const Shape in = structure.shape_of(structure.operands_of(operation)[0]);
    const OperationFacts& facts = *operation.facts;
    Index parameters = 0;
    for (int p = 0; p < operation.parameter_count; ++p) {
      const auto reference = static_cast<std::size_t>(operation.first_parameter + p);
      const auto record = static_cast<std::size_t>(structure.parameter_references[reference]);
      if (!counted[record]) parameters += structure.parameters[record].parameter.extents.count();
      counted[record] = true;  // shared weights are counted where they are met first
    }
    const bool known = in.is_static();
    const Index macs = known ? facts.macs(in) : 0;
    parameter_total += parameters;
    mac_total += macs;
    rows.push_back(
        {{full_name(structure, operation.scope, ""), std::string(facts.name),
          to_string(structure.shape_of(operation.output)), parameters ? with_commas(parameters) : "",
          macs ? with_commas(macs) : "", facts.algorithm && known ? facts.algorithm(in) : ""}});
  }
  rows.push_back({{"", "total", "", with_commas(parameter_total), with_commas(mac_total), ""}});

  std::size_t widths[6] = {};
  for (const Row& row : rows)
    for (std::size_t c = 0; c < 6; ++c) widths[c] = std::max(widths[c], row.cells[c].size());
  std::string text;
  const auto end_line = [&] {
    text.resize(text.find_last_not_of(' ') + 1);
    text += '\n';
  };
  const auto draw_rule = [&] {
    for (const std::size_t width : widths) text.append(width, '-').append(2, ' ');
    end_line();
  };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (r + 1 == rows.size()) draw_rule();
    for (std::size_t c = 0; c < 6; ++c) {
      const std::string& cell = rows[r].cells[c];
      const bool is_number = c == 3 || c == 4;
      if (is_number) text.append(widths[c] - cell.size(), ' ');
      text += cell;
      if (!is_number) text.append(widths[c] - cell.size(), ' ');
      text.append(2, ' ');
    }
    end_line();
    if (r == 0) draw_rule();
  }
  return text;
}

}  // namespace detail

/// The table as text, ending in a newline; of a Model or a FrozenModel.
template <class M>
  requires requires(const M& model) {
    { model.structure() } -> std::convertible_to<StructureView>;
  }
std::string summary(const M& model) {
  return detail::summarize(model.structure());
}

}  // namespace lamina
