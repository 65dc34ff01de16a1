// Keys and values of different positions.
#include "lamina/layers/attention.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: attention: keys and values must be maps or sequences of the same positions
// expect: Shape{4, 4, 4}, [lamina:]*Shape{8, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = attention(conv<4, 1>, conv<4, 3, stride<2>>, conv<8, 1>);
#else
inline constexpr auto net = attention(conv<4, 1>, conv<4, 3, stride<2>>, conv<8, 3, stride<2>>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
