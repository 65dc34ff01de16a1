// The reference against sums made by hand: everything else is compared with it.
#include "lamina/kernels/reference/conv.hpp"

#include "support/catch.hpp"

namespace lamina::kernels::reference {
namespace {

Array array(Index n, Index c, Index h, Index w, std::vector<double> values) {
  Array a(n, c, h, w);
  a.values = std::move(values);
  return a;
}

}  // namespace

TEST_CASE("reference convolution, by hand", "[kernels]") {
  const Array x = array(1, 1, 2, 3, {1, 2, 3, 4, 5, 6});
  const Array w = array(1, 1, 2, 2, {1, 10, 100, 1000});
  const ConvGeometry valid{.kernel_height = 2, .kernel_width = 2};
  require_close(conv_forward(x, w, {0.5}, valid).values, {5421.5, 6532.5}, 0);

  ConvGeometry padded = valid;
  padded.pad_left = padded.pad_top = 1;
  require_close(conv_forward(x, w, {}, padded).values, {1000, 2100, 3200, 4010, 5421, 6532}, 0);

  ConvGeometry strided = padded;
  strided.stride_width = 2;
  strided.dilation_height = 2;
  strided.pad_bottom = 1;
  require_close(conv_forward(x, w, {}, strided).values, {4000, 6500, 10, 32}, 0);
}

TEST_CASE("reference borders, by hand", "[kernels]") {
  const Array x = array(1, 1, 1, 3, {1, 2, 3}), w = array(1, 1, 1, 3, {1, 10, 100});
  ConvGeometry g{.kernel_width = 3, .pad_left = 2, .pad_right = 1};
  const auto row = [&](Border border) {
    g.border = border;
    return conv_forward(x, w, {7}, g).values;
  };
  require_close(row(Border::zero), {107, 217, 328, 39}, 0);
  require_close(row(Border::reflect), {130, 219, 328, 239}, 0);  // of 3 2 1 2 3 2: the edge is not repeated
  require_close(row(Border::replicate), {118, 218, 328, 339}, 0);
  require_close(row(Border::circular), {139, 220, 328, 139}, 0);
  require_close(row(Border::partial), {307, 322, 328, 55}, 1e-15);
}

TEST_CASE("a partial convolution gives 0, without bias, where it sees padding only", "[kernels]") {
  const Array x = array(1, 1, 1, 1, {3}), w = array(1, 1, 1, 2, {1, 10});
  const ConvGeometry g{.kernel_width = 2, .pad_left = 2, .pad_right = 1, .border = Border::partial};
  require_close(conv_forward(x, w, {7}, g).values, {0, 67, 13}, 0);
  require_close(conv_backward_bias(array(1, 1, 1, 3, {1, 2, 4}), 1, 1, g), {6}, 0);
}

TEST_CASE("reference groups read their own channels", "[kernels]") {
  const ConvGeometry g{.in_channels = 4, .out_channels = 2, .groups = 2};
  const Array x = array(1, 4, 1, 1, {1, 2, 3, 4}), w = array(2, 2, 1, 1, {1, 10, 100, 1000});
  require_close(conv_forward(x, w, {}, g).values, {21, 4300}, 0);
}

TEST_CASE("reference gradients are the adjoints of the reference convolution", "[kernels]") {
  for (const Border border :
       {Border::zero, Border::reflect, Border::replicate, Border::circular, Border::partial}) {
    ConvGeometry g{.in_channels = 4,
                   .out_channels = 6,
                   .groups = 2,
                   .kernel_height = 3,
                   .kernel_width = 2,
                   .stride_height = 2,
                   .dilation_width = 2,
                   .pad_top = 1,
                   .pad_left = 2,
                   .pad_bottom = 2,
                   .border = border};
    const auto filled = [](Index n, Index c, Index h, Index w, double start) {
      Array a(n, c, h, w);
      for (double& value : a.values)
        value = start = 3.9 * start * (1 - start);  // a logistic map: any numbers will do
      return a;
    };
    const Array x = filled(2, 4, 5, 4, 0.3), w = filled(6, 2, 3, 2, 0.4);
    const Array dy = filled(2, 6, g.out_height(5), g.out_width(4), 0.6);
    const auto dot = [](const Array& a, const Array& b) {
      double sum = 0;
      for (std::size_t i = 0; i < a.values.size(); ++i) sum += a.values[i] * b.values[i];
      return sum;
    };
    // y is linear in x and in w: <dy, y> is <dx, x> and <dw, w>.
    const double expected = dot(dy, conv_forward(x, w, {}, g));
    require_close(dot(conv_backward_data(dy, w, 5, 4, g), x), expected, 1e-12);
    require_close(dot(conv_backward_weights(x, dy, g), w), expected, 1e-12);
  }
}

}  // namespace lamina::kernels::reference
