// A pointwise that calls a function of the standard library, which knows neither vectors nor duals.
#include <cmath>

#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: no matching function for call to .exp
#ifdef LAMINA_BAD
inline constexpr auto net = pointwise([](auto x) { return x * std::exp(-x); }) | relu;
#else
inline constexpr auto net = pointwise([](auto x) { return x * exp(-x); }) | relu;
#endif
void run(Model<net, input<3, 8, 8>>& model, FeatureMapView<const float, 1> images) { model.predict(images); }
