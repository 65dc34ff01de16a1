// Everything element-wise in one include: operators, functions, map.
#pragma once

#include "lamina/tensor/expressions/arithmetic.hpp"
#include "lamina/tensor/expressions/map.hpp"
#include "lamina/tensor/expressions/math.hpp"
#include "lamina/tensor/functions/functions.hpp"
