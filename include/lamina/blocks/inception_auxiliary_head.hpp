// Auxiliary classifiers: heads on the maps in the middle of a deep net, which bring its first half a gradient
// of their own (Szegedy et al., "Going Deeper with Convolutions", 2015; for Inception-v3 "Rethinking the
// Inception Architecture for Computer Vision", 2016). They are for training alone: end the net with
// outputs(…), weigh their losses (0.3 in GoogLeNet), and leave them out afterwards.
#pragma once

#include "lamina/blocks/normalized_conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"

namespace lamina {

/// GoogLeNet's, on 4a and 4d: (C, 14, 14) to Classes numbers before softmax. Means of 5×5 windows with stride
/// 3 (4×4 of them), 1×1 to Channels, a dense layer of Hidden features, dropout of 0.7. As in the paper;
/// torchvision's pools adaptively to 4×4, whose windows overlap otherwise, and has batch norms.
template <Index Classes, Index Channels = 128, Index Hidden = 1024>
inline constexpr auto inception_auxiliary_head = avg_pool<5, stride<3>> | conv<Channels, 1> | relu | flatten |
                                                 dense<Hidden> | relu | dropout<0.7> | dense<Classes>;

/// Inception-v3's, on the last module of 17×17 maps: (C, 17, 17) to Classes numbers before softmax. Means of
/// 5×5 windows with stride 3 (5×5 of them), 1×1 to Channels, 5×5 without padding to Features, whose mean over
/// pixels a dense layer sees; as torchvision has it.
template <Index Classes, Index Channels = 128, Index Features = 768>
inline constexpr auto inception_v3_auxiliary_head =
    avg_pool<5, stride<3>> | normalized_conv<Channels, 1> | normalized_conv<Features, 5, valid> |
    global_avg_pool | dense<Classes>;

}  // namespace lamina
