// A number beside a + of blocks.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: [+]: both sides must be layers or blocks of a net; write a constant into pointwise
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> + 1;
#else
inline constexpr auto net = conv<8, 3> | pointwise([](auto x) { return x + 1; });
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
