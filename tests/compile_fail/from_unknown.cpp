// A tap taken up that was never marked.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: from: no tap of this name comes earlier
// expect: tap_seen_before<.*"late".*"early"
#ifdef LAMINA_BAD
inline constexpr auto net = tap<"early"> | conv<3, 3> | add(id, from<"late">);
#else
inline constexpr auto net = tap<"early"> | conv<3, 3> | add(id, from<"early">);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
