#include "lamina/kernels/dense.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {
namespace {

struct Sizes {
  Index batch, in, out;
};
constexpr Sizes all_sizes[] = {{1, 1, 1}, {3, 7, 9}, {5, 8, 8}, {17, 13, 3}, {2, 33, 17}};

/// weight(o, i) in the kernels' order [out / B][in][B].
template <class T> Storage<T> blocked(const Plain& weight) {
  constexpr Index block = channel_block<T>;
  const Index out = weight.extents.n, in = weight.extents.c;
  Storage<T> values((out + block - 1) / block * block * in);
  for (Index o = 0; o < out; ++o)
    for (Index i = 0; i < in; ++i)
      values[(o / block * in + i) * block + o % block] = static_cast<T>(weight(o, i));
  return values;
}

TEMPLATE_TEST_CASE("dense: a matrix product per sample, and its adjoints", "[kernels]", float, double) {
  using T = TestType;
  constexpr Index block = channel_block<T>;
  for (const auto& [batch, in, out] : all_sizes) {
    CAPTURE(batch, in, out);
    const Plain x = random_plain({batch, in}, 1), weight = random_plain({out, in}, 2),
                bias = random_plain({1, out}, 3), dy = random_plain({batch, out}, 4);
    Plain y({batch, out}), dx({batch, in});
    Plain dweight = weight, dbias = bias;  // kernels add to what is there
    for (Index n = 0; n < batch; ++n)
      for (Index o = 0; o < out; ++o) {
        y(n, o) = bias(0, o);
        dbias(0, o) += dy(n, o);
        for (Index i = 0; i < in; ++i) {
          y(n, o) += weight(o, i) * x(n, i);
          dx(n, i) += weight(o, i) * dy(n, o);
          dweight(o, i) += dy(n, o) * x(n, i);
        }
      }

    const Map<T> x_map(x), dy_map(dy);
    const Storage<T> weights = blocked<T>(weight);
    Storage<T> biases((out + block - 1) / block * block);
    for (Index o = 0; o < out; ++o) biases[o] = static_cast<T>(bias(0, o));
    Map<T> y_map(y.extents), dx_map(dx.extents);
    kernels::dense_forward(std::as_const(x_map).view(), weights.data(), biases.data(), y_map.view());
    require_close(y_map.plain().values, y.values, 20 * tolerance<T>);
    kernels::dense_backward_data(std::as_const(dy_map).view(), weights.data(), dx_map.view());
    require_close(dx_map.plain().values, dx.values, 20 * tolerance<T>);
    for (double& value : dx.values) value *= 2;
    kernels::dense_backward_data(std::as_const(dy_map).view(), weights.data(), dx_map.view(), true);
    require_close(dx_map.plain().values, dx.values, 20 * tolerance<T>);

    Storage<T> weight_sums = weights.clone(), bias_sums = biases.clone();
    kernels::dense_backward_weights(std::as_const(x_map).view(), std::as_const(dy_map).view(),
                                    weight_sums.data(), bias_sums.data());
    require_close(weight_sums.span(), blocked<T>(dweight).span(), 20 * tolerance<T>);
    for (Index o = 0; o < biases.size(); ++o)
      require_close(bias_sums[o], o < out ? dbias(0, o) : 0.0, 20 * tolerance<T>);
  }
}

}  // namespace
}  // namespace lamina::test
