// The other translation unit that includes every header: what both define, the linker refuses.
#include "every_header.hpp"

int value_of_the_other_unit();
int value_of_the_other_unit() { return 0; }
