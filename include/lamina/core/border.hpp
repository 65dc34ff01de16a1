// What lies around an image or a map.
#pragma once

#include "lamina/core/shape.hpp"

namespace lamina {

/// What a window reads outside the map. On the row 1 2 3, padded by two:
enum class Border {
  zero,       ///< 0 0 [1 2 3] 0 0
  reflect,    ///< 3 2 [1 2 3] 2 1: the edge is not repeated; needs padding < extent
  replicate,  ///< 1 1 [1 2 3] 3 3
  circular,   ///< 2 3 [1 2 3] 1 2: needs padding <= extent
  partial     ///< convolutions only: as zero, but padding counts as missing, and the sum is scaled by taps /
              ///< taps inside (Liu et al. 2018)
};

}  // namespace lamina
