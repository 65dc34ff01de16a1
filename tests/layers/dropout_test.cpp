#include "lamina/layers/dropout.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;

namespace {

/// A batch of ones, so that what comes out is the mask times 1 / (1 − P).
template <Index... Extents> struct Ones {
  explicit Ones(Index batch) : storage(batch * shape<Extents...>.elements()) {
    std::fill(storage.begin(), storage.end(), 1.0f);
    constexpr Shape s = shape<Extents...>;
    view = {storage.data(), batch, s.channels, s.rows(), s.columns()};
  }
  Storage<float> storage;
  FeatureMapView<float, 1> view{};
};

TEST_CASE("dropout: gradients under the same mask", "[layers]") {
  check_gradients<(conv<9, 3> | dropout<0.5> | conv<3, 1>), input<2, 4, 3>>();
  check_gradients<(conv<9, 3> | channel_dropout<0.25> | conv<3, 1>), input<2, 4, 3>>();
  check_gradients<dropout<0.3>, input<13>>();
}

TEST_CASE("dropout: a share P falls, the mean stays", "[layers]") {
  Model<dropout<0.3>, input<13, 20, 21>> model{seed{5}};
  const Ones<13, 20, 21> ones(10);
  const auto y = elements(model.forward(ones.view));
  double mean = 0;
  for (const double value : y) {
    if (value != 0) require_close(value, 1 / 0.7, 1e-6);
    mean += value / static_cast<double>(y.size());
  }
  // 54,600 draws: the mean's standard deviation is √(0.3 / 0.7 / 54600) = 0.0028.
  require_close(mean, 1, 0.012);
}

TEST_CASE("dropout: backward draws the mask of its forward pass, each pass another", "[layers]") {
  Model<dropout<0.5>, input<9, 5, 5>> model{seed{5}};
  const Ones<9, 5, 5> ones(3);
  const auto y = elements(model.forward(ones.view));
  const auto gradient = model.output_gradient();
  for (Index n = 0; n < 3; ++n)
    for (Index c = 0; c < 9; ++c)
      for (Index p = 0; p < 25; ++p) gradient(n, c, p / 5, p % 5) = 1;
  const auto dx = model.backward_to_input();
  REQUIRE(std::vector<double>(dx.data, dx.data + 675) == y);
  REQUIRE(elements(model.forward(ones.view)) != y);

  Model<dropout<0.5>, input<9, 5, 5>> same{seed{5}}, other{seed{6}};
  REQUIRE(elements(same.forward(ones.view)) == y);
  REQUIRE(elements(other.forward(ones.view)) != y);
}

TEST_CASE("dropout: nothing happens in inference, nor with P = 0", "[layers]") {
  const Ones<9, 5, 5> ones(3);
  const std::vector<double> all_ones(675, 1);
  Model<(dropout<0.5> | channel_dropout<0.5>), input<9, 5, 5>> model{};
  REQUIRE(elements(model.predict(ones.view)) == all_ones);
  Model<dropout<0.0>, input<9, 5, 5>> never{};
  REQUIRE(elements(never.forward(ones.view)) == all_ones);
}

TEST_CASE("channel dropout: whole channels of a sample fall", "[layers]") {
  Model<channel_dropout<0.25>, input<13, 3, 3>> model{seed{2}};
  const Ones<13, 3, 3> ones(100);
  const auto y = elements(model.forward(ones.view));
  int kept = 0;
  for (std::size_t channel = 0; channel < 1300; ++channel) {
    for (std::size_t p = 1; p < 9; ++p) REQUIRE(y[9 * channel + p] == y[9 * channel]);
    if (y[9 * channel] != 0) ++kept;
  }
  // 1300 draws: the share's standard deviation is √(0.75 · 0.25 / 1300) = 0.012.
  require_close(kept / 1300.0, 0.75, 0.05);
}

}  // namespace
