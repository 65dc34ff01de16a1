// An algorithm for a convolution that is computed by none.
#include "lamina/layers/conditional_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conditional_conv: it is summed directly, by no algorithm of a name
#ifdef LAMINA_BAD
inline constexpr auto net = conditional_conv<8, 3, 2, algorithm::winograd_4x4>;
#else
inline constexpr auto net = conditional_conv<8, 3, 2>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
