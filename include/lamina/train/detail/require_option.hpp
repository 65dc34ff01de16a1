// The check that option aggregates share: an option without a sensible value is refused in words.
#pragma once

#include "lamina/core/error.hpp"

namespace lamina::detail {

/// Throws error with `sentence`, "<who>: <rule>", unless `condition` holds.
inline void require_option(bool condition, const char* sentence) {
  if (!condition) throw error(sentence);
}

}  // namespace lamina::detail
