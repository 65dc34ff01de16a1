// Dropout (Srivastava et al. 2014; for channels, Tompson et al. 2015): in training each element (each
// channel) is zero with probability P and grows by 1 / (1 − P) otherwise; in inference nothing happens. Which
// ones fall depends on the model's seed, the pass and the place alone, and is drawn again in backward:
// nothing is stored.
#pragma once

#include "lamina/core/fraction.hpp"
#include "lamina/kernels/dropout.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/net/layer.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write dropout<…> or channel_dropout<…>.
template <Fraction P, bool WholeChannels> struct Dropout : Layer {
  static_assert(P.value() >= 0 && P.value() < 1, "dropout: the probability lies in [0, 1)");
  static constexpr std::string_view name = WholeChannels ? "channel_dropout" : "dropout";
  static constexpr Saves saves = Saves::nothing;
  static constexpr bool in_place = true;
  static constexpr Shape output(Shape in) { return in; }

  template <class T> static void forward(const Forward<T>& pass) {
    apply(pass.input(), pass.random, pass.training, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty())
      apply(pass.output_gradient, pass.random, pass.training, pass.input_gradient());
  }

 private:
  template <class T>
  static void apply(const FeatureMapView<const T>& from, const Random& random, bool training,
                    const FeatureMapView<T>& to) {
    if (training && WholeChannels)
      kernels::channel_dropout(from, P.value(), random, to);
    else if (training)
      kernels::dropout(from, P.value(), random, to);
    else if (from.data != to.data)
      kernels::copy(from, to);
  }
};

/// dropout<0.5>: single elements fall.
template <Fraction P> inline constexpr Dropout<P, false> dropout{};

/// channel_dropout<0.2>: whole channels of a sample fall.
template <Fraction P> inline constexpr Dropout<P, true> channel_dropout{};

}  // namespace lamina
