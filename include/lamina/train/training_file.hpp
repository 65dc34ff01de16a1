// The state of a training in a safetensors file: everything io::save writes, so that the file is also a
// model's, and beside it, under "training.", the optimizer's state and the counters. A training that is
// stopped, saved and resumed gives the bits of one that never stopped.
#pragma once

#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

#include "lamina/io/model_file.hpp"
#include "lamina/train/optimizers/optimizer.hpp"

namespace lamina {

/// Where a training stands: what is done of it, and what its random choices depend on.
struct TrainingPosition {
  Index epoch = 0;                    ///< epochs done
  Index batch = 0;                    ///< batches done of the next one
  std::uint64_t order_seed = 0;       ///< of the order of samples and of augmentation
  std::vector<double> schedule = {};  ///< the numbers of a schedule that has state
  std::vector<double> running = {};   ///< the sums of loss and metric of the epoch at hand
};

namespace detail {

inline std::string numbers_text(const std::vector<double>& numbers) {
  std::string text;
  for (const double x : numbers) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%a ", x);  // hexadecimal: exact
    text += digits;
  }
  return text;
}

inline std::vector<double> numbers_of(const std::string& text) {
  std::vector<double> numbers;
  const char* at = text.c_str();
  for (char* end = nullptr;; at = end) {
    const double x = std::strtod(at, &end);
    if (end == at) return numbers;
    numbers.push_back(x);
  }
}

/// A whole number of the metadata. Throws file_error naming the file and the key.
inline std::uint64_t metadata_number(const io::SafetensorsFile& file, const char* key) {
  const auto entry = file.metadata().find(key);
  std::uint64_t number = 0;
  if (entry != file.metadata().end()) {
    const std::string& text = entry->second;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc{} && end == text.data() + text.size()) return number;
  }
  throw file_error(file.path().string() + ": its metadata has no whole number \"" + key +
                   "\"; this is not the state of a training (a model alone is read by io::load)");
}

}  // namespace detail

/// Writes model, optimizer and position; atomically.
template <class T, class Rule>
void save_training(const ModelCore<T>& model, Optimizer<Rule, T>& optimizer, const TrainingPosition& position,
                   const std::filesystem::path& path) {
  io::TensorList<T> list;
  list.add(model.parameters());
  list.add(model.statistics());
  for (Index k = 0; k < optimizer.state_count(); ++k)
    list.add(model.named_like_parameters(optimizer.state(k)),
             "training." + std::string(optimizer.state_name(k)) + ".");
  io::write_safetensors(path, list.tensors(),
                        {{"lamina.architecture", std::to_string(model.architecture_hash())},
                         {"training.epoch", std::to_string(position.epoch)},
                         {"training.batch", std::to_string(position.batch)},
                         {"training.order_seed", std::to_string(position.order_seed)},
                         {"training.steps", std::to_string(optimizer.steps())},
                         {"training.passes", std::to_string(model.pass_count())},
                         {"training.model_seed", std::to_string(model.random_seed().value)},
                         {"training.schedule", detail::numbers_text(position.schedule)},
                         {"training.running", detail::numbers_text(position.running)}});
}

/// Reads them back and returns the position. Throws file_error, with model and optimizer as they were, where
/// the file is damaged, is no training's, or is that of another architecture.
template <class T, class Rule>
TrainingPosition load_training(ModelCore<T>& model, Optimizer<Rule, T>& optimizer,
                               const std::filesystem::path& path) {
  const auto file = io::SafetensorsFile::read(path);
  if (detail::metadata_number(file, "lamina.architecture") != model.architecture_hash())
    throw file_error(path.string() +
                     ": it was saved by a net of another architecture; resuming needs the same one");
  TrainingPosition position;
  position.epoch = static_cast<Index>(detail::metadata_number(file, "training.epoch"));
  position.batch = static_cast<Index>(detail::metadata_number(file, "training.batch"));
  position.order_seed = detail::metadata_number(file, "training.order_seed");
  const auto steps = static_cast<Index>(detail::metadata_number(file, "training.steps"));
  const auto passes = detail::metadata_number(file, "training.passes");
  const auto model_seed = detail::metadata_number(file, "training.model_seed");
  const auto text = [&](const char* key) {
    const auto entry = file.metadata().find(key);
    return entry == file.metadata().end() ? std::string() : entry->second;
  };
  position.schedule = detail::numbers_of(text("training.schedule"));
  position.running = detail::numbers_of(text("training.running"));

  std::vector<io::TensorSlot> slots;
  io::add_slots(model.parameters(), {}, slots);
  io::add_slots(model.statistics(), {}, slots);
  for (Index k = 0; k < optimizer.state_count(); ++k)
    io::add_slots(model.named_like_parameters(optimizer.state(k)),
                  "training." + std::string(optimizer.state_name(k)) + ".", slots);
  io::restore(file, slots);
  optimizer.set_steps(steps);
  model.set_pass_count(passes);
  model.set_random_seed(seed{model_seed});
  return position;
}

}  // namespace lamina
