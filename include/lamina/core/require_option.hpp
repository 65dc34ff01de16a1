// The check that option aggregates share: an option without a sensible value is refused in words.
#pragma once

#include <string_view>

#include "lamina/core/error.hpp"

namespace lamina::detail {

/// Throws error with `sentence`, "<who>: <rule>", unless `condition` holds.
inline void require_option(bool condition, const char* sentence) {
  if (!condition) throw error(sentence);
}

/// The same for what has several names: "<who>: <rule>".
inline void require_option(bool condition, std::string_view who, const char* rule) {
  if (!condition) throw error(who, ": ", rule);
}

}  // namespace lamina::detail
