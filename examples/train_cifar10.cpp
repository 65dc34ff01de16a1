// A small net on CIFAR-10 with a bit of everything: a residual of separable convolutions, Inception towers, a
// residual of dense ones and a squeeze-and-excitation gate.
#include <iostream>

#include "lamina/blocks/separable_conv.hpp"
#include "lamina/blocks/squeeze_excite.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/dropout.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/train/interrupt.hpp"
#include "support/example.hpp"

using namespace lamina;

template <Index Channels, auto Kernel>
inline constexpr auto unit = conv<Channels, Kernel, no_bias> | batch_norm | relu;

inline constexpr auto separable_residual = with_input([](auto in) {
  return residual(separable_conv<in.channels, 3> | batch_norm | relu | separable_conv<in.channels, 3> |
                  batch_norm) |
         relu;
});

inline constexpr auto towers = concat(unit<32, 1>, unit<32, 1> | unit<48, 3>, unit<16, 1> | unit<32, 5>,
                                      max_pool<3, stride<1>, same> | unit<16, 1>);

inline constexpr auto dense_residual =
    with_input([](auto in) { return residual(conv<in.channels, 3, no_bias> | batch_norm) | relu; });

inline constexpr auto net = named<"stem">(unit<32, 3> | max_pool<2> | unit<64, 3>) | separable_residual |
                            max_pool<2> | named<"towers">(towers) | dense_residual | squeeze_excite<8> |
                            named<"head">(global_avg_pool | dropout<0.2> | dense<10>);

int main(int argc, char** argv) {
  return run_example(
      argc, argv, "Trains a small net on CIFAR-10.", {.epochs = 15}, [](const Options& options) {
        const auto [training, testing] = photographs(options);
        Model<net, input<3, 32, 32>> model{seed{options.seed}};
        std::cout << summary(model);
        const auto pipeline = augment(random_crop{.padding = 4, .border = Border::reflect}, random_flip{},
                                      normalize{{0.49, 0.48, 0.45}, {0.25, 0.24, 0.26}});
        fit(model, training, adamw{.learning_rate = 4e-3, .weight_decay = 0.02}, options.for_fit(),
            schedule::one_cycle{}, cross_entropy{.label_smoothing = 0.1}, pipeline, validate_on(testing),
            Interrupt{});
        print_accuracy(evaluate(model, testing, pipeline));
      });
}
