// A dense layer on a map.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: dense: the input must be a vector; put flatten or global_avg_pool before it
// expect: layer_on_input<lamina::Dense<.*>, [lamina:]*Shape{8, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | dense<10>;
#else
inline constexpr auto net = conv<8, 3> | flatten | dense<10>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
