// A depthwise 3×3 with relu6 and the 1×1 convolution after it: in one pass (`lamina`), and in two (`apart`).
// The name tells what frozen nets do: `separable` where one pass pays, else `separable_apart` (and both are
// two passes).
#include <algorithm>
#include <string>

#include "fusion_bench.hpp"
#include "lamina/kernels/separable_conv.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;
using fusion_bench::filled;
using kernels::ConvKind;

namespace {

/// A pair on a map of `side` × `side` pixels.
struct Pair {
  Index channels, out, side, stride;

  kernels::ConvGeometry depthwise() const {
    return {.in_channels = channels,
            .out_channels = channels,
            .groups = channels,
            .kernel_height = 3,
            .kernel_width = 3,
            .stride_height = stride,
            .stride_width = stride,
            .pad_top = 1,
            .pad_left = 1,
            .pad_bottom = 1,
            .pad_right = 1};
  }
  kernels::ConvGeometry pointwise() const { return {.in_channels = channels, .out_channels = out}; }
  bool pays() const { return kernels::separable_pays(depthwise(), pointwise(), out_side()); }
  Index out_side() const { return depthwise().out_height(side); }
  std::string name() const {
    return std::string(pays() ? "separable" : "separable_apart") + "_" + std::to_string(channels) + "_" +
           std::to_string(out) + "_" + std::to_string(side) + (stride == 2 ? "_stride_2" : "");
  }
};

class Work {
 public:
  explicit Work(const Pair& pair)
      : pair_(pair),
        x_(filled(whole(pair.channels) * pair.side * pair.side)),
        between_(filled(whole(pair.channels) * pair.out_side() * pair.out_side())),
        y_(filled(whole(pair.out) * pair.out_side() * pair.out_side())),
        weight_(filled(pair.depthwise().weight_size(block))),
        mixing_(filled(pair.pointwise().weight_size(block))),
        bias_(filled(std::max(pair.channels, pair.out) + block)) {}

  void one_pass() {
    if (pair_.pays())
      kernels::separable_conv_forward(map(x_, pair_.channels, pair_.side), pair_.depthwise(), weight_.data(),
                                      bias_.data(), relu6, pair_.pointwise(), mixing_.data(), bias_.data(),
                                      map(y_, pair_.out, pair_.out_side()));
    else
      two_passes();
  }
  void two_passes() {
    const auto between = map(between_, pair_.channels, pair_.out_side());
    kernels::conv_forward<ConvKind::depthwise>(map(x_, pair_.channels, pair_.side), weight_.data(),
                                               bias_.data(), between, pair_.depthwise(), relu6);
    kernels::conv_forward<ConvKind::dense>(between, mixing_.data(), bias_.data(),
                                           map(y_, pair_.out, pair_.out_side()), pair_.pointwise());
  }

 private:
  static constexpr Index block = channel_block<float>;
  /// Channels with their padding.
  static Index whole(Index channels) { return (channels + block - 1) / block * block; }
  static FeatureMapView<float> map(Storage<float>& values, Index channels, Index side) {
    return {values.data(), 1, channels, side, side};
  }

  Pair pair_;
  Storage<float> x_, between_, y_, weight_, mixing_, bias_;
};

}  // namespace

void fusion_bench::add_separable() {
  for (const Pair& pair : {Pair{128, 128, 56, 1}, Pair{728, 728, 19, 1}, Pair{144, 24, 56, 1},
                           Pair{96, 24, 112, 2}, Pair{32, 16, 112, 1}, Pair{64, 128, 112, 1},
                           Pair{192, 32, 28, 1}, Pair{384, 64, 14, 1}, Pair{32, 32, 16, 1}}) {
    add(pair.name(), "lamina", pair, &Work::one_pass);
    add(pair.name(), "apart", pair, &Work::two_passes);
  }
}
