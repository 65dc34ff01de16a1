// All losses. A loss is a function object: loss(prediction, labels or target, gradient) returns the mean loss
// of the batch as a double and writes its gradient; without a gradient it only measures.
//
//   cross_entropy{.label_smoothing = 0.1}(logits, labels, gradient)
#pragma once

#include "lamina/train/losses/binary_cross_entropy.hpp"
#include "lamina/train/losses/cross_entropy.hpp"
#include "lamina/train/losses/regression.hpp"
