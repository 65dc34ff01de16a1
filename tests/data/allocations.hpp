// What the tests of data/ ask of memory: this program's operator new keeps count.
#pragma once

#include <cstddef>

namespace support {

/// Starts counting anew.
void forget_allocations();
/// Requests of all threads since then, and the greatest of them in bytes.
std::size_t allocation_count();
std::size_t greatest_allocation();

}  // namespace support
