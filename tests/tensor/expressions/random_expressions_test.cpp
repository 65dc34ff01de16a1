// Ten thousand expressions drawn at random, each against a plain loop in double: shapes, broadcasts, layouts
// (permuted, reversed, strided, repeated), destinations, operations and reductions.
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

using View = TensorView<double, dyn, dyn, dyn>;
using Place = std::array<Index, 3>;

/// Draws from a seed that is new in every run, and is told where something fails.
class Draw {
 public:
  explicit Draw(std::uint64_t from) : random_(from) {}
  Index below(Index n) { return static_cast<Index>(random_() % static_cast<std::uint64_t>(n)); }
  bool coin() { return below(2) == 1; }
  double number() { return static_cast<double>(below(4001)) / 1000 - 2; }

 private:
  std::mt19937_64 random_;
};

/// Elements in memory in some layout.
struct Operand {
  std::vector<double> memory;
  Place extents{}, strides{};
  Index first = 0;

  View view() { return View(memory.data() + first, Extents<dyn, dyn, dyn>(extents), strides); }
  double at(const Place& place) const {
    Index offset = first;
    for (std::size_t axis = 0; axis < 3; ++axis)
      offset += (extents[axis] == 1 ? 0 : place[axis]) * strides[axis];
    return memory[static_cast<std::size_t>(offset)];
  }
};

/// An operand of these extents: axes lie in any order, some backwards, with gaps; some are repeated (stride
/// 0) unless it is to be written.
Operand draw_operand(Draw& draw, const Place& extents, bool writable) {
  Operand operand;
  operand.extents = extents;
  std::array<std::size_t, 3> order{0, 1, 2};
  for (std::size_t i = 2; i > 0; --i)
    std::swap(order[i], order[static_cast<std::size_t>(draw.below(Index(i) + 1))]);
  if (draw.coin()) order = {2, 1, 0};  // mostly row-major
  Index size = 1;
  for (const std::size_t axis : order) {
    const Index gap = draw.below(4) == 0 ? 1 + draw.below(3) : 1;
    operand.strides[axis] = size * gap;
    size *= extents[axis] * gap;
    if (!writable && draw.below(8) == 0) operand.strides[axis] = 0;
    if (draw.below(6) == 0) {
      operand.first += (extents[axis] - 1) * operand.strides[axis];
      operand.strides[axis] = -operand.strides[axis];
    }
  }
  operand.memory.resize(static_cast<std::size_t>(size));
  for (double& x : operand.memory) x = draw.number();
  return operand;
}

/// Some of the axes, each with the extent of `whole`, or 1.
Place draw_broadcast(Draw& draw, Place whole) {
  for (Index& extent : whole)
    if (draw.below(4) == 0) extent = 1;
  return whole;
}

/// An operation in both forms: assigned to a view, and on the numbers of one place.
struct Operation {
  const char* name;
  std::function<void(View to, View a, View b, View c)> assign;
  double (*of)(double to, double a, double b, double c);
};

const Operation operations[] = {
    {"a + b * c", [](View to, View a, View b, View c) { to = a + b * c; },
     [](double, double a, double b, double c) { return a + b * c; }},
    {"0.5 * a - b / (c * c + 1)", [](View to, View a, View b, View c) { to = 0.5 * a - b / (c * c + 1.0); },
     [](double, double a, double b, double c) { return 0.5 * a - b / (c * c + 1); }},
    {"max(a, min(b, c))", [](View to, View a, View b, View c) { to = max(a, min(b, c)); },
     [](double, double a, double b, double c) { return std::max(a, std::min(b, c)); }},
    {"where(a < b, c, -a)", [](View to, View a, View b, View c) { to = where(a < b, c, -a); },
     [](double, double a, double b, double c) { return a < b ? c : -a; }},
    {"where(a < b && !(c > a), 1, b)",
     [](View to, View a, View b, View c) { to = where(a < b && !(c > a), 1.0, b); },
     [](double, double a, double b, double c) { return a < b && !(c > a) ? 1 : b; }},
    {"relu(a * b + c)", [](View to, View a, View b, View c) { to = relu(a * b + c); },
     [](double, double a, double b, double c) { return std::max(a * b + c, 0.0); }},
    {"exp(a) * tanh(b) + sqrt(abs(c))",
     [](View to, View a, View b, View c) { to = exp(a) * tanh(b) + sqrt(abs(c)); },
     [](double, double a, double b, double c) {
       return std::exp(a) * std::tanh(b) + std::sqrt(std::abs(c));
     }},
    {"sigmoid(a - b) * log1p(c * c)",
     [](View to, View a, View b, View c) { to = sigmoid(a - b) * log1p(c * c); },
     [](double, double a, double b, double c) { return std::log1p(c * c) / (1 + std::exp(b - a)); }},
    {"to += a * c", [](View to, View a, View, View c) { to += a * c; },
     [](double to, double a, double, double c) { return to + a * c; }},
    {"to = to * b - to", [](View to, View, View b, View) { to = to * b - to; },
     [](double to, double, double b, double) { return to * b - to; }},
    {"map of three",
     [](View to, View a, View b, View c) {
       to = map([](double x, double y, double z) { return x > 0 ? y : z; }, a, b, c);
     },
     [](double, double a, double b, double c) { return a > 0 ? b : c; }},
    {"floats between", [](View to, View a, View b, View c) { to = cast<double>(cast<float>(a)) + b - c; },
     [](double, double a, double b, double c) { return static_cast<double>(static_cast<float>(a)) + b - c; }},
    {"integers between", [](View to, View a, View b, View c) { to = cast<int>(a * 3.0) % 5 + b * c; },
     [](double, double a, double b, double c) { return static_cast<int>(a * 3) % 5 + b * c; }},
};

template <class F> void for_each_place(const Place& extents, F f) {
  for (Index i = 0; i < extents[0]; ++i)
    for (Index j = 0; j < extents[1]; ++j)
      for (Index k = 0; k < extents[2]; ++k) f(Place{i, j, k});
}

/// Sums along one axis, of an expression.
template <int Axis> void check_sum(const Place& extents, Operand& a, Operand& b) {
  const auto result = sum(a.view() * b.view() + 1.0, axes<Axis>, keep_axes);
  for_each_place({result.extent(0), result.extent(1), result.extent(2)}, [&](Place place) {
    double expected = 0;
    for (Index i = 0; i < extents[Axis]; ++i) {
      place[Axis] = i;
      expected += a.at(place) * b.at(place) + 1;
    }
    place[Axis] = 0;
    require_close(result(place[0], place[1], place[2]), expected, 1e-12);
  });
}

}  // namespace

TEST_CASE("ten thousand random expressions give what plain loops give", "[tensor]") {
  const std::uint64_t from = std::random_device{}();
  INFO("seed " << from);
  Draw draw(from);
  for (int repetition = 0; repetition < 10'000; ++repetition) {
    const auto extent = [&] { return draw.below(12) == 0 ? 1 + draw.below(70) : 1 + draw.below(6); };
    const Place extents{extent(), extent(), extent()};
    Operand to = draw_operand(draw, extents, true);
    Operand a = draw_operand(draw, draw_broadcast(draw, extents), false);
    Operand b = draw_operand(draw, draw_broadcast(draw, extents), false);
    Operand c = draw_operand(draw, draw_broadcast(draw, extents), false);
    const Operation& operation = operations[draw.below(std::ssize(operations))];
    INFO("number " << repetition << ": " << operation.name << " on " << extents[0] << " x " << extents[1]
                   << " x " << extents[2]);
    const Operand before = to;
    operation.assign(to.view(), a.view(), b.view(), c.view());
    bool all_right = true;
    for_each_place(extents, [&](const Place& place) {
      const double expected = operation.of(before.at(place), a.at(place), b.at(place), c.at(place));
      all_right = all_right && support::is_close(to.at(place), expected, 1e-12);
    });
    REQUIRE(all_right);
    if (repetition % 20 == 0) {
      Operand whole = draw_operand(draw, extents, false);
      check_sum<0>(extents, whole, a);
      check_sum<1>(extents, whole, b);
      check_sum<2>(extents, whole, c);
    }
  }
}

TEST_CASE("a thousand random assignments from the destination itself", "[tensor]") {
  const std::uint64_t from = std::random_device{}();
  INFO("seed " << from);
  Draw draw(from);
  for (int repetition = 0; repetition < 1000; ++repetition) {
    const Index n = 2 + draw.below(9);
    const Place extents{n, n, n};
    Operand to = draw_operand(draw, extents, true);
    Operand turned = to;  // the same elements with two axes exchanged, and perhaps one walked backwards
    const auto one = static_cast<std::size_t>(draw.below(3)), other = static_cast<std::size_t>(draw.below(3));
    std::swap(turned.strides[one], turned.strides[other]);
    if (draw.coin()) {
      turned.first += (n - 1) * turned.strides[one];
      turned.strides[one] = -turned.strides[one];
    }
    const Operand before = to, turned_before = turned;
    View source(to.memory.data() + turned.first, Extents<dyn, dyn, dyn>(extents), turned.strides);
    to.view() = source - 2.0 * to.view();
    bool all_right = true;
    for_each_place(extents, [&](const Place& place) {
      all_right =
          all_right && support::is_close(to.at(place), turned_before.at(place) - 2 * before.at(place), 1e-12);
    });
    REQUIRE(all_right);
  }
}
