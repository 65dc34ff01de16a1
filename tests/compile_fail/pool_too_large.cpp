// A pooling window larger than the map.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: pooling: the window is larger than the padded map
// expect: layer_on_input<lamina::MaxPool<.*>, [lamina:]*Shape{8, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | max_pool<9>;
#else
inline constexpr auto net = conv<8, 3> | max_pool<8>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
