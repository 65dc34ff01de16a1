// Eigen's part of tensor_bench: arrays where they serve, else its Tensor module. Row-major as ours.
#include "tensor_bench.hpp"

#include <Eigen/Core>
#include <unsupported/Eigen/CXX11/Tensor>

namespace tensor_bench {
namespace {

using Line = Eigen::ArrayXf;
template <int Rank> using Tensor = Eigen::Tensor<float, Rank, Eigen::RowMajor>;

Line line(long count) {
  return Line::NullaryExpr(count, [](Eigen::Index i) { return value(i); });
}
template <int Rank, class... E> Tensor<Rank> tensor(E... extents) {
  Tensor<Rank> made(extents...);
  for (long i = 0; i < made.size(); ++i) made.data()[i] = value(i);
  return made;
}

template <class F> void add_lines(const char* what, int operands, F f) {
  for (const Vector& size : vectors)
    add(what, size.name, "eigen", 4.0 * static_cast<double>(size.count) * (operands + 1), 0, [=] {
      return [=, x = line(size.count), y = line(size.count), z = Line(size.count)]() mutable {
        f(x, y, z);
        benchmark::DoNotOptimize(z.data());
      };
    });
}

template <class F> void add_cubes(const char* what, F f) {
  for (const Vector& size : cubes) {
    const double elements = static_cast<double>(size.count * size.count * size.count);
    add(what, size.name, "eigen", 4 * elements, 0, [=] {
      return [=, x = tensor<3>(size.count, size.count, size.count),
              result = Tensor<2>(size.count, size.count)]() mutable {
        f(x, result);
        benchmark::DoNotOptimize(result.data());
      };
    });
  }
}

template <int Axis> void variance(const Tensor<3>& x, Tensor<2>& result) {
  const Eigen::array<long, 1> axis{Axis};
  auto extents = x.dimensions();
  extents[Axis] = 1;
  Eigen::array<long, 3> repeats{1, 1, 1};
  repeats[Axis] = x.dimension(Axis);
  const Tensor<2> mean = x.mean(axis);
  result = (x - mean.reshape(extents).broadcast(repeats)).square().mean(axis);
}

}  // namespace

void add_eigen() {
  add_lines("axpby", 2, [](const Line& x, const Line& y, Line& z) { z = 0.5f * x + 0.25f * y + 1.0f; });
  add_lines("exp", 1, [](const Line& x, const Line&, Line& z) { z = x.exp(); });
  add_lines("tanh", 1, [](const Line& x, const Line&, Line& z) { z = x.tanh(); });
  add_lines("sigmoid", 1, [](const Line& x, const Line&, Line& z) { z = x.logistic(); });
  add_lines("gelu", 1, [](const Line& x, const Line&, Line& z) {
    Eigen::TensorMap<const Tensor<1>> in(x.data(), x.size());
    Eigen::TensorMap<Tensor<1>> out(z.data(), z.size());
    out = in * ((in * 0.70710678f).erf() + 1.0f) * 0.5f;
  });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    add("relu_scale_shift", m.name, "eigen", 8 * elements, 0, [=] {
      return [=, x = tensor<4>(m.n, m.c, m.h, m.w), scale = line(m.c), shift = line(m.c),
              y = Tensor<4>(m.n, m.c, m.h, m.w)]() mutable {
        // Its broadcasting is slow (measured: a third of this); users write the loop over channels.
        const long pixels = m.h * m.w;
        for (long i = 0; i < m.n * m.c; ++i) {
          Eigen::Map<const Line> from(x.data() + i * pixels, pixels);
          Eigen::Map<Line>(y.data() + i * pixels, pixels) =
              (from * scale[i % m.c] + shift[i % m.c]).max(0.0f);
        }
        benchmark::DoNotOptimize(y.data());
      };
    });
  }
  add_cubes("sum_axis_0", [](const Tensor<3>& x, Tensor<2>& r) { r = x.sum(Eigen::array<long, 1>{0}); });
  add_cubes("sum_axis_1", [](const Tensor<3>& x, Tensor<2>& r) { r = x.sum(Eigen::array<long, 1>{1}); });
  add_cubes("sum_axis_2", [](const Tensor<3>& x, Tensor<2>& r) { r = x.sum(Eigen::array<long, 1>{2}); });
  add_cubes("mean_axis_2", [](const Tensor<3>& x, Tensor<2>& r) { r = x.mean(Eigen::array<long, 1>{2}); });
  add_cubes("variance_axis_0", variance<0>);
  add_cubes("variance_axis_2", variance<2>);
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (const Rows& r : softmax_rows)
    add("softmax", r.name, "eigen", 8.0 * static_cast<double>(r.rows * r.columns), 0, [=] {
      return [=, x = tensor<2>(r.rows, r.columns)] {
        Matrix y(r.rows, r.columns);
        for (long i = 0; i < r.rows; ++i) {
          Eigen::Map<const Line> row(x.data() + i * r.columns, r.columns);
          auto to = y.row(i).array();
          to = (row - row.maxCoeff()).exp().transpose();
          to *= 1.0f / to.sum();
        }
        benchmark::DoNotOptimize(y.data());
      };
    });
  for (const Maps& m : maps) {
    const auto elements = static_cast<double>(m.n * m.c * m.h * m.w);
    const auto add_shuffled = [&](const char* what, Eigen::array<int, 4> order, auto make_x, auto make_y) {
      add(what, m.name, "eigen", 8 * elements, 0, [=] {
        return [=, x = make_x(), y = make_y()]() mutable {
          y = x.shuffle(order);
          benchmark::DoNotOptimize(y.data());
        };
      });
    };
    const auto nchw = [=] { return tensor<4>(m.n, m.c, m.h, m.w); };
    const auto nhwc = [=] { return tensor<4>(m.n, m.h, m.w, m.c); };
    add_shuffled("nchw_to_nhwc", {0, 2, 3, 1}, nchw, nhwc);
    add_shuffled("nhwc_to_nchw", {0, 3, 1, 2}, nhwc, nchw);
    add("strided_add", m.name, "eigen", 6 * elements, 0, [=] {
      return [=, x = nchw(), y = Line(m.n * m.c * m.h * m.w / 2)]() mutable {
        using Strided = Eigen::Map<const Line, 0, Eigen::InnerStride<2>>;
        y = Strided(x.data(), y.size()) + Strided(x.data() + 1, y.size());
        benchmark::DoNotOptimize(y.data());
      };
    });
    add("concat_channels", m.name, "eigen", 16 * elements, 0, [=] {
      return [x = nchw(), y = nchw()] {
        Tensor<4> z = x.concatenate(y, 1);
        benchmark::DoNotOptimize(z.data());
      };
    });
  }
  for (const Matrices& m : matrices)
    add("matmul", m.name, "eigen", 0, 2.0 * static_cast<double>(m.batch * m.size * m.size * m.size), [=] {
      return [=, a = tensor<3>(m.batch, m.size, m.size), b = tensor<3>(m.batch, m.size, m.size),
              c = Tensor<3>(m.batch, m.size, m.size)]() mutable {
        for (long i = 0, each = m.size * m.size; i < m.batch; ++i)
          Eigen::Map<Matrix>(c.data() + i * each, m.size, m.size).noalias() =
              Eigen::Map<const Matrix>(a.data() + i * each, m.size, m.size) *
              Eigen::Map<const Matrix>(b.data() + i * each, m.size, m.size);
        benchmark::DoNotOptimize(c.data());
      };
    });
}

}  // namespace tensor_bench
