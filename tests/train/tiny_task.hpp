// A task of a second for tests of training: stripes and checks under noise, and a small net with all kinds of
// state (weights, running statistics, dropout's counter).
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/core/thread_pool.hpp"
#include "lamina/data/dataset.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"

namespace lamina::test {

inline constexpr auto tiny_net =
    conv<8, 3> | batch_norm | relu | max_pool<2> | dropout<0.25> | flatten | dense<3>;
using TinyModel = Model<tiny_net, input<1, 8, 8>>;

/// Images of 8 × 8 pixels, in turn with rows, columns and checks of two pixels.
inline Dataset<> tiny_task(Index samples, seed s = {}) {
  Dataset<> set;
  set.images = decltype(set.images)(samples, 1, 8, 8);
  set.classes = {"rows", "columns", "checks"};
  const Random random(s);
  std::uint64_t draw = 0;
  for (Index n = 0; n < samples; ++n) {
    const auto label = static_cast<std::int32_t>(n % 3);
    set.labels.push_back(label);
    const auto phase = static_cast<Index>(random.below(draw++, 4));
    for (Index y = 0; y < 8; ++y)
      for (Index x = 0; x < 8; ++x) {
        const Index row = (y + phase) / 2 % 2, column = (x + phase) / 2 % 2;
        const Index lit = label == 0 ? row : label == 1 ? column : row ^ column;
        set.images(n, 0, y, x) =
            static_cast<std::uint8_t>(static_cast<Index>(random.below(draw++, 100)) + 40 + 100 * lit);
      }
  }
  return set;
}

/// The bits of all parameters and running statistics.
template <class T> std::vector<std::uint32_t> bits_of(const ModelCore<T>& model) {
  std::vector<std::uint32_t> bits;
  const auto add = [&](const auto& arrays) {
    for (const auto& array : arrays)
      for (const T value : array.values()) bits.push_back(std::bit_cast<std::uint32_t>(value));
  };
  add(model.parameters());
  add(model.statistics());
  return bits;
}

/// So many threads until it goes.
class Threads {
 public:
  explicit Threads(int count) : before_(threads()) { set_threads(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { set_threads(before_); }

 private:
  int before_;
};

}  // namespace lamina::test
