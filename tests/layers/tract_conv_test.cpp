#include "lamina/layers/tract_conv.hpp"

#include <Eigen/LU>

#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

/// A model after forward and backward, with random gradients of its outputs.
template <auto Net, auto In> struct Run {
  Model<Net, In, double> model{seed{3}};
  RandomImages<double> images;
  std::vector<double> input_gradient;
  Eigen::MatrixXd output_gradients;  ///< G: a row for each window
  Index height = 0, width = 0;       ///< of the output

  explicit Run(Index batch) : images(In.shape, batch) {
    const Random random(seed{5});
    model.forward(images.view);
    const auto dy = model.output_gradient();
    height = dy.height, width = dy.width;
    output_gradients.resize(dy.batch * dy.pixels(), dy.channels);
    std::uint64_t i = 0;
    for_each_element(dy, [&](Index n, Index c, Index h, Index w) {
      output_gradients((n * height + h) * width + w, c) = dy(n, c, h, w) = random.normal(i++);
    });
    const auto dx = model.backward_to_input();
    input_gradient.assign(dx.data, dx.data + images.storage.size());
  }
  /// A, its columns in the order of the weight: zeros around a map.
  Eigen::MatrixXd windows(Index kernel, Index stride, Index pad) const {
    const auto& x = images.view;
    Eigen::MatrixXd a(output_gradients.rows(), x.channels * kernel * kernel);
    for (Index row = 0; row < a.rows(); ++row)
      for (Index column = 0; column < a.cols(); ++column) {
        const Index n = row / (height * width), p = row % (height * width), tap = column % (kernel * kernel);
        const Index h = p / width * stride - pad + tap / kernel, w = p % width * stride - pad + tap % kernel;
        const bool inside = h >= 0 && h < x.height && w >= 0 && w < x.width;
        a(row, column) = inside ? x(n, column / (kernel * kernel), h, w) : 0;
      }
    return a;
  }
};

/// dW, rows for outputs, as a weight's values lie.
std::vector<double> values(const Eigen::MatrixXd& matrix) {
  std::vector<double> all;
  for (Index o = 0; o < matrix.rows(); ++o)
    for (Index i = 0; i < matrix.cols(); ++i) all.push_back(matrix(o, i));
  return all;
}

Eigen::MatrixXd damped(const Eigen::MatrixXd& products, double b, double lambda) {
  return products / b + lambda * Eigen::MatrixXd::Identity(products.rows(), products.cols());
}

TEST_CASE("tract_conv: the step of the weights is the one of its formula", "[layers]") {
  Run<tract_conv<5, 3, stride<2>, damping<0.3>>, input<3, 7, 6>> run(2);
  const Eigen::MatrixXd a = run.windows(3, 2, 1), g = run.output_gradients;
  const Eigen::MatrixXd expected =
      damped(a.transpose() * a, static_cast<double>(a.rows()), 0.3).inverse() * (a.transpose() * g);
  require_close(run.model.gradient("weight").values(), values(expected.transpose()), 1e-10);
}

TEST_CASE("tract_conv: with fewer windows than inputs of one, it equals the form in windows", "[layers]") {
  Run<tract_conv<2, 3, valid>, input<9, 3, 4>> run(1);  // not an image: two windows of 81 inputs
  const Eigen::MatrixXd a = run.windows(3, 1, 0), g = run.output_gradients;
  REQUIRE(a.rows() == 2);
  const Eigen::MatrixXd expected = g.transpose() * damped(a * a.transpose(), 2, 0.1).inverse() * a;
  require_close(run.model.gradient("weight").values(), values(expected), 1e-10);
}

TEST_CASE("tract_conv: all else is conv's, and so is the step where the damping is large", "[layers]") {
  constexpr auto in = input<2, 5, 6>;
  Run<conv<9, 3, border<Border::reflect>>, in> plain(3);
  Run<tract_conv<9, 3, border<Border::reflect>, damping<1e9>>, in> damped_run(3);
  REQUIRE(elements(damped_run.model.output()) == elements(plain.model.output()));
  REQUIRE(damped_run.input_gradient == plain.input_gradient);
  require_close(damped_run.model.gradient("bias").values(), plain.model.gradient("bias").values(), 1e-12);
  auto step = damped_run.model.gradient("weight").values();
  for (double& s : step) s *= 1e9;
  require_close(step, plain.model.gradient("weight").values(), 1e-6);
}

TEST_CASE("tract_conv: sequences, no bias, and frozen weights", "[layers]") {
  STATIC_REQUIRE(parameter_count(tract_conv<4, 3, no_bias>, input<2, 9>) == 24);
  Run<tract_conv<4, 3, no_bias>, input<2, 9>> sequence_run(2);
  const auto changed = sequence_run.model.gradient("weight").values();
  REQUIRE(std::any_of(changed.begin(), changed.end(), [](double w) { return std::abs(w) > 1e-3; }));
  Run<frozen(tract_conv<4, 3>), input<2, 5, 5>> frozen_run(1);
  for (const double g : frozen_run.model.parameter_space().gradients) REQUIRE(g == 0);
}

}  // namespace
