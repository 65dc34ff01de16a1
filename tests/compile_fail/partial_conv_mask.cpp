// A mask of another size than the map that it is for.
#include "lamina/layers/partial_conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: partial_conv: the mask must have the height and width of the map
#ifdef LAMINA_BAD
inline constexpr auto mask = from<"mask"> | updated_mask<3, stride<2>>;
#else
inline constexpr auto mask = from<"mask"> | updated_mask<3>;
#endif
inline constexpr auto net = partial_conv<8, 3>(mask);
inline constexpr Shape out = output_shape(net, inputs(input<3, 8, 8>, extra<"mask", 1, 8, 8>));
