#include "lamina/layers/corner_conv.hpp"

#include <Eigen/LU>
#include <cmath>

#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

/// The Jacobian of a net that is linear in its input.
template <class ModelType> Eigen::MatrixXd jacobian(ModelType& model) {
  constexpr Shape in = ModelType::input_shape;
  const Index size = in.elements();
  Eigen::MatrixXd matrix(size, size);
  for (Index i = 0; i < size; ++i) {
    std::vector<double> x(static_cast<std::size_t>(size), 0.0);
    x[static_cast<std::size_t>(i)] = 1;
    const auto y = elements(
        model.predict(FeatureMapView<const double, 1>(x.data(), 1, in.channels, in.height, in.width)));
    for (Index o = 0; o < size; ++o) matrix(o, i) = y[static_cast<std::size_t>(o)];
  }
  return matrix;
}

template <class ModelType> void scale_weights(ModelType& model, double factor) {
  for (const auto& parameter : model.parameters())
    for (Index i = 0; i < parameter.size(); ++i)
      parameter[i] = static_cast<typename ModelType::value_type>(factor * static_cast<double>(parameter[i]));
}

TEST_CASE("corner convolution: gradients", "[layers]") {
  check_gradients<corner_conv<5, 3, Corner::top_left>, input<5, 4, 3>>();
  check_gradients<corner_conv<9, 2, Corner::bottom_right>, input<9, 3, 4>>();
}

TEST_CASE("inverse corner convolution: gradients", "[layers]") {
  const auto larger = [](auto& model) { scale_weights(model, 3); };
  check_gradients<inverse_corner_conv<5, 3, Corner::bottom_left>, input<5, 4, 3>>({}, larger);
  check_gradients<(conv<9, 1> | inverse_corner_conv<9, 2, Corner::top_right>), input<2, 3, 4>>({}, larger);
  check_gradients<inverse_corner_conv<2, 3, Corner::top_left>, input<2, 1, 1>>({}, larger);
}

TEST_CASE("the Jacobians of a corner convolution and of its inverse have determinant 1", "[layers]") {
  constexpr auto in = input<2, 3, 3>;
  Model<corner_conv<2, 3, Corner::top_right>, in, double> model{seed{4}};
  Model<inverse_corner_conv<2, 3, Corner::top_right>, in, double> inverse{seed{4}};
  scale_weights(model, 10);
  scale_weights(inverse, 10);
  REQUIRE(std::abs(jacobian(model).determinant() - 1) < 1e-9);
  REQUIRE(std::abs(jacobian(inverse).determinant() - 1) < 1e-9);
}

TEST_CASE("an inverse corner convolution and its gradients are those of the inverse matrix", "[layers]") {
  constexpr auto in = input<3, 4, 2>;
  Model<corner_conv<3, 2, Corner::bottom_right>, in, double> model{seed{4}};
  Model<inverse_corner_conv<3, 2, Corner::bottom_right>, in, double> inverse{seed{4}};
  scale_weights(model, 4);
  scale_weights(inverse, 4);
  const Eigen::MatrixXd matrix = jacobian(model), matrix_inverse = matrix.inverse();
  require_close(jacobian(inverse), matrix_inverse, 1e-12);

  RandomImages<double> images(in.shape, 1, 7), gradients(in.shape, 1, 8);
  inverse.forward(images.view);
  for_each_element(inverse.output_gradient(),
                   [&](auto... at) { inverse.output_gradient()(at...) = gradients.view(at...); });
  const auto dx = inverse.backward_to_input();
  const Eigen::Map<const Eigen::VectorXd> x(images.storage.data(), 24), dy(gradients.storage.data(), 24);
  const Eigen::VectorXd expected = matrix_inverse.transpose() * dy;
  require_close(dx.data, expected.data(), 24, 1e-12);
  // d(M⁻¹ x) = −M⁻¹ dM M⁻¹ x, and M is linear in the weights.
  const Eigen::MatrixXd of_matrix = -expected * (matrix_inverse * x).transpose();
  const auto weight = model.parameters()[0], weight_gradient = inverse.gradients()[0];
  for (Index i = 0; i < weight.size(); ++i) {
    weight[i] += 1;
    const Eigen::MatrixXd direction = jacobian(model) - matrix;
    weight[i] -= 1;
    require_close(weight_gradient[i], of_matrix.cwiseProduct(direction).sum(), 1e-11);
  }
}

TEST_CASE("what is not used of a corner convolution's weights gets no gradient", "[layers]") {
  const auto check = [](auto& model) {
    RandomImages<float> images(shape<3, 4, 4>, 2);
    model.forward(images.view);
    kernels::fill(model.output_gradient(), 1.f);
    model.backward();
    const auto gradient = model.gradients()[0];
    for (Index o = 0; o < 3; ++o)
      for (Index i = 0; i < 3; ++i) REQUIRE((gradient[(o * 3 + i) * 4 + 3] != 0) == (i < o));
  };
  Model<corner_conv<3, 2, Corner::top_left>, input<3, 4, 4>> model{seed{4}};
  Model<inverse_corner_conv<3, 2, Corner::top_left>, input<3, 4, 4>> inverse{seed{4}};
  check(model);
  check(inverse);
}

}  // namespace
