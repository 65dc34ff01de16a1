// One reference for all normalisations: which elements share their statistics is a function of (n, c, h, w).
#pragma once

#include <functional>
#include <map>

#include "kernels/maps.hpp"

namespace lamina::test {

using Sharing = std::function<Index(Index n, Index c, Index h, Index w)>;

struct Normalization {
  Sharing set_of;  // elements with equal numbers are normalised together
  Plain gamma, beta;
  double epsilon = 1e-3;

  std::map<Index, std::pair<double, double>> moments(const Plain& x) const {
    std::map<Index, std::vector<double>> sets;
    each(x.extents,
         [&](Index n, Index c, Index h, Index w) { sets[set_of(n, c, h, w)].push_back(x(n, c, h, w)); });
    std::map<Index, std::pair<double, double>> moments;
    for (const auto& [set, values] : sets) {
      double mean = 0, variance = 0;
      for (const double v : values) mean += v / static_cast<double>(values.size());
      for (const double v : values) variance += (v - mean) * (v - mean) / static_cast<double>(values.size());
      moments[set] = {mean, variance};
    }
    return moments;
  }
  Plain normal(const Plain& x) const {
    const auto statistics = moments(x);
    Plain y(x.extents);
    each(x.extents, [&](Index n, Index c, Index h, Index w) {
      const auto [mean, variance] = statistics.at(set_of(n, c, h, w));
      y(n, c, h, w) = (x(n, c, h, w) - mean) / std::sqrt(variance + epsilon);
    });
    return y;
  }
  Plain forward(const Plain& x) const {
    Plain y = normal(x);
    each(x.extents, [&](Index n, Index c, Index h, Index w) {
      y(n, c, h, w) = y(n, c, h, w) * gamma.broadcast(0, c, h, w) + beta.broadcast(0, c, h, w);
    });
    return y;
  }
  Plain input_gradient(const Plain& x, const Plain& dy) const {
    return numeric_gradient(x, dy, [&](const Plain& at) { return forward(at); });
  }
  /// Σ dy · factor, as large as gamma.
  Plain weight_gradient(const Plain& dy, const Plain& factor, Plain start) const {
    each(dy.extents, [&](Index n, Index c, Index h, Index w) {
      start(0, c, gamma.extents.h == 1 ? 0 : h, gamma.extents.w == 1 ? 0 : w) +=
          dy(n, c, h, w) * factor(n, c, h, w);
    });
    return start;
  }
};

/// Small maps with every kind of channel remainder; few elements, for numeric gradients cost their square.
inline std::vector<Extents> norm_sweep() {
  return {{3, 1, 1, 1}, {2, 3, 5, 3}, {3, 8, 2, 2}, {1, 13, 3, 4}, {4, 16, 1, 1}, {2, 17, 3, 2}};
}

/// A kernel in float is as near to central differences as these are to the truth.
template <class T> inline constexpr double gradient_tolerance = sizeof(T) == 4 ? 2e-5 : 1e-7;

}  // namespace lamina::test
