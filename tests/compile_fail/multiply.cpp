// Factors whose heights differ.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: multiply: the branches must return shapes that are equal or broadcast
// expect: merged<lamina::Product, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{8, 4,
// 4}>
#ifdef LAMINA_BAD
inline constexpr auto net = multiply(conv<8, 3>, conv<8, 5>, conv<8, 5, valid>);
#else
inline constexpr auto net = multiply(conv<8, 3>, conv<8, 5, pad<2>>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
