// The subscripts of einsum, read by the compiler: which letters stand where, and what becomes of each.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "lamina/core/fixed_string.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/tensor/extents.hpp"

namespace lamina::detail {

/// The letters of an operand's axes, outermost first. Structural, so that they are template arguments.
struct Letters {
  static constexpr int capacity = 2 * max_rank;  // all letters of two operands
  std::array<char, capacity> letters{};
  int count = 0;  // may be greater than the capacity, of subscripts that will be refused

  constexpr bool operator==(const Letters&) const = default;
  constexpr int size() const { return count < capacity ? count : capacity; }
  constexpr char operator[](int i) const { return letters[static_cast<std::size_t>(i)]; }
  constexpr void add(char letter) {
    if (count < capacity) letters[static_cast<std::size_t>(count)] = letter;
    ++count;
  }

  /// Where a letter stands first; -1 if it does not.
  constexpr int find(char letter) const {
    for (int i = 0; i < size(); ++i)
      if ((*this)[i] == letter) return i;
    return -1;
  }
  constexpr bool contains(char letter) const { return find(letter) >= 0; }
  constexpr int occurrences(char letter) const {
    int found = 0;
    for (int i = 0; i < size(); ++i) found += (*this)[i] == letter;
    return found;
  }

  /// The letters that `accept` accepts, each once.
  template <class Accept> constexpr Letters where(Accept accept) const {
    Letters result;
    for (int i = 0; i < size(); ++i)
      if (accept((*this)[i]) && !result.contains((*this)[i])) result.add((*this)[i]);
    return result;
  }
  constexpr Letters distinct() const {
    return where([](char) { return true; });
  }
  /// These letters, then others.
  constexpr Letters followed_by(const Letters& others) const {
    Letters result = *this;
    for (int i = 0; i < others.size(); ++i) result.add(others[i]);
    return result;
  }
  /// Whether `part` stands in here as one run.
  constexpr bool has_run(const Letters& part) const {
    if (part.count == 0) return true;
    const int first = find(part[0]);
    for (int i = 0; i < part.size(); ++i)
      if (first < 0 || first + i >= size() || (*this)[first + i] != part[i]) return false;
    return true;
  }
};

/// "ij,jk->ik" taken apart; spaces count for nothing. Without "->" the result has the letters that occur
/// once, in alphabetical order.
struct Subscripts {
  std::array<Letters, 2> inputs{};
  Letters output;
  int operands = 1;
  bool has_output = false;
  bool is_well_formed = true;

  explicit constexpr Subscripts(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (is_letter(c))
        (has_output ? output : inputs[static_cast<std::size_t>(operands - 1)]).add(c);
      else if (c == ',' && operands == 1 && !has_output)
        operands = 2;
      else if (c == '-' && text.substr(i, 2) == "->" && !has_output)
        has_output = true, ++i;
      else if (c != ' ')
        is_well_formed = false;
    }
    if (has_output) return;
    for (int c = 'A'; c <= 'z'; ++c)
      if (const char letter = static_cast<char>(c); occurrences(letter) == 1) output.add(letter);
  }

  constexpr int occurrences(char letter) const {
    return inputs[0].occurrences(letter) + inputs[1].occurrences(letter);
  }
  constexpr bool output_is_known() const {
    for (int i = 0; i < output.size(); ++i)
      if (occurrences(output[i]) == 0) return false;
    return true;
  }
  constexpr bool output_is_distinct() const { return output.distinct().count == output.count; }

 private:
  static constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
};

/// What becomes of the letters of two operands.
struct Contraction {
  Letters left, right;    // what is left of the operands, once letters of one of them alone are summed
  Letters batch;          // in both and in the result
  Letters rows, columns;  // in the result and in one: the left, the right
  Letters inner;          // in both, and summed
  Letters output;

  constexpr Contraction(const Letters& a, const Letters& b, const Letters& to)
      : left(a.where([&](char c) { return b.contains(c) || to.contains(c); })),
        right(b.where([&](char c) { return a.contains(c) || to.contains(c); })),
        batch(to.where([&](char c) { return a.contains(c) && b.contains(c); })),
        rows(to.where([&](char c) { return !b.contains(c); })),
        columns(to.where([&](char c) { return !a.contains(c); })),
        inner(a.where([&](char c) { return b.contains(c) && !to.contains(c); })),
        output(to) {}

  /// The result in the order in which matrix products can write it: its last axes are the columns, and its
  /// rows stand together.
  constexpr Letters product() const {
    const Letters last = output.where([&](char c) { return columns.contains(c); });
    const bool columns_last = last.count > 0 && output[output.count - 1] == last[last.count - 1];
    if (columns_last && output.has_run(columns) && output.has_run(rows)) return output;
    return batch.followed_by(rows).followed_by(columns);
  }
};

/// The extent of each letter, at its character; `dyn` where it is not known.
using LetterExtents = std::array<Index, 128>;

constexpr LetterExtents unknown_letters() {
  LetterExtents extents{};
  extents.fill(dyn);
  return extents;
}

/// The extents of axes `which`.
template <Letters which> constexpr auto extents_at(const LetterExtents& of) {
  std::array<Index, static_cast<std::size_t>(which.count)> extents{};
  for (std::size_t i = 0; i < extents.size(); ++i)
    extents[i] = of[static_cast<std::size_t>(which[static_cast<int>(i)])];
  return extents;
}

}  // namespace lamina::detail
