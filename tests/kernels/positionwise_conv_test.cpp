#include "lamina/kernels/positionwise_conv.hpp"

#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// A random map, blocked or plain.
template <class T, int Block> struct BlockedMap {
  BlockedMap(Index n, Index c, Index h, Index w, std::uint64_t stream)
      : view(nullptr, n, c, h, w), storage(n * view.batch_stride) {
    view.data = storage.data();
    const Random random(seed{1}, stream);
    std::uint64_t draw = 0;
    for_each_element(view, [&](auto... at) { view(at...) = static_cast<T>(random.normal(draw++)); });
  }
  FeatureMapView<T, Block> view;
  Storage<T> storage;
};

template <class T>
void require_as_defined(Index channels, Index head_count, Index taps, Index before, Index height, Index width,
                        double tolerance) {
  constexpr int B = channel_block<T>;
  const Index batch = 2;
  const BlockedMap<T, B> x(batch, channels, height, width, 1), dy(batch, channels, height, width, 2);
  const BlockedMap<T, B> y(batch, channels, height, width, 3), dx(batch, channels, height, width, 4);
  const BlockedMap<T, 1> w(batch, head_count * taps, height, width, 5),
      dw(batch, head_count * taps, height, width, 6);
  kernels::positionwise_conv_forward<T>(x.view, w.view, head_count, before, y.view);
  kernels::positionwise_conv_backward_data<T>(dy.view, w.view, head_count, before, dx.view);
  kernels::positionwise_conv_backward_taps<T>(x.view, dy.view, head_count, before, dw.view);

  const auto number = [](T value) { return static_cast<double>(value); };
  std::vector<double> actual, expected;
  for_each_element(y.view, [&](Index n, Index c, Index h, Index p) {
    const Index head = c / (channels / head_count);
    double sum = 0, back = 0;
    for (Index j = 0; j < taps; ++j) {
      const Index at = p + j - before, from = p - j + before;
      if (at >= 0 && at < width) sum += number(w.view(n, head * taps + j, h, p) * x.view(n, c, h, at));
      if (from >= 0 && from < width)
        back += number(w.view(n, head * taps + j, h, from) * dy.view(n, c, h, from));
    }
    expected.insert(expected.end(), {sum, back});
    actual.insert(actual.end(), {number(y.view(n, c, h, p)), number(dx.view(n, c, h, p))});
  });
  for_each_element(dw.view, [&](Index n, Index k, Index h, Index p) {
    const Index at = p + k % taps - before, per_head = channels / head_count;
    double sum = 0;
    for (Index c = k / taps * per_head; c < (k / taps + 1) * per_head && at >= 0 && at < width; ++c)
      sum += number(dy.view(n, c, h, p) * x.view(n, c, h, at));
    expected.push_back(sum);
    actual.push_back(number(dw.view(n, k, h, p)));
  });
  require_close(actual, expected, tolerance);
}

TEST_CASE("a convolution with a kernel for every position, and its gradients", "[kernels]") {
  for (const Index width : {1, 2, 9})
    for (const Index before : {0, 2, 4}) {
      require_as_defined<float>(16, 2, 5, before, 1, width, 1e-5);  // blocks of one head
      require_as_defined<float>(13, 1, 5, before, 1, width, 1e-5);
      require_as_defined<float>(12, 3, 5, before, 2, width, 1e-5);  // heads that share a block
      require_as_defined<double>(10, 5, 5, before, 1, width, 1e-13);
    }
  require_as_defined<double>(3, 3, 1, 0, 1, 4, 1e-13);
}

}  // namespace
