// Checks a net's backward pass in double against central differences: the gradient of every input element and
// of every parameter, for the loss Σ r · y with fixed random r over the logical (unpadded) outputs.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "lamina/net/model.hpp"
#include "support/catch.hpp"

namespace support {

using namespace lamina;

/// Elements of a batch of logical outputs, in n, c, h, w order.
template <class T> std::vector<double> elements(const FeatureMapView<const T>& map) {
  std::vector<double> all;
  for (Index n = 0; n < map.batch; ++n)
    for (Index c = 0; c < map.channels; ++c)
      for (Index h = 0; h < map.height; ++h)
        for (Index w = 0; w < map.width; ++w) all.push_back(static_cast<double>(map(n, c, h, w)));
  return all;
}

/// A plain batch of normal random numbers for an input of shape S.
template <class T> struct RandomImages {
  RandomImages(const Shape& s, Index batch, std::uint64_t stream = 7, double deviation = 1)
      : storage(batch * s.elements()), view(storage.data(), batch, s.channels, s.rows(), s.columns()) {
    const Random random(seed{11}, stream);
    for (Index i = 0; i < storage.size(); ++i)
      storage[i] = static_cast<T>(deviation * random.normal(static_cast<std::uint64_t>(i)));
  }
  Storage<T> storage;
  FeatureMapView<T, 1> view;
};

struct GradientCheck {
  Index batch = 2;
  double tolerance = 1e-6;  ///< of |difference| / max(1, |numeric|)
  double step = 1e-5;
  Index most_per_parameter = 60;  ///< elements of a large parameter that are tried, evenly spread
};

/// Runs the check; `prepare(model)` may change parameters first (for instance away from a symmetric start).
template <auto Net, auto In, class Prepare> void check_gradients(GradientCheck options, Prepare prepare) {
  Model<Net, In, double> model{seed{3}};
  prepare(model);
  RandomImages<double> images(decltype(model)::input_shape, options.batch);
  const std::uint64_t pass = model.pass_count();
  const Random random(seed{5}, 1);

  const auto loss = [&] {
    model.set_pass_count(pass);  // so that dropout draws the same mask each time
    const auto y = elements(model.forward(images.view));
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += random.normal(i) * y[i];
    return sum;
  };
  loss();
  const auto gradient = model.output_gradient();
  std::uint64_t i = 0;
  for (Index n = 0; n < gradient.batch; ++n)
    for (Index c = 0; c < gradient.channels; ++c)
      for (Index h = 0; h < gradient.height; ++h)
        for (Index w = 0; w < gradient.width; ++w) gradient(n, c, h, w) = random.normal(i++);
  model.zero_gradients();
  const auto image_gradient = model.backward_to_input();

  const auto compare = [&](double& x, double analytic, const std::string& where) {
    const double kept = x;
    x = kept + options.step;
    const double above = loss();
    x = kept - options.step;
    const double below = loss();
    x = kept;
    const double numeric = (above - below) / (2 * options.step);
    INFO(where << ": analytic " << analytic << ", numeric " << numeric);
    REQUIRE(std::abs(analytic - numeric) <= options.tolerance * std::max(1.0, std::abs(numeric)));
  };

  std::vector<double> analytic_image(image_gradient.data, image_gradient.data + images.storage.size());
  std::vector<std::vector<double>> analytic;
  for (const auto& parameter_gradient : model.gradients()) analytic.push_back(parameter_gradient.values());

  const auto parameters = model.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (model.parameter_space().segments[p].frozen) continue;  // no gradient is made
    const Index count = parameters[p].size();
    const Index stride_between = std::max<Index>(1, count / options.most_per_parameter);
    for (Index e = 0; e < count; e += stride_between)
      compare(parameters[p][e], analytic[p][static_cast<std::size_t>(e)],
              parameters[p].name() + "[" + std::to_string(e) + "]");
  }
  const Index stride_between = std::max<Index>(1, images.storage.size() / 200);
  for (Index e = 0; e < images.storage.size(); e += stride_between)
    compare(images.storage[e], analytic_image[static_cast<std::size_t>(e)],
            "input[" + std::to_string(e) + "]");

  // Padding lanes of the gradient arena are exactly zero: optimizers run over them.
  double total = 0, logical = 0;
  for (const double g : model.parameter_space().gradients) total += std::abs(g);
  for (const auto& values : analytic)
    for (const double g : values) logical += std::abs(g);
  REQUIRE(std::abs(total - logical) <= 1e-9 * std::max(1.0, logical));
}

template <auto Net, auto In> void check_gradients(GradientCheck options = {}) {
  check_gradients<Net, In>(options, [](auto&) {});
}

}  // namespace support
