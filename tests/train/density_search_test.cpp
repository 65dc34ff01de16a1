#include "lamina/train/density_search.hpp"

#include "lamina/layers/flatten.hpp"
#include "lamina/layers/weighted_conv.hpp"
#include "lamina/train/losses.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/check_gradients.hpp"

namespace lamina::test {

TEST_CASE("ranges of densities") {
  REQUIRE(density_ranges(3).size() == 1);
  REQUIRE(density_ranges(5).size() == 2);
  REQUIRE(density_ranges(7).size() == 3);
  for (const Index kernel : {3, 5, 7})
    for (const SearchInterval& range : density_ranges(kernel)) REQUIRE(range.lower < range.upper);
  REQUIRE_THROWS_WITH(density_ranges(4), containing("3, 5 and 7"));
}

// A weighted convolution learns what a plain one does, to outer taps only as fast as their density allows.
// After few steps towards a teacher whose density is 1.2, and whose weights it begins with, a student is the
// nearer the nearer its own density is.
TEST_CASE("the density of a teacher is found by trainings") {
  constexpr auto net = weighted_conv<4, learnt_density<1>, no_bias>;
  constexpr auto in = input<2, 6, 6>;
  Model<net, in, double> teacher{seed{1}};
  teacher.parameter("density")[0] = 1.2;
  support::RandomImages<double> images(in.shape, 8);
  const auto target = teacher.predict(images.view);
  std::vector<double> wanted;
  for_each_element(target, [&](auto... at) { wanted.push_back(target(at...)); });

  Index trainings = 0;
  const auto loss_with = [&](std::span<const double> density) {
    ++trainings;
    Model<net, in, double> student{seed{1}};
    student.parameter("density").assign(density);
    student.set_frozen("density", true);
    Optimizer optimizer(sgd{.learning_rate = 0.05}, student.parameter_space());
    double loss = 0;
    for (int step = 0; step < 3; ++step) {
      const auto y = student.forward(images.view);
      const auto dy = student.output_gradient();
      loss = 0;
      std::size_t i = 0;
      for_each_element(y, [&](auto... at) {
        const double difference = y(at...) - wanted[i++];
        loss += difference * difference / static_cast<double>(wanted.size());
        dy(at...) = 2 * difference / static_cast<double>(wanted.size());
      });
      student.backward();
      optimizer.step();
    }
    REQUIRE(student.parameter("density")[0] == density[0]);
    return loss;
  };
  const FoundMinimum found = minimize(loss_with, density_ranges(3), {.evaluations = 25});
  REQUIRE(trainings == 25);
  require_close(found.at[0], 1.2, 0.01);
}

}  // namespace lamina::test
