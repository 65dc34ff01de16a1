// A loss that takes targets, where fit has labels.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/losses.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

inline constexpr auto net = flatten | dense<10>;

// expect: fit: its losses take labels, as cross_entropy does
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& images) {
#ifdef LAMINA_BAD
  fit(model, images, adamw{}, {.epochs = 1}, mean_squared_error{});
#else
  fit(model, images, adamw{}, {.epochs = 1}, binary_cross_entropy{});
#endif
}
