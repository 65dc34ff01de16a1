#include "lamina/kernels/elementwise.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

namespace {

using PlainMaps = std::vector<Plain>;

double op(char kind, double a, double b) {
  return kind == '+' ? a + b : kind == '*' ? a * b : std::max(a, b);
}

Plain forward_reference(char kind, const PlainMaps& x, const Extents& e) {
  Plain y(e);
  each(e, [&](Index n, Index c, Index h, Index w) {
    double value = x[0].broadcast(n, c, h, w);
    for (std::size_t i = 1; i < x.size(); ++i) value = op(kind, value, x[i].broadcast(n, c, h, w));
    y(n, c, h, w) = value;
  });
  return y;
}

/// The gradient of operand i by the direct formula, on top of `start`.
Plain backward_reference(char kind, const PlainMaps& x, const Plain& dy, std::size_t i, Plain start) {
  const Extents e = start.extents;
  each(dy.extents, [&](Index n, Index c, Index h, Index w) {
    double local = dy(n, c, h, w);
    const double mine = x[i].broadcast(n, c, h, w);
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double other = x[j].broadcast(n, c, h, w);
      if (j == i) continue;
      if (kind == '*') local *= other;
      if (kind == 'm' && (other > mine || (other == mine && j < i))) local = 0;
    }
    start(n, e.c == 1 ? 0 : c, e.h == 1 ? 0 : h, e.w == 1 ? 0 : w) += local;
  });
  return start;
}

template <class T> void forward(char kind, std::span<const FeatureMapView<const T>> x, FeatureMapView<T> y) {
  if (kind == '+') kernels::add_forward(x, y);
  if (kind == '*') kernels::multiply_forward(x, y);
  if (kind == 'm') kernels::maximum_forward(x, y);
}

template <class T>
void backward(char kind, std::span<const FeatureMapView<const T>> x, FeatureMapView<const T> dy,
              std::size_t i, FeatureMapView<T> dx, bool accumulate) {
  if (kind == '+') kernels::add_backward(dy, dx, accumulate);
  if (kind == '*') kernels::multiply_backward(x, dy, i, dx, accumulate);
  if (kind == 'm') kernels::maximum_backward(x, dy, i, dx, accumulate);
}

/// The shapes that may meet a map of these extents: itself, and each axis but the batch absent.
std::vector<Extents> partners(const Extents& e) {
  return {e,
          {e.n, e.c, 1, 1},
          {e.n, 1, e.h, e.w},
          {e.n, 1, 1, 1},
          {e.n, e.c, e.h, 1},
          {e.n, e.c, 1, e.w},
          {e.n, 1, 1, e.w}};
}

template <class T> void check(char kind, const std::vector<Extents>& shapes, const Extents& e) {
  PlainMaps x;
  std::vector<Map<T>> maps;
  std::vector<FeatureMapView<const T>> views;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    x.push_back(random_plain(shapes[i], i));
    maps.emplace_back(x.back(), static_cast<Index>(i % 2));
  }
  for (const auto& map : maps) views.push_back(map);
  CAPTURE(kind, shapes.size(), e.c, e.h, e.w);
  Map<T> y(e, 1);
  forward<T>(kind, views, y);
  require_close(y.plain().values, forward_reference(kind, x, e).values, tolerance<T>);
  REQUIRE(y.gap_untouched());

  const Plain dy = random_plain(e, 100);
  const Map<T> dy_map(dy, 2);
  for (std::size_t i = 0; i < shapes.size(); ++i)
    for (const bool accumulate : {false, true}) {
      const Plain before = accumulate ? random_plain(shapes[i], 200 + i) : Plain(shapes[i]);
      Map<T> dx = accumulate ? Map<T>(before, 1) : Map<T>(shapes[i], 1);
      backward<T>(kind, views, dy_map, i, dx, accumulate);
      CAPTURE(i, accumulate, shapes[i].c, shapes[i].h, shapes[i].w);
      require_close(dx.plain().values, backward_reference(kind, x, dy, i, before).values, 20 * tolerance<T>);
      REQUIRE(dx.gap_untouched());
    }
}

}  // namespace

TEMPLATE_TEST_CASE("gates of one map, in one loop", "[kernels]", float, double) {
  using T = TestType;
  const Extents whole{2, 11, 5, 7};
  const Extents gates[] = {{2, 11, 1, 1}, {2, 1, 5, 7}, {2, 11, 5, 7}, {2, 1, 1, 1}, {2, 11, 1, 7}};
  const Plain x = random_plain(whole, 1);
  for (const Extents& first : gates)
    for (const Extents& second : gates) {
      const Plain a = random_plain(first, 2), b = random_plain(second, 3);
      Plain expected(whole);
      each(whole, [&](Index n, Index c, Index h, Index w) {
        expected(n, c, h, w) =
            std::max(x(n, c, h, w) * a.broadcast(n, c, h, w), x(n, c, h, w) * b.broadcast(n, c, h, w));
      });
      const Map<T> in(x, 1), in_a(a), in_b(b, 1);
      Map<T> y(whole, 2);
      kernels::gated_forward(in, in_a, in_b, y.view(),
                             [](auto v, auto p, auto q) { return kernels::detail::larger(v * p, v * q); });
      require_close(y.plain().values, expected.values, tolerance<T>);
      REQUIRE(y.gap_untouched());
    }
}

TEMPLATE_TEST_CASE("add, multiply and maximum of two maps, every broadcast", "[kernels][elementwise]", float,
                   double) {
  for (const Extents& e : sweep())
    for (const Extents& other : partners(e))
      for (const char kind : {'+', '*', 'm'}) {
        check<TestType>(kind, {e, other}, e);
        check<TestType>(kind, {other, e}, e);
      }
}

TEMPLATE_TEST_CASE("the gradient of a maximum goes to the first NaN where there is one", "[kernels]", float,
                   double) {
  using T = TestType;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Extents e{1, 1, 1, 4};
  Plain a(e), b(e);
  a.values = {nan, 1, nan, 2};
  b.values = {1, nan, nan, 1};
  const Map<T> x(a), y(b), dy(Plain(e, 1));
  Map<T> of_x(e), of_y(e);
  const FeatureMapView<const T> both[] = {x, y};
  kernels::maximum_backward<T>(both, dy, 0, of_x.view());
  kernels::maximum_backward<T>(both, dy, 1, of_y.view());
  require_close(of_x.plain().values, {1, 0, 1, 1}, 0);
  require_close(of_y.plain().values, {0, 1, 0, 0}, 0);
}

TEMPLATE_TEST_CASE("add, multiply and maximum of one, three and four maps", "[kernels][elementwise]", float,
                   double) {
  for (const Extents& e : {Extents{3, 13, 9, 17}, Extents{1, 17, 1, 1}, Extents{2, 3, 1, 70}})
    for (const char kind : {'+', '*', 'm'}) {
      check<TestType>(kind, {e}, e);
      check<TestType>(kind, {{e.n, e.c, 1, 1}}, e);
      check<TestType>(kind, {e, e, e}, e);
      check<TestType>(kind, {{e.n, 1, e.h, e.w}, {e.n, e.c, 1, 1}, e, {e.n, 1, 1, 1}}, e);
      check<TestType>(kind, {{e.n, e.c, e.h, 1}, {e.n, e.c, 1, e.w}}, e);  // neither is whole
    }
}

TEMPLATE_TEST_CASE("an operand may be the result", "[kernels][elementwise]", float, double) {
  using T = TestType;
  const Extents e{2, 13, 5, 30};
  for (const char kind : {'+', '*', 'm'})
    for (std::size_t own = 0; own < 3; ++own) {
      const PlainMaps x{random_plain(e, 1), random_plain({e.n, e.c, 1, 1}, 2), random_plain(e, 3)};
      if (own == 1) continue;
      std::vector<Map<T>> maps;
      for (const Plain& plain : x) maps.emplace_back(plain);
      const std::vector<FeatureMapView<const T>> views(maps.begin(), maps.end());
      forward<T>(kind, views, maps[own]);
      require_close(maps[own].plain().values, forward_reference(kind, x, e).values, tolerance<T>);
    }
}

TEMPLATE_TEST_CASE("a tied maximum gives its gradient to the first operand", "[kernels][elementwise]", float,
                   double) {
  using T = TestType;
  const Extents e{1, 3, 1, 2};
  const Map<T> a(Plain(e, 0.5)), dy(Plain(e, 2));
  const std::vector<FeatureMapView<const T>> x{a, a};
  Map<T> first(e), second(e);
  kernels::maximum_backward<T>(x, dy, 0, first);
  kernels::maximum_backward<T>(x, dy, 1, second);
  require_map(first, Plain(e, 2), 0);
  require_map(second, Plain(e, 0), 0);
}

TEMPLATE_TEST_CASE("a maximum keeps NaN, whichever operand has it", "[kernels][elementwise]", float, double) {
  using T = TestType;
  const Extents e{1, 3, 1, 2};
  Plain with_nan(e, 1);
  with_nan(0, 1, 0, 1) = std::nan("");
  const Map<T> a(with_nan), b(Plain(e, 2));
  for (const bool swapped : {false, true}) {
    const std::vector<FeatureMapView<const T>> x{swapped ? b : a, swapped ? a : b};
    Map<T> y(e);
    kernels::maximum_forward<T>(x, y);
    REQUIRE(std::isnan(y.plain()(0, 1, 0, 1)));
    REQUIRE(y.plain()(0, 1, 0, 0) == 2);
    REQUIRE(y.padding_is(T{0}));
  }
}

TEMPLATE_TEST_CASE("fill, copy, scale and accumulate", "[kernels][elementwise]", float, double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    const Plain x = random_plain(e, 1);
    const Map<T> in(x, 2);
    Map<T> y(e, 1);
    kernels::fill(y.view(), T(1.5));
    require_map(y, Plain(e, 1.5), 0);
    kernels::accumulate<T>(in, y);
    kernels::scale<T>(y, T(2), y);
    Plain expected(e);
    for (std::size_t i = 0; i < x.values.size(); ++i) expected.values[i] = 2 * (1.5 + x.values[i]);
    require_map(y, expected, tolerance<T>);
    kernels::copy<T>(in, y);
    require_map(y, x, 0);
  }
}

TEMPLATE_TEST_CASE("sums over broadcast axes have the same bits on any number of threads",
                   "[kernels][elementwise]", float, double) {
  using T = TestType;
  const Extents e{2, 40, 37, 41};
  const Map<T> x(random_plain(e, 1)), dy(random_plain(e, 3));
  for (const Extents& narrow : partners(e)) {
    const Map<T> gate(random_plain(narrow, 2));
    const std::vector<FeatureMapView<const T>> operands{x, gate};
    require_thread_invariant([&] {
      Map<T> dx(narrow);
      kernels::multiply_backward<T>(operands, dy, 1, dx);
      return dx;
    });
  }
}

}  // namespace lamina::test
