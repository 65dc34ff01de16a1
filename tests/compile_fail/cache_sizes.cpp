// Caches whose sizes cannot be.
#ifdef LAMINA_BAD
#define LAMINA_L2_CACHE_BYTES 512
#else
#define LAMINA_L2_CACHE_BYTES 2097152
#endif
#include "lamina/core/cache_sizes.hpp"

// expect: caches have at least 4096 bytes, and each at least those of the one before
static_assert(lamina::l1_cache_bytes == 32768 && lamina::l2_cache_bytes >= 512);
