// What the parts of block_bench share: how a task is registered, and how a block runs on a map that is there.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <utility>

#include "lamina/blocks/inception.hpp"
#include "lamina/net/freeze.hpp"

namespace block_bench {

using namespace lamina;

/// What is wanted of a task: by how much the others' time is to exceed lamina's.
std::map<std::string, double>& goals();

/// Registers <task>/<who>. `make` is called when it runs and gives a function without arguments, which owns
/// what it needs and does the work once.
template <class Make> void add(const std::string& task, const char* who, Make make) {
  benchmark::RegisterBenchmark((task + "/" + who).c_str(), [=](benchmark::State& state) {
    auto work = make();
    work();  // memory, caches
    for (auto _ : state) {
      work();
      benchmark::ClobberMemory();
    }
  });
}

/// The map that a block is given. A net's own input is a plain image, and to bring it into blocks would be
/// timed; this layer does so once, and finds the map in its place ever after.
struct MapInPlace : Layer {
  static constexpr std::string_view name = "map in place";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool reads_image(Shape) { return true; }
  static constexpr Shape output(Shape in) { return in; }
  template <class T> static void forward(const Forward<T>& pass) {
    if (*pass.output.data == 0) kernels::image_to_blocked(pass.image, pass.output);
  }
  template <class T> static void backward(const Backward<T>&) {}
};
inline constexpr MapInPlace map_in_place{};

/// A plain image of numbers between -1 and 1, none of them 0.
class Image {
 public:
  Image(Index batch, Shape shape) : pixels_(batch * shape.elements()) {
    for (Index i = 0; i < pixels_.size(); ++i)
      pixels_[i] = static_cast<float>(i * 2654435761L % 4001 - 2000) / 2000 + 1e-4f;
    view = {pixels_.data(), batch, shape.channels, shape.height, shape.width};
  }
  FeatureMapView<const float, 1> view;

 private:
  Storage<float> pixels_;
};

/// A block, frozen, on a map: what add() wants as `make`. The map is a second result, so that it stays.
template <auto Block, auto In> auto frozen_on_map(Index batch = 1) {
  return [=] {
    constexpr auto net = map_in_place | outputs(Block, id);
    return [predict = freeze(Model<net, In>{seed{1}}), image = Image(batch, In.shape),
            workspace = freeze(Model<net, In>{seed{1}}).workspace()]() mutable {
      auto y = predict(image.view, workspace);
      benchmark::DoNotOptimize(y.data);
    };
  };
}

void add_attention();
void add_convolutions();
/// An Inception module on a map of `in` channels, side × side, if oneDNN is there.
void add_dnnl_inception(const std::string& task, const InceptionWidths& widths, Index in, Index side);

}  // namespace block_bench
