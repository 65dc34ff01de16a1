// An algorithm for a convolution that is computed by none.
#include "lamina/layers/partial_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: partial_conv: it is summed directly, by no algorithm of a name
#ifdef LAMINA_BAD
inline constexpr auto net = partial_conv<8, 3, algorithm::winograd_4x4>(from<"mask">);
#else
inline constexpr auto net = partial_conv<8, 3>(from<"mask">);
#endif
inline constexpr Shape out = output_shape(net, inputs(input<3, 8, 8>, extra<"mask", 1, 8, 8>));
