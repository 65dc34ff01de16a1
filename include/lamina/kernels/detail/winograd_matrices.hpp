// The matrices of Winograd's minimal filtering F(m, r): m outputs of a filter of r taps from m + r - 1
// products,
//   y = Aᵀ [(G g) ⊙ (Bᵀ d)]
// made by the Cook-Toom construction from m + r - 2 points and infinity (Lavin & Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015). The scale 1/f of each point stands in G, which is applied once.
#pragma once

#include <array>
#include <cstddef>

namespace lamina::kernels::detail {

/// The points, of which the first m + r - 2 <= 7 are taken; in pairs ±p after 0, for pairs share most of the
/// arithmetic.
inline constexpr std::array<double, 7> winograd_points{0, 1, -1, 2, -2, 0.5, -0.5};

/// F(Outputs, Taps). `weights` are what the transform of a filter has, `weight_of` tells which of them a
/// product takes.
template <int Outputs, int Taps> class Winograd {
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

 public:
  static constexpr int outputs = Outputs, taps = Taps, stride = 1, products = Outputs + Taps - 1;
  static constexpr int weights = products;
  static constexpr int weight_of(int product) { return product; }
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

  /// G: powers of the point, over f_j = Π (p_j - p_i).
  static constexpr Matrix<products, Taps> weight = [] {
    Matrix<products, Taps> matrix{};
    for (int row = 0; row < products - 1; ++row) {
      double power = 1;
      for (int i = 0; i < products - 1; ++i)
        if (i != row) power /= winograd_points[at(row)] - winograd_points[at(i)];
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
      double power = 1;
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
  static constexpr int outputs = Outputs, taps = 1, stride = 1, products = Outputs, weights = 1;
  static constexpr int weight_of(int /*product*/) { return 0; }
};

/// A filter of stride 2: its even taps meet the even inputs and its odd taps the odd ones, as filters of
/// stride 1 whose outputs are added. Products and weights of the even ones come first.
template <int Outputs, int Taps> class StridedWinograd {
 public:
  using Even = Winograd<Outputs, (Taps + 1) / 2>;
  using Odd = Winograd<Outputs, Taps / 2>;
  static constexpr int outputs = Outputs, taps = Taps, stride = 2;
  static constexpr int products = Even::products + Odd::products, weights = Even::weights + Odd::weights;
  static constexpr int weight_of(int product) {
    return product < Even::products ? Even::weight_of(product)
                                    : Even::weights + Odd::weight_of(product - Even::products);
  }
};

}  // namespace lamina::kernels::detail
