// Attention blocks against the memory traffic that they need. A gate cannot be known before the whole map has
// been read, so the map is read again where it is gated; and it is written once:
//
//   squeeze-and-excitation, efficient channel attention, scSE    2 reads, 1 write; scSE's two gates both come
//                                                                from the first read, and meet in the second
//   CBAM                3 reads, 1 write: the gate of pixels needs what the gate of channels leaves of the
//                       map, of which only two numbers a pixel need be kept
//
// and the weights of the gates are read once: 4 MB of scSE's on 1024 channels. The limit does just that: sums
// of vectors, and y = 0.5 x, over maps and weights of these sizes.
#include "block_bench.hpp"
#include "lamina/blocks/convolutional_block_attention.hpp"
#include "lamina/blocks/efficient_channel_attention.hpp"
#include "lamina/blocks/spatial_channel_excite.hpp"
#include "lamina/kernels/dense.hpp"

namespace block_bench {
namespace {

using Vector = simd::Vector<float>;
constexpr Index width = simd::width<float>;

/// Reads a run of numbers, eight vectors at a time; a few at its end are left out.
void read(const float* run, Index count) {
  Vector sums[8] = {};
  for (Index i = 0; i + 8 * width <= count; i += 8 * width)
#pragma GCC unroll 8
    for (Index s = 0; s < 8; ++s) sums[s] += simd::load<float>(run + i + s * width);
  for (Vector& sum : sums) benchmark::DoNotOptimize(sum);
}

void read_and_write(const float* from, float* to, Index count) {
  const Vector half = simd::broadcast<float>(0.5f);
  for (Index i = 0; i < count; i += width) simd::store(to + i, Vector(half * simd::load<float>(from + i)));
  benchmark::DoNotOptimize(to);
}

/// The block, and its limit: that many reads of the map alone, then a read and a write.
template <auto Block, auto In> void add_block(const char* what, const char* size, int reads_alone) {
  const std::string task = std::string("block/") + what + "/" + size;
  goals()[task] = 1 / 1.15;
  add(task, "lamina", frozen_on_map<Block, In>());
  add(task, "limit_traffic", [=] {
    constexpr Index elements = In.shape.elements(), weights = parameter_count(Block, In);
    // One piece of memory, as a model's activations are: on pages as large.
    return [=, memory = Storage<float>(2 * elements + weights)]() mutable {
      float* const x = memory.data();
      for (int i = 0; i < reads_alone; ++i) read(x, elements);
      read(x + 2 * elements, weights);
      read_and_write(x, x + elements, elements);
    };
  });
}

template <auto In> void add_blocks(const char* size) {
  add_block<squeeze_excite<>, In>("squeeze_excite", size, 1);
  add_block<efficient_channel_attention<>, In>("efficient_channel_attention", size, 1);
  add_block<convolutional_block_attention<>, In>("convolutional_block_attention", size, 2);
  add_block<spatial_channel_excite<>, In>("spatial_channel_excite", size, 1);
}

/// Squeeze-and-excitation as one would write it from kernels.
template <auto In> class WrittenByHand {
 public:
  static constexpr Index channels = In.shape.channels, hidden = reduced_channels(channels, 16);

  WrittenByHand() {
    for (Storage<float>* run : {&x, &squeeze, &excite})
      for (Index i = 0; i < run->size(); ++i) (*run)[i] = static_cast<float>(i % 17) * 0.01f - 0.08f;
  }
  void operator()() {
    using Map = FeatureMapView<float>;
    const Map in(x.data(), 1, channels, In.shape.height, In.shape.width);
    const Map out(y.data(), 1, channels, In.shape.height, In.shape.width);
    const Map mean(means.data(), 1, channels, 1, 1), middle(hidden_numbers.data(), 1, hidden, 1, 1);
    const Map gates(gate_numbers.data(), 1, channels, 1, 1);
    kernels::global_average_pool_forward(in, mean);
    kernels::dense_forward(mean, squeeze.data(), squeeze_bias.data(), middle, relu);
    kernels::dense_forward(middle, excite.data(), excite_bias.data(), gates, sigmoid);
    const FeatureMapView<const float> operands[] = {in, gates};
    kernels::multiply_forward(std::span(operands), out);
    benchmark::DoNotOptimize(y.data());
  }

 private:
  static constexpr Index padded_hidden = (hidden + width - 1) / width * width;
  Storage<float> x{In.shape.elements()}, y{In.shape.elements()};
  Storage<float> squeeze{padded_hidden * channels}, squeeze_bias{padded_hidden};
  Storage<float> excite{channels * hidden}, excite_bias{channels};
  Storage<float> means{channels}, hidden_numbers{padded_hidden}, gate_numbers{channels};
};

/// The algebra against it: within 5 %.
template <auto In> void add_by_hand(const char* size) {
  const std::string task = std::string("block/squeeze_excite_by_hand/") + size;
  goals()[task] = 1 / 1.05;
  add(task, "lamina", frozen_on_map<squeeze_excite<>, In>());
  add(task, "by_hand", [] { return WrittenByHand<In>(); });
}

}  // namespace

void add_attention() {
  add_blocks<input<256, 56, 56>>("256@56");
  add_blocks<input<1024, 14, 14>>("1024@14");
  add_by_hand<input<256, 56, 56>>("256@56");
  add_by_hand<input<1024, 14, 14>>("1024@14");
}

}  // namespace block_bench
