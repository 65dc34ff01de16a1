// A training of a net with a second input, which a data set does not have.
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

using namespace lamina;

#ifdef LAMINA_BAD
inline constexpr auto given = inputs(input<1, 8, 8>, extra<"mask", 1, 8, 8>);
inline constexpr auto net = (id * from<"mask">) | flatten | dense<10>;
#else
inline constexpr auto given = input<1, 8, 8>;
inline constexpr auto net = flatten | dense<10>;
#endif

// expect: fit: the net has extra inputs, and a data set has images alone
void train(Model<net, given>& model, const Dataset<>& images) { fit(model, images, adamw{}, {.epochs = 1}); }
