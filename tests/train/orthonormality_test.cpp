#include "lamina/train/orthonormality.hpp"

#include "lamina/blocks/efficient_channel_attention.hpp"
#include "lamina/layers/conditional_conv.hpp"
#include "lamina/layers/conv_transposed.hpp"
#include "lamina/layers/weight_norm_conv.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/check_gradients.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

/// R by its definition, W's columns the kernels of the first axis.
double penalty(const NamedArray<double>& kernel, double strength) {
  const Index outputs = kernel.extents()[0], length = kernel.size() / outputs;
  const auto weight = [&](Index output, Index i) { return kernel[output * length + i]; };
  const bool wide = length < outputs;
  double sum = 0;
  for (Index a = 0; a < (wide ? length : outputs); ++a)
    for (Index b = 0; b < (wide ? length : outputs); ++b) {
      double dot = a == b ? -1 : 0;
      for (Index i = 0; i < (wide ? outputs : length); ++i)
        dot += wide ? weight(i, a) * weight(i, b) : weight(a, i) * weight(b, i);
      sum += dot * dot;
    }
  return strength / 2 * sum;
}

template <auto Net, auto In> void check() {
  Model<Net, In, double> model{seed{2}};
  orthonormality regularizer{.strength = 0.7};
  regularizer.on_backward_end(model);
  const auto kernel = model.parameter("weight");
  require_close(regularizer.value, penalty(kernel, 0.7), 1e-12);
  REQUIRE(regularizer.value > 0.01);
  const auto gradient = model.gradient("weight").values();
  for (Index i = 0; i < kernel.size(); ++i) {
    const double kept = kernel[i], step = 1e-5;
    kernel[i] = kept + step;
    const double above = penalty(kernel, 0.7);
    kernel[i] = kept - step;
    const double below = penalty(kernel, 0.7);
    kernel[i] = kept;
    require_close(gradient[static_cast<std::size_t>(i)], (above - below) / (2 * step), 1e-7);
  }
  // Padding lanes stay zero: the optimizer runs over them.
  double all = 0, logical = 0;
  for (const double g : model.parameter_space().gradients) all += std::abs(g);
  for (const double g : gradient) logical += std::abs(g);
  require_close(all, logical, 1e-12);
}

}  // namespace

TEST_CASE("orthonormality: value and gradient by their definition") {
  check<conv<5, 3>, input<2, 4, 4>>();
  check<conv<9, 1>, input<5, 4, 4>>();  // more outputs than weights of a filter
  check<conv<6, 3, groups<6>>, input<6, 4, 4>>();
  check<conv<3, 5>, input<7, 9>>();  // a sequence
  check<conv_transposed<5, 2>, input<3, 4, 4>>();
}

TEST_CASE("orthonormal filters cost nothing, and nothing pulls at them") {
  Model<conv<8, 3, init<initializers::orthogonal>> | conv<16, 1, init<initializers::orthogonal>>,
        input<3, 4, 4>, double>
      model;
  orthonormality regularizer{.strength = 1};
  regularizer.on_backward_end(model);
  REQUIRE(regularizer.value < 1e-20);
  for (const double g : model.parameter_space().gradients) REQUIRE(std::abs(g) < 1e-12);
}

TEST_CASE("what is frozen, no kernel, or not asked for is left alone") {
  Model<named<"a">(conv<4, 3>) | frozen(conv<4, 3>) | named<"b">(conv<4, 3>) | flatten | dense<3>,
        input<1, 4, 4>, double>
      model;
  orthonormality{.prefix = "b"}.on_backward_end(model);
  for (const auto& gradient : model.gradients())
    for (Index i = 0; i < gradient.size(); ++i)
      REQUIRE((gradient[i] != 0) == (gradient.name() == "b.weight"));
  model.zero_gradients();
  orthonormality{}.on_backward_end(model);
  for (const auto& gradient : model.gradients())
    for (Index i = 0; i < gradient.size(); ++i)
      REQUIRE((gradient[i] != 0) == (gradient.name() == "a.weight" || gradient.name() == "b.weight"));
  REQUIRE_THROWS_WITH(orthonormality{.strength = -1}.on_backward_end(model),
                      containing("must not be negative"));
}

TEST_CASE("single and depthwise filters, and what kernels are made of, are left alone") {
  Model<named<"eca">(efficient_channel_attention<>) | named<"depthwise">(conv<12, 3, groups<12>>) |
            named<"direction">(weight_norm_conv<12, 3>) | named<"experts">(conditional_conv<12, 3, 2>) |
            named<"mask">(gate(conv<1, 3> | sigmoid)),
        input<12, 4, 4>, double>
      model;
  orthonormality{}.on_backward_end(model);
  for (const auto& gradient : model.gradients()) {
    bool pulled = false;
    for (Index i = 0; i < gradient.size(); ++i) pulled = pulled || gradient[i] != 0;
    INFO(gradient.name());
    REQUIRE(pulled == (gradient.name() == "experts.weight_0" || gradient.name() == "experts.weight_1"));
  }
}

TEST_CASE("fit with the regularizer keeps filters closer to orthonormal, and learns") {
  const auto training = tiny_task(120);
  const auto trained = [&](double strength) {
    TinyModel model{seed{1}};
    orthonormality regularizer{.strength = strength};
    const auto report = fit(model, training, sgd{.learning_rate = 0.1},
                            {.epochs = 4, .batch_size = 8, .progress = false}, regularizer);
    REQUIRE(report.last.training_metric > 0.8);
    model.zero_gradients();
    orthonormality measure{.strength = 1};
    measure.on_backward_end(model);
    return measure.value;
  };
  REQUIRE(trained(0.05) < 0.1 * trained(0));
}

}  // namespace lamina::test
