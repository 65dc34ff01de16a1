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
#include "lamina/kernels/reference/conv.hpp"

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

kernels::reference::Array numbers_of(const auto& view) {
  kernels::reference::Array all(view.batch, view.channels, view.height, view.width);
  for (Index n = 0; n < all.n; ++n)
    for (Index c = 0; c < all.c; ++c)
      for (Index h = 0; h < all.h; ++h)
        for (Index w = 0; w < all.w; ++w) all(n, c, h, w) = view(n, c, h, w);
  return all;
}

kernels::reference::Array weights_of(const Storage<float>& weight, const ConvGeometry& g) {
  kernels::reference::Array all(g.out_channels, g.in_channels_per_group(), g.kernel_height, g.kernel_width);
  for (Index o = 0; o < all.n; ++o)
    for (Index i = 0; i < all.c; ++i)
      for (Index u = 0; u < all.h; ++u)
        for (Index v = 0; v < all.w; ++v) all(o, i, u, v) = weight[g.weight_offset(block, o, i, u, v)];
  return all;
}

kernels::reference::Array magnitudes(kernels::reference::Array all) {
  for (double& number : all.values) number = std::abs(number);
  return all;
}

/// Errors of lamina's algorithms on one problem, against sums in double that are computed once for all of
/// them when the first is asked for.
class Errors {
 public:
  explicit Errors(const ConvProblem& problem) : problem_(problem) {}

  double of(ConvAlgorithm algorithm) {
    if (!errors_) with_input_block(problem_.geometry, [&]<int Block>() { errors_ = computed<Block>(); });
    return (*errors_)[static_cast<std::size_t>(algorithm)];
  }

 private:
  using All = std::array<double, std::size(kernels::conv_algorithms)>;

  template <int Block> All computed() const {
    const ConvGeometry& g = problem_.geometry;
    const auto maps = std::make_shared<Maps<Block>>(problem_);
    const auto x = numbers_of(maps->x.view), w = weights_of(maps->weight, g);
    const auto exact = kernels::reference::conv_forward(x, w, {}, g);
    const auto sums = kernels::reference::conv_forward(magnitudes(x), magnitudes(w), {}, g);
    const double unit =
        std::numeric_limits<float>::epsilon() * *std::max_element(sums.values.begin(), sums.values.end());
    All errors{};
    for (const ConvAlgorithm algorithm : kernels::conv_algorithms) {
      if (!kernels::applies(algorithm, g)) continue;
      forward(maps, g, algorithm)();
      errors[static_cast<std::size_t>(algorithm)] =
          largest_difference(numbers_of(maps->y.view), exact) / unit;
    }
    return errors;
  }

  static double largest_difference(const kernels::reference::Array& a, const kernels::reference::Array& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
      largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
    return largest;
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
