// The main job in a minute: trains a small net on synthetic digits and draws what it learnt.
#include <algorithm>
#include <iostream>

#include "lamina/io/picture.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/train/interrupt.hpp"
#include "support/example.hpp"

using namespace lamina;

inline constexpr auto net = conv<16, 7> | batch_norm | relu | max_pool<2> | conv<32, 5> | batch_norm | relu |
                            max_pool<2> | flatten | dense<64> | relu | dense<10>;
using Digits = Model<net, input<1, 28, 28>>;

namespace {

io::Canvas test_sheet(Digits& model, const Dataset<>& testing) {
  Loader<float, std::uint8_t> loader(testing, {.batch_size = 40, .shuffle = false, .prefetch = false});
  std::vector<io::SheetImage> images;
  for (const Batch<float>& batch : loader.epoch(0)) {
    const auto logits = model.predict(batch.images());
    for (Index n = 0; n < batch.size(); ++n) {
      Index best = 0;
      for (Index c = 1; c < logits.channels; ++c)
        if (logits(n, c) > logits(n, best)) best = c;
      const auto name = [&](auto label) { return testing.classes[static_cast<std::size_t>(label)]; };
      images.push_back(io::judged(io::picture_of(std::span(testing.image(n), 28 * 28), testing.shape()),
                                  name(best), name(testing.labels[static_cast<std::size_t>(n)])));
    }
    break;
  }
  return io::contact_sheet(images, {.title = "Test images and what the net takes them for"});
}

void draw(Digits& model, const Dataset<>& testing, const History& history,
          const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  io::save_png(folder / "predictions.png", test_sheet(model, testing));
  const auto filters = model.parameter("0.weight").values();
  io::save_png(folder / "filters.png", io::filter_grid(std::span(filters), 16, Shape{1, 7, 7},
                                                       {.title = "Filters of the first layer"}));
  const std::vector<io::Canvas> charts{
      io::line_chart({.title = "Loss",
                      .x_label = "epoch",
                      .curves = {{"training", history.training_loss}, {"test", history.validation_loss}}}),
      io::line_chart(
          {.title = "Accuracy",
           .x_label = "epoch",
           .curves = {{"training", history.training_metric}, {"test", history.validation_metric}}})};
  io::save_png(folder / "curves.png", io::side_by_side(charts));
  std::cout << "pictures: " << folder.string() << "/{predictions,filters,curves}.png\n";
}

}  // namespace

int main(int argc, char** argv) {
  const Options defaults{.epochs = 6, .pictures = "quickstart_pictures"};
  return run_example(argc, argv, "Trains on digits and draws what it learnt.", defaults,
                     [](const Options& options) {
                       const auto [training, testing] = digits(options);
                       Digits model{seed{options.seed}};
                       History history;
                       fit(model, training, adamw{.learning_rate = 3e-3}, options.for_fit(),
                           schedule::one_cycle{}, validate_on(testing), history, Interrupt{});
                       draw(model, testing, history, options.pictures);
                       print_accuracy(evaluate(model, testing));
                     });
}
