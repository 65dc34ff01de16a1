// The ways to compute a convolution, by name, what each costs, and which one is the cheapest. What is chosen
// depends on geometry and extents alone, so it is known when a net is compiled, and `summary` prints it.
#pragma once

#include "lamina/core/cache_sizes.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/kernels/conv_geometry.hpp"

namespace lamina::kernels {

/// `direct` sums product by product, in tiles that suit the geometry (depthwise, grouped, pointwise, …).
/// winograd_MxM computes M×M outputs of an R×R kernel with (M + R - 1)² products instead of R²·M² (Lavin &
/// Gray 2015), at the price of more rounding; of a kernel that is a row or a column, M outputs along it with
/// M + R - 1 products instead of R·M; with stride 2, of an odd R, (2 M + R - 2)² products.
enum class ConvAlgorithm { direct, winograd_2x2, winograd_3x3, winograd_4x4, winograd_6x6 };

inline constexpr ConvAlgorithm conv_algorithms[] = {ConvAlgorithm::direct, ConvAlgorithm::winograd_2x2,
                                                    ConvAlgorithm::winograd_3x3, ConvAlgorithm::winograd_4x4,
                                                    ConvAlgorithm::winograd_6x6};

/// How large the rounding error of outputs y = Σ w x over K products may be, with eps that of the element
/// type. exact: as of a sum that is taken in order, 2 eps · the largest Σ|w x|, and 4 √K eps · max|y|.
/// relaxed: 128 eps · the largest Σ|w x|; that admits Winograd's algorithms, of which those with up to 4
/// sums along an axis of a tile stay within 4, with up to 6 within 32. Of gradients, w x are the products
/// they are sums of. (Of numbers that vary, as those of nets do; the worst there could be is K times as
/// large.)
enum class Accuracy { exact, relaxed };

namespace detail {

/// How many of the output blocks that are left one register tile computes together. Threes make the tile that
/// loads least, but four blocks are better two and two than three and one.
inline constexpr Index most_blocks_together = 3;
constexpr Index blocks_together(Index left) {
  return left == 4 ? 2 : left < most_blocks_together ? left : most_blocks_together;
}

}  // namespace detail

/// An image has at most so many channels, and is read as a plain map.
inline constexpr Index most_image_channels = 4;
constexpr bool reads_image(Index channels, Index groups) {
  return channels <= most_image_channels && groups == 1;
}

/// M of winograd_MxM; 0 for what is not Winograd's.
constexpr int winograd_outputs(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::winograd_2x2:
      return 2;
    case ConvAlgorithm::winograd_3x3:
      return 3;
    case ConvAlgorithm::winograd_4x4:
      return 4;
    case ConvAlgorithm::winograd_6x6:
      return 6;
    default:
      return 0;
  }
}

/// The outputs of a Winograd tile along an axis of the kernel, the products they take, the inputs these are
/// made of, and the different weights. With stride 2 the even inputs meet (taps + 1) / 2 taps and the odd
/// ones the others, and their products are added; a single odd tap is the same weight in all of them.
constexpr Index winograd_outputs(ConvAlgorithm algorithm, Index taps) {
  return taps == 1 ? 1 : winograd_outputs(algorithm);
}
constexpr Index winograd_products(ConvAlgorithm algorithm, Index taps, Index stride) {
  return winograd_outputs(algorithm, taps) + (stride == 2 ? (taps + 1) / 2 : taps) - 1;
}
constexpr Index winograd_inputs(ConvAlgorithm algorithm, Index taps, Index stride) {
  return (winograd_outputs(algorithm, taps) - 1) * stride + taps;
}
constexpr Index winograd_weights(ConvAlgorithm algorithm, const ConvGeometry& g) {
  const auto along = [&](Index taps, Index stride) {
    const Index products = winograd_products(algorithm, taps, stride);
    return stride == 2 ? products + (taps == 3 ? 1 : products - 1) : products;
  };
  return along(g.kernel_height, g.stride_height) * along(g.kernel_width, g.stride_width);
}

/// The algorithm's name for this geometry; the direct one has a name for each plan that computes it.
constexpr const char* label(ConvAlgorithm algorithm, const ConvGeometry& g) {
  switch (algorithm) {
    case ConvAlgorithm::winograd_2x2:
      return "winograd_2x2";
    case ConvAlgorithm::winograd_3x3:
      return "winograd_3x3";
    case ConvAlgorithm::winograd_4x4:
      return "winograd_4x4";
    case ConvAlgorithm::winograd_6x6:
      return "winograd_6x6";
    default:
      return g.depthwise()       ? "depthwise_rows"
             : g.single_output() ? "single_output_rows"
             : g.groups > 1      ? "grouped_tiles"
             : g.taps() == 1     ? "pointwise_tiles"
                                 : "direct_tiles";
  }
}

/// Whether the algorithm computes this convolution. Winograd's are there for kernels of 3, 5 or 7 taps:
/// squares, rows and columns, as long as they take no more than 8 products along an axis; and with stride 2
/// squares that are not dilated, as long as they take no more than 6. (Three outputs are for stride 2, where
/// their points are in pairs.)
constexpr bool applies(ConvAlgorithm algorithm, const ConvGeometry& g) {
  if (algorithm == ConvAlgorithm::direct) return true;
  const Index taps = g.kernel_height > g.kernel_width ? g.kernel_height : g.kernel_width;
  if (g.groups > 1 || (g.border != Border::zero && g.padded()) || (taps != 3 && taps != 5 && taps != 7))
    return false;
  if (g.stride_height == 2 && g.stride_width == 2)
    return g.kernel_height == taps && g.kernel_width == taps && g.dilation_height == 1 &&
           g.dilation_width == 1 && winograd_products(algorithm, taps, 2) <= 6;
  return g.stride_height == 1 && g.stride_width == 1 && algorithm != ConvAlgorithm::winograd_3x3 &&
         (g.kernel_height == taps || g.kernel_height == 1) &&
         (g.kernel_width == taps || g.kernel_width == 1) && winograd_products(algorithm, taps, 1) <= 8;
}

/// Throws shape_error, or stops the compiler, where the algorithm does not compute the convolution, or
/// `is_known` is false. (The sentence is written here, for GCC shows literals only.)
constexpr void require_applies(ConvAlgorithm algorithm, const ConvGeometry& g, bool is_known = true) {
  require(
      applies(algorithm, g) && is_known,
      "conv: the algorithm named is for kernels of 3, 5 or 7 with one group and zeros around: with stride 1 "
      "winograd_2x2, of at most 5 taps winograd_4x4, of 3 winograd_6x6; with stride 2, of undilated squares, "
      "winograd_2x2 and winograd_3x3, of at most 5 taps winograd_4x4");
}

/// Whether the algorithm computes the gradient of the data, as a convolution with the kernel turned round.
constexpr bool transposed_applies(ConvAlgorithm algorithm, const ConvGeometry& g) {
  if (algorithm == ConvAlgorithm::direct) return true;
  const ConvGeometry t = transposed(g);
  return g.stride_height == 1 && g.stride_width == 1 && applies(algorithm, g) && t.pad_top >= 0 &&
         t.pad_bottom >= 0 && t.pad_left >= 0 && t.pad_right >= 0;
}

/// Whether the algorithm computes the gradient of the weights, whose transforms must be few enough to be
/// summed into.
constexpr bool weights_gradient_applies(ConvAlgorithm algorithm, const ConvGeometry& g) {
  constexpr Index most_elements = Index{1} << 20;
  return algorithm == ConvAlgorithm::direct ||
         (applies(algorithm, g) && g.stride_height == 1 && g.stride_width == 1 &&
          winograd_weights(algorithm, g) * g.in_channels * g.out_channels <= most_elements);
}

/// An estimate of the time for a map of `rows` by `columns`, in fused multiply-adds of a vector (two a
/// cycle). `lanes` is the vector's width.
constexpr Index cost(ConvAlgorithm algorithm, const ConvGeometry& g, Index rows, Index columns,
                     Index lanes = 8) {
  constexpr Index tile_start = 50;  // of a register tile: loops, stores
  constexpr Index run_start = 16;   // of a run of channels
  const auto shares = [](Index whole, Index each) { return (whole + each - 1) / each; };
  const Index out_rows = g.out_height(rows), out_columns = g.out_width(columns);
  const Index blocks = shares(g.out_channels, lanes), in_blocks = shares(g.in_channels, lanes);
  const auto multiply = [&](Index pixels, Index steps, Index starts) {
    Index tiles = 0;  // of 12 sums each
    for (Index left = blocks; left > 0; left -= detail::blocks_together(left))
      tiles += shares(pixels, 12 / detail::blocks_together(left));
    return tiles * (12 * steps + starts);
  };
  // Weights (of floats) that do not fit into the second-level cache, or not even behind it, come more slowly
  // than they are used.
  const auto fetch = [&](Index vectors) {
    const Index bytes = vectors * lanes * 4;
    return vectors * (bytes > l3_cache_bytes ? 8 : bytes > l2_cache_bytes ? 3 : 0);
  };
  if (algorithm == ConvAlgorithm::direct)
    return multiply(out_rows * out_columns, g.taps() * g.in_channels_per_group(), tile_start) +
           fetch(g.taps() * g.in_channels_per_group() * blocks);
  // The outputs along an axis are cut into those of each phase of the dilation, and these into tiles.
  const auto tiles_along = [&](Index outputs, Index taps, Index dilation) {
    const Index phases = outputs < dilation ? outputs : dilation;
    return phases * shares(shares(outputs, dilation), winograd_outputs(algorithm, taps));
  };
  const Index tiles = tiles_along(out_rows, g.kernel_height, g.dilation_height) *
                      tiles_along(out_columns, g.kernel_width, g.dilation_width);
  // Loads, stores and arithmetic of a transform along an axis, in halves, for each number that passes; the
  // largest spills registers.
  const auto transform = [](Index down, Index across) {
    const auto along = [](Index numbers) { return numbers >= 8 ? 10 : numbers > 1 ? 7 : 1; };
    return down * across * (along(down) + along(across)) / 2;
  };
  const Index down = winograd_products(algorithm, g.kernel_height, g.stride_height);
  const Index across = winograd_products(algorithm, g.kernel_width, g.stride_width);
  const Index inputs_down = winograd_inputs(algorithm, g.kernel_height, g.stride_height);
  const Index inputs_across = winograd_inputs(algorithm, g.kernel_width, g.stride_width);
  const Index starts = down * across * tile_start + (inputs_down * inputs_across - down * across) * run_start;
  return multiply(tiles, inputs_down * inputs_across * g.in_channels, starts) +
         tiles * (in_blocks * transform(inputs_down, inputs_across) + blocks * transform(down, across)) +
         fetch(winograd_weights(algorithm, g) * g.in_channels * blocks) +
         // An image is made a blocked map. (A map within a net that has as few channels is not, but is
         // charged for it, for the geometry does not tell them apart.)
         (reads_image(g.in_channels, g.groups) ? 4 * rows * columns : 0);
}

/// Whether a batch saves more than the packing of the weights costs, where that is done for each call.
constexpr bool packing_pays(ConvAlgorithm algorithm, const ConvGeometry& g, Index batch, Index rows,
                            Index columns, Index lanes = 8) {
  if (algorithm == ConvAlgorithm::direct) return false;
  const Index vectors =
      winograd_weights(algorithm, g) * g.in_channels * ((g.out_channels + lanes - 1) / lanes);
  const Index saved = cost(ConvAlgorithm::direct, g, rows, columns) - cost(algorithm, g, rows, columns);
  return batch * saved > 12 * vectors;
}

/// The cheapest algorithm within the accuracy asked for. Of Winograd's, a larger one must be clearly cheaper,
/// for it rounds more.
constexpr ConvAlgorithm choose_algorithm(const ConvGeometry& g, Index rows, Index columns,
                                         Accuracy accuracy) {
  ConvAlgorithm best = ConvAlgorithm::direct;
  if (accuracy == Accuracy::exact) return best;
  for (const ConvAlgorithm algorithm : conv_algorithms)
    if (applies(algorithm, g) && cost(algorithm, g, rows, columns) * 20 < cost(best, g, rows, columns) * 19)
      best = algorithm;
  return best;
}

/// What training chooses forward: of Winograd's algorithms the 4×4 one, or for kernels of 7 the 2×2 one, with
/// stride 2 the 3×3 one. In batches the others are hardly ever faster, and each would be compiled.
constexpr ConvAlgorithm choose_training(const ConvGeometry& g, Index rows, Index columns, Accuracy accuracy) {
  if (accuracy == Accuracy::exact) return ConvAlgorithm::direct;
  for (const ConvAlgorithm algorithm :
       {ConvAlgorithm::winograd_4x4, ConvAlgorithm::winograd_3x3, ConvAlgorithm::winograd_2x2})
    if (applies(algorithm, g))
      return cost(algorithm, g, rows, columns) * 20 < cost(ConvAlgorithm::direct, g, rows, columns) * 19
                 ? algorithm
                 : ConvAlgorithm::direct;
  return ConvAlgorithm::direct;
}
/// And for the gradients of the data of a map of `rows` by `columns` and of the weights.
constexpr ConvAlgorithm choose_data_gradient(const ConvGeometry& g, Index rows, Index columns,
                                             Accuracy accuracy) {
  if (!transposed_applies(ConvAlgorithm::winograd_2x2, g)) return ConvAlgorithm::direct;
  return choose_training(transposed(g), g.out_height(rows), g.out_width(columns), accuracy);
}
constexpr ConvAlgorithm choose_weights_gradient(const ConvGeometry& g, Index rows, Index columns,
                                                Accuracy accuracy) {
  const ConvAlgorithm forward = choose_training(g, rows, columns, accuracy);
  return weights_gradient_applies(forward, g) ? forward : ConvAlgorithm::direct;
}

/// Elements of the weights as an algorithm reads them, whatever the element type; the direct one reads them
/// in the order of ConvGeometry::weight_offset.
constexpr Index packed_weight_size(ConvAlgorithm algorithm, const ConvGeometry& g) {
  constexpr Index widest = 16;
  if (algorithm == ConvAlgorithm::direct) return g.weight_size(widest);
  return winograd_weights(algorithm, g) *
         ((g.out_channels + widest - 1) / widest * widest * g.in_channels + widest);
}

}  // namespace lamina::kernels
