// Shared weights on inputs with different channels.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: shared: all uses of a name must have the same weights
// expect: shared_on<.*"s".*, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{4, 8, 8}
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | shared<"s">(conv<4, 3>) | shared<"s">(conv<4, 3>);
#else
inline constexpr auto net = conv<8, 3> | shared<"s">(conv<8, 3>) | shared<"s">(conv<8, 3>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
