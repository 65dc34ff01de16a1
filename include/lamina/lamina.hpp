// All of lamina. Programs that use a part of it compile faster with that part's headers; each room's README
// names them.
#pragma once

// nets
#include "lamina/net/freeze.hpp"
#include "lamina/net/gradient_check.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/net/summary.hpp"

// layers and blocks
#include "lamina/blocks/separable_conv.hpp"
#include "lamina/blocks/squeeze_excite.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/conv_transposed.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/group_norm.hpp"
#include "lamina/layers/layer_norm.hpp"
#include "lamina/layers/pixel_shuffle.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/layers/prelu.hpp"
#include "lamina/layers/softmax.hpp"
#include "lamina/layers/upsample.hpp"
#include "lamina/tensor/functions/functions.hpp"

// data
#include "lamina/data/augment.hpp"
#include "lamina/data/cifar.hpp"
#include "lamina/data/directory.hpp"
#include "lamina/data/image_folder.hpp"
#include "lamina/data/loader.hpp"
#include "lamina/data/mnist.hpp"
#include "lamina/data/synthetic.hpp"

// training
#include "lamina/train/evaluate.hpp"
#include "lamina/train/exponential_moving_average.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/interrupt.hpp"
#include "lamina/train/losses.hpp"
#include "lamina/train/optimizers.hpp"

// files
#include "lamina/io/model_file.hpp"
#include "lamina/io/npy.hpp"

// tensors
#include "lamina/kernels/expressions/convolution.hpp"
#include "lamina/kernels/expressions/einsum.hpp"
#include "lamina/kernels/expressions/matmul.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/cumulative.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/gather.hpp"
#include "lamina/tensor/join.hpp"
#include "lamina/tensor/norms.hpp"
#include "lamina/tensor/pad_borders.hpp"
#include "lamina/tensor/print.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/reduce_logic.hpp"
#include "lamina/tensor/roll.hpp"
#include "lamina/tensor/slice.hpp"
#include "lamina/tensor/softmax.hpp"
#include "lamina/tensor/tensor.hpp"
#include "lamina/tensor/tensor_of.hpp"
