// Which classes a classifier takes for which: counts of (actual, predicted) pairs, with what follows from
// them, and a table for people.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "lamina/train/detail/labelled_pixels.hpp"

namespace lamina {

/// Rows are actual classes, columns predicted ones (the first largest logit; a single logit says class 1
/// where it is above 0, else class 0). What has a NaN among its logits was taken for no class: it counts
/// among the actual ones, and is never right.
///
///   ConfusionMatrix confusion(testing.classes);
///   confusion.update(logits, labels);   // for each batch
///   std::cout << confusion;
class ConfusionMatrix {
 public:
  /// Named classes.
  explicit ConfusionMatrix(std::vector<std::string> names)
      : names_(std::move(names)), counts_(names_.size() * (names_.size() + 1)) {}
  /// Classes that are called by their numbers.
  explicit ConfusionMatrix(Index classes) : ConfusionMatrix(numbers(classes)) {}

  /// `labels`: one for each sample, or each pixel (n, h, w); those equal to `ignored` are not counted. Throws
  /// error where one is out of range or the logits have another number of classes.
  template <class Element>
  void update(FeatureMapView<Element> logits, std::span<const std::int32_t> labels,
              std::optional<std::int32_t> ignored = std::nullopt) {
    if (const Index given = detail::with_classes(logits).channels; given != classes())
      throw shape_error("ConfusionMatrix: logits of ", given, " classes for a matrix of ", classes());
    detail::for_each_labelled_pixel("ConfusionMatrix", logits, labels, ignored,
                                    [&](const auto& pixel, Index actual) {
                                      ++counts_[place(actual, detail::likeliest_class(pixel, classes()))];
                                    });
  }

  Index classes() const { return static_cast<Index>(names_.size()); }
  const std::string& name(Index c) const { return names_[static_cast<std::size_t>(c)]; }
  /// How often `actual` was taken for `predicted`; for no class, where that is classes().
  Index operator()(Index actual, Index predicted) const { return counts_[place(actual, predicted)]; }
  /// How many there were of a class, how many were taken for it, how many there were at all.
  Index actual(Index c) const {
    Index sum = 0;
    for (Index p = 0; p <= classes(); ++p) sum += (*this)(c, p);
    return sum;
  }
  Index predicted(Index c) const {
    Index sum = 0;
    for (Index a = 0; a < classes(); ++a) sum += (*this)(a, c);
    return sum;
  }
  Index total() const {
    Index sum = 0;
    for (const Index count : counts_) sum += count;
    return sum;
  }

  /// Share of all that were recognised. Every share is 0 where there was nothing to count.
  double accuracy() const {
    Index hits = 0;
    for (Index c = 0; c < classes(); ++c) hits += (*this)(c, c);
    return share(hits, total());
  }
  /// Of those that are c, the share recognised.
  double recall(Index c) const { return share((*this)(c, c), actual(c)); }
  /// Of those taken for c, the share that are c.
  double precision(Index c) const { return share((*this)(c, c), predicted(c)); }
  /// Hits over those that are c or were taken for it: segmentation's measure.
  double intersection_over_union(Index c) const {
    return share((*this)(c, c), actual(c) + predicted(c) - (*this)(c, c));
  }

  /// The table with recall and precision; for more than 20 classes, the pairs most often confused.
  friend std::ostream& operator<<(std::ostream& out, const ConfusionMatrix& matrix) {
    if (matrix.classes() <= 20)
      matrix.print_table(out);
    else
      matrix.print_confused_pairs(out);
    return out << "accuracy " << percent(matrix.accuracy()) << " of " << matrix.total() << '\n';
  }

 private:
  static std::vector<std::string> numbers(Index classes) {
    std::vector<std::string> names;
    for (Index c = 0; c < classes; ++c) names.push_back(std::to_string(c));
    return names;
  }

  static double share(Index part, Index whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }

  static std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
  }

  std::size_t place(Index actual, Index predicted) const {
    return static_cast<std::size_t>(actual * (classes() + 1) + predicted);
  }

  /// Columns that a UTF-8 text takes: its bytes that do not continue a character.
  static std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
  }
  static std::string spaces(std::size_t width, const std::string& text) {
    return std::string(width - std::min(width, columns(text)), ' ');
  }
  static std::string left(std::size_t width, const std::string& text) {
    return sentence(text, spaces(width, text));
  }
  static std::string right(std::size_t width, const std::string& text) {
    return sentence(spaces(width, text), text);
  }

  /// The heading of a column.
  std::string predicted_name(Index p) const { return p < classes() ? name(p) : "no class"; }

  void print_table(std::ostream& out) const {
    const Index printed = classes() + (predicted(classes()) > 0 ? 1 : 0);
    const std::string corner = "actual \\ predicted", foot = "precision";
    std::size_t first = columns(corner), cell = columns("100.0 %");
    for (const std::string& name : names_) first = std::max(first, columns(name));
    for (Index p = 0; p < printed; ++p) cell = std::max(cell, columns(predicted_name(p)));
    cell = std::max(cell, std::to_string(total()).size()) + 2;

    out << left(first, corner);
    for (Index p = 0; p < printed; ++p) out << right(cell, predicted_name(p));
    out << right(cell, "recall") << '\n';
    for (Index a = 0; a < classes(); ++a) {
      out << left(first, name(a));
      for (Index p = 0; p < printed; ++p) out << right(cell, std::to_string((*this)(a, p)));
      out << right(cell, percent(recall(a))) << '\n';
    }
    out << left(first, foot);
    for (Index p = 0; p < classes(); ++p) out << right(cell, percent(precision(p)));
    out << '\n';
  }

  void print_confused_pairs(std::ostream& out) const {
    struct Pair {
      Index actual, predicted, count;
    };
    std::vector<Pair> pairs;
    for (Index a = 0; a < classes(); ++a)
      for (Index p = 0; p <= classes(); ++p)
        if (a != p && (*this)(a, p) > 0) pairs.push_back({a, p, (*this)(a, p)});
    std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
      return a.count != b.count ? a.count > b.count
                                : place(a.actual, a.predicted) < place(b.actual, b.predicted);
    });
    if (pairs.size() > 10) pairs.resize(10);
    out << "most often confused, of " << classes() << " classes:\n";
    for (const Pair& pair : pairs)
      out << "  " << name(pair.actual) << " taken for " << predicted_name(pair.predicted) << ", "
          << pair.count << " of " << actual(pair.actual) << '\n';
  }

  std::vector<std::string> names_;
  std::vector<Index> counts_;
};

}  // namespace lamina
