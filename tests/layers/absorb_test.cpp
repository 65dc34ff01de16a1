#include "lamina/layers/absorb.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace lamina;

namespace {

/// What a layer's source looks like to absorb.hpp.
template <class T> struct Source {
  const std::vector<T>&weight, &bias;
  const T* parameter(int i) const { return (i == 0 ? weight : bias).data(); }
};

constexpr Index channels = 11, in_channels = 3;  // one full block and a part, or several
constexpr std::array<Parameter, 2> parameters{
    Parameter{"weight", {channels, in_channels}, initializers::zeros, orders::dense},
    Parameter{"bias", {channels}, initializers::zeros, orders::vector}};

TEMPLATE_TEST_CASE("absorb: copies weight and bias, a missing bias as zeros", "[layers]", float, double) {
  using T = TestType;
  constexpr Index block = channel_block<T>;
  const auto count = static_cast<std::size_t>(arena_elements(parameters[0].extents, orders::dense, block));
  const auto lanes = static_cast<std::size_t>(arena_elements(parameters[1].extents, orders::vector, block));
  std::vector<T> weight(count), bias(lanes), new_weight(count, -1), new_bias(lanes, -1);
  for (std::size_t i = 0; i < count; ++i) weight[i] = static_cast<T>(i);
  for (std::size_t i = 0; i < lanes; ++i) bias[i] = static_cast<T>(100 + i);
  const Source<T> source{weight, bias};
  detail::copy_weight_and_bias(source, true, parameters, new_weight.data(), new_bias.data());
  REQUIRE(new_weight == weight);
  REQUIRE(new_bias == bias);
  detail::copy_weight_and_bias(source, false, parameters, new_weight.data(), new_bias.data());
  REQUIRE(new_bias == std::vector<T>(lanes, 0));
}

TEMPLATE_TEST_CASE("absorb: scale and shift of an output channel", "[layers]", float, double) {
  using T = TestType;
  constexpr Index block = channel_block<T>;
  const auto place = [](Index o, Index i) {
    return static_cast<std::size_t>(
        arena_position(parameters[0].extents, orders::dense, block, o * in_channels + i));
  };
  const auto lanes = static_cast<std::size_t>((channels + block - 1) / block * block);
  std::vector<T> weight(lanes * in_channels), bias(lanes), scale(lanes), shift(lanes);
  for (std::size_t o = 0; o < channels; ++o) {
    scale[o] = static_cast<T>(o + 1);
    shift[o] = static_cast<T>(o) / 2;
    bias[o] = static_cast<T>(3);
    for (Index i = 0; i < in_channels; ++i) weight[place(static_cast<Index>(o), i)] = static_cast<T>(10 + i);
  }
  detail::absorb_affine(scale.data(), shift.data(), channels, in_channels, weight.data(), bias.data());
  for (Index o = 0; o < channels; ++o) {
    const double factor = static_cast<double>(o) + 1;
    for (Index i = 0; i < in_channels; ++i)
      require_close(weight[place(o, i)], factor * (10 + static_cast<double>(i)), 1e-6);
    require_close(bias[static_cast<std::size_t>(o)], 3 * factor + static_cast<double>(o) / 2, 1e-6);
  }
  for (std::size_t lane = channels; lane < lanes; ++lane) REQUIRE(bias[lane] == T{0});
}

}  // namespace
