// How conv_bench reads shape files.
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "conv_bench.hpp"

namespace conv_bench {
namespace {

ConvShape parse(const std::string& line, const std::string& origin) {
  ConvShape shape{};
  std::istringstream row(line);
  std::getline(row, shape.name, ',');
  std::getline(row, shape.kind, ',');
  Index numbers[problem_columns] = {}, backward = 0;
  char comma = ',';
  for (Index& number : numbers) row >> number >> comma;
  if (!(row >> backward) || !(row >> std::ws).eof())
    throw std::runtime_error("conv_bench: " + origin + ": 17 columns wanted: " + line);
  shape.problem = problem_of(numbers);
  shape.backward = backward != 0;
  lamina::kernels::check(shape.problem.geometry, shape.problem.height, shape.problem.width);
  return shape;
}

}  // namespace

std::vector<ConvShape> read_shapes(std::istream& rows, const std::string& origin) {
  std::vector<ConvShape> shapes;
  for (std::string line; std::getline(rows, line);)
    if (!line.empty() && line[0] != '#' && !line.starts_with("name,")) shapes.push_back(parse(line, origin));
  return shapes;
}

std::vector<ConvShape> read_shapes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("conv_bench: cannot open " + path);
  return read_shapes(file, path);
}

}  // namespace conv_bench
