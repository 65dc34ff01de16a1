// Something that fit cannot use.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

inline constexpr auto net = flatten | dense<10>;

// expect: fit: an argument is neither a loss, a schedule, a metric, augmentation, validate_on
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& images, const Dataset<>& others) {
#ifdef LAMINA_BAD
  fit(model, images, adamw{}, {.epochs = 1}, others);
#else
  fit(model, images, adamw{}, {.epochs = 1}, validate_on(others));
#endif
}
