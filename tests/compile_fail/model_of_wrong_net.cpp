// A model of a net whose shapes do not fit: one message, however much of the model is used.
#include "lamina/layers/conv.hpp"
#include "lamina/net/freeze.hpp"
#include "lamina/net/summary.hpp"
#include "lamina/tensor/functions/functions.hpp"

using namespace lamina;

// expect: residual: the branch must return its input shape; add a projection
// expect: merged<lamina::Residual, [lamina:]*Shape{8, 8, 8}, [lamina:]*Shape{16, 8, 8}>
#ifdef LAMINA_BAD
inline constexpr auto net = conv<8, 3> | relu | repeat<3>(residual(conv<16, 3> | relu)) | conv<4, 1>;
#else
inline constexpr auto net = conv<8, 3> | relu | repeat<3>(residual(conv<8, 3> | relu)) | conv<4, 1>;
#endif
std::string run(FeatureMapView<const float, 1> images) {
  Model<net, input<3, 8, 8>> model{seed{1}};
  model.forward(images);
  model.backward();
  const auto frozen_model = freeze(model);
  auto workspace = frozen_model.workspace();
  frozen_model(images, workspace);
  return summary(model);
}
