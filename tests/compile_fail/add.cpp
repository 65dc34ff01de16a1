// Branches of a sum whose channels differ.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: add: the branches must return shapes that are equal or broadcast; add a projection
// expect: merged<lamina::Sum, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{4, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> + conv<4, 1>;
#else
inline constexpr auto net = conv<8, 3> + conv<8, 1>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
