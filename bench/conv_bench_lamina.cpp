// lamina's part of conv_bench: the chosen algorithm, known at compile time or at run time, and each
// algorithm.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "conv_bench.hpp"
#include "conv_bench_shapes.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/kernels/conv_by_algorithm.hpp"

namespace conv_bench {
namespace {

using lamina::FeatureMapView;
using lamina::Storage;
namespace kernels = lamina::kernels;
using kernels::Accuracy;
using kernels::ConvAlgorithm;
using kernels::ConvGeometry;
using Work = std::function<void()>;
constexpr int block = lamina::channel_block<float>;

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
  explicit Maps(const ConvProblem& p)
      : x(p.batch, p.geometry.in_channels, p.height, p.width),
        y(p.batch, p.geometry.out_channels, p.out_height(), p.out_width()),
        weight(p.geometry.weight_size(block)),
        bias(p.geometry.out_channels + block) {
    for (Index i = 0; i < weight.size(); ++i) weight[i] = value(i);
  }
  Map<Block> x;
  Map<block> y;
  Storage<float> weight, bias;
};
template <int Block> using SharedMaps = std::shared_ptr<Maps<Block>>;

/// The geometry of a compiled problem: a constant wherever it is used. Its counterpart at run time is a
/// ConvGeometry.
template <std::size_t I> struct CompiledGeometry {
  constexpr operator ConvGeometry() const { return compiled_problems[I].geometry; }
};

/// Photographs and digits come as plain maps.
constexpr bool reads_image(const ConvGeometry& g) { return kernels::reads_image(g.in_channels, g.groups); }

constexpr ConvAlgorithm chosen(const ConvProblem& p, Accuracy accuracy) {
  return kernels::choose_algorithm(p.geometry, p.height, p.width, accuracy);
}

/// f.template operator()<Block>() with the block of the input map.
template <class F> decltype(auto) with_input_block(const ConvGeometry& g, F&& f) {
  return reads_image(g) ? f.template operator()<1>() : f.template operator()<block>();
}

/// The forward pass, with weights packed once.
template <ConvAlgorithm Algorithm, int Block, class Geometry>
Work forward(const SharedMaps<Block>& maps, Geometry geometry) {
  auto packed = std::make_shared<Storage<float>>(kernels::packed_weight_size(Algorithm, geometry));
  kernels::pack_conv_weights<Algorithm>(maps->weight.data(), geometry, packed->data());
  return [=] {
    kernels::conv_forward_packed<Algorithm>(maps->x.view, packed->data(), maps->bias.data(), maps->y.view,
                                            geometry);
  };
}

/// The same for an algorithm that is known at run time only.
template <int Block>
Work forward(const SharedMaps<Block>& maps, const ConvGeometry& geometry, ConvAlgorithm algorithm) {
  return kernels::with_algorithm(
      algorithm, [&]<ConvAlgorithm Algorithm>() { return forward<Algorithm>(maps, geometry); });
}

/// A gradient, by what training chooses.
template <int Block, class Geometry>
Work backward(const SharedMaps<Block>& maps, Workload workload, Geometry geometry) {
  const auto chosen_gradient =
      workload == Workload::backward_data ? kernels::choose_data_gradient : kernels::choose_weights_gradient;
  const ConvAlgorithm algorithm =
      Block == 1 ? ConvAlgorithm::direct
                 : chosen_gradient(geometry, maps->x.view.height, maps->x.view.width, Accuracy::relaxed);
  if (algorithm == ConvAlgorithm::direct) {
    if (workload == Workload::backward_data)
      return [=] { kernels::conv_backward_data(maps->y.view, maps->weight.data(), maps->x.view, geometry); };
    return [=] {
      kernels::conv_backward_weights(maps->x.view, maps->y.view, maps->weight.data(), maps->bias.data(),
                                     geometry);
    };
  }
  if constexpr (Block != 1)
    return kernels::with_algorithm(algorithm, [&]<ConvAlgorithm Algorithm>() -> Work {
      if (workload == Workload::backward_data)
        return [=] {
          kernels::conv_backward_data_by<Algorithm>(maps->y.view, maps->weight.data(), maps->x.view,
                                                    geometry);
        };
      return [=] {
        kernels::conv_backward_weights_by<Algorithm>(maps->x.view, maps->y.view, maps->weight.data(),
                                                     maps->bias.data(), geometry);
      };
    });
  return {};
}

/// make() of a Contestant, from `work`: a function of the maps.
template <int Block, class F> std::function<Work()> maker(const ConvProblem& problem, F work) {
  return [=] { return work(std::make_shared<Maps<Block>>(problem)); };
}

/// The forward pass of compiled_problems[I]: geometry and algorithm are template arguments.
template <std::size_t I, Accuracy Policy> Contestant compiled_forward(const char* who) {
  constexpr ConvProblem problem = compiled_problems[I];
  constexpr int in_block = reads_image(problem.geometry) ? 1 : block;
  return {who, maker<in_block>(problem, [](const SharedMaps<in_block>& maps) {
            return forward<chosen(compiled_problems[I], Policy)>(maps, CompiledGeometry<I>{});
          })};
}

template <std::size_t I> Contestant compiled_backward(Workload workload) {
  constexpr ConvProblem problem = compiled_problems[I];
  constexpr int in_block = reads_image(problem.geometry) ? 1 : block;
  return {"lamina", maker<in_block>(problem, [workload](const SharedMaps<in_block>& maps) {
            return backward(maps, workload, CompiledGeometry<I>{});
          })};
}

template <std::size_t I> void add_compiled(Workload workload, std::vector<Contestant>& to) {
  if (workload == Workload::forward) {
    to.push_back(compiled_forward<I, Accuracy::relaxed>("lamina"));
    to.push_back(compiled_forward<I, Accuracy::exact>("lamina-exact"));
  } else {
    to.push_back(compiled_backward<I>(workload));
  }
}

/// f.template operator()<I>() if compiled_problems[I] is this problem.
template <class F> void with_compiled(const ConvProblem& problem, F&& f) {
  const auto call_at_match = [&]<std::size_t I>() {
    if (!(compiled_problems[I] == problem)) return false;
    f.template operator()<I>();
    return true;
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    static_cast<void>((call_at_match.template operator()<I>() || ...));
  }(std::make_index_sequence<std::size(compiled_problems)>{});
}

/// The forward pass by an algorithm that need not be the chosen one.
Work run_time_forward(const ConvProblem& problem, ConvAlgorithm algorithm) {
  return with_input_block(problem.geometry, [&]<int Block>() {
    return forward(std::make_shared<Maps<Block>>(problem), problem.geometry, algorithm);
  });
}

/// Errors of lamina's algorithms on one problem, against sums in double of some outputs, which are computed
/// once for all algorithms when the first is asked for. (Of a thousand, the largest error is about that of
/// all: it grows with the logarithm.)
class Errors {
 public:
  explicit Errors(const ConvProblem& problem) : problem_(problem) {}

  double of(ConvAlgorithm algorithm) {
    if (!errors_) with_input_block(problem_.geometry, [&]<int Block>() { errors_ = computed<Block>(); });
    return (*errors_)[static_cast<std::size_t>(algorithm)];
  }

 private:
  using All = std::array<double, std::size(kernels::conv_algorithms)>;

  struct Output {
    Index n, channel, row, column;
    double sum, magnitude;  // Σ w x, Σ |w x|
  };

  template <int Block> std::vector<Output> some_outputs(const Maps<Block>& maps) const {
    constexpr Index most = 1000;
    const ConvGeometry& g = problem_.geometry;
    const Index width = problem_.out_width(), height = problem_.out_height();
    const Index all = problem_.batch * g.out_channels * height * width;
    std::vector<Output> some;
    for (Index i = 0; i < std::min(all, most); ++i) {
      const Index place = all <= most ? i : i * 1'000'003 % all;  // here and there
      Output output{place / width / height / g.out_channels,
                    place / width / height % g.out_channels,
                    place / width % height,
                    place % width,
                    0,
                    0};
      sum_up(maps, output);
      some.push_back(output);
    }
    return some;
  }

  template <int Block> void sum_up(const Maps<Block>& maps, Output& output) const {
    const ConvGeometry& g = problem_.geometry;
    const Index channels = g.in_channels_per_group();
    const Index first_channel = output.channel / (g.out_channels / g.groups) * channels;
    for (Index u = 0; u < g.kernel_height; ++u)
      for (Index v = 0; v < g.kernel_width; ++v) {
        const Index row = output.row * g.stride_height - g.pad_top + u * g.dilation_height;
        const Index column = output.column * g.stride_width - g.pad_left + v * g.dilation_width;
        if (row < 0 || row >= problem_.height || column < 0 || column >= problem_.width) continue;
        for (Index c = 0; c < channels; ++c) {
          const double x = maps.x.view(output.n, first_channel + c, row, column);
          const double product = x * maps.weight[g.weight_offset(block, output.channel, c, u, v)];
          output.sum += product;
          output.magnitude += std::abs(product);
        }
      }
  }

  template <int Block> All computed() const {
    const auto maps = std::make_shared<Maps<Block>>(problem_);
    const std::vector<Output> outputs = some_outputs(*maps);
    double unit = 0;
    for (const Output& output : outputs) unit = std::max(unit, output.magnitude);
    unit *= std::numeric_limits<float>::epsilon();
    All errors{};
    for (const ConvAlgorithm algorithm : kernels::conv_algorithms) {
      if (!kernels::applies(algorithm, problem_.geometry)) continue;
      forward(maps, problem_.geometry, algorithm)();
      double& error = errors[static_cast<std::size_t>(algorithm)];
      for (const Output& output : outputs)
        error = std::max(
            error,
            std::abs(maps->y.view(output.n, output.channel, output.row, output.column) - output.sum) / unit);
    }
    return errors;
  }

  ConvProblem problem_;
  std::optional<All> errors_;
};

std::string who(ConvAlgorithm algorithm, const ConvGeometry& geometry) {
  return std::string("lamina:") + kernels::label(algorithm, geometry);
}

}  // namespace

void add_lamina(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to) {
  with_compiled(problem, [&]<std::size_t I>() { add_compiled<I>(workload, to); });
  with_input_block(problem.geometry, [&]<int Block>() {
    to.push_back({"lamina-dyn", maker<Block>(problem, [=](const SharedMaps<Block>& maps) {
                    return workload == Workload::forward
                               ? forward(maps, problem.geometry, chosen(problem, Accuracy::relaxed))
                               : backward(maps, workload, problem.geometry);
                  })});
  });
}

void add_lamina_algorithms(const ConvProblem& problem, std::vector<Contestant>& to) {
  const auto errors = std::make_shared<Errors>(problem);
  for (const ConvAlgorithm algorithm : kernels::conv_algorithms)
    if (kernels::applies(algorithm, problem.geometry))
      to.push_back({who(algorithm, problem.geometry), [=] { return run_time_forward(problem, algorithm); },
                    [=] { return errors->of(algorithm); }});
}

std::string lamina_choice(const ConvProblem& problem) {
  return who(chosen(problem, Accuracy::relaxed), problem.geometry);
}

}  // namespace conv_bench
