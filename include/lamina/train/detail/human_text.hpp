// Numbers as people read them: durations, rates, shares, and a bar.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "lamina/core/sentence.hpp"

namespace lamina::detail {

/// snprintf of one number, for formats that give less than 64 characters.
inline std::string formatted(const char* format, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

/// "0.4 s", "12 s", "3 min 05 s", "1 h 02 min", "2 d 03 h".
inline std::string duration_text(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "a long time";
  if (seconds < 9.95) return formatted("%.1f s", seconds);
  const auto whole = std::llround(seconds);
  const auto pair = [](long long large, const char* unit, long long small, const char* small_unit) {
    return sentence(large, unit, small < 10 ? " 0" : " ", small, small_unit);
  };
  if (whole < 60) return sentence(whole, " s");
  if (whole < 3600) return pair(whole / 60, " min", whole % 60, " s");
  if (whole < 86400) return pair(whole / 3600, " h", whole % 3600 / 60, " min");
  return pair(whole / 86400, " d", whole % 86400 / 3600, " h");
}

/// Four significant digits: "0.1234", "2.303", "1.2e-05", "nan".
inline std::string number_text(double number) { return formatted("%.4g", number); }

/// "97.12 %".
inline std::string percent_text(double share) { return formatted("%.2f %%", 100 * share); }

/// "accuracy 97.12 %": what is an accuracy of some kind is a share, other metrics are numbers of any unit.
inline std::string metric_text(const std::string& name, double value) {
  const bool is_share = name.find("accuracy") != std::string::npos;
  return sentence(name, " ", is_share ? percent_text(value) : number_text(value));
}

/// "5210", "3.4".
inline std::string rate_text(double rate) { return formatted(rate < 99.95 ? "%.1f" : "%.0f", rate); }

inline std::string right_aligned(std::size_t width, const std::string& text) {
  return sentence(std::string(width - std::min(width, text.size()), ' '), text);
}

/// A bar of `width` columns, `share` of it full: in eighths of a column, or with # and - in plain ASCII.
inline std::string bar_text(double share, std::size_t width, bool unicode) {
  static constexpr std::array<const char*, 8> eighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double held = share > 0 ? std::min(share, 1.0) : 0;
  const auto filled = static_cast<std::size_t>(held * static_cast<double>(width) * (unicode ? 8 : 1));
  std::string bar;
  for (std::size_t column = 0; column < width; ++column) {
    if (!unicode)
      bar += column < filled ? '#' : '-';
    else if (column < filled / 8)
      bar += "█";
    else
      bar += column == filled / 8 ? eighths[filled % 8] : " ";
  }
  return bar;
}

}  // namespace lamina::detail
