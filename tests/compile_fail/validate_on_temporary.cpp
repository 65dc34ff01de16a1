// A data set to validate on that would be gone before the training begins.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

inline constexpr auto net = flatten | dense<10>;
Dataset<> images();

// expect: use of deleted function|call to deleted function
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& training) {
#ifdef LAMINA_BAD
  const auto judged = validate_on(images());
  fit(model, training, adamw{}, {.epochs = 1}, judged);
#else
  const auto testing = images();
  fit(model, training, adamw{}, {.epochs = 1}, validate_on(testing));
#endif
}
