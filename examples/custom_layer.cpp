// A layer of one's own: a learnt factor per channel. Its rules are static members; forward and backward see
// views of maps in blocks of channels, as net/layer.hpp describes.
#include "lamina/layers/conv.hpp"
#include "lamina/layers/global_pool.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/train/interrupt.hpp"
#include "support/example.hpp"

using namespace lamina;

struct ChannelScale : Layer {
  static constexpr std::string_view name = "channel_scale";
  static constexpr Saves saves = Saves::input;
  static constexpr Shape output(Shape in) { return in; }
  static constexpr std::array<Parameter, 1> parameters(Shape in) {
    return {Parameter{"weight", {in.channels}, initializers::ones, orders::plain}};
  }
  template <class T> static void forward(const Forward<T>& pass) {
    const T* weight = pass.parameter(0);
    for_each_element(pass.output, [&](Index n, Index c, Index h, Index w) {
      pass.output(n, c, h, w) = weight[c] * pass.input()(n, c, h, w);
    });
  }
  template <class T> static void backward(const Backward<T>& pass) {
    const T* weight = pass.parameter(0);
    for_each_element(pass.output_gradient, [&](Index n, Index c, Index h, Index w) {
      const T gradient = pass.output_gradient(n, c, h, w);
      if (pass.wants_parameter_gradients())
        pass.parameter_gradient(0)[c] += gradient * pass.input()(n, c, h, w);
      if (!pass.input_gradient().empty()) pass.input_gradient()(n, c, h, w) = weight[c] * gradient;
    });
  }
};
inline constexpr ChannelScale channel_scale{};

inline constexpr auto net = conv<8, 5> | channel_scale | relu | max_pool<4> | conv<10, 3> | global_avg_pool;

int main(int argc, char** argv) {
  return run_example(argc, argv, "Trains a net with a layer of one's own.", {.epochs = 1},
                     [](const Options& options) {
                       const auto [training, testing] = digits(options);
                       Model<net, input<1, 28, 28>> model{seed{options.seed}};
                       fit(model, training, adamw{.learning_rate = 1e-2}, options.for_fit(), Interrupt{});
                       print_accuracy(evaluate(model, testing));
                     });
}
