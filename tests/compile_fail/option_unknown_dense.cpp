// An option that a dense layer does not have.
#include "lamina/layers/dense.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: dense.*Stride{2, 2, 2, 1}
// expect: options: this layer has no such option
#ifdef LAMINA_BAD
inline constexpr auto net = dense<10, stride<2>>;
#else
inline constexpr auto net = dense<10, no_bias>;
#endif
inline constexpr Shape out = output_shape(net, input<7>);
