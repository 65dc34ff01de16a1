#include "lamina/layers/norm_options.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("norm options: PyTorch's defaults, changed one at a time", "[layers]") {
  constexpr BatchNormOptions defaults{};
  STATIC_REQUIRE(defaults.epsilon.value() == 1e-5);
  STATIC_REQUIRE(defaults.momentum.value() == 0.1);
  STATIC_REQUIRE(defaults.affine);
  constexpr auto changed =
      detail::with_options<struct a_norm, BatchNormOptions, momentum<0.01>, no_affine, epsilon<1e-3>>({});
  STATIC_REQUIRE(changed.epsilon.value() == 1e-3);
  STATIC_REQUIRE(changed.momentum.value() == 0.01);
  STATIC_REQUIRE(!changed.affine);
}

TEST_CASE("norm options: scale begins as ones, shift as zeros, and neither decays", "[layers]") {
  constexpr auto both = detail::scale_and_shift<true>({5, 2});
  STATIC_REQUIRE(both.size() == 2);
  STATIC_REQUIRE((both[0].name == "weight" && both[0].initializer == initializers::ones));
  STATIC_REQUIRE((both[1].name == "bias" && both[1].initializer == initializers::zeros));
  STATIC_REQUIRE((both[0].extents == ParameterExtents{5, 2} && !both[0].decays && !both[1].decays));
  STATIC_REQUIRE(detail::scale_and_shift<false>({5}).empty());
}

TEST_CASE("norm options: moments lie in the stash, or in memory of their own", "[layers]") {
  std::vector<float> stash(6);
  detail::Moments<float> kept(stash.data(), 3);
  REQUIRE(kept.mean() == stash.data());
  REQUIRE(kept.inverse_deviation() == stash.data() + 3);
  detail::Moments<float> passing(nullptr, 3);
  REQUIRE(passing.mean() != nullptr);
  REQUIRE(passing.inverse_deviation() == passing.mean() + 3);
}

TEST_CASE("norm options: arrays of channels are whole vectors", "[layers]") {
  STATIC_REQUIRE(detail::padded_for_any_vector(1) == 16);
  STATIC_REQUIRE(detail::padded_for_any_vector(16) == 16);
  STATIC_REQUIRE(detail::padded_for_any_vector(17) == 32);
}

}  // namespace
