// Convolution whose kernel, as a matrix of (out, in · taps), keeps orthonormal rows or, where it is taller
// than wide, columns, while its parameters move freely (Helfrich, Willmott and Ye, "Orthogonal Recurrent
// Neural Networks with Scaled Cayley Transform", 2018, on Stiefel's manifold as in Wen and Yin, "A feasible
// method for optimization with orthogonality constraints", 2013). With n the larger and k the lesser side of
// the matrix, the parameters X of (n, k) make a skew matrix
//   A = | L − Lᵀ  −Fᵀ |     L: the first k rows of X, below their diagonal
//       |   F       0 |     F: the other rows
// and the kernel is the first k columns of its Cayley transform (I − A/2)⁻¹ (I + A/2), which are
//   | 2 R − I |     R = (I − (L − Lᵀ)/2 + FᵀF/4)⁻¹
//   |   F R   |
// so that it takes the inverse of k × k numbers and no more. To second order in A it is the exponential of A,
// which others use (it is dearer, and its gradient much dearer); PyTorch's orthogonal(…, "cayley") is the
// same map.
#pragma once

#include "lamina/core/root.hpp"
#include "lamina/kernels/gemm.hpp"
#include "lamina/layers/reparametrized_conv.hpp"

namespace lamina {

namespace detail {

/// Reads and writes kernels as matrices of (n, k), n >= k: of (out, in · taps) or its transpose. Input
/// channels, rows and columns count as in the logical order.
class TallKernel {
 public:
  explicit TallKernel(const KernelShape& shape)
      : n(std::max(shape.out, shape.in * shape.taps())),
        k(std::min(shape.out, shape.in * shape.taps())),
        shape_(shape) {}

  const Index n, k;

  /// Calls f(row, column, place in memory).
  template <class F> void for_each(F f) const {
    const bool is_tall = shape_.out == n;
    shape_.for_each([&](Index o, Index i, Index r, Index c) {
      const Index input = (i * shape_.rows + r) * shape_.columns + c;
      f(is_tall ? o : input, is_tall ? input : o, shape_.place(o, i, r, c));
    });
  }
  template <class T> void read(const T* from, double* to) const {
    for_each([&](Index row, Index column, Index place) {
      to[row * k + column] = static_cast<double>(from[place]);
    });
  }

 private:
  KernelShape shape_;
};

/// A row-major matrix in scratch memory.
inline kernels::MatrixView<double> matrix_view(double* data, Index rows, Index columns) {
  return {data, Extents<dyn, dyn>({rows, columns}), {columns, 1}};
}

/// The inverse, in place, of a matrix of (k, k) whose symmetric part is positive definite: it needs no
/// pivots.
inline void invert(double* a, Index k) {
  for (Index p = 0; p < k; ++p) {
    double* const pivot_row = a + p * k;
    const double factor = 1 / pivot_row[p];
    pivot_row[p] = 1;
    for (Index j = 0; j < k; ++j) pivot_row[j] *= factor;
    for (Index row = 0; row < k; ++row) {
      if (row == p) continue;
      double* const other = a + row * k;
      const double share = other[p];
      other[p] = 0;
      for (Index j = 0; j < k; ++j) other[j] -= share * pivot_row[j];
    }
  }
}

/// The parameters X of (n, k) and R.
struct CayleyTransform {
  Index n, k;
  Scratch<double> x, inverse;

  template <class T>
  CayleyTransform(const TallKernel& kernel, const T* parameter)
      : n(kernel.n), k(kernel.k), x(n * k), inverse(k * k) {
    kernel.read(parameter, x.data());
    const auto f = lower();
    kernels::gemm<double>(kernels::transposed(f), f, r());
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < k; ++j) {
        const double skew = i == j ? 0 : i > j ? x[i * k + j] : -x[j * k + i];
        inverse[i * k + j] = (i == j ? 1 : 0) - skew / 2 + inverse[i * k + j] / 4;
      }
    invert(inverse.data(), k);
  }

  kernels::MatrixView<double> lower() const { return matrix_view(x.data() + k * k, n - k, k); }
  kernels::MatrixView<double> r() const { return matrix_view(inverse.data(), k, k); }
};

}  // namespace detail

/// For ReparametrizedConv. The parameter has the extents of conv's weight; elements on and above the diagonal
/// of X's first k rows are not used. It begins normal with deviation 2/√n, which turns the columns of the
/// unit matrix, where X = 0 would leave them, by about a right angle; it does not decay.
struct OrthogonalKernel {
  static constexpr std::string_view name = "orthogonal_conv";

  static constexpr std::array<Parameter, 1> parameters(const Parameter& weight) {
    Parameter free = weight;
    const Index out = weight.extents.rank > 0 ? weight.extents[0] : 1;
    const Index n = std::max(out, weight.extents.count() / out);
    free.initializer = initializers::normal(2 / root<2>(static_cast<double>(n)));
    free.decays = false;
    return {free};
  }

  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    const detail::TallKernel kernel(shape);
    const Index n = kernel.n, k = kernel.k;
    const detail::CayleyTransform transform(kernel, parameter[0]);
    const Scratch<double> made(n * k);
    for (Index i = 0; i < k * k; ++i) made[i] = 2 * transform.inverse[i] - (i / k == i % k ? 1 : 0);
    kernels::gemm<double>(transform.lower(), transform.r(),
                          detail::matrix_view(made.data() + k * k, n - k, k));
    kernel.for_each([&](Index row, Index column, Index place) {
      weight[place] = static_cast<T>(made[row * k + column]);
    });
  }

  /// With G = (G₁; G₂) the gradient of the kernel, −N with N = Rᵀ (2 G₁ + Fᵀ G₂) Rᵀ is that of R's
  /// inverse, and
  ///   dF = G₂ Rᵀ − F (N + Nᵀ)/4,   dL = (N − Nᵀ)/2 below the diagonal.
  template <class T>
  static void adjoint(const KernelShape& shape, const T* const* parameter, const T* weight_gradient,
                      T* const* gradient) {
    const detail::TallKernel kernel(shape);
    const Index n = kernel.n, k = kernel.k;
    const detail::CayleyTransform transform(kernel, parameter[0]);
    const auto f = transform.lower(), r_transposed = kernels::transposed(transform.r());
    const Scratch<double> g(n * k), h(k * k), product(k * k), of_inverse(k * k), of_lower((n - k) * k);
    kernel.read(weight_gradient, g.data());
    const auto g_lower = detail::matrix_view(g.data() + k * k, n - k, k);
    for (Index i = 0; i < k * k; ++i) h[i] = 2 * g[i];
    kernels::gemm<double>(kernels::transposed(f), g_lower, detail::matrix_view(h.data(), k, k), true);
    kernels::gemm<double>(r_transposed, detail::matrix_view(h.data(), k, k),
                          detail::matrix_view(product.data(), k, k));
    kernels::gemm<double>(detail::matrix_view(product.data(), k, k), r_transposed,
                          detail::matrix_view(of_inverse.data(), k, k));
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < k; ++j) h[i * k + j] = -(of_inverse[i * k + j] + of_inverse[j * k + i]) / 4;
    const auto to_lower = detail::matrix_view(of_lower.data(), n - k, k);
    kernels::gemm<double>(g_lower, r_transposed, to_lower);
    kernels::gemm<double>(f, detail::matrix_view(h.data(), k, k), to_lower, true);
    kernel.for_each([&](Index row, Index column, Index place) {
      if (row >= k)
        gradient[0][place] += static_cast<T>(of_lower[(row - k) * k + column]);
      else if (row > column)
        gradient[0][place] +=
            static_cast<T>((of_inverse[row * k + column] - of_inverse[column * k + row]) / 2);
    });
  }
};

namespace detail {
template <Index Channels, auto K, auto... Option> constexpr ConvOptions orthogonal_conv_options() {
  constexpr ConvOptions options = conv_options_but_init<Channels, K, Option...>();
  static_assert(options.groups == 1,
                "orthogonal_conv: it has one matrix for all channels, and so no groups; split the channels");
  return options;
}
}  // namespace detail

/// orthogonal_conv<64, 3>: conv's arguments and options but groups and init. One whose kernel is 1 × 1 and
/// whose outputs are no fewer than its inputs keeps distances between pixels.
template <Index Channels, auto K, auto... Option>
inline constexpr ReparametrizedConv<detail::orthogonal_conv_options<Channels, K, Option...>(),
                                    OrthogonalKernel>
    orthogonal_conv{};

}  // namespace lamina
