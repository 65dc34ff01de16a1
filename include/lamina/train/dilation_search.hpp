// Efficient dilation search (Liu et al., "Inception Convolution with Efficient Dilation Search", 2021): which
// dilations the filters of a 3×3 convolution should have. A supernet has a dense kernel of 2 d + 1 taps a
// side in its place, and is trained; then every filter gets the dilations, of 1 … d on each axis, whose nine
// taps of the dense kernel come nearest to all of them.
//
// Nearest is meant in expectation, of the L1 difference between the outputs. Whether the expectation stands
// inside the norm or outside could not be confirmed. Outside, with inputs whose expected magnitudes are m_i,
// the difference is at most Σ m_i · |w[i, tap]| over the taps that are lost; that is the default. Inside,
// with inputs whose expectations are m_i, it is |Σ m_i · w[i, tap]|, where lost taps may make up for one
// another.
#pragma once

#include <algorithm>
#include <cmath>
#include <ostream>
#include <span>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/net/arena.hpp"

namespace lamina {

/// The difference that a search makes small.
enum class DilationError {
  magnitudes,   ///< Σ m_i · |w[i, tap]| over lost taps
  expectations  ///< |Σ m_i · w[i, tap]|
};

/// Filters of one pair of dilations.
struct DilatedFilters {
  Index vertical = 1, horizontal = 1;
  std::vector<Index> filters;  ///< their numbers in the dense kernel, rising
};

/// What a search found: the parts of an inception_conv, by falling likeness to a plain convolution. Printed,
/// it is the text of one:
///   inception_conv<DilationPart{1, 1, 40}, DilationPart{2, 4, 24}>
struct DilationPattern {
  std::vector<DilatedFilters> parts;
  double error = 0;  ///< of all filters together

  /// The dense kernel's filters in the order of the inception_conv's outputs.
  std::vector<Index> order() const {
    std::vector<Index> all;
    for (const DilatedFilters& part : parts) all.insert(all.end(), part.filters.begin(), part.filters.end());
    return all;
  }
  friend std::ostream& operator<<(std::ostream& out, const DilationPattern& pattern) {
    const char* before = "inception_conv<";
    for (const DilatedFilters& part : pattern.parts) {
      out << before << "DilationPart{" << part.vertical << ", " << part.horizontal << ", "
          << part.filters.size() << '}';
      before = ", ";
    }
    return out << '>';
  }
};

namespace detail {

/// Whether tap (row, column) of a dense kernel with `most` taps on each side of its centre is one of the
/// nine.
constexpr bool is_dilated_tap(Index row, Index column, Index most, Index vertical, Index horizontal) {
  const auto on = [=](Index at, Index distance) {
    return at == most || at == most - distance || at == most + distance;
  };
  return on(row, vertical) && on(column, horizontal);
}

/// The difference that filter `o` of a kernel (O, I, k, k) suffers by these dilations.
template <class T>
double dilation_error(const NamedArray<T>& kernel, std::span<const double> inputs, Index o, Index vertical,
                      Index horizontal, DilationError how) {
  const Index channels = kernel.extents()[1], side = kernel.extents()[2];
  double sum = 0;
  for (Index i = 0; i < channels; ++i)
    for (Index r = 0; r < side; ++r)
      for (Index c = 0; c < side; ++c) {
        if (is_dilated_tap(r, c, side / 2, vertical, horizontal)) continue;
        const auto w = static_cast<double>(kernel[((o * channels + i) * side + r) * side + c]);
        const double of_input = inputs.empty() ? 1 : inputs[static_cast<std::size_t>(i)];
        sum += of_input * (how == DilationError::magnitudes ? std::abs(w) : w);
      }
  return std::abs(sum);
}

}  // namespace detail

/// The dilations of a dense kernel's filters, of equally good ones the smaller:
///   std::cout << search_dilations(supernet.parameter("3.weight"));
/// `inputs` are the m_i, one for each input channel of a group; empty: all alike, which after batch norm and
/// a rectifier they nearly are. Throws shape_error unless the parameter is (O, I, 2 d + 1, 2 d + 1), d >= 1.
template <class T>
DilationPattern search_dilations(const NamedArray<T>& kernel, std::span<const double> inputs = {},
                                 DilationError how = DilationError::magnitudes) {
  const ParameterExtents& extents = kernel.extents();
  if (extents.rank != 4 || extents[2] != extents[3] || extents[2] < 3 || extents[2] % 2 == 0)
    throw shape_error("search_dilations: ", kernel.name(),
                      " must be the weight of a square convolution with an odd number of taps, from 3 on");
  if (!inputs.empty() && static_cast<Index>(inputs.size()) != extents[1])
    throw shape_error("search_dilations: ", inputs.size(), " inputs for a kernel of ", extents[1]);
  const Index most = extents[2] / 2;
  std::vector<DilatedFilters> all;
  for (Index vertical = 1; vertical <= most; ++vertical)
    for (Index horizontal = 1; horizontal <= most; ++horizontal) all.push_back({vertical, horizontal, {}});
  const auto rank = [](const DilatedFilters& part) {
    return std::pair(part.vertical + part.horizontal, part.vertical);
  };
  std::sort(all.begin(), all.end(),
            [&](const DilatedFilters& a, const DilatedFilters& b) { return rank(a) < rank(b); });
  DilationPattern pattern;
  for (Index o = 0; o < extents[0]; ++o) {
    std::size_t best = 0;
    double least = 0;
    for (std::size_t p = 0; p < all.size(); ++p) {
      const double found = detail::dilation_error(kernel, inputs, o, all[p].vertical, all[p].horizontal, how);
      if (p == 0 || found < least) best = p, least = found;
    }
    all[best].filters.push_back(o);
    pattern.error += least;
  }
  for (DilatedFilters& part : all)
    if (!part.filters.empty()) pattern.parts.push_back(std::move(part));
  return pattern;
}

}  // namespace lamina
