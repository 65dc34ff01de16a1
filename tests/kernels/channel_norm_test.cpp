#include "lamina/kernels/channel_norm.hpp"

#include "kernels/norm_reference.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("layer norm over channels: values and gradients", "[kernels][channel_norm]", float,
                   double) {
  using T = TestType;
  for (const Extents& e :
       {Extents{1, 3, 1, 1}, {2, 7, 5, 3}, {3, 8, 2, 2}, {1, 13, 9, 8}, {4, 16, 1, 1}, {2, 17, 3, 2}}) {
    CAPTURE(e.n, e.c, e.h, e.w);
    const Normalization norm{[&](Index n, Index, Index h, Index w) { return (n * e.h + h) * e.w + w; },
                             random_plain({1, e.c}, 10), random_plain({1, e.c}, 11)};
    const Plain x = random_plain(e, 1), dy = random_plain(e, 2), before = random_plain({1, e.c}, 3);
    const Map<T> in(x, 1), gradient(dy, 1), gamma(norm.gamma), beta(norm.beta);
    std::vector<T> mean(static_cast<std::size_t>(e.n * e.h * e.w)), inverse(mean.size());
    Map<T> y(e, 2), dx(e, 1), dgamma(before), dbeta(before);
    dgamma.set_padding(T{0});
    dbeta.set_padding(T{0});
    kernels::channel_norm_forward(in, gamma.view().data, beta.view().data, norm.epsilon, y.view(),
                                  mean.data(), inverse.data());
    require_map(y, norm.forward(x), 20 * tolerance<T>);
    kernels::channel_norm_backward(in, gradient, gamma.view().data, mean.data(), inverse.data(), dx.view(),
                                   dgamma.view().data, dbeta.view().data);
    require_map(dx, norm.input_gradient(x, dy), gradient_tolerance<T>);
    require_map(dgamma, norm.weight_gradient(dy, norm.normal(x), before), gradient_tolerance<T>);
    require_map(dbeta, norm.weight_gradient(dy, Plain(e, 1), before), gradient_tolerance<T>);

    Map<T> in_place(dy, 1);
    kernels::channel_norm_backward(in, in_place, gamma.view().data, mean.data(), inverse.data(),
                                   in_place.view(), nullptr, nullptr);
    require_map(in_place, dx.plain(), 0);
    kernels::channel_norm_forward(in, nullptr, nullptr, norm.epsilon, y.view(), mean.data(), inverse.data());
    require_map(y, norm.normal(x), 20 * tolerance<T>);
  }
}

TEMPLATE_TEST_CASE("layer norm over channels has the same bits on any number of threads",
                   "[kernels][channel_norm]", float, double) {
  using T = TestType;
  const Extents e{5, 20, 40, 33};
  const Map<T> x(random_plain(e, 1)), dy(random_plain(e, 2));
  std::vector<T> mean(5 * 40 * 33), inverse(mean.size());
  require_thread_invariant([&] {
    Map<T> dx(e);
    kernels::channel_norm_forward(x, nullptr, nullptr, 1e-5, dx.view(), mean.data(), inverse.data());
    kernels::channel_norm_backward(x, dy, nullptr, mean.data(), inverse.data(), dx.view(), nullptr, nullptr);
    return dx;
  });
  require_thread_invariant([&] {
    Map<T> dgamma(Plain({1, e.c}));
    kernels::channel_norm_backward(x, dy, nullptr, mean.data(), inverse.data(), FeatureMapView<T>(),
                                   dgamma.view().data, nullptr);
    return dgamma;
  });
}

}  // namespace lamina::test
