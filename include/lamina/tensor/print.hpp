// Tensors on a stream, as NumPy prints them: nested brackets, columns aligned at the decimal point, the
// middle of a tensor of more than 1000 elements left out. The stream's precision (std::setprecision) is the
// number of decimals at most, 6 unless set.
//   [[1.   2.25]
//    [3.5  4.  ]]
// A tensor of no elements is [], whatever its extents.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <type_traits>

#include "lamina/core/sentence.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina {

namespace detail {

/// How the numbers of one tensor are written, so that they stand in columns.
class NumberFormat {
 public:
  explicit NumberFormat(int precision) : precision_(std::clamp(precision, 0, 17)) {}

  /// First every number is noted, then each is written.
  template <class T> void note(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      const double magnitude = std::abs(static_cast<double>(value));
      if (!std::isfinite(magnitude) || magnitude == 0) return;
      largest_ = std::max(largest_, magnitude);
      smallest_ = smallest_ == 0 ? magnitude : std::min(smallest_, magnitude);
    }
  }
  /// Then the width of every text.
  template <class T> void measure(T value) {
    const Text text = plain(value);
    if (text.point < 0) {
      special_ = std::max(special_, static_cast<int>(text.characters.size()));
      return;
    }
    before_ = std::max(before_, text.point);
    decimals_ = std::max(decimals_, text.exponent - text.point - 1);
    after_ = std::max(after_, static_cast<int>(text.characters.size()) - text.point);
    longest_exponent_ = std::max(longest_exponent_, static_cast<int>(text.characters.size()) - text.exponent);
  }

  template <class T> std::string write(T value) const {
    Text text = plain(value);
    if (longest_exponent_ > 0 && text.point >= 0) {  // all of one length, as NumPy prints them
      const auto exponent = static_cast<std::size_t>(text.exponent);
      const auto length = text.characters.size() - exponent;
      text.characters.insert(exponent + 2, static_cast<std::size_t>(longest_exponent_) - length, '0');
      text.characters.insert(exponent, static_cast<std::size_t>(decimals_ + 1 + text.point - text.exponent),
                             '0');
    }
    const auto pad = [](int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); };
    const auto size = static_cast<int>(text.characters.size());
    const int right = longest_exponent_ > 0 ? 1 + decimals_ + longest_exponent_ : after_;
    const int width = std::max(special_, before_ + right),
              after = text.point < 0 ? 0 : right - (size - text.point);
    return sentence(pad(width - size - after), text.characters, pad(after));
  }

 private:
  /// A number, how many of its characters stand before the decimal point (all, where there is none; -1 for
  /// inf and nan, which stand at the right of their column), and how many before the exponent.
  struct Text {
    std::string characters;
    int point;
    int exponent = 0;
  };

  template <class T> Text plain(T value) const {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? Text{"true", 4, 4} : Text{"false", 5, 5};
    } else if constexpr (std::is_integral_v<T>) {
      std::string text = std::to_string(value);
      const auto point = static_cast<int>(text.size());
      return {std::move(text), point, point};
    } else {
      return real(value);
    }
  }

  /// The shortest text that reads back as the number, or one of `precision_` decimals if that is shorter;
  /// "1." for whole numbers. With an exponent where fixed decimals would be long or lose small numbers, as
  /// NumPy decides it.
  template <class T> Text real(T value) const {
    if (std::isnan(value)) return {"nan", -1};
    if (std::isinf(value)) return value < 0 ? Text{"-inf", -1} : Text{"inf", -1};
    const bool has_exponent =
        largest_ >= 1e8 || (smallest_ > 0 && (smallest_ < 1e-4 || largest_ / smallest_ > 1000));
    const auto format = has_exponent ? std::chars_format::scientific : std::chars_format::fixed;
    const auto decimals = [](const std::string& text) {
      const auto point = text.find('.');
      const auto end = std::min(text.find('e'), text.size());
      return point == std::string::npos ? 0 : static_cast<int>(end - point) - 1;
    };
    std::array<char, 400> buffer;
    std::string text(buffer.data(),
                     std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr);
    if (decimals(text) > precision_)
      text.assign(buffer.data(),
                  std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision_).ptr);
    const auto end = std::min(text.find('e'), text.size());
    std::string mantissa = text.substr(0, end);
    if (mantissa.find('.') == std::string::npos) mantissa += '.';
    while (mantissa.back() == '0') mantissa.pop_back();
    const auto point = static_cast<int>(mantissa.find('.'));
    return {sentence(mantissa, text.substr(end)), point, static_cast<int>(mantissa.size())};
  }

  int precision_;
  double largest_ = 0, smallest_ = 0;
  int before_ = 0, after_ = 0, special_ = 0;
  int decimals_ = 0, longest_exponent_ = 0;
};

/// Calls f with the indices in [0, extent) that are shown: all, or three at either end with a -1 between.
template <class F> void for_each_shown(Index extent, bool is_long, F f) {
  constexpr Index edge = 3;
  const bool elides = is_long && extent > 2 * edge;
  for (Index i = 0; i < extent; ++i) {
    if (elides && i == edge) {
      f(Index{-1});
      i = extent - edge;
    }
    f(i);
  }
}

/// Calls f with the elements that are shown.
template <class T, Index... E, class F>
void for_each_shown_element(const TensorView<T, E...>& view, bool is_long, F& f) {
  if constexpr (sizeof...(E) == 0)
    f(view());
  else
    for_each_shown(view.extent(0), is_long, [&](Index i) {
      if (i < 0) return;
      if constexpr (sizeof...(E) == 1)
        f(view[i]);
      else
        for_each_shown_element(view[i], is_long, f);
    });
}

/// Prints a tensor whose first bracket stands in column `indent`.
template <class T, Index... E>
void print(std::ostream& out, const TensorView<T, E...>& view, const NumberFormat& format, bool is_long,
           int indent) {
  if constexpr (sizeof...(E) == 0) {
    out << format.write(view());
  } else {
    constexpr int line_width = 75;
    const auto begin_line = [&](std::size_t line_breaks) {
      out << std::string(line_breaks, '\n') << std::string(static_cast<std::size_t>(indent + 1), ' ');
    };
    int column = indent + 1;
    out << '[';
    for_each_shown(view.extent(0), is_long, [&](Index i) {
      if constexpr (sizeof...(E) > 1) {
        if (i != 0) begin_line(sizeof...(E) - 1);
        if (i < 0)
          out << "...";
        else
          print(out, view[i], format, is_long, indent + 1);
      } else {
        const std::string text = i < 0 ? "..." : format.write(view[i]);
        const auto width = static_cast<int>(text.size());
        if (i != 0 && column + 1 + width >= line_width) {
          begin_line(1);
          column = indent + 1;
        } else if (i != 0) {
          out << ' ';
          ++column;
        }
        out << text;
        column += width;
      }
    });
    out << ']';
  }
}

}  // namespace detail

/// Prints the elements of an expression; see above for the form.
template <expression X> std::ostream& operator<<(std::ostream& out, const X& x) {
  if constexpr (requires { x.view(); }) {
    return out << x.view();
  } else if constexpr (requires { x.strides(); }) {
    if (x.empty()) return out << "[]";
    const bool is_long = x.size() > 1000;
    detail::NumberFormat format(static_cast<int>(out.precision()));
    const auto note = [&](const auto& value) { format.note(value); };
    const auto measure = [&](const auto& value) { format.measure(value); };
    detail::for_each_shown_element(x, is_long, note);
    detail::for_each_shown_element(x, is_long, measure);
    detail::print(out, x, format, is_long, 0);
    return out;
  } else {
    return out << evaluate(x);
  }
}

}  // namespace lamina
