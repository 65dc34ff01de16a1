// xtensor's part of tensor_bench, with its xsimd loops. Built where CMake finds xtensor.
#include "tensor_bench.hpp"

#ifdef LAMINA_BENCH_XTENSOR
#define XTENSOR_USE_XSIMD
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

namespace tensor_bench {
namespace {

using Line = xt::xtensor<float, 1>;
using Shape4 = std::array<std::size_t, 4>;

template <class T> T filled(T tensor) {
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor.data()[i] = value(static_cast<long>(i));
  return tensor;
}
Line line(long count) { return filled(Line(std::array<std::size_t, 1>{static_cast<std::size_t>(count)})); }

template <class F> void add_lines(const char* what, int operands, F f) {
  for (const Vector& size : vectors)
    add(what, size.name, "xtensor", 4.0 * static_cast<double>(size.count) * (operands + 1), 0, [=] {
      return [=, x = line(size.count), y = line(size.count), z = line(size.count)]() mutable {
        xt::noalias(z) = f(x, y);
        benchmark::DoNotOptimize(z.data());
      };
    });
}

template <class F> void add_cubes(const char* what, F f) {
  for (const Vector& size : cubes) {
    const double elements = static_cast<double>(size.count * size.count * size.count);
    const auto n = static_cast<std::size_t>(size.count);
    add(what, size.name, "xtensor", 4 * elements, 0, [=] {
      return [=, x = filled(xt::xtensor<float, 3>(std::array<std::size_t, 3>{n, n, n}))] {
        xt::xtensor<float, 2> result = f(x);
        benchmark::DoNotOptimize(result.data());
      };
    });
  }
}

}  // namespace

void add_xtensor() {
  add_lines("axpby", 2, [](const Line& x, const Line& y) { return 0.5f * x + 0.25f * y + 1.0f; });
  add_lines("exp", 1, [](const Line& x, const Line&) { return xt::exp(x); });
  add_lines("tanh", 1, [](const Line& x, const Line&) { return xt::tanh(x); });
  add_lines("sigmoid", 1, [](const Line& x, const Line&) { return 1.0f / (1.0f + xt::exp(-x)); });
  add_lines("gelu", 1,
            [](const Line& x, const Line&) { return 0.5f * x * (1.0f + xt::erf(0.70710678f * x)); });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    const auto u = [](long extent) { return static_cast<std::size_t>(extent); };
    add("relu_scale_shift", m.name, "xtensor", 8 * elements, 0, [=] {
      const Shape4 shape{u(m.n), u(m.c), u(m.h), u(m.w)};
      const std::array<std::size_t, 3> channels{u(m.c), 1, 1};
      return [x = filled(xt::xtensor<float, 4>(shape)), scale = filled(xt::xtensor<float, 3>(channels)),
              shift = filled(xt::xtensor<float, 3>(channels)), y = xt::xtensor<float, 4>(shape)]() mutable {
        xt::noalias(y) = xt::maximum(x * scale + shift, 0.0f);
        benchmark::DoNotOptimize(y.data());
      };
    });
  }
  add_cubes("sum_axis_0", [](const auto& x) { return xt::sum(x, {0}, xt::evaluation_strategy::immediate); });
  add_cubes("sum_axis_1", [](const auto& x) { return xt::sum(x, {1}, xt::evaluation_strategy::immediate); });
  add_cubes("sum_axis_2", [](const auto& x) { return xt::sum(x, {2}, xt::evaluation_strategy::immediate); });
  add_cubes("mean_axis_2",
            [](const auto& x) { return xt::mean(x, {2}, xt::evaluation_strategy::immediate); });
  add_cubes("variance_axis_0", [](const auto& x) {
    return xt::variance(x, std::array<std::size_t, 1>{0}, xt::evaluation_strategy::immediate);
  });
  add_cubes("variance_axis_2", [](const auto& x) {
    return xt::variance(x, std::array<std::size_t, 1>{2}, xt::evaluation_strategy::immediate);
  });
  for (const Rows& r : softmax_rows)
    add("softmax", r.name, "xtensor", 8.0 * static_cast<double>(r.rows * r.columns), 0, [=] {
      const std::array<std::size_t, 2> shape{static_cast<std::size_t>(r.rows),
                                             static_cast<std::size_t>(r.columns)};
      return [x = filled(xt::xtensor<float, 2>(shape))] {
        const xt::xtensor<float, 1> largest = xt::amax(x, {1}, xt::evaluation_strategy::immediate);
        xt::xtensor<float, 2> y = xt::exp(x - xt::view(largest, xt::all(), xt::newaxis()));
        const xt::xtensor<float, 1> total = xt::sum(y, {1}, xt::evaluation_strategy::immediate);
        y /= xt::view(total, xt::all(), xt::newaxis());
        benchmark::DoNotOptimize(y.data());
      };
    });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    const auto u = [](long extent) { return static_cast<std::size_t>(extent); };
    const Shape4 nchw{u(m.n), u(m.c), u(m.h), u(m.w)}, nhwc{u(m.n), u(m.h), u(m.w), u(m.c)};
    const Shape4 half{u(m.n), u(m.c), u(m.h), u(m.w) / 2};
    using Map4 = xt::xtensor<float, 4>;
    add("nchw_to_nhwc", m.name, "xtensor", 8 * elements, 0, [=] {
      return [x = filled(Map4(nchw)), y = Map4(nhwc)]() mutable {
        xt::noalias(y) = xt::transpose(x, {0, 2, 3, 1});
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("nhwc_to_nchw", m.name, "xtensor", 8 * elements, 0, [=] {
      return [x = filled(Map4(nhwc)), y = Map4(nchw)]() mutable {
        xt::noalias(y) = xt::transpose(x, {0, 3, 1, 2});
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("strided_add", m.name, "xtensor", 6 * elements, 0, [=] {
      return [x = filled(Map4(nchw)), y = Map4(half)]() mutable {
        using xt::placeholders::_;
        xt::noalias(y) = xt::view(x, xt::all(), xt::all(), xt::all(), xt::range(0, _, 2)) +
                         xt::view(x, xt::all(), xt::all(), xt::all(), xt::range(1, _, 2));
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("concat_channels", m.name, "xtensor", 16 * elements, 0, [=] {
      return [x = filled(Map4(nchw)), y = filled(Map4(nchw))] {
        const Map4 z = xt::concatenate(xt::xtuple(x, y), 1);
        benchmark::DoNotOptimize(z.data());
      };
    });
  }
}

}  // namespace tensor_bench
#else
void tensor_bench::add_xtensor() {}
#endif
