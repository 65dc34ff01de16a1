// The whole room in one include: the vector type and its arithmetic, loads and stores, vector math.
#pragma once

#include "lamina/simd/math.hpp"
#include "lamina/simd/memory.hpp"
#include "lamina/simd/power.hpp"
#include "lamina/simd/vector.hpp"
