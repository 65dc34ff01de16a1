#include "lamina/layers/attention.hpp"

#include "lamina/layers/conv.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("attention: gradients of queries, keys and values", "[layers]") {
  check_gradients<attention(conv<3, 1>, conv<3, 1>, conv<5, 1>), input<4, 3, 2>>();
  check_gradients<attention<2>(conv<4, 1>, conv<4, 2, valid, stride<2>>, conv<6, 2, valid, stride<2>>),
                  input<3, 4, 4>>();
  check_gradients<attention<1, AttentionLogits::plain>(id, id, id), input<2, 5>>();
  check_gradients<(conv<4, 1> | add(attention<2>(id, id, id), id)), input<3, 3, 2>>();  // all of one value
}

TEST_CASE("attention without likeness is the mean of all values", "[layers]") {
  static constexpr auto nothing = conv<2, 1, init<initializers::zeros>>;
  Model<attention(nothing, nothing, id), input<3, 2, 4>> model{seed{1}};
  RandomImages<float> images(shape<3, 2, 4>, 1);
  std::vector<double> expected;
  for (Index c = 0; c < 3; ++c) {
    double mean_of_channel = 0;
    for (Index p = 0; p < 8; ++p) mean_of_channel += static_cast<double>(images.storage[c * 8 + p]) / 8;
    expected.insert(expected.end(), 8, mean_of_channel);
  }
  require_close(elements(model.predict(images.view)), expected, 1e-6);
}

TEST_CASE("attention: logits are divided by the root of a head's channels, or not", "[layers]") {
  // Two positions, x = (1, 1, 1, 1) and 0: the logits of the first position are 4 and 0, those of a half, 2.
  const double x[] = {1, 0, 1, 0, 1, 0, 1, 0};
  const FeatureMapView<const double, 1> image(x, 1, 4, 1, 2);
  Model<attention(id, id, id), input<4, 2>, double> scaled{seed{1}};
  Model<attention<1, AttentionLogits::plain>(id, id, id), input<4, 2>, double> plain{seed{1}};
  Model<attention<2>(id, id, id), input<4, 2>, double> two_heads{seed{1}};
  const auto share = [](double logit) { return 1 / (1 + std::exp(-logit)); };
  REQUIRE(std::abs(elements(scaled.predict(image))[0] - share(4 / 2.0)) < 1e-12);
  REQUIRE(std::abs(elements(plain.predict(image))[0] - share(4)) < 1e-12);
  REQUIRE(std::abs(elements(two_heads.predict(image))[0] - share(2 / std::sqrt(2.0))) < 1e-12);
  REQUIRE(std::abs(elements(plain.predict(image))[1] - 0.5) < 1e-12);  // a query of zeros
}

TEST_CASE("attention: shapes", "[layers]") {
  STATIC_REQUIRE(output_shape(attention(conv<4, 1>, conv<4, 3, stride<2>>, conv<10, 3, stride<2>>),
                              input<3, 8, 6>) == shape<10, 8, 6>);
}

}  // namespace
