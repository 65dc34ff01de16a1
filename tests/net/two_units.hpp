// A net in a header, as two translation units see it (two_units_test.cpp, two_units_second.cpp). Both must
// agree on its type: a lambda as a template argument would break that, one that is a function's argument does
// not.
#pragma once

#include <vector>

#include "lamina/layers/conv.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace two_units {

using namespace lamina;

inline constexpr auto block = with_input([](auto in) { return residual(conv<in.channels, 3> | relu); });
inline constexpr auto net =
    conv<4, 3> | block | repeat<2>(block) | pointwise([](auto x) { return x * sigmoid(x); }) | conv<2, 1>;

using NetModel = Model<net, input<1, 4, 4>>;

/// Both defined in two_units_second.cpp: a model made there, and the address of the net's table as seen
/// there.
NetModel made_in_second_unit(seed s);
const void* table_in_second_unit();

}  // namespace two_units
