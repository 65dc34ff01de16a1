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

/// The forward pass with weights packed once.
std::function<void()> make_forward(const ConvShape& shape, kernels::ConvAlgorithm algorithm) {
  constexpr int block = lamina::channel_block<float>;
  auto maps = std::make_shared<Maps<block>>(shape);
  auto packed = std::make_shared<Storage<float>>(kernels::packed_weight_size(algorithm, shape.geometry));
  return kernels::with_algorithm(algorithm, [=]<kernels::ConvAlgorithm A>() -> std::function<void()> {
    kernels::pack_conv_weights<A>(maps->weight.data(), maps->geometry, packed->data());
    return [maps, packed] {
      kernels::conv_forward_packed<A>(maps->x.view, packed->data(), maps->bias.data(), maps->y.view,
                                      maps->geometry);
    };
  });
}

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

void add_lamina(const ConvShape& shape, Workload workload, bool each_algorithm, std::vector<Contestant>& to) {
  const bool image = shape.geometry.in_channels <= 4 && shape.geometry.groups == 1;
  const auto direct = [=] {
    return image ? make<1>(shape, workload) : make<lamina::channel_block<float>>(shape, workload);
  };
  const auto chosen =
      kernels::choose_algorithm(shape.geometry, shape.height, shape.width, kernels::Accuracy::relaxed);
  if (image || workload != Workload::forward || chosen == kernels::ConvAlgorithm::direct)
    to.push_back({"lamina-dyn", direct});
  else
    to.push_back({"lamina-dyn", [=] { return make_forward(shape, chosen); }});
  if (!each_algorithm) return;
  for (const kernels::ConvAlgorithm algorithm : kernels::conv_algorithms)
    if (!image && workload == Workload::forward && kernels::applies(algorithm, shape.geometry))
      to.push_back({std::string("lamina:") + kernels::label(algorithm, shape.geometry),
                    [=] { return make_forward(shape, algorithm); }});
}

}  // namespace conv_bench
