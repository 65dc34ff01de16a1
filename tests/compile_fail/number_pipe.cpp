// Something else than a block before |.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: [|]: both sides must be layers or blocks of a net
#ifdef LAMINA_BAD
inline constexpr auto net = 7 | conv<8, 3>;
#else
inline constexpr auto net = conv<8, 3> | conv<8, 3>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
