#include "lamina/net/parameter_space.hpp"

#include "lamina/layers/dense.hpp"
#include "lamina/net/model.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

TEST_CASE("segments cover the parameters in ascending order, biases do not decay", "[net]") {
  Model<dense<10> | dense<3>, input<7>> model{seed{1}};
  const ParameterSpace<float> space = model.parameter_space();
  REQUIRE(space.values.size() == space.gradients.size());
  REQUIRE(space.segments.size() == 4);
  Index end = 0;
  for (const ParameterSegment& segment : space.segments) {
    REQUIRE(segment.begin >= end);
    REQUIRE(segment.size() > 0);
    end = segment.end;
  }
  REQUIRE(end <= static_cast<Index>(space.values.size()));
  REQUIRE(space.segments[0].decays);
  REQUIRE_FALSE(space.segments[1].decays);
}

}  // namespace
