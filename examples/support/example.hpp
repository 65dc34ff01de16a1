// What the examples share, so that each shows only what it is about: the command line, the data sets, and
// errors told in a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lamina/net/operators.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"

/// An option that one example has beside the common ones: --<name> VALUE.
struct Setting {
  std::string name, value, meaning;
};

/// The command line: --data DIR --epochs N --batch N --threads N --seed N --save FILE --resume FILE, of which
/// an example leaves out what it has no use for.
struct Options {
  std::filesystem::path data =
      {};  ///< the root that holds the sets, or the set's own folder; empty: synthetic
  lamina::Index epochs = 5;
  lamina::Index batch = 64;
  int threads = 0;  ///< 0: all cores
  std::uint64_t seed = 1;
  std::filesystem::path save = {};
  std::filesystem::path resume = {};
  std::filesystem::path pictures = {};      ///< a folder; only where an example draws pictures
  std::vector<std::string> arguments = {};  ///< what follows the options; only where an example takes any
  std::vector<Setting> own = {};            ///< the example's own options, with their defaults
  std::vector<std::string> without = {};    ///< common ones that the example does not take

  /// The value of one of them; throws lamina::error where a number is asked for and is none, or where a count
  /// is no whole number or below `least`.
  const std::string& text(const std::string& name) const;
  double number(const std::string& name) const;
  lamina::Index count(const std::string& name, lamina::Index least = 0) const;

  /// These options as fit takes them.
  lamina::fit_options for_fit() const {
    return {.epochs = epochs, .batch_size = batch, .order = {seed}, .checkpoint = save, .resume = resume};
  }
};

/// Reads the command line over the example's own defaults and runs it. An error is told in one line on
/// stderr, and the result is then 1. `takes` names further arguments ("IMAGE…"); empty: there are none.
int run_example(int argc, char** argv, const std::string& description, Options defaults,
                void (*example)(const Options&), const std::string& takes = "");

/// Handwritten digits, 28 × 28 in grey: MNIST, or the synthetic set if no folder is given.
lamina::TrainTest<> digits(const Options& options);

/// Photographs of ten kinds of things, 32 × 32 in colour: CIFAR-10, or synthetic digits if no folder is
/// given.
lamina::TrainTest<> photographs(const Options& options);

/// The first `count` samples of the set; all of them if there are not so many, or if count is 0.
lamina::Dataset<> part_of(const lamina::Dataset<>& set, lamina::Index count);

/// Prints the last line of a training example: "test accuracy: NN.NN %".
void print_accuracy(const lamina::Evaluation& evaluation);
