#include "support/example.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <system_error>
#include <type_traits>

#include "lamina/core/thread_pool.hpp"
#include "lamina/data/cifar.hpp"
#include "lamina/data/directory.hpp"
#include "lamina/data/mnist.hpp"
#include "lamina/data/synthetic.hpp"

using namespace lamina;

namespace {

/// Throws error unless the option's value is at least so much.
void require_least(const std::string& name, const std::string& value, Index number, Index least) {
  if (number < least)
    throw error("--", name, " wants a whole number, at least ", least, ", but is \"", value, '"');
}

}  // namespace

int run_example(int argc, char** argv, const std::string& description, Options options,
                void (*example)(const Options&), const std::string& takes) {
  options.data = data::directory();
  CLI::App app{description};
  const auto add = [&](const std::string& name, auto& value, const std::string& meaning) {
    if (std::ranges::count(options.without, name) > 0) return;
    CLI::Option* const option = app.add_option("--" + name, value, meaning);
    if constexpr (std::is_arithmetic_v<std::remove_reference_t<decltype(value)>>)
      option->capture_default_str();
  };
  add("data", options.data, "folder that holds the data sets (or LAMINA_DATA_DIR); none: synthetic data");
  add("epochs", options.epochs, "passes over the training images");
  add("batch", options.batch, "images in a batch");
  add("threads", options.threads, "threads; 0: one per core");
  add("seed", options.seed, "of weights, order and augmentation");
  add("save", options.save, "file for the checkpoint, also when stopped by Ctrl-C");
  add("resume", options.resume, "checkpoint to go on from");
  if (!options.pictures.empty())
    app.add_option("--pictures", options.pictures, "folder for the pictures")->capture_default_str();
  for (Setting& setting : options.own)
    app.add_option("--" + setting.name, setting.value, setting.meaning)->capture_default_str();
  if (!takes.empty()) app.add_option(takes, options.arguments)->required();
  CLI11_PARSE(app, argc, argv);
  try {
    require_least("epochs", std::to_string(options.epochs), options.epochs, 0);
    require_least("batch", std::to_string(options.batch), options.batch, 1);
    require_least("threads", std::to_string(options.threads), options.threads, 0);
    if (options.threads > 0) set_threads(options.threads);
    example(options);
    return 0;
  } catch (const std::exception& problem) {
    std::cerr << app.get_name() << (app.get_name().empty() ? "" : ": ") << problem.what() << '\n';
    return 1;
  }
}

const std::string& Options::text(const std::string& name) const {
  for (const Setting& setting : own)
    if (setting.name == name) return setting.value;
  throw error("the example has no option --", name);
}

double Options::number(const std::string& name) const {
  const std::string& value = text(name);
  char* end = nullptr;
  const double result = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !std::isfinite(result))
    throw error("--", name, " wants a number, but is \"", value, '"');
  return result;
}

Index Options::count(const std::string& name, Index least) const {
  const std::string& value = text(name);
  Index result = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), result);
  const bool is_whole = problem == std::errc{} && end == value.data() + value.size();
  require_least(name, value, is_whole ? result : least - 1, least);
  return result;
}

namespace {

TrainTest<> announced(TrainTest<> sets, const std::string& name) {
  std::cout << name << ": " << sets.training.size() << " training and " << sets.testing.size()
            << " test images\n";
  if (!sets.training.note.empty()) std::cout << sets.training.note << '\n';
  return sets;
}

}  // namespace

TrainTest<> digits(const Options& options) {
  if (!options.data.empty()) return announced(data::mnist(options.data), "MNIST");
  std::cout << "no --data and no LAMINA_DATA_DIR: drawing synthetic digits\n";
  return announced(data::synthetic_digits(), "synthetic digits");
}

TrainTest<> photographs(const Options& options) {
  if (!options.data.empty()) return announced(data::cifar10(options.data), "CIFAR-10");
  std::cout << "no --data and no LAMINA_DATA_DIR: drawing synthetic digits\n";
  return announced(data::synthetic_digits({.size = 32, .channels = 3}), "synthetic digits in colour");
}

Dataset<> part_of(const Dataset<>& set, Index count) {
  return set.subset(0, count == 0 ? set.size() : std::min(count, set.size()));
}

void print_accuracy(const Evaluation& evaluation) {
  std::printf("test accuracy: %.2f %%\n", 100 * evaluation.metric);
}
