// What the kernels that cut their work for caches, and the cost model that chooses among them, take a
// processor to have: a core of any of the last years. Where yours has more, say so for every file of a
// program alike (-DLAMINA_L2_CACHE_BYTES=2097152). Sums may then be cut otherwise, and round otherwise.
#pragma once

#include "lamina/core/shape.hpp"

#ifndef LAMINA_L1_CACHE_BYTES
#define LAMINA_L1_CACHE_BYTES 32768
#endif
#ifndef LAMINA_L2_CACHE_BYTES
#define LAMINA_L2_CACHE_BYTES 524288
#endif
#ifndef LAMINA_L3_CACHE_BYTES
#define LAMINA_L3_CACHE_BYTES 16777216
#endif

namespace lamina {

/// Bytes of data in a core's first- and second-level cache, and in the one behind them.
inline constexpr Index l1_cache_bytes = LAMINA_L1_CACHE_BYTES;
inline constexpr Index l2_cache_bytes = LAMINA_L2_CACHE_BYTES;
inline constexpr Index l3_cache_bytes = LAMINA_L3_CACHE_BYTES;
static_assert(4096 <= l1_cache_bytes && l1_cache_bytes <= l2_cache_bytes && l2_cache_bytes <= l3_cache_bytes,
              "caches have at least 4096 bytes, and each at least those of the one before");

}  // namespace lamina
