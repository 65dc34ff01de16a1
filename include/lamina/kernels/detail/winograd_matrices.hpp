// The matrices of Winograd's minimal filtering F(m, r): m outputs of a filter of r taps from m + r - 1
// products,
//   y = Aᵀ [(G g) ⊙ (Bᵀ d)]
// made by the Cook-Toom construction from m + r - 2 points and infinity (Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015).
#pragma once

#include <array>
#include <cstddef>

namespace lamina::kernels::detail {

/// The points, of which the first m + r - 2 <= 7 are taken; in pairs ±p after 0, for pairs share most of the
/// arithmetic.
inline constexpr std::array<double, 7> winograd_points{0, 1, -1, 2, -2, 0.5, -0.5};

/// F(Outputs, Taps). A tile reads `inputs` numbers along an axis and transforms them into as many. Each of
/// its `products` sums adds, for every phase of the stride, a transformed input times one of the `weights`.
/// The scale of each point stands in G, which is applied once, or in Aᵀ where OutputsScaled.
template <int Outputs, int Taps, bool OutputsScaled = false> class Winograd {
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  /// 1/f_j = 1/Π (p_j - p_i).
  static constexpr double scale(int point) {
    double product = 1;
    for (int i = 0; i < products - 1; ++i)
      if (i != point) product /= winograd_points[at(point)] - winograd_points[at(i)];
    return product;
  }

 public:
  static constexpr int outputs = Outputs, taps = Taps, stride = 1, phases = 1;
  static constexpr int products = Outputs + Taps - 1, inputs = products, weights = products;
  static constexpr int product_of(int number) { return number; }
  static constexpr int phase_of(int /*number*/) { return 0; }
  static constexpr int phases_of(int /*product*/) { return 1; }
  static constexpr int weight_of(int product, int /*phase*/) { return product; }
  template <int Rows, int Columns>
  using Matrix =
      std::array<std::array<double, static_cast<std::size_t>(Columns)>, static_cast<std::size_t>(Rows)>;

  /// Bᵀ: row j holds the coefficients of Π (x - p_i) over the other points i, the last row those of all
  /// points.
  static constexpr Matrix<products, products> input = [] {
    Matrix<products, products> matrix{};
    for (int row = 0; row < products; ++row) {
      auto& coefficients = matrix[at(row)];
      coefficients[0] = 1;
      for (int i = 0; i < products - 1; ++i) {
        if (i == row) continue;
        for (int power = products - 1; power > 0; --power)
          coefficients[at(power)] =
              coefficients[at(power - 1)] - winograd_points[at(i)] * coefficients[at(power)];
        coefficients[0] *= -winograd_points[at(i)];
      }
    }
    return matrix;
  }();

  /// G: powers of the point, over f_j.
  static constexpr Matrix<products, Taps> weight = [] {
    Matrix<products, Taps> matrix{};
    for (int row = 0; row < products - 1; ++row) {
      double power = OutputsScaled ? 1 : scale(row);
      for (int tap = 0; tap < Taps; ++tap, power *= winograd_points[at(row)])
        matrix[at(row)][at(tap)] = power;
    }
    matrix[at(products - 1)][at(Taps - 1)] = 1;
    return matrix;
  }();

  /// Aᵀ: powers of the points.
  static constexpr Matrix<Outputs, products> output = [] {
    Matrix<Outputs, products> matrix{};
    for (int column = 0; column < products - 1; ++column) {
      double power = OutputsScaled ? scale(column) : 1;
      for (int row = 0; row < Outputs; ++row, power *= winograd_points[at(column)])
        matrix[at(row)][at(column)] = power;
    }
    matrix[at(Outputs - 1)][at(products - 1)] = 1;
    return matrix;
  }();

  /// Whether products j and j + 1 belong to points p and -p, with all others but 0 in such pairs, too.
  static constexpr bool is_pair(int j) { return products % 2 == 0 && j % 2 == 1 && j + 1 < products - 1; }
};

/// A filter of one tap: nothing to be saved, each output is a product, all of the same weight.
template <int Outputs> class Winograd<Outputs, 1> {
 public:
  static constexpr int outputs = Outputs, taps = 1, stride = 1, phases = 1;
  static constexpr int products = Outputs, inputs = Outputs, weights = 1;
  static constexpr int product_of(int number) { return number; }
  static constexpr int phase_of(int /*number*/) { return 0; }
  static constexpr int phases_of(int /*product*/) { return 1; }
  static constexpr int weight_of(int /*product*/, int /*phase*/) { return 0; }
};

/// A filter of stride 2 and an odd number of taps: its even taps meet the even inputs (phase 0) and its odd
/// taps the odd ones (phase 1), as two filters of stride 1 at the same points, whose products are added
/// before the outputs are made of them. The odd one has a tap less, so that there is nothing at infinity.
/// Of three taps it has one, whose weight is the same at every point, since the points' scale stands in Aᵀ.
template <int Outputs, int Taps> class StridedWinograd {
 public:
  using Phase = Winograd<Outputs, (Taps + 1) / 2, true>;
  static constexpr int outputs = Outputs, taps = Taps, stride = 2, phases = 2;
  static constexpr int products = Phase::products, inputs = 2 * products - 1;
  static constexpr int odd_weights = Taps == 3 ? 1 : products - 1, weights = products + odd_weights;
  static constexpr int product_of(int number) { return number % products; }
  static constexpr int phase_of(int number) { return number / products; }
  static constexpr int phases_of(int product) { return product < products - 1 ? 2 : 1; }
  static constexpr int weight_of(int product, int phase) {
    return phase == 0 ? product : products + (odd_weights == 1 ? 0 : product);
  }
};

}  // namespace lamina::kernels::detail
