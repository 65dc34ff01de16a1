// A branch that returns another shape than it is given.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: residual: the branch must return its input shape; add a projection
// expect: merged<lamina::Residual, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{16, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | relu | residual(conv<16, 3> | relu);
#else
inline constexpr auto net = conv<8, 3> | relu | residual(conv<8, 3> | relu);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
