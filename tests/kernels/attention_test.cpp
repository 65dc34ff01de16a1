#include "lamina/kernels/attention.hpp"

#include <cmath>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <class T> struct Map {
  Map(Index n, Index c, Index h, Index w, std::uint64_t stream)
      : view(nullptr, n, c, h, w), storage(n * view.batch_stride) {
    view.data = storage.data();
    const Random random(seed{1}, stream);
    std::uint64_t draw = 0;
    for_each_element(view, [&](auto... at) { view(at...) = static_cast<T>(random.normal(draw++)); });
  }
  std::vector<double> elements() const {
    std::vector<double> all;
    for_each_element(view, [&](auto... at) { all.push_back(static_cast<double>(view(at...))); });
    return all;
  }
  FeatureMapView<T> view;
  Storage<T> storage;
};

/// Against the definition and its gradients, position by position.
template <class T>
void require_as_defined(Index depth, Index value_depth, Index head_count, Index rows, Index columns,
                        Index key_rows, double factor, double tolerance) {
  const Index batch = 2, queries = rows * columns, keys = key_rows * columns;
  const Map<T> q(batch, depth, rows, columns, 1), k(batch, depth, key_rows, columns, 2),
      v(batch, value_depth, key_rows, columns, 3), dy(batch, value_depth, rows, columns, 4);
  const Map<T> y(batch, value_depth, rows, columns, 5), dq(batch, depth, rows, columns, 6),
      dk(batch, depth, key_rows, columns, 7), dv(batch, value_depth, key_rows, columns, 8);
  kernels::attention_forward<T>(q.view, k.view, v.view, head_count, factor, y.view);
  kernels::attention_backward<T>(q.view, k.view, v.view, dy.view, head_count, factor, dq.view, dk.view,
                                 dv.view);

  const auto zeros = [](const Map<T>& like) { return std::vector<double>(like.elements().size(), 0.0); };
  std::vector<double> ey = zeros(y), edq = zeros(dq), edk = zeros(dk), edv = zeros(dv);
  const auto eq = q.elements(), ek = k.elements(), ev = v.elements(), edy = dy.elements();
  const Index d = depth / head_count, e = value_depth / head_count;
  for (Index n = 0; n < batch; ++n)
    for (Index head = 0; head < head_count; ++head)
      for (Index j = 0; j < queries; ++j) {
        const auto at_query = [&](Index c) {
          return static_cast<std::size_t>((n * depth + head * d + c) * queries + j);
        };
        const auto at_key = [&](Index c, Index i) {
          return static_cast<std::size_t>((n * depth + head * d + c) * keys + i);
        };
        const auto at_value = [&](Index c, Index i) {
          return static_cast<std::size_t>((n * value_depth + head * e + c) * keys + i);
        };
        const auto at_output = [&](Index c) {
          return static_cast<std::size_t>((n * value_depth + head * e + c) * queries + j);
        };
        std::vector<double> a(static_cast<std::size_t>(keys), 0.0), da(a);
        double total = 0, product = 0;
        for (Index i = 0; i < keys; ++i) {
          double logit = 0;
          for (Index c = 0; c < d; ++c) logit += eq[at_query(c)] * ek[at_key(c, i)];
          total += a[static_cast<std::size_t>(i)] = std::exp(factor * logit);
        }
        for (Index i = 0; i < keys; ++i) {
          const auto at = static_cast<std::size_t>(i);
          a[at] /= total;
          for (Index c = 0; c < e; ++c) {
            ey[at_output(c)] += a[at] * ev[at_value(c, i)];
            edv[at_value(c, i)] += a[at] * edy[at_output(c)];
            da[at] += ev[at_value(c, i)] * edy[at_output(c)];
          }
          product += a[at] * da[at];
        }
        for (Index i = 0; i < keys; ++i) {
          const auto at = static_cast<std::size_t>(i);
          const double of_logit = a[at] * (da[at] - product) * factor;
          for (Index c = 0; c < d; ++c) {
            edq[at_query(c)] += of_logit * ek[at_key(c, i)];
            edk[at_key(c, i)] += of_logit * eq[at_query(c)];
          }
        }
      }
  require_close(y.elements(), ey, tolerance);
  require_close(dq.elements(), edq, tolerance);
  require_close(dk.elements(), edk, tolerance);
  require_close(dv.elements(), edv, tolerance);
}

TEST_CASE("attention over positions, and its gradients", "[kernels]") {
  require_as_defined<float>(8, 16, 1, 3, 4, 3, 1, 2e-5);
  require_as_defined<float>(6, 9, 3, 5, 2, 2, 0.7, 2e-5);  // heads within blocks, fewer keys than queries
  require_as_defined<double>(3, 1, 1, 1, 1, 1, 1, 1e-13);
  require_as_defined<double>(10, 4, 2, 1, 17, 3, 0.3, 1e-13);
}

}  // namespace
