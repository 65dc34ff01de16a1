// A shape where the model's input belongs.
#include "lamina/layers/conv.hpp"
#include "lamina/net/model.hpp"

using namespace lamina;

inline constexpr auto net = conv<8, 3> | conv<4, 1>;

// expect: Model: the second argument is input<channels, height, width>, or inputs
#ifdef LAMINA_BAD
using Classifier = Model<net, shape<3, 8, 8>>;
#else
using Classifier = Model<net, input<3, 8, 8>>;
#endif
void run(FeatureMapView<const float, 1> images) {
  Classifier model{seed{1}};
  model.predict(images);
}
