// A number beside a * of blocks.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: [*]: both sides must be layers or blocks of a net; a constant factor is scale<0.5>
#ifdef LAMINA_BAD
inline constexpr auto net = 0.5 * conv<8, 3>;
#else
inline constexpr auto net = scale<0.5>(conv<8, 3>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
