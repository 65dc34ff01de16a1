// Two losses, of which fit would not hear the second.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

inline constexpr auto net = flatten | dense<10>;

// expect: fit: two losses are given
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& images) {
#ifdef LAMINA_BAD
  fit(model, images, adamw{}, {.epochs = 1}, cross_entropy{}, cross_entropy{.label_smoothing = 0.1});
#else
  fit(model, images, adamw{}, {.epochs = 1}, cross_entropy{.label_smoothing = 0.1});
#endif
}
