// Convolutions that are made of other things against those that they replace.
#include <memory>
#include <vector>

#include "block_bench.hpp"
#include "lamina/blocks/inception_depthwise.hpp"
#include "lamina/blocks/separable_conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/weighted_conv.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/train/losses/cross_entropy.hpp"
#include "lamina/train/optimizers.hpp"

namespace block_bench {
namespace {

/// A step of training: forward, loss, backward, a step of the optimizer.
template <auto Net, auto In> struct TrainingStep {
  static constexpr Index batch = 16;
  Model<Net, In> model{seed{1}};
  Optimizer<sgd, float> optimizer{sgd{.learning_rate = 1e-6}, model.parameter_space()};
  Image images{batch, In.shape};
  std::vector<std::int32_t> labels = std::vector<std::int32_t>(batch, 3);

  void operator()() {
    const auto logits = model.forward(images.view);
    double loss = cross_entropy{}(logits, std::span<const std::int32_t>(labels), model.output_gradient());
    benchmark::DoNotOptimize(loss);
    model.backward();
    optimizer.step();
  }
};
template <auto Net, auto In> auto training_step() {
  return [] { return [step = std::make_unique<TrainingStep<Net, In>>()] { (*step)(); }; };
}

/// A small net of two convolutions.
template <auto Conv>
inline constexpr auto small = map_in_place | Conv | relu | Conv | relu | global_avg_pool | dense<10>;

/// A weighted convolution, whose kernel is made anew at every step of training, and once when it is frozen:
/// within 5 % of the plain one.
void add_weighted() {
  constexpr auto weighted = weighted_conv<64, density<0.7>>;
  constexpr auto plain = conv<64, 3>;
  constexpr auto in = input<64, 32, 32>;
  const std::string frozen = "block/weighted_conv_frozen/64@32", step = "block/weighted_conv_training/64@32";
  goals()[frozen] = goals()[step] = 1 / 1.05;
  add(frozen, "lamina", frozen_on_map<weighted, in>());
  add(frozen, "plain", frozen_on_map<plain, in>());
  add(step, "lamina", training_step<small<weighted>, in>());
  add(step, "plain", training_step<small<plain>, in>());
}

/// InceptionNeXt's unit against ConvNeXt's: 31 / 8 instead of 49 multiply-adds an element, five eighths of
/// which only pass.
void add_inception_depthwise() {
  const std::string task = "block/inception_depthwise/96@56_n8";
  goals()[task] = 1.6;
  add(task, "lamina", frozen_on_map<inception_depthwise<>, input<96, 56, 56>>(8));
  add(task, "depthwise_7x7", frozen_on_map<depthwise_conv<7>, input<96, 56, 56>>(8));
}

/// A separable convolution against a dense one: 8.4 times fewer multiply-adds. The goal is set against the
/// dense one as a sum of products; Winograd's algorithm, which a frozen net chooses, is told beside it.
void add_separable() {
  const std::string task = "block/separable_conv/128@56", winograd = task + "_winograd";
  goals()[task] = 5;
  add(task, "lamina", frozen_on_map<separable_conv<128, 3>, input<128, 56, 56>>());
  add(task, "dense_3x3", frozen_on_map<conv<128, 3, rounding::exact>, input<128, 56, 56>>());
  add(winograd, "lamina", frozen_on_map<separable_conv<128, 3>, input<128, 56, 56>>());
  add(winograd, "dense_3x3", frozen_on_map<conv<128, 3>, input<128, 56, 56>>());
}

/// GoogLeNet's module 3a against the sum of oneDNN's primitives; as sums of products beside it.
void add_inception() {
  constexpr InceptionWidths widths{64, 96, 128, 16, 32, 32};
  constexpr auto exact = concat(conv<64, 1> | relu, conv<96, 1> | relu | conv<128, 3, rounding::exact> | relu,
                                conv<16, 1> | relu | conv<32, 5, rounding::exact> | relu,
                                max_pool<3, stride<1>, pad<1>> | conv<32, 1> | relu);
  constexpr auto in = input<192, 28, 28>;
  const std::string task = "block/inception_3a/192@28", sums = task + "_exact";
  goals()[task] = 1.25;
  add(task, "lamina", frozen_on_map<inception<widths>, in>());
  add_dnnl_inception(task, widths, 192, 28);
  add(sums, "lamina", frozen_on_map<exact, in>());
  add_dnnl_inception(sums, widths, 192, 28);
}

}  // namespace

void add_convolutions() {
  add_inception();
  add_weighted();
  add_inception_depthwise();
  add_separable();
}

}  // namespace block_bench
