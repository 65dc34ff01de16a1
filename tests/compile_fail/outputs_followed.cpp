// A layer behind several outputs.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: outputs: it can only end a net
// expect: after_outputs<lamina::Results<[lamina:]*Shape{2, 8, 8}, [lamina:]*Shape{3, 8, 8}
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | outputs(conv<2, 1>, conv<3, 1>) | conv<4, 1>;
#else
inline constexpr auto net = conv<8, 3> | outputs(conv<2, 1>, conv<3, 1>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
