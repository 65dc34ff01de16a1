// An option that a pooling does not have.
#include "lamina/layers/pool.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: max_pool.*Groups{2}
// expect: options: this layer has no such option
#ifdef LAMINA_BAD
inline constexpr auto net = max_pool<2, groups<2>>;
#else
inline constexpr auto net = max_pool<2, stride<1>>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
