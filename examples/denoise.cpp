// Takes Gaussian noise out of photographs with a small fully convolutional net, whose convolutions are plain
// in one and weighted in another (Cammarasana and Patanè, "Optimal Weighted Convolution for Classification
// and Denoising", 2025). With a density of 1 a weighted convolution is the plain one, so both are the same
// net, and begin with the same weights.
//   denoise --data DIR --noise 25 --density 0.7
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>

#include "lamina/io/picture.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/weighted_conv.hpp"
#include "lamina/train/density_search.hpp"
#include "lamina/train/losses/regression.hpp"
#include "support/example.hpp"

using namespace lamina;

// A density of ones that can be set: a layer's factors of it are parameters of the model.
template <Index Channels>
inline constexpr auto weighted_by_ones = weighted_conv<Channels, learnt_density<1.0>>;

// The residual learns the noise, negated, and begins with none.
inline constexpr auto net = residual(weighted_by_ones<24> | relu | weighted_by_ones<24> | relu |
                                     weighted_by_ones<24> | relu | conv<3, 3, init<initializers::zeros>>);
using Denoiser = Model<net, input<3, dyn, dyn>>;

namespace {

/// Photographs to learn from, to choose by and to be judged on, and how.
struct Task {
  Dataset<> training, validation, testing;
  double noise;  ///< its standard deviation, of pixels from 0 to 1
  const Options& options;
};

/// Images with noise, always the same for the same images and number.
class Noisy {
 public:
  FeatureMapView<const float, 1> operator()(const Batch<float>& batch, double sigma, std::uint64_t number) {
    const Index pixels = batch.shape.elements();
    memory_.resize(static_cast<std::size_t>(batch.size() * pixels));
    for (Index n = 0; n < batch.size(); ++n) {
      const Random random(seed{number},
                          static_cast<std::uint64_t>(batch.samples[static_cast<std::size_t>(n)]));
      for (Index i = n * pixels; i < (n + 1) * pixels; ++i)
        memory_[static_cast<std::size_t>(i)] =
            batch.pixels[i] +
            static_cast<float>(sigma * random.normal(static_cast<std::uint64_t>(i - n * pixels)));
    }
    return {memory_.data(), batch.size(), batch.shape.channels, batch.shape.height, batch.shape.width};
  }

 private:
  std::vector<float> memory_;
};

/// Sets the densities of all weighted convolutions, which do not learn.
void set_density(Denoiser& model, std::span<const double> density) {
  for (const auto& parameter : model.parameters())
    if (parameter.name().ends_with("density")) {
      for (Index i = 0; i < parameter.size(); ++i)
        parameter[i] = static_cast<float>(density[static_cast<std::size_t>(i)]);
      model.set_frozen(parameter.name(), true);
    }
}

/// A net trained with this density, the outermost tap first.
Denoiser trained(const Task& task, std::span<const double> density) {
  Denoiser model{seed{task.options.seed}};
  set_density(model, density);
  Optimizer optimizer(adamw{.learning_rate = 4e-3}, model.parameter_space());
  Loader loader(task.training, {.batch_size = task.options.batch, .seed = {task.options.seed}},
                augment(random_flip{}));
  const Index steps = loader.batches() * task.options.epochs;
  const mean_squared_error loss;
  const schedule::one_cycle rate;
  Noisy noisy;
  for (Index epoch = 0; epoch < task.options.epochs; ++epoch)
    for (const Batch<float>& batch : loader.epoch(epoch)) {
      const auto restored =
          model.forward(noisy(batch, task.noise, 1 + static_cast<std::uint64_t>(optimizer.steps())));
      loss(restored, batch.images(), model.output_gradient());
      model.backward();
      optimizer.step(rate(schedule::Position{optimizer.steps(), loader.batches(), steps}));
    }
  return model;
}

/// Calls f(batch, its images with noise, what the model makes of them) for the batches of a set.
template <class F> void for_each_batch(Denoiser& model, const Dataset<>& set, double noise, F f) {
  Loader<float, std::uint8_t> loader(set, {.batch_size = 100, .shuffle = false});
  Noisy noisy;
  for (const Batch<float>& batch : loader.epoch(0)) {
    const auto images = noisy(batch, noise, 0);
    f(batch, images, model.predict(images));
  }
}

/// The loss, on photographs not learnt from, of a net that was trained with these densities (the outermost
/// tap first): what a search over the densities minimises. It is as smooth as a training is, and has no
/// gradient.
double validation_loss(const Task& task, std::span<const double> density) {
  auto model = trained(task, density);
  RunningMean mean;
  for_each_batch(model, task.validation, task.noise, [&](const Batch<float>& batch, auto, auto restored) {
    mean.add(mean_squared_error{}(restored, batch.images()), static_cast<double>(batch.size()));
  });
  return mean.value();
}

/// The peak signal-to-noise ratio of one image in dB, its pixels cut to [0, 1].
template <class Map> double psnr(const Map& map, Index n, const float* clean) {
  double sum = 0;
  Index i = 0;
  for (Index c = 0; c < map.channels; ++c)
    for (Index h = 0; h < map.height; ++h)
      for (Index w = 0; w < map.width; ++w, ++i) {
        const float difference = std::clamp(map(n, c, h, w), 0.0f, 1.0f) - clean[i];
        sum += static_cast<double>(difference * difference);
      }
  return 10 * std::log10(static_cast<double>(i) / sum);
}

template <class Map> io::SheetImage picture(const Map& map, Index n, const std::string& caption) {
  std::vector<float> pixels;
  for (Index c = 0; c < map.channels; ++c)
    for (Index h = 0; h < map.height; ++h)
      for (Index w = 0; w < map.width; ++w) pixels.push_back(map(n, c, h, w));
  return {io::picture_of(std::span<const float>(pixels), Shape{map.channels, map.height, map.width}),
          caption};
}

std::string captioned(const char* what, double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%s %.1f", what, value);
  return text;
}

/// Mean ratios over the testing set, and the first photographs side by side.
void compare(const Task& task, Denoiser& plain, Denoiser& weighted) {
  RunningMean with_noise, by_plain, by_weighted;
  std::vector<io::SheetImage> sheet;
  for_each_batch(plain, task.testing, task.noise, [&](const Batch<float>& batch, auto images, auto restored) {
    const auto again = weighted.predict(images);
    const Index pixels = batch.shape.elements();
    for (Index n = 0; n < batch.size(); ++n) {
      const float* clean = batch.pixels + n * pixels;
      const double ratios[] = {psnr(images, n, clean), psnr(restored, n, clean), psnr(again, n, clean)};
      with_noise.add(ratios[0], 1);
      by_plain.add(ratios[1], 1);
      by_weighted.add(ratios[2], 1);
      if (sheet.size() >= 32) continue;
      sheet.push_back(picture(batch.images(), n, "clean"));
      sheet.push_back(picture(images, n, captioned("noisy", ratios[0])));
      sheet.push_back(picture(restored, n, captioned("plain", ratios[1])));
      sheet.push_back(picture(again, n, captioned("weighted", ratios[2])));
    }
  });
  std::printf("PSNR on %td photographs: noisy %.2f dB, plain %.2f dB, weighted %.2f dB\n",
              task.testing.size(), with_noise.value(), by_plain.value(), by_weighted.value());
  std::filesystem::create_directories(task.options.pictures);
  io::save_png(task.options.pictures / "denoised.png",
               io::contact_sheet(sheet, {.title = "Photographs, with noise, and restored (PSNR in dB)",
                                         .least_side = 128}));
  std::printf("picture: %s\n", (task.options.pictures / "denoised.png").c_str());
}

/// The density that DIRECT finds in the paper's range with as many trainings as --search says; without it the
/// one that was given.
double searched_density(const Task& task) {
  const auto trainings = task.options.count("search");
  if (trainings < 1) return task.options.number("density");
  const auto loss = [&](std::span<const double> density) {
    const double value = validation_loss(task, density);
    std::printf("density %.3f: validation loss %.6f\n", density[0], value);
    std::fflush(stdout);
    return value;
  };
  return minimize(loss, density_ranges(3), {.evaluations = trainings}).at[0];
}

void denoise(const Options& options) {
  const auto [training, testing] = photographs(options);
  const Dataset<> seen = part_of(training, options.count("images"));
  auto [learnt, held_out] = split(seen, 0.1, {options.seed});
  const Task task{std::move(learnt), std::move(held_out), part_of(testing, 1000),
                  options.number("noise") / 255, options};
  const double density[] = {searched_density(task)};
  auto plain = trained(task, std::array{1.0});
  auto weighted = trained(task, density);
  compare(task, plain, weighted);
}

}  // namespace

int main(int argc, char** argv) {
  const Options defaults{.epochs = 10,
                         .batch = 32,
                         .pictures = "denoise_pictures",
                         .own = {{"images", "5000", "photographs to learn from; 0: all"},
                                 {"noise", "25", "its standard deviation, of pixels from 0 to 255"},
                                 {"density", "0.7", "weight of a kernel's outer taps"},
                                 {"search", "0", "trainings in which to look for the best density; 0: none"}},
                         .without = {"save", "resume"}};
  return run_example(argc, argv, "Compares plain and weighted convolution in taking out noise.", defaults,
                     denoise);
}
