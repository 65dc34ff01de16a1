// Parts so large that no channel is left to pass.
#include "lamina/blocks/inception_depthwise.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: inception_depthwise: three parts of the channels are convolved
#ifdef LAMINA_BAD
inline constexpr auto net = inception_depthwise<3>;
#else
inline constexpr auto net = inception_depthwise<4>;
#endif
inline constexpr Shape out = output_shape(net, input<12, 8, 8>);
