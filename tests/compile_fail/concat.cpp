// Towers of different heights.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: concat: the branches must return the same height and width
// expect: merged<lamina::Concat, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{3, 4, 4}>
#ifdef LAMINA_BAD
inline constexpr auto net = concat(conv<8, 3>, max_pool<2>);
#else
inline constexpr auto net = concat(conv<8, 3>, max_pool<3, stride<1>, same>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
