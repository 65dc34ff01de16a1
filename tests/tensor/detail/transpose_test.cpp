#include "lamina/tensor/detail/transpose.hpp"

#include <numeric>
#include <vector>

#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEMPLATE_TEST_CASE("blocks of any extents are turned", "[tensor]", float, double) {
  constexpr Index width = simd::width<TestType>;
  for (const Index rows : {Index{1}, width - 1, width, 2 * width + 3})
    for (const Index columns : {Index{1}, width, width + 1, 3 * width}) {
      std::vector<TestType> from(static_cast<std::size_t>(columns * (rows + 2))),
          to(static_cast<std::size_t>(rows * (columns + 1)));
      std::iota(from.begin(), from.end(), TestType{1});
      detail::transpose_block(from.data(), rows + 2, to.data(), columns + 1, rows, columns);
      for (Index r = 0; r < rows; ++r)
        for (Index c = 0; c <= columns; ++c)
          REQUIRE(to[static_cast<std::size_t>(r * (columns + 1) + c)] ==
                  (c == columns ? TestType{0} : from[static_cast<std::size_t>(c * (rows + 2) + r)]));
    }
}

TEMPLATE_TEST_CASE("permuted copies are what loops make, on any number of threads", "[tensor]", float,
                   double) {
  Tensor<TestType, dyn, dyn, dyn, dyn> x(3, 19, 33, 41);
  std::iota(x.begin(), x.end(), TestType{0});
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    const Tensor<TestType, dyn, dyn, dyn, dyn> last = permute<0, 2, 3, 1>(x), mixed = permute<3, 1, 0, 2>(x);
    bool all_right = true;
    for (Index n = 0; n < 3; ++n)
      for (Index c = 0; c < 19; ++c)
        for (Index h = 0; h < 33; ++h)
          for (Index w = 0; w < 41; ++w)
            all_right = all_right && last(n, h, w, c) == x(n, c, h, w) && mixed(w, c, n, h) == x(n, c, h, w);
    REQUIRE(all_right);
  }
  set_threads(before);
}
