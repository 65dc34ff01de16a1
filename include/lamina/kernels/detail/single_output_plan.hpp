// A convolution to one channel, such as the gates of spatial attention. The other plans keep output channels
// in the lanes of a vector, all but one of which would be padding here; so the lanes are input channels
// instead, and are added up in the end.
//
// A step is a tap on an input block. The sums of up to 64 neighbouring outputs stay in the first-level cache
// while steps pass by four at a time.
#pragma once

#include <algorithm>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/conv_geometry.hpp"
#include "lamina/kernels/detail/conv_axis.hpp"
#include "lamina/kernels/detail/one_channel_plan.hpp"

namespace lamina::kernels::detail {

template <class T, class Arch = simd::Arch>
class SingleOutputPlan : public OneChannelPlan<SingleOutputPlan<T, Arch>, T> {
  using V = simd::Vector<T>;
  static constexpr Index lanes = simd::width<T>, chunk = 64;

 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  /// `bias` may be null. What is transposed is no convolution to one channel; `accumulate` as conv_forward.
  SingleOutputPlan(const ConvGeometry& g, bool /*transposed*/, const In& in, const Out& out, const T* weight,
                   const T* bias, bool accumulate)
      : rows_(vertical_axis(g, in.height, out.height, false)),
        columns_(horizontal_axis(g, in.width, out.width, false)),
        row_runs_(rows_),
        column_runs_(columns_),
        blocks_(in.blocks()),
        last_lanes_(in.channels - (blocks_ - 1) * lanes),
        weight_(g.taps() * blocks_ * lanes),
        steps_(threads() * g.taps() * blocks_),
        bias_(bias ? *bias : T{0}),
        accumulate_(accumulate) {
    std::fill_n(weight_.data(), weight_.size(), T{0});
    for (Index tap = 0; tap < g.taps(); ++tap)
      for (Index i = 0; i < g.in_channels; ++i)
        weight_[tap * blocks_ * lanes + i] = weight[(tap * g.in_channels + i) * lanes];
  }

 private:
  friend OneChannelPlan<SingleOutputPlan, T>;

  Index macs_per_output() const { return 4 * weight_.size() / lanes; }

  struct Step {
    Index from;  // in the sample, of the run's first output
    const T* weight;
  };

  template <class Epilogue>
  void run_rows(const In& in, const Out& out, Index first_row, Index rows, int worker,
                const Epilogue& epilogue) const {
    Step* const steps = steps_.data() + worker * (weight_.size() / lanes);
    for (const AxisRun& all : row_runs_) {
      const AxisRun across = clip(all, first_row, first_row + rows);
      for (const AxisRun& along : column_runs_) {
        const Index count = across.count > 0 ? list_steps(in, across, along, steps) : 0;
        for (Index row = 0; row < across.count; ++row)
          for (Index first = 0; first < along.count; first += chunk)
            run_chunk(in.data + (row * across.in_step * in.width + first * along.in_step) * lanes,
                      along.in_step * lanes, steps, count,
                      out.data + ((across.first + row) * out.width + along.first + first) * lanes,
                      std::min(chunk, along.count - first), epilogue);
      }
    }
  }

  /// The taps of a region, on each input block.
  Index list_steps(const In& in, const AxisRun& across, const AxisRun& along, Step* steps) const {
    Index count = 0;
    for (Index block = 0; block < blocks_; ++block)
      for (Index u = 0; u < across.tap_count; ++u)
        for (Index v = 0; v < along.tap_count; ++v) {
          const Index row = across.in_first + u * across.in_tap_step;
          const Index column = along.in_first + v * along.in_tap_step;
          const Index tap = (across.tap_first + u) * columns_.kernel + along.tap_first + v;
          steps[count++] = {(block * in.height * in.width + row * in.width + column) * lanes,
                            weight_.data() + (tap * blocks_ + block) * lanes};
        }
    return count;
  }

  template <class Epilogue>
  [[gnu::noinline]] void run_chunk(const T* in, Index in_step, const Step* steps, Index count, T* out,
                                   Index outputs, const Epilogue& epilogue) const {
    alignas(64) T sums[chunk * lanes];
    alignas(64) T results[chunk];
    std::fill_n(sums, outputs * lanes, T{0});
    // Padding lanes may hold anything: those of the last block are masked.
    const Index full = last_lanes_ == lanes ? count : count / blocks_ * (blocks_ - 1);
    add_steps(in, in_step, steps, steps + full, sums, outputs, [](const auto& x) { return x; });
    add_steps(in, in_step, steps + full, steps + count, sums, outputs,
              [mask = simd::lanes_between<T>(0, last_lanes_)](const V& x) {
                return V(simd::select(mask, x, simd::broadcast<T>(0)));
              });
    std::fill_n(results, chunk, T{0});
    for (Index p = 0; p < outputs; ++p)
      results[p] =
          simd::reduce_add(simd::load<T>(sums + p * lanes)) + bias_ + (accumulate_ ? out[p * lanes] : T{0});
    for (Index p = 0; p < outputs; p += lanes)
      simd::store<T>(results + p, epilogue(simd::load<T>(results + p)));
    for (Index p = 0; p < outputs; ++p) {
      simd::store(out + p * lanes, simd::broadcast<T>(0));
      out[p * lanes] = results[p];
    }
  }

  /// Adds the products of steps [first, last) to the sums, of inputs as `masked` gives them.
  template <class Masked>
  static void add_steps(const T* in, Index in_step, const Step* first, const Step* last, T* sums,
                        Index outputs, Masked masked) {
    const auto x = [&](const T* from) { return masked(V(simd::load(from))); };
    for (; first + 4 <= last; first += 4) {
      const T *a = in + first[0].from, *b = in + first[1].from, *c = in + first[2].from,
              *d = in + first[3].from;
      const V wa = simd::load(first[0].weight), wb = simd::load(first[1].weight),
              wc = simd::load(first[2].weight), wd = simd::load(first[3].weight);
      for (Index p = 0, at = 0; p < outputs; ++p, at += in_step) {
        const V upper = simd::fma(x(a + at), wa, V(simd::load<T>(sums + p * lanes)));
        const V lower = simd::fma(x(c + at), wc, V(x(d + at) * wd));
        simd::store<T>(sums + p * lanes, simd::fma(x(b + at), wb, upper) + lower);
      }
    }
    for (; first < last; ++first)
      for (Index p = 0; p < outputs; ++p)
        simd::store<T>(sums + p * lanes,
                       simd::fma(x(in + first->from + p * in_step), V(simd::load(first->weight)),
                                 V(simd::load<T>(sums + p * lanes))));
  }

  Axis rows_, columns_;
  AxisRuns row_runs_, column_runs_;
  Index blocks_, last_lanes_;  // input blocks, and the channels in the last one
  Scratch<T> weight_;          // (tap, input block, lane), zeros in padding
  Scratch<Step> steps_;
  T bias_;
  bool accumulate_;
};

}  // namespace lamina::kernels::detail
