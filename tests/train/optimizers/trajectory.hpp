// Follows a rule for the twelve steps of tests/golden/make_train_golden.py and compares values and state.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "lamina/train/optimizers/optimizer.hpp"
#include "support/catch.hpp"
#include "train/golden_table.hpp"
#include "train/toy_space.hpp"

namespace lamina::test {

template <class T, class Rule> void require_pytorch_trajectory(const std::string& name, const Rule& rule) {
  CAPTURE(name);
  const double tolerance = std::is_same_v<T, float> ? 4e-6 : 1e-10;
  const auto table = golden_table("train_optimizers.txt");
  ToySpace<T> toy(11);
  ToySpace<T>::fill(toy.values, 1, 1.1, 0.2);
  Optimizer optimizer(rule, toy.space());
  std::vector<double> seen;
  for (int t = 1; t <= 12; ++t) {
    for (Index i = 0; i < 11; ++i)
      toy.gradients[i] =
          static_cast<T>(std::cos(0.7 * static_cast<double>(i) + 0.3 * t)) + T(0.1) * toy.values[i];
    optimizer.step();
    REQUIRE(std::vector<T>(toy.gradients.begin(), toy.gradients.end()) == std::vector<T>(11));
    if (t == 1 || t == 2 || t == 12) seen.insert(seen.end(), toy.values.begin(), toy.values.end());
  }
  require_close(seen, table.at(name), tolerance);
  REQUIRE(optimizer.steps() == 12);
  for (Index k = 0; k < optimizer.state_count(); ++k)
    require_close(optimizer.state(k), table.at(name + " " + std::string(optimizer.state_name(k))), tolerance);
}

}  // namespace lamina::test
