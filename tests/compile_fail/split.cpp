// Parts of a split that do not add up.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: split: the parts must add up to the channels of the input
// expect: layer_on_input<lamina::Slice<0, 4, 7>, [lamina:]*Shape{8, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | split<4, 3>(id, conv<2, 1>);
#else
inline constexpr auto net = conv<8, 3> | split<4, 4>(id, conv<2, 1>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
