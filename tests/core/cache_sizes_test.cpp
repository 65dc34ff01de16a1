#include "lamina/core/cache_sizes.hpp"

#include "support/catch.hpp"

// (Sizes that cannot be: compile_fail/cache_sizes.cpp.)
TEST_CASE("cache sizes are those that the program is compiled with", "[core]") {
  STATIC_REQUIRE(lamina::l1_cache_bytes == LAMINA_L1_CACHE_BYTES);
  STATIC_REQUIRE(lamina::l2_cache_bytes == LAMINA_L2_CACHE_BYTES);
  STATIC_REQUIRE(lamina::l3_cache_bytes == LAMINA_L3_CACHE_BYTES);
}
