#include "lamina/kernels/dropout.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {
namespace {

/// The documented rule, element by element.
Plain reference(const Plain& x, double p, const Random& random, bool whole_channels) {
  const Extents e = x.extents;
  Plain y(e);
  each(e, [&](Index n, Index c, Index h, Index w) {
    const Index pixels = whole_channels ? 1 : e.h * e.w, pixel = whole_channels ? 0 : h * e.w + w;
    const auto words =
        random.block(static_cast<std::uint64_t>((n * ((e.c + 3) / 4) + c / 4) * pixels + pixel));
    const bool stays = static_cast<double>(words[static_cast<std::size_t>(c % 4)]) >= p * 4294967296.0;
    y(n, c, h, w) = stays && p < 1 ? x(n, c, h, w) / (1 - p) : 0;
  });
  return y;
}

}  // namespace

TEMPLATE_TEST_CASE("dropout follows its rule, in any element type and vector width", "[kernels][dropout]",
                   float, double) {
  using T = TestType;
  const Random random = Random(seed{7}).stream(3);
  for (const Extents& e : sweep())
    for (const double p : {0.0, 0.1, 0.5, 0.875, 1.0}) {
      const Plain x = random_plain(e, 1);
      Map<T> in(x, 1), y(e, 2), channels(e, 1);
      in.set_padding(T{0});
      kernels::dropout(in, p, random, y.view());
      require_map(y, reference(x, p, random, false), tolerance<T>);
      kernels::channel_dropout(in, p, random, channels.view());
      require_map(channels, reference(x, p, random, true), tolerance<T>);
      kernels::dropout(in, p, random, in.view());  // in place
      require_map(in, y.plain(), 0);
    }
}

TEST_CASE("dropout keeps the mean and drops as often as asked", "[kernels][dropout]") {
  const Extents e{4, 19, 40, 41};
  const Map<float> ones(Plain(e, 1));
  for (const double p : {0.1, 0.5, 0.9}) {
    Map<float> y(e);
    kernels::dropout(ones, p, Random(seed{1}), y.view());
    double sum = 0, dropped = 0;
    for (const double value : y.plain().values) sum += value, dropped += value == 0;
    const auto count = static_cast<double>(e.count());
    const double deviation = std::sqrt(p * (1 - p) / count);
    REQUIRE(std::abs(dropped / count - p) < 4 * deviation);
    REQUIRE(std::abs(sum / count - 1) < 4 * deviation / (1 - p));
  }
}

TEST_CASE("dropout of another stream drops other elements", "[kernels][dropout]") {
  const Map<float> ones(Plain({1, 8, 10, 10}, 1));
  Map<float> first(Extents{1, 8, 10, 10}), second(Extents{1, 8, 10, 10});
  kernels::dropout(ones, 0.5, Random(seed{1}, 1), first.view());
  kernels::dropout(ones, 0.5, Random(seed{1}, 2), second.view());
  REQUIRE(!same_bits(first, second));
}

TEMPLATE_TEST_CASE("dropout has the same bits on any number of threads", "[kernels][dropout]", float,
                   double) {
  using T = TestType;
  const Map<T> x(random_plain({3, 20, 40, 33}, 1));
  require_thread_invariant([&] {
    Map<T> y(Extents{3, 20, 40, 33});
    kernels::dropout(x, 0.3, Random(seed{5}), y.view());
    kernels::channel_dropout(y, 0.3, Random(seed{6}), y.view());
    return y;
  });
}

}  // namespace lamina::test
