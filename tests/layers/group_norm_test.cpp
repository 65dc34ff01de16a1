#include "lamina/layers/group_norm.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

TEST_CASE("group norm: gradients", "[layers]") {
  check_gradients<(conv<12, 3> | group_norm<3> | tanh_activation | group_norm<1, no_affine> | group_norm<12>),
                  input<2, 3, 4>>({.tolerance = 1e-5});
}

TEST_CASE("instance norm: gradients, and it is group norm with a group for each channel", "[layers]") {
  check_gradients<(conv<5, 3> | instance_norm), input<2, 3, 4>>({.tolerance = 1e-5});
  Model<instance_norm, input<6, 3, 4>> a{seed{1}};
  Model<group_norm<6, no_affine>, input<6, 3, 4>> b{seed{1}};
  RandomImages<float> images(shape<6, 3, 4>, 2);
  REQUIRE(elements(a.predict(images.view)) == elements(b.predict(images.view)));
}

TEST_CASE("group norm: every group of every sample has mean 0 and variance 1, in training and inference",
          "[layers]") {
  Model<group_norm<2>, input<10, 3, 5>, double> model{seed{1}};
  RandomImages<double> images(shape<10, 3, 5>, 2);
  const auto trained = elements(model.forward(images.view));
  REQUIRE(elements(model.predict(images.view)) == trained);
  for (std::size_t group = 0; group < 4; ++group) {
    double mean = 0, square = 0;
    for (std::size_t i = 75 * group; i < 75 * (group + 1); ++i) {
      mean += trained[i] / 75;
      square += trained[i] * trained[i] / 75;
    }
    require_close(mean, 0, 1e-12);
    require_close(square, 1, 1e-4);
  }
}

}  // namespace
