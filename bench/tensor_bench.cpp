// Tensor expressions against Eigen's and xtensor's, on one thread: lamina's part, and the limits that no
// library can beat, plain loops over vectors for memory and chains of multiply-adds for arithmetic. Figures
// to quote:
//   tensor_bench --benchmark_repetitions=9 --benchmark_enable_random_interleaving=true
#include "tensor_bench.hpp"

#include <vector>

#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/expressions/matmul.hpp"
#include "lamina/simd/simd.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/tensor/join.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/softmax.hpp"
#include "support/fma_peak.hpp"
#include "support/ratio_reporter.hpp"

namespace tensor_bench {
namespace {

using namespace lamina;
using Line = Tensor<float, dyn>;
using Map4 = Tensor<float, dyn, dyn, dyn, dyn>;

template <class T> T filled(T tensor) {
  for (Index i = 0; i < tensor.size(); ++i) tensor.data()[i] = value(i);
  return tensor;
}

/// A task of lines: result = f(x, y).
template <class F> void add_lines(const char* what, int operands, F f) {
  for (const Vector& size : vectors)
    add(what, size.name, "lamina", 4.0 * static_cast<double>(size.count) * (operands + 1), 0, [=] {
      return [=, x = filled(Line(size.count)), y = filled(Line(size.count)), z = Line(size.count)]() mutable {
        z = f(x, y);
        benchmark::DoNotOptimize(z.data());
      };
    });
}

/// A task of cubes: result = f(x), a tensor.
template <class F> void add_cubes(const char* what, F f) {
  for (const Vector& size : cubes) {
    const double elements = static_cast<double>(size.count * size.count * size.count);
    add(what, size.name, "lamina", 4 * elements, 0, [=] {
      return [=, x = filled(Tensor<float, dyn, dyn, dyn>(size.count, size.count, size.count))] {
        auto result = f(x);
        benchmark::DoNotOptimize(result.data());
      };
    });
  }
}

/// Beside the tasks that memory limits, plain loops over vectors that move as much: z = 0.5 x + y and z = 0.5
/// x.
void add_memory_limits() {
  for (const Vector& size : vectors)
    add("axpby", size.name, "limit_triad", 12.0 * static_cast<double>(size.count), 0, [=] {
      return [=, x = filled(Line(size.count)), y = filled(Line(size.count)), z = Line(size.count)]() mutable {
        const auto half = simd::broadcast<float>(0.5f);
        for (Index i = 0; i < size.count; i += simd::width<float>)
          simd::store(z.data() + i,
                      simd::fma(half, simd::load<float>(x.data() + i), simd::load<float>(y.data() + i)));
        benchmark::DoNotOptimize(z.data());
      };
    });
  for (const Maps& m : maps) {
    const Index count = m.n * m.c * m.h * m.w;
    add("relu_scale_shift", m.name, "limit_scale", 8.0 * static_cast<double>(count), 0, [=] {
      return [=, x = filled(Line(count)), z = Line(count)]() mutable {
        const auto half = simd::broadcast<float>(0.5f);
        for (Index i = 0; i < count; i += simd::width<float>)
          simd::store(z.data() + i, simd::Vector<float>(half * simd::load<float>(x.data() + i)));
        benchmark::DoNotOptimize(z.data());
      };
    });
  }
}

}  // namespace

void add_lamina() {
  add_memory_limits();
  add_lines("axpby", 2, [](const Line& x, const Line& y) { return 0.5f * x + 0.25f * y + 1.0f; });
  add_lines("exp", 1, [](const Line& x, const Line&) { return exp(x); });
  add_lines("tanh", 1, [](const Line& x, const Line&) { return tanh(x); });
  add_lines("sigmoid", 1, [](const Line& x, const Line&) { return sigmoid(x); });
  add_lines("gelu", 1, [](const Line& x, const Line&) { return gelu(x); });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    add("relu_scale_shift", m.name, "lamina", 8 * elements, 0, [=] {
      return [x = filled(Map4(m.n, m.c, m.h, m.w)), scale_factors = filled(Tensor<float, dyn, 1, 1>(m.c)),
              shifts = filled(Tensor<float, dyn, 1, 1>(m.c)), y = Map4(m.n, m.c, m.h, m.w)]() mutable {
        y = relu(x * scale_factors + shifts);
        benchmark::DoNotOptimize(y.data());
      };
    });
  }
  add_cubes("sum_axis_0", [](const auto& x) { return sum(x, axes<0>); });
  add_cubes("sum_axis_1", [](const auto& x) { return sum(x, axes<1>); });
  add_cubes("sum_axis_2", [](const auto& x) { return sum(x, axes<2>); });
  add_cubes("mean_axis_2", [](const auto& x) { return mean(x, axes<2>); });
  add_cubes("variance_axis_0", [](const auto& x) { return variance(x, axes<0>); });
  add_cubes("variance_axis_2", [](const auto& x) { return variance(x, axes<2>); });
  for (const Rows& r : softmax_rows)
    add("softmax", r.name, "lamina", 8.0 * static_cast<double>(r.rows * r.columns), 0, [=] {
      return [x = filled(Tensor<float, dyn, dyn>(r.rows, r.columns))] {
        auto y = softmax(x);
        benchmark::DoNotOptimize(y.data());
      };
    });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    add("nchw_to_nhwc", m.name, "lamina", 8 * elements, 0, [=] {
      return [x = filled(Map4(m.n, m.c, m.h, m.w)), y = Map4(m.n, m.h, m.w, m.c)]() mutable {
        y = permute<0, 2, 3, 1>(x);
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("nhwc_to_nchw", m.name, "lamina", 8 * elements, 0, [=] {
      return [x = filled(Map4(m.n, m.h, m.w, m.c)), y = Map4(m.n, m.c, m.h, m.w)]() mutable {
        y = permute<0, 3, 1, 2>(x);
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("strided_add", m.name, "lamina", 6 * elements, 0, [=] {
      return [x = filled(Map4(m.n, m.c, m.h, m.w)), y = Map4(m.n, m.c, m.h, m.w / 2)]() mutable {
        y = x(ellipsis, range(0, to_end, 2)) + x(ellipsis, range(1, to_end, 2));
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("concat_channels", m.name, "lamina", 16 * elements, 0, [=] {
      return [x = filled(Map4(m.n, m.c, m.h, m.w)), y = filled(Map4(m.n, m.c, m.h, m.w))] {
        auto z = concat<1>(x, y);
        benchmark::DoNotOptimize(z.data());
      };
    });
  }
  for (const Matrices& m : matrices)
    if (m.size >= 512) {
      const double flops = 2.0 * static_cast<double>(m.batch * m.size * m.size * m.size);
      add("matmul", m.name, "limit_fma", 0, flops,
          [=] { return [=] { bench_support::multiply_add(flops); }; });
    }
  for (const Matrices& m : matrices)
    add("matmul", m.name, "lamina", 0, 2.0 * static_cast<double>(m.batch * m.size * m.size * m.size), [=] {
      using Batch = Tensor<float, dyn, dyn, dyn>;
      return [a = filled(Batch(m.batch, m.size, m.size)), b = filled(Batch(m.batch, m.size, m.size)),
              c = Batch(m.batch, m.size, m.size)]() mutable {
        matmul(a, b, c.view());
        benchmark::DoNotOptimize(c.data());
      };
    });
}

}  // namespace tensor_bench

int main(int argc, char** argv) {
  lamina::set_threads(1);
  tensor_bench::add_lamina();
  tensor_bench::add_eigen();
  tensor_bench::add_xtensor();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  bench_support::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
