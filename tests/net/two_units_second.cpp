#include "net/two_units.hpp"

namespace two_units {

NetModel made_in_second_unit(seed s) { return NetModel(s); }

const void* table_in_second_unit() {
  return &detail::structure_of<std::remove_const_t<decltype(net)>,
                               std::remove_const_t<decltype(input<1, 4, 4>)>>;
}

}  // namespace two_units
