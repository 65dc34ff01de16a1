// A with_input whose lambda captures: a net is its type, and has no room for values.
#include "lamina/layers/conv.hpp"
#include "lamina/net/answers.hpp"

using namespace lamina;

// expect: with_input: the function must be a lambda that captures nothing
Shape widened(int factor) {
#ifdef LAMINA_BAD
  const auto net = with_input([factor](auto in) { return conv<in.channels, 3, stride<2>> | conv<8, 1>; });
#else
  const auto net = with_input([](auto in) { return conv<in.channels, 3, stride<2>> | conv<8, 1>; });
  static_cast<void>(factor);
#endif
  return output_shape(net, input<3, 8, 8>);
}
