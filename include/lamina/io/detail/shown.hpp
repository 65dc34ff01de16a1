// Text of a file in error texts.
#pragma once

#include <string>
#include <string_view>

#include "lamina/core/sentence.hpp"

namespace lamina::io::detail {

/// A file's text as error texts show it: quoted, in printable ASCII (a name may hold a terminal's control
/// characters) with other bytes in hexadecimal as in C++, and no longer than a line.
inline std::string shown(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto head = text.substr(0, 80);
  std::string quoted = "\"";
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (byte >= 0x20 && byte < 0x7f)
      quoted += c;
    else
      ((quoted += "\\x") += digits[byte >> 4]) += digits[byte & 15];
  }
  quoted += '"';
  return head.size() < text.size() ? sentence(quoted, "...") : quoted;
}

}  // namespace lamina::io::detail
