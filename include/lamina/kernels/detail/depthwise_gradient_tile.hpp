// The inner loop of the weights' gradient of depthwise 3×3 convolutions with stride 1, in place of
// conv_gradient_tile.hpp's: an input is loaded once for the three taps of a kernel row that meet it, for
// which the last three gradients of a row stay in registers.
//
//   input column q:   dw[r][0] += x[r][q] · dy[q]        4 loads for 9 FMAs where each tap by itself
//                     dw[r][1] += x[r][q] · dy[q - 1]    would have 10 and as many addresses
//                     dw[r][2] += x[r][q] · dy[q - 2]
#pragma once

#include "lamina/kernels/detail/conv_pixels.hpp"
#include "lamina/simd/simd.hpp"

#define LAMINA_INLINE __attribute__((always_inline))  // see conv_tile.hpp

namespace lamina::kernels::detail {

/// Writes sums[r * 3 + c], vectors, as correlate_pixels<0> does. Tap (r, c) lies offsets[3 r] and c vectors
/// past `in`; pixels of a row are one vector apart on both sides.
template <class T, class Arch = simd::Arch>
[[gnu::noinline]] void correlate_squares(const T* in, const Index* offsets, const T* dy, const Pixels& pixels,
                                         T* sums) {
  constexpr int lanes = simd::width<T>;
  using Native = simd::native<T>;
  Native sum[9];
  unroll<9>([&](auto i) LAMINA_INLINE { sum[i] = Native{}; });
  const Index count = pixels.inner.count;
  for (Index n = 0; n < pixels.outer.count; ++n)
    for (Index row = 0; row < pixels.middle.count; ++row) {
      const T* const x = in + n * pixels.outer.in_step + row * pixels.middle.in_step;
      const T *x0 = x + offsets[0], *x1 = x + offsets[3], *x2 = x + offsets[6];
      const T* y = dy + n * pixels.outer.out_step + row * pixels.middle.out_step;
      Native gradient[3] = {};  // that of column q is gradient[q % 3]; zero outside the row
      const auto meet = [&]<int Turn>(Native newest) LAMINA_INLINE {
        gradient[Turn] = newest;
        const auto of_row = [&](const T*& from, auto r) LAMINA_INLINE {
          const Native here = simd::to_native(simd::load(from));
          from += lanes;
          sum[r * 3] += here * gradient[Turn];
          sum[r * 3 + 1] += here * gradient[(Turn + 2) % 3];
          sum[r * 3 + 2] += here * gradient[(Turn + 1) % 3];
        };
        of_row(x0, std::integral_constant<int, 0>{});
        of_row(x1, std::integral_constant<int, 1>{});
        of_row(x2, std::integral_constant<int, 2>{});
      };
      const auto next = [&]() LAMINA_INLINE {
        const Native here = simd::to_native(simd::load(y));
        y += lanes;
        return here;
      };
      Index left = count;
      for (; left >= 3; left -= 3) {
        meet.template operator()<0>(next());
        meet.template operator()<1>(next());
        meet.template operator()<2>(next());
      }
      // What is left of the row, and the two columns after it.
      meet.template operator()<0>(left > 0 ? next() : Native{});
      meet.template operator()<1>(left > 1 ? next() : Native{});
      if (left > 0) meet.template operator()<2>(Native{});
      if (left > 1) meet.template operator()<0>(Native{});
    }
  unroll<9>([&](auto i) LAMINA_INLINE { simd::store(sums + i * lanes, simd::from_native<T>(sum[i])); });
}

}  // namespace lamina::kernels::detail

#undef LAMINA_INLINE
