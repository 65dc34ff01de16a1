// Branches of a maximum whose channels differ.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: maximum: the branches must return shapes that are equal or broadcast
// expect: merged<lamina::Maximum, [lamina:]*Shape{6, 8, 8}, [lamina:]*Shape{5, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = maximum(conv<6, 3>, conv<5, 1>);
#else
inline constexpr auto net = maximum(conv<6, 3>, conv<6, 1>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
