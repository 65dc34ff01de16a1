// Xception's units (Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", 2017):
// separable convolutions with a batch norm behind each, on residual connections. On images of 299²:
//
//   normalized_conv<32, 3, stride<2>, valid> | normalized_conv<64, 3, valid> |
//   xception_entry<128, id> | xception_entry<256> | xception_entry<728> | repeat<8>(xception_middle) |
//   xception_exit<1024> | xception_separable<1536> | relu | xception_separable<2048> | relu
//
// then means over pixels, dropout<0.5> and a dense layer: 22,855,952 parameters. Rectifiers stand before the
// convolutions, and shortcuts take the input that is not rectified.
#pragma once

#include "lamina/blocks/normalized_conv.hpp"
#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/pool.hpp"

namespace lamina {

/// (C, H, W) to (Channels, H, W): a separable 3×3 convolution without biases, then inception_batch_norm: ε =
/// 1e-3 as in the author's code (Keras); PyTorch's port keeps 1e-5.
template <Index Channels>
inline constexpr auto xception_separable = separable_conv<Channels, 3, no_bias> | inception_batch_norm;

namespace detail {

/// Leading, a separable convolution to Between, relu, one to Channels, and the maximum of 3×3 windows with
/// stride 2; beside it a 1×1 convolution with stride 2.
template <Index Between, Index Channels, auto Leading>
inline constexpr auto xception_reduction =
    add(Leading | xception_separable<Between> | relu | xception_separable<Channels> |
            max_pool<3, stride<2>, same_upper>,
        conv<Channels, 1, stride<2>, no_bias> | inception_batch_norm);

}  // namespace detail

/// (C, H, W) to (Channels, ⌈H / 2⌉, ⌈W / 2⌉): both convolutions to Channels. Leading = id for the first unit,
/// whose input is rectified already. Padding is TensorFlow's: on maps of even size (the 74×74 of this net)
/// windows begin one pixel later than in PyTorch's port, which pads all sides, and so weights from there give
/// slightly different outputs.
template <Index Channels, auto Leading = relu>
inline constexpr auto xception_entry = detail::xception_reduction<Channels, Channels, Leading>;

/// (C, H, W) to the same: three times relu and a separable convolution, beside the identity.
inline constexpr auto xception_middle =
    with_input([](auto in) { return residual(repeat<3>(relu | xception_separable<in.channels>)); });

/// (C, H, W) to (Channels, ⌈H / 2⌉, ⌈W / 2⌉): as xception_entry, but only the second convolution widens.
template <Index Channels>
inline constexpr auto xception_exit =
    with_input([](auto in) { return detail::xception_reduction<in.channels, Channels, relu>; });

}  // namespace lamina
