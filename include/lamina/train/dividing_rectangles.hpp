// The least value of a function on a box, without derivatives: DIRECT (Jones, Perttunen and Stuckman,
// "Lipschitzian Optimization Without the Lipschitz Constant", 1993) and its locally biased form DIRECT-L
// (Gablonsky and Kelley, 2001). For a few numbers that a whole training depends on, such as the densities of
// weighted convolutions (density_search.hpp): it asks for few values, and the same ones every time.
//
// The box is cut into thirds along its longest sides, again and again. Cut are those rectangles that could
// hold the least value if the function rose no faster than some rate K, for any K at all: on the lower right
// of the hull of all (size, value at the centre), so the large ones as well as the promising ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "lamina/core/require_option.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// A side of a box.
struct SearchInterval {
  double lower = 0, upper = 1;
};

/// How minimize looks.
struct dividing_rectangles {
  Index evaluations = 500;  ///< of the function, at most
  /// DIRECT-L: a rectangle's size is its longest side, and of each size only the best one is cut. Nearer to
  /// the minimum sooner where there are few local ones; otherwise the diagonal, and all that are equally
  /// good.
  bool locally_biased = true;
  double epsilon = 1e-4;        ///< rectangles must promise to be better by this share of the best value
  double smallest_side = 1e-6;  ///< rectangles with no longer side, as a share of the box's, are not cut
};

/// What minimize found.
struct FoundMinimum {
  std::vector<double> at;
  double value = 0;
  Index evaluations = 0;
};

namespace detail {

/// A part of the unit cube: in axis i it is 3^−levels[i] wide.
struct Rectangle {
  std::vector<double> centre;
  std::vector<int> levels;
  double value;

  int level() const { return *std::min_element(levels.begin(), levels.end()); }
};

/// The state of a search.
template <class F> class RectangleSearch {
 public:
  RectangleSearch(F& f, const std::vector<SearchInterval>& box, const dividing_rectangles& how)
      : f_(f), box_(box), how_(how), x_(box.size()) {
    std::vector<double> middle(box.size(), 0.5);
    const double value = evaluate(middle);
    rectangles_.push_back({std::move(middle), std::vector<int>(box.size(), 0), value});
  }

  FoundMinimum run() {
    while (may_evaluate()) {
      const std::vector<std::size_t> chosen = choose();
      if (chosen.empty()) break;
      for (const std::size_t r : chosen) divide(r);
    }
    return best_;
  }

 private:
  bool may_evaluate() const { return best_.evaluations + 2 <= how_.evaluations; }

  /// The value there; remembers the best.
  double evaluate(const std::vector<double>& at) {
    for (std::size_t i = 0; i < at.size(); ++i)
      x_[i] = box_[i].lower + at[i] * (box_[i].upper - box_[i].lower);
    const double value = static_cast<double>(f_(std::span<const double>(x_)));
    ++best_.evaluations;
    if (best_.evaluations == 1 || value < best_.value || (std::isnan(best_.value) && !std::isnan(value))) {
      best_.at = x_;
      best_.value = value;
    }
    if (std::isfinite(value)) worst_ = std::max(worst_, value);
    return value;
  }

  /// Values that are not finite count as the worst that is.
  double value_of(std::size_t r) const {
    return std::isfinite(rectangles_[r].value) ? rectangles_[r].value : std::isfinite(worst_) ? worst_ : 0;
  }

  /// Half the longest side, or half the diagonal. Both follow from a whole number, the sum of the levels, for
  /// levels differ by one at most; so equal sizes are equal.
  double size_of(int levels) const {
    const int axes = static_cast<int>(box_.size()), finer = levels % axes;
    const double side = std::pow(3.0, -(levels / axes));
    return how_.locally_biased ? side / 2 : side / 2 * std::sqrt(axes - finer + finer / 9.0);
  }

  /// The rectangles to be cut.
  std::vector<std::size_t> choose() const {
    const int axes = static_cast<int>(box_.size());
    std::map<double, std::vector<std::size_t>> best_of;  // by size, the small ones first
    for (std::size_t r = 0; r < rectangles_.size(); ++r) {
      const Rectangle& rectangle = rectangles_[r];
      if (std::pow(3.0, -rectangle.level()) <= how_.smallest_side) continue;
      const int levels = std::accumulate(rectangle.levels.begin(), rectangle.levels.end(), 0);
      auto& best = best_of[size_of(how_.locally_biased ? levels / axes * axes : levels)];
      if (!best.empty() && value_of(r) < value_of(best[0])) best.clear();
      if (best.empty() || (!how_.locally_biased && value_of(r) == value_of(best[0]))) best.push_back(r);
    }
    const double least = std::isfinite(best_.value) ? best_.value : 0;
    const double wanted = least - how_.epsilon * std::abs(least);
    std::vector<std::size_t> chosen;
    for (const auto& [size, best] : best_of) {
      const double value = value_of(best[0]);
      double at_least = 0, at_most = std::numeric_limits<double>::infinity();  // bounds of the rate K
      for (const auto& [other_size, other] : best_of) {
        const double rate = (value_of(other[0]) - value) / (other_size - size);
        if (other_size < size) at_least = std::max(at_least, rate);
        if (other_size > size) at_most = std::min(at_most, rate);
      }
      const bool promises = std::isinf(at_most) || value - at_most * size <= wanted;
      if (at_most > 0 && at_most >= at_least && promises)
        chosen.insert(chosen.end(), best.begin(), best.end());
    }
    return chosen;
  }

  /// Cuts rectangle r into thirds along its longest sides. The better a side's two new centres, the sooner
  /// it is cut, which leaves them the larger parts.
  void divide(std::size_t r) {
    struct Cut {
      std::size_t axis;
      double below, above;
    };
    const int level = rectangles_[r].level();
    const double step = std::pow(3.0, -(level + 1));
    const auto moved = [&](std::size_t axis, double by) {
      std::vector<double> centre = rectangles_[r].centre;
      centre[axis] += by;
      return centre;
    };
    std::vector<Cut> cuts;
    for (std::size_t axis = 0; axis < box_.size() && may_evaluate(); ++axis)
      if (rectangles_[r].levels[axis] == level) {
        const double below = evaluate(moved(axis, -step));
        cuts.push_back({axis, below, evaluate(moved(axis, step))});
      }
    const auto rank = [](const Cut& cut) {  // a NaN is worse than any number
      const double better = std::fmin(cut.below, cut.above);
      return std::pair(std::isnan(better) ? std::numeric_limits<double>::infinity() : better, cut.axis);
    };
    std::sort(cuts.begin(), cuts.end(), [&](const Cut& a, const Cut& b) { return rank(a) < rank(b); });
    for (const Cut& cut : cuts) {
      ++rectangles_[r].levels[cut.axis];
      const std::vector<int> levels = rectangles_[r].levels;
      rectangles_.push_back({moved(cut.axis, -step), levels, cut.below});
      rectangles_.push_back({moved(cut.axis, step), levels, cut.above});
    }
  }

  F& f_;
  const std::vector<SearchInterval>& box_;
  dividing_rectangles how_;
  std::vector<Rectangle> rectangles_;
  std::vector<double> x_;
  double worst_ = -std::numeric_limits<double>::infinity();
  FoundMinimum best_;
};

}  // namespace detail

/// The least value of f on a box that was found, and where. f takes a std::span<const double> of as many
/// numbers as the box has sides; what is not finite counts as bad.
///
///   minimize([](auto x) { return (x[0] - 1) * (x[0] - 1) + std::abs(x[1]); }, {{-2, 2}, {-1, 3}});
///
/// Throws error where the box has no sides, or one is empty.
template <class F>
FoundMinimum minimize(F&& f, const std::vector<SearchInterval>& box, const dividing_rectangles& how = {}) {
  detail::require_option(!box.empty(), "minimize: the box must have at least one side");
  for (const SearchInterval& side : box)
    detail::require_option(side.lower < side.upper,
                           "minimize: each side's lower end must be below its upper one");
  detail::require_option(how.evaluations >= 1, "minimize: it needs at least one evaluation");
  return detail::RectangleSearch<std::remove_reference_t<F>>(f, box, how).run();
}

}  // namespace lamina
