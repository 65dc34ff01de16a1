// Convolutions by a named algorithm as training has them: with weights that are packed for each call, and the
// gradients. (Algorithms with weights packed once: conv_winograd_test.cpp, conv_winograd_kernels_test.cpp.)

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/winograd_errors.hpp"

namespace lamina::test {
namespace {

/// dx by Algorithm, where `there` is what dx holds before.
template <ConvAlgorithm Algorithm, class T>
std::vector<double> data_gradient(const ConvCase& c, const Array& dy, const Array& w, const Array& there,
                                  bool accumulate) {
  const ConvGeometry& g = c.geometry;
  Map<T> dx(plain(there), 1);
  kernels::conv_backward_data_by<Algorithm>(Map<T>(plain(dy), 2).view(), arena_weights<T>(w, g).data(),
                                            dx.view(), g, accumulate);
  REQUIRE(dx.gap_untouched());
  const auto values = dx.plain().values;
  return {values.begin(), values.end()};
}

/// What is added to dw and db, both of which begin at one.
template <class T> struct WeightsGradient {
  Storage<T> weight, bias;
};
template <ConvAlgorithm Algorithm, class T>
WeightsGradient<T> weights_gradient(const ConvCase& c, const Array& x, const Array& dy) {
  const ConvGeometry& g = c.geometry;
  const Index blocks = (g.out_channels + channel_block<T> - 1) / channel_block<T>;
  WeightsGradient<T> gradient{Storage<T>(g.weight_size(channel_block<T>)),
                              Storage<T>(blocks * channel_block<T>)};
  const Array ones(g.out_channels, g.in_channels, g.kernel_height, g.kernel_width);
  each({ones.n, ones.c, ones.h, ones.w}, [&](Index o, Index i, Index u, Index v) {
    gradient.weight[g.weight_offset(channel_block<T>, o, i, u, v)] = T{1};
  });
  std::fill_n(gradient.bias.data(), g.out_channels, T{1});
  kernels::conv_backward_weights_by<Algorithm>(Map<T>(plain(x), 1).view(), Map<T>(plain(dy), 2).view(),
                                               gradient.weight.data(), gradient.bias.data(), g);
  return gradient;
}

std::vector<double> doubles(const auto& storage) { return {storage.begin(), storage.end()}; }

std::vector<ConvCase> cases() {
  std::vector<ConvCase> all;
  for (const Index pad : {0, 1, 2}) all.push_back({8, 13, 12, square(32, 43, 3, 1, pad)});
  all.push_back({8, 13, 17, square(33, 32, 5, 1, 1)});
  all.push_back({8, 12, 12, square(24, 32, 5)});
  all.push_back({8, 14, 11, square(32, 40, 3, 1, 2, 2)});
  ConvGeometry band = square(48, 40, 7, 1, 3);
  band.kernel_height = 1, band.pad_top = band.pad_bottom = 0;
  all.push_back({8, 9, 14, band});
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("Winograd: the gradient of the data is the direct one's", "[kernels]", float, double) {
  constexpr double tolerance = std::is_same_v<TestType, float> ? 4e-4 : 1e-12;
  for (const ConvCase& c : cases()) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    REQUIRE(kernels::transposed_applies(ConvAlgorithm::winograd_2x2, g));
    const Array dy = random_array(c.batch, g.out_channels, c.out_height(), c.out_width(), 1);
    const Array w = random_array(g.out_channels, g.in_channels, g.kernel_height, g.kernel_width, 2);
    const Array there = random_array(c.batch, g.in_channels, c.height, c.width, 3);
    for (const bool accumulate : {false, true}) {
      const auto direct = data_gradient<ConvAlgorithm::direct, TestType>(c, dy, w, there, accumulate);
      const auto winograd = data_gradient<ConvAlgorithm::winograd_2x2, TestType>(c, dy, w, there, accumulate);
      if (std::is_same_v<TestType, float>)  // it rounds otherwise: the algorithm has run
        REQUIRE_FALSE(std::equal(winograd.begin(), winograd.end(), direct.begin()));
      require_close(winograd, direct, tolerance);
    }
  }
}

TEMPLATE_TEST_CASE("Winograd: the gradient of the weights is the direct one's, in padding lanes too",
                   "[kernels]", float, double) {
  constexpr double tolerance = std::is_same_v<TestType, float> ? 4e-3 : 1e-11;
  for (const ConvCase& c : cases()) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
    const Array dy = random_array(c.batch, g.out_channels, c.out_height(), c.out_width(), 2);
    const auto direct = weights_gradient<ConvAlgorithm::direct, TestType>(c, x, dy);
    const auto winograd = weights_gradient<ConvAlgorithm::winograd_2x2, TestType>(c, x, dy);
    if (std::is_same_v<TestType, float>)  // it rounds otherwise: the algorithm has run
      REQUIRE_FALSE(std::equal(winograd.weight.begin(), winograd.weight.end(), direct.weight.begin()));
    require_close(doubles(winograd.weight), doubles(direct.weight), tolerance);
    require_close(doubles(winograd.bias), doubles(direct.bias), tolerance);
    for (Index i = 0; i < winograd.weight.size(); ++i)  // padding lanes began at zero
      if (direct.weight[i] == TestType{0}) REQUIRE(winograd.weight[i] == TestType{0});
  }
}

TEST_CASE("Winograd: gradients have the same bits on any number of threads", "[kernels]") {
  const int before = threads();
  const ConvCase c{16, 14, 15, square(24, 40, 3, 1, 1)};
  const Array x = random_array(16, 24, 14, 15, 1), dy = random_array(16, 40, 14, 15, 2);
  set_threads(1);
  const auto one = weights_gradient<ConvAlgorithm::winograd_4x4, float>(c, x, dy);
  set_threads(3);
  const auto three = weights_gradient<ConvAlgorithm::winograd_4x4, float>(c, x, dy);
  set_threads(before);
  REQUIRE(std::equal(one.weight.begin(), one.weight.end(), three.weight.begin()));
  REQUIRE(std::equal(one.bias.begin(), one.bias.end(), three.bias.begin()));
}

TEST_CASE("Winograd: few pixels are not worth the packing", "[kernels]") {
  const ConvCase few{1, 4, 4, square(32, 40, 3, 1, 1)}, many{16, 12, 12, square(32, 40, 3, 1, 1)};
  for (const ConvCase& c : {few, many}) {
    const Array x = random_array(c.batch, 32, c.height, c.width, 1), w = random_array(40, 32, 3, 3, 2);
    const auto answer = [&]<ConvAlgorithm Algorithm>() {
      Map<float> y(Extents{c.batch, 40, c.out_height(), c.out_width()});
      kernels::conv_forward_by<Algorithm>(Map<float>(plain(x)).view(),
                                          arena_weights<float>(w, c.geometry).data(), nullptr, y.view(),
                                          c.geometry);
      return y.plain().values;
    };
    const auto direct = answer.template operator()<ConvAlgorithm::direct>();
    const auto winograd = answer.template operator()<ConvAlgorithm::winograd_4x4>();
    REQUIRE((winograd == direct) == (c.batch == 1));
  }
}

TEST_CASE("Winograd: gradients of strided convolutions and of wide borders are refused", "[kernels]") {
  REQUIRE_FALSE(kernels::transposed_applies(ConvAlgorithm::winograd_2x2, square(8, 8, 3, 2, 1)));
  REQUIRE_FALSE(kernels::transposed_applies(ConvAlgorithm::winograd_2x2, square(8, 8, 3, 1, 3)));
  REQUIRE_FALSE(kernels::transposed_applies(ConvAlgorithm::winograd_6x6, square(8, 8, 5, 1, 2)));
  REQUIRE_FALSE(kernels::weights_gradient_applies(ConvAlgorithm::winograd_2x2, square(8, 8, 3, 2, 1)));
  REQUIRE_FALSE(kernels::weights_gradient_applies(ConvAlgorithm::winograd_4x4, square(512, 512, 3, 1, 1)));
}

TEST_CASE("geometries that make no sense are refused before anything is worked out", "[kernels]") {
  const Array x = random_array(1, 8, 6, 6, 1), w = random_array(8, 8, 3, 3, 2);
  const auto refused = [&](kernels::ConvGeometry g, const char* text) {
    const auto weights = arena_weights<float>(w, square(8, 8, 3, 1, 1));
    Map<float> y(Extents{1, 8, 6, 6});
    const Map<float> in(plain(x));
    Storage<float> gradient(weights.size());
    REQUIRE_THROWS_WITH(kernels::conv_forward_by<ConvAlgorithm::winograd_2x2>(in.view(), weights.data(),
                                                                              nullptr, y.view(), g),
                        containing(text));
    REQUIRE_THROWS_WITH(kernels::conv_backward_weights_by<ConvAlgorithm::winograd_2x2>(
                            in.view(), y.view(), gradient.data(), nullptr, g),
                        containing("conv: "));
  };
  const auto changed = [](auto change) {
    kernels::ConvGeometry g = square(8, 8, 3, 1, 1);
    change(g);
    return g;
  };
  refused(changed([](auto& g) { g.groups = 0; }), "groups");
  refused(changed([](auto& g) { g.stride_width = 0; }), "start at 1");
  refused(changed([](auto& g) { g.out_channels = 0; }), "at least one channel");
  refused(changed([](auto& g) { g.in_channels = -8; }), "at least one channel");
  refused(changed([](auto& g) { g.groups = 8; }), "the algorithm named");
}

}  // namespace lamina::test
