#include "lamina/layers/reparametrized_conv.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/check_gradients.hpp"

using namespace lamina;
using support::check_gradients;
using support::elements;
using support::RandomImages;

namespace {

/// A kernel of ones' own: twice the weight, the same for all outputs.
struct SharedKernel {
  static constexpr std::string_view name = "shared_kernel_conv";
  static constexpr std::array<Parameter, 1> parameters(const Parameter& weight) {
    const Index taps = weight.extents.rank == 4 ? weight.extents.count() / weight.extents[0] : 1;
    return {Parameter{"weight", {taps}, initializers::normal(0.5), orders::plain}};
  }
  template <class T> static void build(const KernelShape& shape, const T* const* parameter, T* weight) {
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      weight[shape.place(o, i, r, c)] = 2 * parameter[0][(i * shape.rows + r) * shape.columns + c];
    });
  }
  template <class T>
  static void adjoint(const KernelShape& shape, const T* const*, const T* weight_gradient,
                      T* const* gradient) {
    shape.for_each([&](Index o, Index i, Index r, Index c) {
      gradient[0][(i * shape.rows + r) * shape.columns + c] += 2 * weight_gradient[shape.place(o, i, r, c)];
    });
  }
};
constexpr ReparametrizedConv<ConvOptions{.channels = 11, .kernel = Kernel(3)}, SharedKernel>
    shared_kernel_conv{};

TEST_CASE("a kernel of one's own: gradients, and the same answers when frozen", "[layers]") {
  STATIC_REQUIRE(parameter_count(shared_kernel_conv, input<5, 6, 7>) == 5 * 9 + 11);
  check_gradients<shared_kernel_conv, input<5, 4, 3>>();
  check_gradients<(shared_kernel_conv | batch_norm | sigmoid), input<2, 4, 3>>();

  constexpr auto net = shared_kernel_conv | batch_norm | relu;
  Model<net, input<2, 6, 7>> model{seed{4}};
  RandomImages<float> images(shape<2, 6, 7>, 3);
  model.forward(images.view);  // moves the running statistics
  const auto expected = elements(model.predict(images.view));
  const auto predict = freeze(model);
  auto workspace = predict.workspace();
  require_close(elements(predict(images.view, workspace)), expected, 1e-5);
  REQUIRE(predict.structure().operations.size() == 1);
}

}  // namespace
