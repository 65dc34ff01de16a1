// All optimizers: the rules, what binds a rule to a model, and what is done to gradients before a step and to
// weights after it.
#pragma once

#include "lamina/train/exponential_moving_average.hpp"
#include "lamina/train/gradient_clipping.hpp"
#include "lamina/train/optimizers/adam.hpp"
#include "lamina/train/optimizers/optimizer.hpp"
#include "lamina/train/optimizers/rmsprop.hpp"
#include "lamina/train/optimizers/sgd.hpp"
