#include "lamina/net/executor.hpp"

#include "lamina/layers/conv.hpp"
#include "lamina/net/model.hpp"
#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::elements;
using support::RandomImages;

namespace {

// Overwrites its input's gradient, whatever was there: the executor has to add for it.
struct Double : Layer {
  static constexpr std::string_view name = "double";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output(Shape in) { return in; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::scale(pass.input(), T{2}, pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    if (!pass.input_gradient().empty()) kernels::scale(pass.output_gradient, T{2}, pass.input_gradient());
  }
};
inline constexpr Double twice{};

// The same with two inputs: 2a + b.
struct Blend : Layer {
  static constexpr std::string_view name = "blend";
  static constexpr Saves saves = Saves::nothing;
  static constexpr Shape output_of(const Shape* in, int) { return in[0]; }
  template <class T> static void forward(const Forward<T>& pass) {
    kernels::scale(pass.inputs[0], T{2}, pass.output);
    kernels::accumulate<T>(pass.inputs[1], pass.output);
  }
  template <class T> static void backward(const Backward<T>& pass) {
    for (std::size_t i = 0; i < 2; ++i)
      if (!pass.input_gradients[i].empty())
        kernels::scale(pass.output_gradient, i == 0 ? T{2} : T{1}, pass.input_gradients[i]);
  }
};
template <net_block A, net_block B> constexpr Branches<Blend, as_block<A>, as_block<B>> blend(A, B) {
  return {};
}

TEST_CASE("gradients are added for layers that can only overwrite", "[net]") {
  support::check_gradients<(conv<9, 3> | add(twice, id, twice | twice, tanh_activation) | conv<2, 1>),
                           input<2, 4, 3>>();
  support::check_gradients<(conv<9, 3> | blend(id, id) | conv<2, 1>), input<2, 4, 3>>();
  support::check_gradients<(conv<9, 3> | add(blend(id, tanh_activation), id) | conv<2, 1>), input<2, 4, 3>>();
}

TEST_CASE("results do not depend on the number of threads", "[net]") {
  constexpr auto net = conv<16, 3> | relu | conv<24, 3> | twice | conv<4, 1>;
  RandomImages<float> images(shape<3, 12, 11>, 5);
  std::vector<float> before;
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    Model<net, input<3, 12, 11>> model{seed{1}};
    model.forward(images.view);
    kernels::fill(model.output_gradient(), 1.0f);
    model.backward();
    const auto gradients = model.parameter_space().gradients;
    if (before.empty()) before.assign(gradients.begin(), gradients.end());
    REQUIRE(std::equal(before.begin(), before.end(), gradients.begin(), gradients.end()));
  }
  set_threads(2);
}

}  // namespace
