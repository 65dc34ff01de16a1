#include "lamina/kernels/batch_norm.hpp"

#include "kernels/norm_reference.hpp"

namespace lamina::test {
namespace {

Normalization reference(const Extents& e) {
  return {[](Index, Index c, Index, Index) { return c; }, random_plain({1, e.c}, 10),
          random_plain({1, e.c}, 11)};
}

/// An array of a number per channel with something in its padding.
template <class T> Map<T> channel_array(const Plain& values, T padding) {
  Map<T> map(values);
  map.set_padding(padding);
  return map;
}

}  // namespace

TEMPLATE_TEST_CASE("batch norm in training: values, statistics, gradients", "[kernels][batch_norm]", float,
                   double) {
  using T = TestType;
  for (const Extents& e : norm_sweep()) {
    CAPTURE(e.n, e.c, e.h, e.w);
    const Plain x = random_plain(e, 1), dy = random_plain(e, 2);
    const Normalization norm = reference(e);
    const Map<T> in(x, 1), gamma = channel_array<T>(norm.gamma, 0), beta = channel_array<T>(norm.beta, 0);
    const Plain old_mean = random_plain({1, e.c}, 5), old_variance = random_plain({1, e.c}, 6);
    Map<T> y(e, 2), mean(Extents{1, e.c}), inverse(Extents{1, e.c}), running_mean(old_mean),
        running_variance(old_variance);
    kernels::batch_norm_forward(in, gamma.view().data, beta.view().data, norm.epsilon, y.view(),
                                mean.view().data, inverse.view().data,
                                {running_mean.view().data, running_variance.view().data, 0.25});
    require_map(y, norm.forward(x), 10 * tolerance<T>);

    const auto moments = norm.moments(x);
    Plain means({1, e.c}), inverses({1, e.c}), new_mean = old_mean, new_variance = old_variance;
    for (Index c = 0; c < e.c; ++c) {
      const auto [m, variance] = moments.at(c);
      const auto count = static_cast<double>(e.n * e.h * e.w);
      means(0, c) = m;
      inverses(0, c) = 1 / std::sqrt(variance + norm.epsilon);
      new_mean(0, c) = 0.75 * old_mean(0, c) + 0.25 * m;
      new_variance(0, c) = 0.75 * old_variance(0, c) + 0.25 * variance * count / (count - 1);
    }
    require_map(mean, means, tolerance<T>);
    require_map(inverse, inverses, 10 * tolerance<T>);
    require_close(running_mean.plain().values, new_mean.values, tolerance<T>);
    require_close(running_variance.plain().values, new_variance.values, tolerance<T>);

    const Map<T> gradient(dy, 1);
    const Plain before = random_plain({1, e.c}, 7);
    Map<T> dx(e, 1), dgamma = channel_array<T>(before, 0), dbeta = channel_array<T>(before, 0);
    const auto backward = [&](FeatureMapView<T> to, T* to_gamma, T* to_beta) {
      kernels::batch_norm_backward(in, gradient, gamma.view().data, mean.view().data, inverse.view().data, to,
                                   to_gamma, to_beta);
    };
    backward(dx, dgamma.view().data, dbeta.view().data);
    require_map(dx, norm.input_gradient(x, dy), gradient_tolerance<T>);
    require_map(dgamma, norm.weight_gradient(dy, norm.normal(x), before), gradient_tolerance<T>);
    require_map(dbeta, norm.weight_gradient(dy, Plain(e, 1), before), gradient_tolerance<T>);

    Map<T> only_dx(e, 1), only_dgamma = channel_array<T>(before, 0);
    backward(only_dx, nullptr, nullptr);
    backward({}, only_dgamma.view().data, nullptr);
    REQUIRE(same_bits(only_dx, dx));
    REQUIRE(same_bits(only_dgamma, dgamma));
    Map<T> in_place(dy, 1);
    kernels::batch_norm_backward(in, in_place, gamma.view().data, mean.view().data, inverse.view().data,
                                 in_place.view(), nullptr, nullptr);
    require_map(in_place, dx.plain(), 0);
  }
}

TEMPLATE_TEST_CASE("batch norm with running statistics", "[kernels][batch_norm]", float, double) {
  using T = TestType;
  for (const Extents& e : norm_sweep()) {
    const Plain x = random_plain(e, 1), dy = random_plain(e, 2), means = random_plain({1, e.c}, 3);
    Plain variances = random_plain({1, e.c}, 4);
    for (double& v : variances.values) v = v * v + 0.1;
    const Normalization norm = reference(e);
    const Map<T> in(x, 1), gradient(dy, 1), gamma(norm.gamma),
        beta = channel_array<T>(norm.beta, 0), mean(means),
        variance = channel_array<T>(variances, -1);  // whose root in padding lanes is no number
    Map<T> y(e, 1), inverse(Extents{1, e.c}), dx(e, 1), dgamma = channel_array<T>(Plain({1, e.c}), 0),
                                                        dbeta = channel_array<T>(Plain({1, e.c}), 0);
    kernels::batch_norm_inference(in, gamma.view().data, beta.view().data, mean.view().data,
                                  variance.view().data, norm.epsilon, y.view());
    Plain expected(e), normal(e), expected_dx(e);
    each(e, [&](Index n, Index c, Index h, Index w) {
      const double factor = 1 / std::sqrt(variances(0, c) + norm.epsilon);
      normal(n, c, h, w) = (x(n, c, h, w) - means(0, c)) * factor;
      expected(n, c, h, w) = normal(n, c, h, w) * norm.gamma(0, c) + norm.beta(0, c);
      expected_dx(n, c, h, w) = dy(n, c, h, w) * factor * norm.gamma(0, c);
    });
    require_map(y, expected, 10 * tolerance<T>);

    kernels::inverse_deviations<T>(variance.view().data, norm.epsilon, e.c, inverse.view().data);
    kernels::batch_norm_backward(in, gradient, gamma.view().data, mean.view().data, inverse.view().data,
                                 dx.view(), dgamma.view().data, dbeta.view().data,
                                 kernels::StatisticsOf::running);
    require_map(dx, expected_dx, 10 * tolerance<T>);
    require_map(dgamma, norm.weight_gradient(dy, normal, Plain({1, e.c})), 10 * tolerance<T>);
    require_map(dbeta, norm.weight_gradient(dy, Plain(e, 1), Plain({1, e.c})), 10 * tolerance<T>);
  }
}

TEMPLATE_TEST_CASE("batch norm without gamma and beta; a channel's factor and shift", "[kernels][batch_norm]",
                   float, double) {
  using T = TestType;
  const Extents e{2, 13, 3, 5};
  const Plain x = random_plain(e, 1);
  const Map<T> in(x, 1);
  Map<T> y(e), mean(Extents{1, e.c}), inverse(Extents{1, e.c});
  kernels::batch_norm_forward(in, nullptr, nullptr, 1e-3, y.view(), mean.view().data, inverse.view().data);
  require_map(y, reference(e).normal(x), 10 * tolerance<T>);

  const Normalization norm = reference(e);
  const Map<T> factor = channel_array<T>(norm.gamma, 0), shift = channel_array<T>(norm.beta, 0);
  kernels::channel_affine(in, factor.view().data, shift.view().data, y.view());
  Plain expected(e);
  each(e, [&](Index n, Index c, Index h, Index w) {
    expected(n, c, h, w) = x(n, c, h, w) * norm.gamma(0, c) + norm.beta(0, c);
  });
  require_map(y, expected, tolerance<T>);
}

TEST_CASE("batch norm in float bears a mean a thousand times the deviation", "[kernels][batch_norm]") {
  const Extents e{8, 9, 20, 20};
  Plain x = random_plain(e, 1);
  for (double& value : x.values) value = static_cast<float>(value + 1000);
  const Normalization norm = reference(e);
  const Map<float> in(x), gamma = channel_array<float>(norm.gamma, 0),
                          beta = channel_array<float>(norm.beta, 0);
  Map<float> y(e), mean(Extents{1, e.c}), inverse(Extents{1, e.c});
  kernels::batch_norm_forward(in, gamma.view().data, beta.view().data, norm.epsilon, y.view(),
                              mean.view().data, inverse.view().data);
  require_map(y, norm.forward(x), 2e-4);  // half a unit of 1000's last place, over the deviation
}

TEMPLATE_TEST_CASE("batch norm has the same bits on any number of threads", "[kernels][batch_norm]", float,
                   double) {
  using T = TestType;
  const Extents e{5, 20, 40, 33};
  const Map<T> x(random_plain(e, 1)), dy(random_plain(e, 2)), gamma(random_plain({1, e.c}, 3));
  Map<T> mean(Extents{1, e.c}), inverse(Extents{1, e.c});
  require_thread_invariant([&] {
    Map<T> y(e);
    kernels::batch_norm_forward(x, gamma.view().data, nullptr, 1e-5, y.view(), mean.view().data,
                                inverse.view().data);
    return y;
  });
  require_thread_invariant([&] {
    Map<T> dx(e), dgamma(Plain({1, e.c}));
    kernels::batch_norm_backward(x, dy, gamma.view().data, mean.view().data, inverse.view().data, dx.view(),
                                 dgamma.view().data, nullptr);
    return dx;
  });
}

}  // namespace lamina::test
