// Compares a layer with what PyTorch made of the same numbers (tests/golden/make_layer_golden.py): output,
// gradients of input and parameters, running statistics, and the output in inference.
#pragma once

#include "lamina/net/model.hpp"
#include "support/check_gradients.hpp"
#include "train/golden_table.hpp"

namespace lamina::test {

struct GoldenCase {
  Index batch = 2;
  double scale = 2;  ///< of the input
  int steps = 1;     ///< forward passes in training; the last one is compared
};

/// The cases of one file of tests/golden/.
class Golden {
 public:
  explicit Golden(const std::string& file) : table_(golden_table(file)) {}

  /// Runs the model on the case's input and compares everything with the file's rows, which begin with
  /// `name`.
  template <auto Net, auto In> void compare(const std::string& name, GoldenCase options = {}) const {
    INFO(name);
    Model<Net, In, float> model{};
    constexpr Shape shape = decltype(model)::input_shape;
    for (const auto& parameter : model.parameters())
      fill(parameter,
           wave(parameter.size(), 0.5, 1.1, static_cast<double>(last_of(parameter.name()).size())));

    Storage<float> image(options.batch * shape.elements());
    const FeatureMapView<float, 1> images(image.data(), options.batch, shape.channels, shape.rows(),
                                          shape.columns());
    for (int step = 0; step < options.steps; ++step) {
      fill(image, wave(image.size(), options.scale, 1.3, 0.5 + step));
      model.forward(images);
    }
    const auto y = support::elements(model.output());
    require_row(name + " y", y);

    const auto gradient = model.output_gradient();
    const auto dy = wave(static_cast<Index>(y.size()), 1, 0.7, 0.2);
    auto next = dy.begin();
    for (Index n = 0; n < gradient.batch; ++n)
      for (Index c = 0; c < gradient.channels; ++c)
        for (Index h = 0; h < gradient.height; ++h)
          for (Index w = 0; w < gradient.width; ++w) gradient(n, c, h, w) = static_cast<float>(*next++);
    const auto dx = model.backward_to_input();
    require_row(name + " input", std::vector<double>(dx.data, dx.data + image.size()));
    for (const auto& parameter : model.gradients())
      require_row(name + row_name(parameter), doubles(parameter));

    const auto statistics = model.statistics();
    for (const auto& statistic : statistics) require_row(name + row_name(statistic), doubles(statistic));
    const auto inference = support::elements(model.predict(images));
    if (statistics.empty())
      require_close(inference, y, 1e-6);
    else
      require_row(name + " inference", inference);
  }

 private:
  static std::string last_of(const std::string& name) { return name.substr(name.rfind('.') + 1); }
  template <class Array> static std::string row_name(const Array& array) {
    return " " + last_of(std::string(array.name()));
  }
  template <class Array> static void fill(Array& array, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      array[static_cast<Index>(i)] = static_cast<float>(values[i]);
  }
  template <class Array> static std::vector<double> doubles(const Array& array) {
    const auto values = array.values();
    return {values.begin(), values.end()};
  }

  /// Every k-th value, and the mean of all of them times a wave.
  void require_row(const std::string& name, const std::vector<double>& values) const {
    constexpr std::size_t most = 72;
    INFO(name);
    const auto row = table_.find(name);
    REQUIRE(row != table_.end());
    std::vector<double> written;
    for (std::size_t i = 0; i < values.size(); i += (values.size() + most - 1) / most)
      written.push_back(values[i]);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      sum += values[i] * std::sin(1.7 * static_cast<double>(i) + 0.3);
    written.push_back(sum / static_cast<double>(values.size()));
    require_close(written, row->second, 1e-5);
  }

  std::map<std::string, std::vector<double>> table_;
};

}  // namespace lamina::test
