// Checks that losses and metrics share: whether maps, labels and gradients fit together, and the sentence
// that says where they do not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/tensor/feature_map.hpp"

namespace lamina::detail {

/// "64 x 10" or "8 x 3x32x32": the batch and what one sample measures.
template <class T, int Block> std::string extents_of(FeatureMapView<T, Block> map) {
  const bool vector = map.height == 1 && map.width == 1;
  return sentence(map.batch, " x ",
                  to_string(vector ? Shape{map.channels, 0, 0} : Shape{map.channels, map.height, map.width}));
}

/// Throws shape_error unless both maps have the same extents.
template <class T, int Block, class U, int OtherBlock>
void require_same_extents(const char* who, const char* first, FeatureMapView<T, Block> a, const char* second,
                          FeatureMapView<U, OtherBlock> b) {
  if (a.batch == b.batch && a.channels == b.channels && a.height == b.height && a.width == b.width) return;
  throw shape_error(who, ": the ", first, " is ", extents_of(a), ", the ", second, " ", extents_of(b),
                    "; they must have the same extents");
}

/// Throws shape_error unless there is one label for every pixel of every sample (a vector is one pixel).
template <class T>
void require_one_label_each(const char* who, FeatureMapView<T> map, std::span<const std::int32_t> labels) {
  if (static_cast<Index>(labels.size()) == map.batch * map.pixels()) return;
  throw shape_error(who, ": ", labels.size(), " labels for logits of ", extents_of(map),
                    "; there must be one for each ", map.pixels() == 1 ? "sample" : "pixel of each sample");
}

/// The map as labels see it: a single logit answers a question with yes or no, class 1 or class 0, and so
/// stands for two.
template <class T> FeatureMapView<T> with_classes(FeatureMapView<T> logits) {
  if (logits.channels == 1) logits.channels = 2;
  return logits;
}

/// Throws error: label number `place` of `labels`, for a map like `map`, is no class.
template <class T>
[[noreturn]] void throw_bad_label(const char* who, FeatureMapView<T> map, Index place, std::int32_t label) {
  std::string where = sentence("sample ", place / map.pixels());
  if (map.pixels() != 1) {
    const Index pixel = place % map.pixels();
    where += sentence(", row ", pixel / map.width, ", column ", pixel % map.width);
  }
  throw error(who, ": label ", label, " of ", where, " is outside [0, ", map.channels,
              "), the classes that the logits stand for");
}

}  // namespace lamina::detail
