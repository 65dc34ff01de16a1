// Two blocks of one name in one sequence.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: named: two blocks side by side have this name
// expect: named_twice<.*"a"
#ifdef LAMINA_BAD
inline constexpr auto net = named<"a">(conv<8, 3>) | conv<4, 1> | named<"a">(conv<8, 3>);
#else
inline constexpr auto net = named<"a">(conv<8, 3>) | named<"b">(conv<8, 3>);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
