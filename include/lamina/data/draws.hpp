// Random numbers taken one after another, for code that draws a varying number of them: a Random with a
// counter.
#pragma once

#include <cmath>
#include <cstdint>

#include "lamina/core/random.hpp"
#include "lamina/core/shape.hpp"

namespace lamina {

/// The values of one random stream in order. Doubles, so that what is computed from them and then rounded to
/// a byte or a float comes out alike whichever compiler contracted which multiply-add.
class Draws {
 public:
  explicit Draws(const Random& random) : random_(random) {}

  double uniform(double low = 0, double high = 1) {
    return low + (high - low) * random_.uniform_double(next_++);
  }
  double normal() { return random_.normal(next_++); }
  Index below(Index n) { return static_cast<Index>(random_.below(next_++, static_cast<std::uint64_t>(n))); }
  bool chance(double probability) { return uniform() < probability; }

 private:
  Random random_;
  std::uint64_t next_ = 0;
};

}  // namespace lamina
