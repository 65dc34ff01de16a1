// A model that is given fewer inputs than its net has.
#include "lamina/layers/conv.hpp"
#include "lamina/net/model.hpp"

using namespace lamina;

inline constexpr auto net = conv<8, 3> | add(id, from<"time"> | conv<8, 1>);
using Conditioned = Model<net, inputs(input<1, 4, 4>, extra<"time", 5, 1, 1>)>;

// expect: model: give one view for the main input and one for each extra input
void run(Conditioned& model, FeatureMapView<const float, 1> images, FeatureMapView<const float, 1> time) {
#ifdef LAMINA_BAD
  static_cast<void>(time);
  model.predict(images);
#else
  model.predict(images, time);
#endif
}
