#include "lamina/kernels/resize.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {
namespace {

Plain nearest(const Plain& x, const Extents& e) {
  Plain y(e);
  each(e, [&](Index n, Index c, Index h, Index w) {
    y(n, c, h, w) = x(n, c, h * x.extents.h / e.h, w * x.extents.w / e.w);
  });
  return y;
}

/// The triangle kernel about where the output lies, over all of the input.
double weight(Index o, Index i, Index extent, Index outputs, bool align) {
  const auto n = static_cast<double>(extent), m = static_cast<double>(outputs), out = static_cast<double>(o);
  double at = align ? (outputs > 1 ? out * (n - 1) / (m - 1) : 0) : (out + 0.5) * n / m - 0.5;
  at = std::min(std::max(at, 0.0), n - 1);
  return std::max(0.0, 1 - std::abs(at - static_cast<double>(i)));
}

Plain bilinear(const Plain& x, const Extents& e, bool align) {
  Plain y(e);
  each(e, [&](Index n, Index c, Index h, Index w) {
    for (Index i = 0; i < x.extents.h; ++i)
      for (Index j = 0; j < x.extents.w; ++j)
        y(n, c, h, w) +=
            weight(h, i, x.extents.h, e.h, align) * weight(w, j, x.extents.w, e.w, align) * x(n, c, i, j);
  });
  return y;
}

/// Both maps are linear, so <forward(x), dy> = <x, backward(dy)>, which numeric_gradient finds exactly but
/// for rounding.
template <class T, class Reference, class Forward, class Backward>
void check_resize(Reference reference, Forward forward, Backward backward) {
  for (const Extents& e : {Extents{1, 1, 1, 1}, {2, 3, 2, 3}, {1, 8, 4, 5}, {1, 17, 3, 2}, {2, 13, 1, 4}})
    for (const Extents& size : {Extents{0, 0, 1, 1},
                                {0, 0, 2, 3},
                                {0, 0, 7, 5},
                                {0, 0, 2 * e.h, 2 * e.w},
                                {0, 0, 3 * e.h, 4 * e.w}}) {
      const Extents out{e.n, e.c, size.h, size.w};
      CAPTURE(e.c, e.h, e.w, out.h, out.w);
      const Plain x = random_plain(e, 1), dy = random_plain(out, 2);
      Map<T> in(x, 1), gradient(dy, 1), y(out, 2), dx(e, 1);
      in.set_padding(T{0});
      gradient.set_padding(T{0});
      forward(in, y.view());
      require_map(y, reference(x, out), tolerance<T>);
      backward(gradient, dx.view());
      require_map(dx,
                  numeric_gradient(
                      x, dy, [&](const Plain& at) { return reference(at, out); }, 0.1),
                  10 * tolerance<T>);
    }
}

}  // namespace

TEMPLATE_TEST_CASE("nearest resizing and its gradient", "[kernels][resize]", float, double) {
  check_resize<TestType>(
      nearest, [](const auto& x, auto y) { kernels::nearest_resize_forward(x, y); },
      [](const auto& dy, auto dx) { kernels::nearest_resize_backward(dy, dx); });
}

TEMPLATE_TEST_CASE("bilinear resizing and its gradient, corners aligned or not", "[kernels][resize]", float,
                   double) {
  for (const bool align : {false, true})
    check_resize<TestType>(
        [align](const Plain& x, const Extents& e) { return bilinear(x, e, align); },
        [align](const auto& x, auto y) { kernels::bilinear_resize_forward(x, y, align); },
        [align](const auto& dy, auto dx) { kernels::bilinear_resize_backward(dy, dx, align); });
}

TEST_CASE("bilinear resizing of two pixels to four equals PyTorch", "[kernels][resize]") {
  Plain x({1, 1, 1, 2});
  x(0, 0, 0, 1) = 4;
  const Map<double> in(x);
  Map<double> y(Extents{1, 1, 1, 4});
  kernels::bilinear_resize_forward(in, y.view());
  require_close(y.plain().values, {0, 1, 3, 4}, 1e-15);
  kernels::bilinear_resize_forward(in, y.view(), true);
  require_close(y.plain().values, {0, 4.0 / 3, 8.0 / 3, 4}, 1e-15);
}

TEMPLATE_TEST_CASE("resizing has the same bits on any number of threads", "[kernels][resize]", float,
                   double) {
  using T = TestType;
  const Map<T> dy(random_plain({3, 20, 60, 50}, 1));
  require_thread_invariant([&] {
    Map<T> dx(Extents{3, 20, 31, 27}), y(Extents{3, 20, 60, 50});
    kernels::nearest_resize_backward(dy, dx.view());
    kernels::bilinear_resize_forward(dx, y.view());
    kernels::bilinear_resize_backward(y, dx.view());
    return dx;
  });
}

}  // namespace lamina::test
