// lamina's part of conv_bench: the chosen algorithm under both accuracy policies.
#include <memory>

#include "conv_bench.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/kernels/conv.hpp"

namespace conv_bench {
namespace {

using lamina::FeatureMapView;
using lamina::Storage;
namespace kernels = lamina::kernels;

/// A map and its memory.
template <int Block> struct Map {
  Map(Index n, Index c, Index h, Index w)
      : memory(n * ((c + Block - 1) / Block * Block) * h * w), view(memory.data(), n, c, h, w) {
    for (Index i = 0; i < memory.size(); ++i) memory[i] = value(i);
  }
  Storage<float> memory;
  FeatureMapView<float, Block> view;
};

/// Everything a convolution reads and writes.
template <int Block> struct Maps {
  explicit Maps(const ConvShape& s)
      : x(s.batch, s.geometry.in_channels, s.height, s.width),
        y(s.batch, s.geometry.out_channels, s.out_height(), s.out_width()),
        weight(s.geometry.weight_size(lamina::channel_block<float>)),
        bias(s.geometry.out_channels + lamina::channel_block<float>),
        geometry(s.geometry) {
    for (Index i = 0; i < weight.size(); ++i) weight[i] = value(i);
  }
  Map<Block> x;
  Map<lamina::channel_block<float>> y;
  Storage<float> weight, bias;
  kernels::ConvGeometry geometry;
};

template <int Block> std::function<void()> make(const ConvShape& shape, Workload workload) {
  auto maps = std::make_shared<Maps<Block>>(shape);
  switch (workload) {
    case Workload::forward:
      return [maps] {
        auto& [x, y, weight, bias, g] = *maps;
        kernels::conv_forward(x.view, weight.data(), bias.data(), y.view, g);
      };
    case Workload::backward_data:
      return [maps] {
        auto& [x, y, weight, bias, g] = *maps;
        kernels::conv_backward_data(y.view, weight.data(), x.view, g);
      };
    default:
      return [maps] {
        auto& [x, y, weight, bias, g] = *maps;
        kernels::conv_backward_weights(x.view, y.view, weight.data(), bias.data(), g);
      };
  }
}

}  // namespace

void add_lamina(const ConvShape& shape, Workload workload, std::vector<Contestant>& to) {
  const bool image = shape.geometry.in_channels <= 4 && shape.geometry.groups == 1;
  const auto work = [=] {
    return image ? make<1>(shape, workload) : make<lamina::channel_block<float>>(shape, workload);
  };
  to.push_back({"lamina-dyn", work});
}

}  // namespace conv_bench
