// Groups that do not divide the channels.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conv: the groups must divide input and output channels
// expect: layer_on_input<lamina::Conv<.*>, [lamina:]*Shape{8, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | conv<12, 3, groups<3>>;
#else
inline constexpr auto net = conv<8, 3> | conv<12, 3, groups<4>>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
