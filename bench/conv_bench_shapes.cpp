// How conv_bench reads shape files.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>

#include "conv_bench.hpp"

namespace conv_bench {
namespace {

constexpr std::string_view column_names[] = {"name", "class", "n",  "ci", "h",  "w",  "co", "kh", "kw",
                                             "sh",   "sw",    "ph", "pw", "dh", "dw", "g",  "bwd"};
constexpr std::size_t columns = std::size(column_names);
/// What an extent may be at most: all products of a shape's numbers that memory could hold are then
/// countable.
constexpr Index greatest = 1 << 20;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t comma = std::min(line.find(',', from), line.size());
    fields.push_back(trimmed(line.substr(from, comma - from)));
    from = comma + 1;
  }
  return fields;
}

/// Field `column` as a number of at least `least`, which all are but paddings and bwd.
Index number_of(const std::vector<std::string_view>& fields, std::size_t column) {
  const std::string_view text = fields[column], name = column_names[column];
  const bool is_flag = name == "bwd";
  const Index least = is_flag || name == "ph" || name == "pw" ? 0 : 1, most = is_flag ? 1 : greatest;
  Index number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    throw std::runtime_error("column " + std::string(name) + " is \"" + std::string(text) +
                             "\"; a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + " is wanted");
  return number;
}

ConvShape parse(const std::vector<std::string_view>& fields) {
  if (fields.size() != columns)
    throw std::runtime_error(std::to_string(columns) + " columns wanted, " + std::to_string(fields.size()) +
                             " found");
  if (fields[0].empty()) throw std::runtime_error("the shape has no name");
  ConvShape shape{
      .name = std::string(fields[0]), .kind = std::string(fields[1]), .problem = {}, .backward = {}};
  Index numbers[problem_columns];
  for (std::size_t i = 0; i < problem_columns; ++i) numbers[i] = number_of(fields, i + 2);
  shape.problem = problem_of(numbers);
  shape.backward = number_of(fields, columns - 1) != 0;
  lamina::kernels::check(shape.problem.geometry, shape.problem.height, shape.problem.width);
  return shape;
}

}  // namespace

std::vector<ConvShape> read_shapes(std::istream& rows, const std::string& origin) {
  std::vector<ConvShape> shapes;
  Index number = 0;
  for (std::string line; std::getline(rows, line);) {
    std::string_view text = line;
    if (number++ == 0 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
    text = trimmed(text);
    if (text.empty() || text[0] == '#') continue;
    try {
      const auto fields = fields_of(text);
      if (fields[0] != column_names[0])
        shapes.push_back(parse(fields));
      else if (!std::ranges::equal(fields, column_names))
        throw std::runtime_error(
            "the columns wanted are name,class,n,ci,h,w,co,kh,kw,sh,sw,ph,pw,dh,dw,g,bwd");
    } catch (const std::exception& problem) {
      throw std::runtime_error("conv_bench: " + origin + ":" + std::to_string(number) + ": " +
                               problem.what());
    }
  }
  if (shapes.empty()) throw std::runtime_error("conv_bench: " + origin + ": no shapes are in it");
  return shapes;
}

std::vector<ConvShape> read_shapes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("conv_bench: cannot open " + path);
  return read_shapes(file, path);
}

}  // namespace conv_bench
