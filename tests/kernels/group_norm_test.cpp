#include "lamina/kernels/group_norm.hpp"

#include "kernels/norm_reference.hpp"

namespace lamina::test {
namespace {

template <class T> Map<T> weights(const Plain& values) {
  Map<T> map(values);
  map.set_padding(T{0});
  return map;
}

/// Values and all gradients of forward(x, gamma, beta, eps, y, mean, inverse) and of the backward that
/// belongs to it.
template <class T, class Forward, class Backward>
void check(const Extents& e, Index groups, const Normalization& norm, Forward forward, Backward backward) {
  CAPTURE(e.n, e.c, e.h, e.w, groups);
  const Plain x = random_plain(e, 1), dy = random_plain(e, 2), before = random_plain(norm.gamma.extents, 3);
  const Map<T> in(x, 1), gradient(dy, 1), gamma = weights<T>(norm.gamma), beta = weights<T>(norm.beta);
  std::vector<T> mean(static_cast<std::size_t>(e.n * groups)), inverse(mean.size());
  Map<T> y(e, 2), dx(e, 1), dgamma = weights<T>(before), dbeta = weights<T>(before);
  forward(in, gamma.view().data, beta.view().data, y.view(), mean.data(), inverse.data());
  require_map(y, norm.forward(x), 20 * tolerance<T>);
  backward(in, gradient, gamma.view().data, mean.data(), inverse.data(), dx.view(), dgamma.view().data,
           dbeta.view().data);
  require_map(dx, norm.input_gradient(x, dy), gradient_tolerance<T>);
  require_map(dgamma, norm.weight_gradient(dy, norm.normal(x), before), gradient_tolerance<T>);
  require_map(dbeta, norm.weight_gradient(dy, Plain(e, 1), before), gradient_tolerance<T>);

  Map<T> in_place(dy, 1);
  backward(in, in_place, gamma.view().data, mean.data(), inverse.data(), in_place.view(), nullptr, nullptr);
  require_map(in_place, dx.plain(), 0);
  backward(in, gradient, gamma.view().data, mean.data(), inverse.data(), FeatureMapView<T>(), nullptr,
           nullptr);

  forward(in, nullptr, nullptr, y.view(), mean.data(), inverse.data());
  require_map(y, norm.normal(x), 20 * tolerance<T>);
  Normalization plain = norm;
  std::fill(plain.gamma.values.begin(), plain.gamma.values.end(), 1.0);
  backward(in, gradient, nullptr, mean.data(), inverse.data(), dx.view(), nullptr, nullptr);
  require_map(dx, plain.input_gradient(x, dy), gradient_tolerance<T>);
}

}  // namespace

TEMPLATE_TEST_CASE("group and instance norm: values and gradients", "[kernels][group_norm]", float, double) {
  using T = TestType;
  for (const Extents& e : norm_sweep())
    for (const Index groups : {1, 2, 4, 13, 16, 17}) {
      if (e.c % groups != 0 || (e.c / groups) * e.h * e.w == 1) continue;
      const Index members = e.c / groups;
      const Normalization norm{[=](Index n, Index c, Index, Index) { return n * groups + c / members; },
                               random_plain({1, e.c}, 10), random_plain({1, e.c}, 11)};
      check<T>(
          e, groups, norm,
          [&](const auto& x, const T* gamma, const T* beta, auto y, T* mean, T* inverse) {
            kernels::group_norm_forward(x, groups, gamma, beta, norm.epsilon, y, mean, inverse);
          },
          [&](const auto& x, const auto& dy, const T* gamma, const T* mean, const T* inverse, auto dx,
              T* dgamma, T* dbeta) {
            kernels::group_norm_backward(x, dy, groups, gamma, mean, inverse, dx, dgamma, dbeta);
          });
    }
}

TEMPLATE_TEST_CASE("layer norm over (C, H, W): values and gradients", "[kernels][group_norm]", float,
                   double) {
  using T = TestType;
  for (const Extents& e : norm_sweep()) {
    if (e.c * e.h * e.w == 1) continue;
    const Normalization norm{[](Index n, Index, Index, Index) { return n; },
                             random_plain({1, e.c, e.h, e.w}, 10), random_plain({1, e.c, e.h, e.w}, 11)};
    check<T>(
        e, 1, norm,
        [&](const auto& x, const T* gamma, const T* beta, auto y, T* mean, T* inverse) {
          kernels::layer_norm_forward(x, gamma, beta, norm.epsilon, y, mean, inverse);
        },
        [&](const auto& x, const auto& dy, const T* gamma, const T* mean, const T* inverse, auto dx,
            T* dgamma,
            T* dbeta) { kernels::layer_norm_backward(x, dy, gamma, mean, inverse, dx, dgamma, dbeta); });
  }
}

TEMPLATE_TEST_CASE("group and layer norm have the same bits on any number of threads",
                   "[kernels][group_norm]", float, double) {
  using T = TestType;
  const Extents e{5, 20, 40, 33};
  const Map<T> x(random_plain(e, 1)), dy(random_plain(e, 2)), gamma(random_plain({1, 20, 40, 33}, 3));
  std::vector<T> mean(25), inverse(25);
  require_thread_invariant([&] {
    Map<T> y(e), dx(e);
    kernels::group_norm_forward(x, 5, gamma.view().data, nullptr, 1e-5, y.view(), mean.data(),
                                inverse.data());
    kernels::group_norm_backward(x, dy, 5, gamma.view().data, mean.data(), inverse.data(), dx.view(), nullptr,
                                 nullptr);
    return dx;
  });
  require_thread_invariant([&] {
    Map<T> y(e), dgamma(Plain({1, 20, 40, 33}));
    kernels::layer_norm_forward(x, gamma.view().data, nullptr, 1e-5, y.view(), mean.data(), inverse.data());
    kernels::layer_norm_backward(x, dy, gamma.view().data, mean.data(), inverse.data(), y.view(),
                                 dgamma.view().data, nullptr);
    return dgamma;
  });
}

}  // namespace lamina::test
