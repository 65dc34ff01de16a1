// A convolution that cannot be undone, for it has more outputs than inputs.
#include "lamina/layers/corner_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: corner_conv: the input must be a map with as many channels as are stated
#ifdef LAMINA_BAD
inline constexpr auto net = corner_conv<12, 3, Corner::top_left>;
#else
inline constexpr auto net = corner_conv<8, 3, Corner::top_left>;
#endif
inline constexpr Shape out = output_shape(net, input<8, 6, 6>);
