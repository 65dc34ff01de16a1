// A kernel larger than the padded map.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conv: the kernel is larger than the padded map; pad more or use a smaller kernel
// expect: layer_on_input<lamina::Conv<.*>, [lamina:]*Shape{8, 4, 4}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3, stride<2>> | conv<4, 5, valid>;
#else
inline constexpr auto net = conv<8, 3, stride<2>> | conv<4, 4, valid>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
