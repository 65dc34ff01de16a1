// What the parts of block_study share: the net, a template over what is studied, and how a variant of it is
// trained. A variant is one line in attention.cpp, convolutions.cpp or sampling.cpp.
#pragma once

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "support/example.hpp"

namespace block_study {

using namespace lamina;

/// The convolution that the variants replace: to as many channels as it gets. Batch norm follows everywhere.
inline constexpr auto plain = with_input([](auto in) { return conv<in.channels, 3, no_bias>; });

template <Index Channels> inline constexpr auto widen = conv<Channels, 1, no_bias> | batch_norm | relu;

/// A residual unit of two convolutions, with attention before the addition.
template <auto Convolution, auto Attention>
inline constexpr auto unit =
    residual(Convolution | batch_norm | relu | Convolution | batch_norm | Attention) | relu;

/// The net of the study: three residual units, at full, half and a quarter of the extent.
template <auto Convolution = plain, auto Attention = id, auto Down = max_pool<2>>
inline constexpr auto net = conv<16, 3, no_bias> | batch_norm | relu | unit<Convolution, Attention> | Down |
                            widen<32> | unit<Convolution, Attention> | Down | widen<64> |
                            unit<Convolution, Attention> | global_avg_pool | dense<10>;

/// What came of one training.
struct Outcome {
  double accuracy = 0;  ///< on the test images, from 0 to 1
  double seconds = 0;   ///< of the processor, for an epoch
};

struct Variant {
  std::string name;
  Index parameters, macs;
  Outcome (*train)(const TrainTest<>&, const Options&, std::uint64_t seed);
};

template <auto Net> Outcome train(const TrainTest<>& data, const Options& options, std::uint64_t number) {
  Model<Net, input<3, 32, 32>> model{seed{number}};
  fit_options how = options.for_fit();
  how.order = {number};
  how.progress = false;
  const auto pipeline = augment(random_crop{.padding = 4, .border = Border::reflect}, random_flip{},
                                normalize{{0.49, 0.48, 0.45}, {0.25, 0.24, 0.26}});
  const std::clock_t begin = std::clock();
  fit(model, data.training, adamw{.learning_rate = 8e-3, .weight_decay = 0.02}, how, schedule::one_cycle{},
      pipeline);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return {evaluate(model, data.testing, pipeline).metric,
          seconds / static_cast<double>(std::max<Index>(options.epochs, 1))};
}

template <auto Net> Variant variant(const char* name) {
  constexpr auto in = input<3, 32, 32>;
  return {name, parameter_count(Net, in), macs(Net, in), &train<Net>};
}

std::vector<Variant> attention_variants();
std::vector<Variant> convolution_variants();
std::vector<Variant> sampling_variants();

}  // namespace block_study
