// An algorithm that is named for a kernel that it is not for.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conv: the algorithm named is for kernels of 3, 5 or 7
// expect: layer_on_input<lamina::Conv<.*>, [lamina:]*Shape{16, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<16, 2, algorithm::winograd_4x4>;
#else
inline constexpr auto net = conv<16, 3, algorithm::winograd_4x4>;
#endif
inline constexpr Shape out = output_shape(net, input<16, 8, 8>);
