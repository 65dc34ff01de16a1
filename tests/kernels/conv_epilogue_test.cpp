#include "lamina/kernels/conv_epilogue.hpp"

#include <algorithm>

#include "kernels/conv_cases.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {

static_assert(kernels::no_epilogue{}(3.5) == 3.5);

TEST_CASE("An epilogue is applied to every output, once, after the bias", "[kernels]") {
  const auto epilogue = [](auto v) { return v * v + v; };
  for (const ConvCase& c :
       {ConvCase{2, 5, 6, square(9, 10, 3, 1, 1)}, ConvCase{1, 14, 14, square(1, 8, 3)},
        ConvCase{2, 5, 6, square(9, 17, 3, 1, 1)}, ConvCase{2, 5, 10, grouped(square(9, 9, 3, 1, 1), 9)},
        ConvCase{2, 5, 6, bordered(square(9, 9, 3, 1, 1), Border::reflect)},
        ConvCase{2, 5, 6, bordered(square(9, 9, 3, 1, 2), Border::partial)}}) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
    const Array w =
        random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
    const std::vector<double> bias = random_bias(g.out_channels);
    for (const bool biased : {true, false}) {
      Array expected = kernels::reference::conv_forward(x, w, biased ? bias : std::vector<double>{}, g);
      for (double& value : expected.values) value = epilogue(value);
      Map<double> y(Extents{c.batch, g.out_channels, c.out_height(), c.out_width()}, 1);
      kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(),
                            biased ? arena_bias<double>(bias).data() : nullptr, y.view(), g, epilogue);
      require_close(y.plain().values, expected.values, 1e-12);
      REQUIRE(y.gap_untouched());
    }
  }
}

TEST_CASE("Scalar function objects are epilogues", "[kernels]") {
  const ConvGeometry g = square(3, 9, 3, 1, 1);
  const Array x = random_array(1, 3, 6, 13, 1), w = random_array(9, 3, 3, 3, 2);
  Array expected = kernels::reference::conv_forward(x, w, {}, g);
  for (double& value : expected.values) value = std::max(value, 0.0);
  Map<double> y(Extents{1, 9, 6, 13});
  kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(), nullptr, y.view(),
                        g, relu);
  require_close(y.plain().values, expected.values, 1e-13);
}

TEST_CASE("What follows is told of every output once, after it is stored", "[kernels]") {
  const int before = threads();
  for (const ConvCase& c :
       {ConvCase{3, 30, 31, square(19, 26, 3, 1, 1)}, ConvCase{2, 5, 6, grouped(square(9, 9, 3, 1, 1), 9)},
        ConvCase{2, 5, 6, grouped(square(9, 12, 3, 2, 1), 3)},
        ConvCase{5, 20, 21, bordered(square(9, 12, 3, 1, 1), Border::reflect)}})
    for (const int count : {1, 3}) {
      INFO(c << ", threads " << count);
      set_threads(count);
      const ConvGeometry& g = c.geometry;
      const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
      const Array w =
          random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
      Map<double> y(Extents{c.batch, g.out_channels, c.out_height(), c.out_width()});
      const auto map = y.view();
      // Each output is told of by one thread: parts do not overlap, or the sums below are wrong.
      Array told(c.batch, g.out_channels, c.out_height(), c.out_width()), stored = told;
      kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(), nullptr, map, g,
                            kernels::no_epilogue{}, [&](const kernels::MapPart& part, int worker) {
                              if (worker < 0 || worker >= count) return;
                              for (Index n = part.first_sample; n < part.first_sample + part.samples; ++n)
                                for (Index o = part.first_channel; o < part.first_channel + part.channels;
                                     ++o)
                                  for (Index r = part.first_row; r < part.first_row + part.rows; ++r)
                                    for (Index column = 0; column < map.width; ++column) {
                                      told(n, o, r, column) += 1;
                                      stored(n, o, r, column) = map(n, o, r, column);
                                    }
                            });
      REQUIRE(std::all_of(told.values.begin(), told.values.end(), [](double times) { return times == 1; }));
      require_close(stored.values, kernels::reference::conv_forward(x, w, {}, g).values, 1e-12);
    }
  set_threads(before);
}

TEST_CASE("A convolution may be added to what is there, before the epilogue", "[kernels]") {
  for (const ConvCase& c : {ConvCase{2, 5, 6, square(9, 10, 3, 1, 1)}, ConvCase{1, 14, 14, square(1, 8, 3)},
                            ConvCase{2, 5, 6, square(9, 17, 3, 1, 1)}, ConvCase{1, 5, 9, square(17, 33, 1)},
                            ConvCase{2, 5, 10, grouped(square(9, 9, 3, 1, 1), 9)},
                            ConvCase{2, 7, 6, grouped(square(9, 9, 3, 2, 1), 9)},
                            ConvCase{2, 7, 16, grouped(square(9, 9, 5, 1, 2), 9)},
                            ConvCase{2, 5, 6, bordered(square(9, 10, 3, 1, 1), Border::reflect)}}) {
    INFO(c);
    const ConvGeometry& g = c.geometry;
    const Array x = random_array(c.batch, g.in_channels, c.height, c.width, 1);
    const Array w =
        random_array(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width, 2);
    const Array there = random_array(c.batch, g.out_channels, c.out_height(), c.out_width(), 4);
    for (const std::vector<double>& bias : {random_bias(g.out_channels), std::vector<double>{}}) {
      Array expected = kernels::reference::conv_forward(x, w, bias, g);
      for (std::size_t i = 0; i < expected.values.size(); ++i)
        expected.values[i] = std::max(expected.values[i] + there.values[i], 0.0);
      Map<double> y(plain(there), 1);
      kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(),
                            bias.empty() ? nullptr : arena_bias<double>(bias).data(), y.view(), g, relu,
                            kernels::nothing_follows{}, true);
      require_close(y.plain().values, expected.values, 1e-12);
      REQUIRE(y.gap_untouched());
    }
  }
}

TEST_CASE("What a partial border scales cannot be added to", "[kernels]") {
  const ConvGeometry g = bordered(square(3, 4, 3, 1, 1), Border::partial);
  const Array x = random_array(1, 3, 4, 4, 1), w = random_array(4, 3, 3, 3, 2);
  Map<double> y(Extents{1, 4, 4, 4});
  REQUIRE_THROWS_AS(kernels::conv_forward(Map<double>(plain(x)).view(), arena_weights<double>(w, g).data(),
                                          nullptr, y.view(), g, relu, kernels::nothing_follows{}, true),
                    lamina::shape_error);
}

}  // namespace lamina::test
