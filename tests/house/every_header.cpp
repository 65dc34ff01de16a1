// One of two translation units that include every header of lamina (the list is made by CMake).
#include "every_header.hpp"

int value_of_the_other_unit();

int main() { return value_of_the_other_unit(); }
