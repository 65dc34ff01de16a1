// The same kind of option given twice.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: conv.*Stride{2, 2, 2, 1}.*Stride{1, 1, 1, 1}
// expect: options: one kind is given twice; give each
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3, stride<2>, stride<1>>;
#else
inline constexpr auto net = conv<8, 3, stride<2>>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
