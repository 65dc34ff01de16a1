// A with_input whose function returns no block.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: with_input: the function must return a block of a net
// expect: returned_to_with_input<(long|long int|int)>
#ifdef LAMINA_BAD
inline constexpr auto net = with_input([](auto in) { return 2 * in.channels; });
#else
inline constexpr auto net = with_input([](auto in) { return conv<2 * in.channels, 3>; });
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
