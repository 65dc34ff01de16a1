// A training of a net with two outputs, for only one of which there is a loss.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

#ifdef LAMINA_BAD
inline constexpr auto net = flatten | outputs(dense<10>, dense<2>);
#else
inline constexpr auto net = flatten | dense<10>;
#endif

// expect: fit: the net has several outputs, and a training needs a loss for each of them
void train(Model<net, input<1, 8, 8>>& model, const Dataset<>& images) {
  fit(model, images, adamw{}, {.epochs = 1});
}
