// The other translation unit that includes every header, in the opposite order. What both define, the linker
// refuses.
#include "every_header_reversed.hpp"

int value_of_the_other_unit();
int value_of_the_other_unit() { return 0; }
