// All element-wise functions in one include.
#pragma once

#include "lamina/tensor/functions/elementary.hpp"
#include "lamina/tensor/functions/pointwise.hpp"
#include "lamina/tensor/functions/rectifiers.hpp"
#include "lamina/tensor/functions/smooth.hpp"
