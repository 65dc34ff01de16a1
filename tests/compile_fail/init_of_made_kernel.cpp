// init<…> for a kernel that is made of other numbers.
#include "lamina/layers/factorized_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: init: the numbers that this layer makes its kernel of begin in a way of their own
#ifdef LAMINA_BAD
inline constexpr auto net = factorized_conv<8, 3, 4, init<initializers::zeros>>;
#else
inline constexpr auto net = factorized_conv<8, 3, 4>;
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
