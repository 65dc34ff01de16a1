// A gate with another number of channels than what it gates.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/net/answers.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: gate: the gate must return the extents of its input
// expect: merged<lamina::Gate, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{4, 0, 0}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | gate(global_avg_pool | dense<4> | sigmoid);
#else
inline constexpr auto net = conv<8, 3> | gate(global_avg_pool | dense<8> | sigmoid);
#endif
inline constexpr Shape out = output_shape(net, input<3, 8, 8>);
