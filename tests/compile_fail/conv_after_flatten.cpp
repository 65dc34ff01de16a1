// A convolution on a vector.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conv: the input has no pixels; a convolution goes before flatten
// expect: layer_on_input<lamina::Conv<.*>, [lamina:]*Shape{192, 0, 0}>
#ifdef LAMINA_BAD
inline constexpr auto net = flatten | conv<4, 3>;
#else
inline constexpr auto net = conv<4, 3> | flatten;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
