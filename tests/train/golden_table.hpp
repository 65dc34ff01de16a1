// Reads the files that tests/golden/make_train_golden.py writes, and repeats the formulas of its inputs.
#pragma once

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "lamina/core/shape.hpp"
#include "support/catch.hpp"

namespace lamina::test {

/// The lines "name: number number ..." of tests/golden/<file>.
inline std::map<std::string, std::vector<double>> golden_table(const std::string& file) {
  std::ifstream in(std::string(LAMINA_TESTS_DIR "/golden/") + file);
  REQUIRE(in.good());
  std::map<std::string, std::vector<double>> table;
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    std::istringstream numbers(line.substr(colon + 1));
    auto& row = table[line.substr(0, colon)];
    for (double number = 0; numbers >> number;) row.push_back(number);
  }
  REQUIRE(!table.empty());
  return table;
}

/// scale · sin(step · i + phase).
inline std::vector<double> wave(Index count, double scale, double step, double phase) {
  std::vector<double> values;
  for (Index i = 0; i < count; ++i) values.push_back(scale * std::sin(step * static_cast<double>(i) + phase));
  return values;
}

}  // namespace lamina::test
