// gradient_check<net, input<3, 8, 8>>(): whether a net's backward pass is the derivative of its forward pass.
// In double, for the loss Σ r · y with fixed random r over the outputs, every gradient is held against the
// central difference (loss(x + h) − loss(x − h)) / 2h. For those who write a layer: put it into a small net
// and ask. Next: layer.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/net/model.hpp"

namespace lamina {

/// How gradient_check looks.
struct gradient_check_options {
  Index batch = 2;
  double tolerance = 1e-6;  ///< of |analytic − numeric| / max(1, |numeric|)
  double step = 1e-5;       ///< h of the central difference
  Index most_per_array =
      60;  ///< elements of a large parameter that are tried, evenly spread; of the input 200
};

/// What it found: the element whose gradients differ most.
struct GradientReport {
  std::string where;      ///< "0.weight[17]", "input[3]"; "padding" if padding lanes have gradients
  double analytic = 0;    ///< by backward
  double numeric = 0;     ///< by differences
  double difference = 0;  ///< |analytic − numeric| / max(1, |numeric|)
  Index compared = 0;     ///< elements
  bool passed = true;     ///< the difference is within the tolerance
};

/// Checks the gradients of every input and parameter. `prepare(model)` may change parameters first, for
/// instance away from a symmetric start. Functions with kinks (relu, max pooling) differ where a kink lies
/// within a step: choose other inputs by another `step`, or accept none.
template <auto Net, auto In, class Prepare>
GradientReport gradient_check(const gradient_check_options& options, Prepare prepare) {
  Model<Net, In, double> model{seed{3}};
  prepare(model);
  constexpr Shape shape = decltype(model)::input_shape;
  Storage<double> pixels(options.batch * shape.elements());
  const FeatureMapView<double, 1> images(pixels.data(), options.batch, shape.channels, shape.rows(),
                                         shape.columns());
  const Random drawn(seed{11}, 7), weights(seed{5}, 1);
  for (Index i = 0; i < pixels.size(); ++i) pixels[i] = drawn.normal(static_cast<std::uint64_t>(i));

  const std::uint64_t pass = model.pass_count();
  const auto loss = [&] {
    model.set_pass_count(pass);  // so that dropout draws the same mask each time
    const auto y = model.forward(images);
    double sum = 0;
    std::uint64_t i = 0;
    for_each_element(y, [&](auto... at) { sum += weights.normal(i++) * y(at...); });
    return sum;
  };
  loss();
  const auto dy = model.output_gradient();
  std::uint64_t i = 0;
  for_each_element(dy, [&](auto... at) { dy(at...) = weights.normal(i++); });
  model.zero_gradients();
  const auto image_gradient = model.backward_to_input();
  const std::vector<double> of_input(image_gradient.data, image_gradient.data + pixels.size());
  std::vector<std::vector<double>> of_parameters;
  for (const auto& gradient : model.gradients()) of_parameters.push_back(gradient.values());

  GradientReport report;
  const auto compare = [&](double& x, double analytic, const std::string& array, Index element) {
    const double kept = x;
    x = kept + options.step;
    const double above = loss();
    x = kept - options.step;
    const double below = loss();
    x = kept;
    const double numeric = (above - below) / (2 * options.step);
    const double difference = std::abs(analytic - numeric) / std::max(1.0, std::abs(numeric));
    ++report.compared;
    if (difference <= report.difference) return;  // a NaN goes on
    report = {sentence(array, '[', element, ']'),
              analytic,
              numeric,
              difference,
              report.compared,
              report.passed && difference <= options.tolerance};
  };
  const auto parameters = model.parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (model.parameter_space().segments[p].frozen) continue;  // no gradient is made
    const Index count = parameters[p].size();
    for (Index e = 0; e < count; e += std::max<Index>(1, count / options.most_per_array))
      compare(parameters[p][e], of_parameters[p][static_cast<std::size_t>(e)], parameters[p].name(), e);
  }
  for (Index e = 0; e < pixels.size(); e += std::max<Index>(1, pixels.size() / 200))
    compare(pixels[e], of_input[static_cast<std::size_t>(e)], "input", e);

  // Padding lanes of the gradient arena must be exactly zero: optimizers run over them.
  double total = 0, logical = 0;
  for (const double g : model.parameter_space().gradients) total += std::abs(g);
  for (const auto& values : of_parameters)
    for (const double g : values) logical += std::abs(g);
  if (std::abs(total - logical) > 1e-9 * std::max(1.0, logical))
    report = {"padding", total - logical, 0, total - logical, report.compared, false};
  return report;
}
template <auto Net, auto In> GradientReport gradient_check(const gradient_check_options& options = {}) {
  return gradient_check<Net, In>(options, [](auto&) {});
}

}  // namespace lamina
