// Two schedules, of which fit would not hear the second.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

inline constexpr auto net = flatten | dense<10>;

// expect: fit: two schedules are given
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& images) {
#ifdef LAMINA_BAD
  fit(model, images, adamw{}, {.epochs = 1}, schedule::constant{0.5}, schedule::cosine{});
#else
  fit(model, images, adamw{}, {.epochs = 1}, schedule::warm_up(1, schedule::cosine{}));
#endif
}
