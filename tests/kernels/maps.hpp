// What tests of kernels on blocked maps need: a map with its memory, random values, rubbish in the padding
// lanes and a guarded gap behind every sample; and plain arrays in double for the references.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/storage.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/tensor/feature_map.hpp"
#include "support/catch.hpp"

namespace lamina::test {

struct Extents {
  Index n = 1, c = 1, h = 1, w = 1;
  Index count() const { return n * c * h * w; }
  bool operator==(const Extents&) const = default;
};

/// (n, c, h, w) in double, row-major: what references are written with.
struct Plain {
  Extents extents;
  std::vector<double> values;

  explicit Plain(Extents e, double value = 0)
      : extents(e), values(static_cast<std::size_t>(e.count()), value) {}
  double& operator()(Index n, Index c, Index h = 0, Index w = 0) { return values[place(n, c, h, w)]; }
  double operator()(Index n, Index c, Index h = 0, Index w = 0) const { return values[place(n, c, h, w)]; }
  /// The element that meets (n, c, h, w) when axes of extent 1 broadcast.
  double broadcast(Index n, Index c, Index h, Index w) const {
    return (*this)(n, extents.c == 1 ? 0 : c, extents.h == 1 ? 0 : h, extents.w == 1 ? 0 : w);
  }

 private:
  std::size_t place(Index n, Index c, Index h, Index w) const {
    return static_cast<std::size_t>(((n * extents.c + c) * extents.h + h) * extents.w + w);
  }
};

/// Calls f(n, c, h, w) for every element.
template <class F> void each(const Extents& e, F f) {
  for (Index n = 0; n < e.n; ++n)
    for (Index c = 0; c < e.c; ++c)
      for (Index h = 0; h < e.h; ++h)
        for (Index w = 0; w < e.w; ++w) f(n, c, h, w);
}

/// Uniform in [-1, 1), rounded to float so that a kernel in float sees the reference's numbers.
inline Plain random_plain(const Extents& e, std::uint64_t stream) {
  const Random random(seed{2024}, stream);
  Plain plain(e);
  for (std::size_t i = 0; i < plain.values.size(); ++i)
    plain.values[i] = static_cast<double>(2 * random.uniform(i) - 1);
  return plain;
}

/// A blocked map and its memory. Between samples lies a gap of `gap` channel blocks (as in a slice of a wider
/// map) that no kernel may touch; padding lanes begin with large, finite numbers.
template <class T> class Map {
 public:
  static constexpr Index block = channel_block<T>;

  explicit Map(const Extents& e, Index gap = 0)
      : extents_(e),
        stride_(((e.c + block - 1) / block + gap) * block * e.h * e.w),
        memory_(Storage<T>::uninitialized(e.n * stride_)) {
    std::fill(memory_.begin(), memory_.end(), rubbish);
  }
  explicit Map(const Plain& values, Index gap = 0) : Map(values.extents, gap) {
    each(extents_, [&](Index n, Index c, Index h, Index w) {
      view()(n, c, h, w) = static_cast<T>(values(n, c, h, w));
    });
  }

  FeatureMapView<T> view() {
    return {memory_.data(), extents_.n, extents_.c, extents_.h, extents_.w, stride_};
  }
  FeatureMapView<const T> view() const {
    return {memory_.data(), extents_.n, extents_.c, extents_.h, extents_.w, stride_};
  }
  operator FeatureMapView<T>() { return view(); }
  operator FeatureMapView<const T>() const { return view(); }

  Plain plain() const {
    Plain values(extents_);
    each(extents_, [&](Index n, Index c, Index h, Index w) {
      values(n, c, h, w) = static_cast<double>(view()(n, c, h, w));
    });
    return values;
  }
  /// Whether the gap behind every sample is as it was.
  bool gap_untouched() const {
    const Index sample = view().blocks() * view().block_stride();
    for (Index n = 0; n < extents_.n; ++n)
      for (Index i = sample; i < stride_; ++i)
        if (memory_[n * stride_ + i] != rubbish) return false;
    return true;
  }
  bool padding_is(T value) const {
    const auto v = view();
    for (Index n = 0; n < v.batch; ++n)
      for (Index c = v.channels; c < v.blocks() * block; ++c)
        for (Index p = 0; p < v.pixels(); ++p)
          if (v.at_block(n, c / block)[p * block + c % block] != value) return false;
    return true;
  }
  void set_padding(T value) {
    for (Index n = 0; n < extents_.n; ++n)
      for (Index c = extents_.c; c < view().blocks() * block; ++c)
        for (Index p = 0; p < view().pixels(); ++p)
          view().at_block(n, c / block)[p * block + c % block] = value;
  }
  friend bool same_bits(const Map& a, const Map& b) {
    return a.extents_ == b.extents_ &&
           std::memcmp(a.memory_.data(), b.memory_.data(),
                       static_cast<std::size_t>(a.memory_.size()) * sizeof(T)) == 0;
  }

 private:
  static constexpr T rubbish = T{12345};
  Extents extents_;
  Index stride_;
  Storage<T> memory_;
};

/// Requires the map to hold the expected values, its gap to be untouched and its padding lanes to be zero.
template <class T>
void require_map(const Map<T>& actual, const Plain& expected, double tolerance,
                 std::source_location caller = std::source_location::current()) {
  CAPTURE(expected.extents.n, expected.extents.c, expected.extents.h, expected.extents.w);
  require_close(actual.plain().values, expected.values, tolerance, caller);
  REQUIRE(actual.gap_untouched());
  REQUIRE(actual.padding_is(T{0}));
}

/// What rounding leaves of the numbers these tests use.
template <class T> inline constexpr double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-13;

/// Runs make(), which returns a Map, with one thread and with two, and requires the same bits.
template <class Make> void require_thread_invariant(Make make) {
  const int before = threads();
  set_threads(1);
  const auto one = make();
  set_threads(2);
  const auto two = make();
  set_threads(before);
  REQUIRE(same_bits(one, two));
}

/// The gradient of sum(weights · forward(x)) by central differences; forward maps Plain to Plain.
template <class Forward>
Plain numeric_gradient(const Plain& x, const Plain& weights, Forward forward, double step = 1e-5) {
  const auto loss = [&](const Plain& at) {
    const Plain y = forward(at);
    double sum = 0;
    for (std::size_t i = 0; i < y.values.size(); ++i) sum += weights.values[i] * y.values[i];
    return sum;
  };
  Plain gradient(x.extents), at = x;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    at.values[i] = x.values[i] + step;
    const double above = loss(at);
    at.values[i] = x.values[i] - step;
    gradient.values[i] = (above - loss(at)) / (2 * step);
    at.values[i] = x.values[i];
  }
  return gradient;
}

/// Channel counts about the block, and 1-pixel, odd and single-row maps.
inline std::vector<Extents> sweep() {
  return {{1, 1, 1, 1},  {3, 3, 1, 1},  {1, 7, 5, 3},  {3, 8, 4, 6},   {1, 13, 1, 9},
          {3, 16, 7, 7}, {3, 17, 9, 8}, {1, 17, 1, 1}, {3, 1, 11, 10}, {2, 75, 2, 3}};
}

}  // namespace lamina::test
