// Heads that do not divide the channels.
#include "lamina/layers/lightweight_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: lightweight_conv: the heads must divide the channels
#ifdef LAMINA_BAD
inline constexpr auto net = lightweight_conv<7, 5>;
#else
inline constexpr auto net = lightweight_conv<7, 4>;
#endif
inline constexpr Shape out = output_shape(net, input<8, 20>);
