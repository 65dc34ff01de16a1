// The exceptions lamina throws. Each says what went wrong, where, and what would be right; whatever was
// being loaded, written or built is then untouched. `require` serves shape rules: in constant evaluation its
// throw stops the compiler with the sentence, at run time it throws the same sentence.
#pragma once

#include <stdexcept>

#include "lamina/core/sentence.hpp"

namespace lamina {

/// Base of everything that lamina throws; its text is the sentence of the pieces it is made of.
class error : public std::runtime_error {
 public:
  template <class... Pieces>
  explicit error(const Pieces&... pieces) : std::runtime_error(sentence(pieces...)) {}
};

/// Extents that do not fit together, found at run time (where they are known earlier, compiling fails).
class shape_error : public error {
 public:
  using error::error;
};

/// A file that is missing, damaged or not what it should be; the text names the file and the place in it.
class file_error : public error {
 public:
  using error::error;
};

namespace detail {
// Not constexpr on purpose: in constant evaluation the compiler stops at the call, and shows `require` with
// the sentence beside it. (Of a throw in `require` itself, GCC would only say "<throw-expression>".)
[[noreturn]] inline void a_rule_is_broken(const char* sentence) { throw shape_error(sentence); }
}  // namespace detail

/// Throws shape_error with `sentence` unless `condition` holds. Sentences read "<layer>: <rule>; <what to
/// do>".
constexpr void require(bool condition, const char* sentence) {
  if (!condition) detail::a_rule_is_broken(sentence);
}

}  // namespace lamina
