// What tests of nets and layers share: random images, the elements of a map, and gradient_check with Catch.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "lamina/net/gradient_check.hpp"
#include "lamina/net/model.hpp"
#include "support/catch.hpp"

namespace support {

using namespace lamina;

/// Elements of a batch of logical outputs, in n, c, h, w order.
template <class T> std::vector<double> elements(const FeatureMapView<const T>& map) {
  std::vector<double> all;
  for (Index n = 0; n < map.batch; ++n)
    for (Index c = 0; c < map.channels; ++c)
      for (Index h = 0; h < map.height; ++h)
        for (Index w = 0; w < map.width; ++w) all.push_back(static_cast<double>(map(n, c, h, w)));
  return all;
}

/// A plain batch of normal random numbers for an input of shape S.
template <class T> struct RandomImages {
  RandomImages(const Shape& s, Index batch, std::uint64_t stream = 7, double deviation = 1)
      : storage(batch * s.elements()), view(storage.data(), batch, s.channels, s.rows(), s.columns()) {
    const Random random(seed{11}, stream);
    for (Index i = 0; i < storage.size(); ++i)
      storage[i] = static_cast<T>(deviation * random.normal(static_cast<std::uint64_t>(i)));
  }
  Storage<T> storage;
  FeatureMapView<T, 1> view;
};

using GradientCheck = gradient_check_options;

/// Requires gradient_check to pass; see net/gradient_check.hpp.
template <auto Net, auto In, class Prepare> void check_gradients(GradientCheck options, Prepare prepare) {
  const GradientReport report = gradient_check<Net, In>(options, prepare);
  INFO(report.where << ": analytic " << report.analytic << ", numeric " << report.numeric);
  REQUIRE(report.compared > 0);
  REQUIRE(report.passed);
}

template <auto Net, auto In> void check_gradients(GradientCheck options = {}) {
  check_gradients<Net, In>(options, [](auto&) {});
}

}  // namespace support
