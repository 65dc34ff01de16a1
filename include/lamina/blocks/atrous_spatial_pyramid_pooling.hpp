// Atrous spatial pyramid pooling (Chen, Papandreou, Schroff and Adam, "Rethinking Atrous Convolution for
// Semantic Image Segmentation", 2017): what 3×3 kernels of several dilations, a 1×1 kernel and the mean of
// the whole map see, side by side, so that a segmentation net meets objects of every size.
#pragma once

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina {

/// (C, H, W) to (Channels, H, W): a 1×1 and a 3×3 tower for each dilation, the mean of the map behind a dense
/// layer, a 1×1 convolution of all of them joined; batch norm and relu after every one, no biases.
/// atrous_spatial_pyramid_pooling<256, 6, 12, 18> is DeepLabv3's for maps of a sixteenth of the image.
///
/// The mean is not spread over the map to be joined: its share of the last convolution is a dense layer of
/// its own, whose vector is added at every pixel. The function is the same, and the number of parameters;
/// of a weight (C, (n + 2) C, 1, 1) the last C inputs are the dense layer's.
template <Index Channels, Index... Distance>
inline constexpr auto atrous_spatial_pyramid_pooling =
    add(concat(conv<Channels, 1, no_bias> | batch_norm | relu,
               conv<Channels, 3, dilation<Distance>, no_bias> | batch_norm | relu...) |
            conv<Channels, 1, no_bias>,
        global_avg_pool | dense<Channels, no_bias> | batch_norm | relu | dense<Channels, no_bias>) |
    batch_norm | relu;

}  // namespace lamina
