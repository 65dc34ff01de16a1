// Activations against PyTorch: values and derivatives.
#include "lamina/layers/prelu.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "layers/golden.hpp"

namespace lamina::test {

TEST_CASE("activations with kinks, as PyTorch's", "[layers]") {
  const Golden golden("layer_activations.txt");
  constexpr auto in = input<9, 2, 2>;
  golden.compare<prelu, input<9, 3, 2>>("prelu");
  golden.compare<prelu_per_channel, input<9, 3, 2>>("prelu per channel");
  golden.compare<relu, in>("relu", {.scale = 8});
  golden.compare<relu6, in>("relu6", {.scale = 8});
  golden.compare<leaky_relu<>, in>("leaky_relu", {.scale = 8});
  golden.compare<leaky_relu<0.2>, in>("leaky_relu 0.2", {.scale = 8});
  golden.compare<hard_swish, in>("hard_swish", {.scale = 8});
  golden.compare<hard_sigmoid, in>("hard_sigmoid", {.scale = 8});
  golden.compare<hard_tanh, in>("hard_tanh", {.scale = 8});
}

TEST_CASE("smooth activations, as PyTorch's", "[layers]") {
  const Golden golden("layer_activations.txt");
  constexpr auto in = input<9, 2, 2>;
  golden.compare<elu<>, in>("elu", {.scale = 8});
  golden.compare<elu<0.5>, in>("elu 0.5", {.scale = 8});
  golden.compare<celu<1.5>, in>("celu", {.scale = 8});
  golden.compare<selu, in>("selu", {.scale = 8});
  golden.compare<gelu, in>("gelu", {.scale = 8});
  golden.compare<gelu_tanh, in>("gelu_tanh", {.scale = 8});
  golden.compare<silu, in>("silu", {.scale = 8});
  golden.compare<mish, in>("mish", {.scale = 8});
  golden.compare<sigmoid, in>("sigmoid", {.scale = 8});
  golden.compare<log_sigmoid, in>("log_sigmoid", {.scale = 8});
  golden.compare<tanh_activation, in>("tanh", {.scale = 8});
  golden.compare<softplus, in>("softplus", {.scale = 8});
  golden.compare<softsign, in>("softsign", {.scale = 8});
}

}  // namespace lamina::test
