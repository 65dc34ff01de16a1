// A shape that is not the one stated.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: expects: the input has another shape than the one stated
// expect: expected_shape<[lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{8, 4, 4}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3, stride<2>> | expects<8, 8, 8> | conv<4, 1>;
#else
inline constexpr auto net = conv<8, 3, stride<2>> | expects<8, 4, 4> | conv<4, 1>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
