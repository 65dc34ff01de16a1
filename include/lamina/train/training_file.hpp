// The state of a training in a safetensors file: everything io::save writes, so that the file is also a
// model's (as learnt: an average of its weights lies beside it), and under "training." the optimizer's state
// and the counters. A training that is stopped, saved and resumed gives the bits of one that never stopped.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "lamina/core/sentence.hpp"
#include "lamina/io/model_file.hpp"
#include "lamina/train/exponential_moving_average.hpp"
#include "lamina/train/optimizers/optimizer.hpp"

namespace lamina {

/// Where a training stands: what is done of it, and what its random choices depend on.
struct TrainingPosition {
  Index epoch = 0;                     ///< epochs done
  Index batch = 0;                     ///< batches done of the next one
  Index batches = 0;                   ///< that an epoch has; 0: not known
  Index batch_size = 0;                ///< images in a batch; 0: not known
  Index samples = 0;                   ///< images in the data set; 0: not known
  std::uint64_t order_seed = 0;        ///< of the order of samples and of augmentation
  std::vector<double> schedule = {};   ///< the numbers of a schedule that has state
  std::vector<double> running = {};    ///< the sums of loss and metric of the epoch at hand
  std::vector<double> callbacks = {};  ///< of each that has any: how many numbers, and these
};

namespace detail {

/// "0.25 3 nan ", with the digits that give back every bit.
inline std::string numbers_text(const std::vector<double>& numbers) {
  std::string text;
  for (const double x : numbers) {
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, x).ptr) += ' ';
  }
  return text;
}

/// What is read of a training's metadata; every text that is not as it was written throws file_error naming
/// file and key.
struct TrainingMetadata {
  const io::SafetensorsFile& file;

  std::string text(const char* key) const {
    const auto entry = file.metadata().find(key);
    if (entry == file.metadata().end())
      throw file_error(file.path().string(), ": its metadata has no \"", key,
                       "\"; this is not the state of a training (a model alone is read by io::load)");
    return entry->second;
  }
  std::uint64_t whole_number(const char* key, std::uint64_t most = ~std::uint64_t{0}) const {
    const std::string found = text(key);
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(found.data(), found.data() + found.size(), number);
    if (problem != std::errc{} || end != found.data() + found.size() || number > most) refuse(key, found);
    return number;
  }
  Index count(const char* key) const {
    return static_cast<Index>(whole_number(key, std::numeric_limits<Index>::max()));
  }
  std::vector<double> numbers(const char* key) const {
    const std::string found = text(key);
    std::vector<double> all;
    for (const char *at = found.data(), *end = at + found.size(); at != end;) {
      double x = 0;
      const auto [after, problem] = std::from_chars(at, end, x);
      if (problem != std::errc{} || after == end || *after != ' ') refuse(key, found);
      all.push_back(x);
      at = after + 1;
    }
    return all;
  }
  /// So many whole numbers, none above `most`.
  std::vector<Index> counts(const char* key, std::size_t size, Index most) const {
    const std::vector<double> all = numbers(key);
    const auto is_count = [&](double x) {
      return x >= 0 && x <= static_cast<double>(most) && x == std::floor(x);
    };
    if (all.size() != size || !std::all_of(all.begin(), all.end(), is_count)) refuse(key, text(key));
    std::vector<Index> counts;
    for (const double x : all) counts.push_back(static_cast<Index>(x));
    return counts;
  }

 private:
  [[noreturn]] void refuse(const char* key, const std::string& text) const {
    throw file_error(file.path().string(), ": its metadata has \"", key, "\": \"", text.substr(0, 60),
                     "\", which is not what a training writes there");
  }
};

}  // namespace detail

/// Where the training in the file stands. Throws file_error where the file is no training's, or damaged.
inline TrainingPosition training_position(const io::SafetensorsFile& file) {
  const detail::TrainingMetadata metadata{file};
  TrainingPosition position{.epoch = metadata.count("training.epoch"),
                            .batch = metadata.count("training.batch"),
                            .batches = metadata.count("training.batches"),
                            .batch_size = metadata.count("training.batch_size"),
                            .samples = metadata.count("training.samples"),
                            .order_seed = metadata.whole_number("training.order_seed"),
                            .schedule = metadata.numbers("training.schedule"),
                            .running = metadata.numbers("training.running"),
                            .callbacks = metadata.numbers("training.callbacks")};
  if (position.batches > 0 && position.batch >= position.batches)
    throw file_error(file.path().string(), ": it stands after batch ", position.batch, " of an epoch of ",
                     position.batches, "; its metadata is damaged");
  return position;
}

namespace detail {

/// Calls f(name, numbers) for each arena of a training beside the model's.
template <class T, class Rule, class Average, class F>
void for_each_training_arena(Optimizer<Rule, T>& optimizer, Average& average, F f) {
  for (Index k = 0; k < optimizer.state_count(); ++k)
    f(sentence("training.", optimizer.state_name(k), '.'), optimizer.state(k));
  if constexpr (std::is_same_v<Average, WeightAverage<T>>)
    f(std::string("training.average."), average.values());
}

/// Stands for a WeightAverage where a training has none.
template <class T> struct NoAverage {
  template <class... Unused> explicit NoAverage(const Unused&...) {}
  void update() {}
  void swap() {}
  std::vector<NamedArray<T>> statistics() const { return {}; }
  Index updates() const { return 0; }
  void set_updates(Index) {}
};

}  // namespace detail

/// Writes model, optimizer, position and a WeightAverage, if there is one; atomically. Throws file_error.
template <class T, class Rule, class Average>
void save_training(const ModelCore<T>& model, Optimizer<Rule, T>& optimizer, const TrainingPosition& position,
                   const std::filesystem::path& path, Average& average) {
  const std::span<const Index> segment_steps = optimizer.segment_steps();
  io::TensorList<T> list;
  list.add(model.parameters());
  list.add(model.statistics());
  detail::for_each_training_arena(optimizer, average, [&](const std::string& name, std::span<T> arena) {
    list.add(model.named_like_parameters(arena), name);
  });
  list.add(average.statistics(), "training.average.");
  io::write_safetensors(
      path, list.tensors(),
      {{"lamina.architecture", sentence(model.architecture_hash())},
       {"training.epoch", sentence(position.epoch)},
       {"training.batch", sentence(position.batch)},
       {"training.batches", sentence(position.batches)},
       {"training.batch_size", sentence(position.batch_size)},
       {"training.samples", sentence(position.samples)},
       {"training.optimizer", std::string(Rule::name)},
       {"training.order_seed", sentence(position.order_seed)},
       {"training.steps", sentence(optimizer.steps())},
       {"training.segment_steps", detail::numbers_text({segment_steps.begin(), segment_steps.end()})},
       {"training.average_updates", sentence(average.updates())},
       {"training.passes", sentence(model.pass_count())},
       {"training.model_seed", sentence(model.random_seed().value)},
       {"training.schedule", detail::numbers_text(position.schedule)},
       {"training.running", detail::numbers_text(position.running)},
       {"training.callbacks", detail::numbers_text(position.callbacks)}});
}
template <class T, class Rule>
void save_training(const ModelCore<T>& model, Optimizer<Rule, T>& optimizer, const TrainingPosition& position,
                   const std::filesystem::path& path) {
  detail::NoAverage<T> none;
  save_training(model, optimizer, position, path, none);
}

/// Reads them back and returns the position. Throws file_error, with everything as it was, where the file is
/// damaged, is no training's, or is that of another architecture or optimizer, or of a training with an
/// average where this one has none, or without.
template <class T, class Rule, class Average>
TrainingPosition load_training(ModelCore<T>& model, Optimizer<Rule, T>& optimizer,
                               const io::SafetensorsFile& file, Average& average) {
  TrainingPosition position = training_position(file);
  const detail::TrainingMetadata metadata{file};
  const Index steps = metadata.count("training.steps");
  const std::vector<Index> segment_steps =
      metadata.counts("training.segment_steps", optimizer.segment_steps().size(), steps);
  const Index updates = metadata.count("training.average_updates");
  const std::uint64_t passes = metadata.whole_number("training.passes");
  const std::uint64_t model_seed = metadata.whole_number("training.model_seed");
  if (metadata.whole_number("lamina.architecture") != model.architecture_hash())
    throw file_error(file.path().string(),
                     ": it was saved by a net of another architecture; resuming needs the same one");
  if (const std::string saved = metadata.text("training.optimizer"); saved != Rule::name)
    throw file_error(file.path().string(), ": it was saved by a training with ", saved, ", and this one has ",
                     Rule::name, "; resuming needs the same optimizer");

  std::vector<io::TensorSlot> slots;
  io::add_slots(model.parameters(), {}, slots);
  io::add_slots(model.statistics(), {}, slots);
  detail::for_each_training_arena(optimizer, average, [&](const std::string& name, std::span<T> arena) {
    io::add_slots(model.named_like_parameters(arena), name, slots);
  });
  io::add_slots(average.statistics(), "training.average.", slots);
  io::restore(file, slots);  // all or nothing
  optimizer.set_steps(steps);
  std::copy(segment_steps.begin(), segment_steps.end(), optimizer.segment_steps().begin());
  average.set_updates(updates);
  model.set_pass_count(passes);
  model.set_random_seed(seed{model_seed});
  return position;
}
template <class T, class Rule>
TrainingPosition load_training(ModelCore<T>& model, Optimizer<Rule, T>& optimizer,
                               const io::SafetensorsFile& file) {
  detail::NoAverage<T> none;
  return load_training(model, optimizer, file, none);
}

/// The same from a path.
template <class T, class Rule>
TrainingPosition load_training(ModelCore<T>& model, Optimizer<Rule, T>& optimizer,
                               const std::filesystem::path& path) {
  return load_training(model, optimizer, io::SafetensorsFile::read(path));
}

}  // namespace lamina
