// A block named like a position.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: named: a name has no dots and is not a number, which stands for a position
#ifdef LAMINA_BAD
inline constexpr auto net = named<"1">(conv<8, 3>) | conv<4, 1>;
#else
inline constexpr auto net = named<"first">(conv<8, 3>) | conv<4, 1>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
