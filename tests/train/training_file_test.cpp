#include "lamina/train/training_file.hpp"

#include <limits>

#include "io/temporary_directory.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

/// A model, an optimizer, and what can be seen of them.
struct Training {
  explicit Training(std::uint64_t s) : model(seed{s}), optimizer(adamw{}, model.parameter_space()) {}

  void step() {
    const Storage<float> pixels(2 * 64);
    const std::int32_t labels[] = {0, 1};
    const auto logits = model.forward({pixels.data(), 2, 1, 8, 8});
    for (Index n = 0; n < 2; ++n) model.output_gradient()(n, labels[n]) = logits(n, 2) + 1;
    model.backward();
    optimizer.step();
  }

  std::vector<std::uint64_t> bits() {
    std::vector<std::uint64_t> all{static_cast<std::uint64_t>(optimizer.steps()), model.pass_count(),
                                   model.random_seed().value};
    for (const auto bits : bits_of(model)) all.push_back(bits);
    for (Index k = 0; k < optimizer.state_count(); ++k)
      for (const float value : optimizer.state(k)) all.push_back(std::bit_cast<std::uint32_t>(value));
    return all;
  }

  TinyModel model;
  Optimizer<adamw, float> optimizer;
};

const TrainingPosition position{.epoch = 3,
                                .batch = 5,
                                .batches = 12,
                                .batch_size = 7,
                                .samples = 80,
                                .order_seed = ~std::uint64_t{0},
                                .schedule = {0.1, std::numeric_limits<double>::quiet_NaN(), 2, 1e-300},
                                .running = {1.0 / 3, 40, 25, 40}};

/// The file with other metadata, and the same tensors.
void rewrite(const std::filesystem::path& path, const std::function<void(io::Metadata&)>& change) {
  const auto file = io::SafetensorsFile::read(path);
  io::Metadata metadata = file.metadata();
  change(metadata);
  io::write_safetensors(path, file.tensors(), metadata);
}

}  // namespace

TEST_CASE("the state of a training comes back from a file to the bit") {
  const support::TemporaryDirectory directory;
  Training before(1), after(2);
  before.step();
  before.step();
  save_training(before.model, before.optimizer, position, directory / "state");
  const auto found = load_training(after.model, after.optimizer, directory / "state");
  REQUIRE((after.bits() == before.bits()));
  REQUIRE(found.epoch == 3);
  REQUIRE(found.batch == 5);
  REQUIRE(found.batches == 12);
  REQUIRE(found.batch_size == 7);
  REQUIRE(found.samples == 80);
  REQUIRE(found.order_seed == ~std::uint64_t{0});
  REQUIRE(found.running == position.running);
  REQUIRE(detail::numbers_text(found.schedule) == detail::numbers_text(position.schedule));
  before.step();
  after.step();
  REQUIRE((after.bits() == before.bits()));
}

TEST_CASE("the steps of what was frozen come back from a file") {
  const support::TemporaryDirectory directory;
  Training before(1), after(2);
  before.model.set_frozen("0.", true);
  before.step();
  before.step();
  save_training(before.model, before.optimizer, position, directory / "state");
  load_training(after.model, after.optimizer, directory / "state");
  for (Training* training : {&before, &after}) {
    training->model.set_frozen("0.", false);
    training->step();
  }
  REQUIRE((after.bits() == before.bits()));
  REQUIRE(after.optimizer.segment_steps()[0] == 1);
  REQUIRE(after.optimizer.steps() == 3);
}

TEST_CASE("the file of a training is a model's file too") {
  const support::TemporaryDirectory directory;
  Training training(1);
  training.step();
  save_training(training.model, training.optimizer, position, directory / "state");
  TinyModel model{seed{2}};
  REQUIRE(io::load(model, directory / "state").complete());
  REQUIRE((bits_of(model) == bits_of(training.model)));
}

TEST_CASE("a training's file that is damaged changes nothing") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "state";
  Training saved(1), training(2);
  saved.step();
  training.step();
  save_training(saved.model, saved.optimizer, position, path);
  const auto before = training.bits();
  const auto require_refused = [&](const std::string& piece) {
    REQUIRE_THROWS_AS(load_training(training.model, training.optimizer, path), file_error);
    REQUIRE_THROWS_WITH(load_training(training.model, training.optimizer, path), containing(piece));
    REQUIRE_THROWS_WITH(load_training(training.model, training.optimizer, path), containing(path.string()));
    REQUIRE((training.bits() == before));
  };

  SECTION("metadata is missing") {
    const std::string key = GENERATE(
        "lamina.architecture", "training.epoch", "training.batch", "training.batches", "training.batch_size",
        "training.samples", "training.optimizer", "training.order_seed", "training.steps", "training.passes",
        "training.model_seed", "training.schedule", "training.running");
    rewrite(path, [&](io::Metadata& metadata) { metadata.erase(key); });
    require_refused('"' + key + '"');
  }
  SECTION("a number is none, or out of range") {
    const std::string key =
        GENERATE("training.epoch", "training.batches", "training.steps", "training.passes");
    const std::string text = GENERATE("", "-1", "1.5", "twelve", "12 ", "0x10", "99999999999999999999");
    rewrite(path, [&](io::Metadata& metadata) { metadata[key] = text; });
    require_refused('"' + key + "\": \"" + text + '"');
  }
  SECTION("an epoch number beyond Index") {
    rewrite(path, [](io::Metadata& metadata) { metadata["training.epoch"] = "18446744073709551615"; });
    require_refused("training.epoch");
  }
  SECTION("a list is none") {
    const std::string key = GENERATE("training.schedule", "training.running");
    const std::string text = GENERATE("1", "1 2", "a ", "1 , 2 ", " 1 ", "1e999 ");
    rewrite(path, [&](io::Metadata& metadata) { metadata[key] = text; });
    require_refused(key);
  }
  SECTION("the steps of other parameters, or more than were made") {
    const std::string text = GENERATE("", "1 1 1 1 1 ", "1 1 1 1 1 2 ", "1 1 1 1 1 0.5 ", "1 1 1 1 1 -1 ");
    rewrite(path, [&](io::Metadata& metadata) { metadata["training.segment_steps"] = text; });
    require_refused("training.segment_steps");
  }
  SECTION("more batches done than an epoch has") {
    rewrite(path, [](io::Metadata& metadata) { metadata["training.batch"] = "12"; });
    require_refused("after batch 12 of an epoch of 12");
  }
  SECTION("another architecture") {
    rewrite(path, [](io::Metadata& metadata) { metadata["lamina.architecture"] = "7"; });
    require_refused("another architecture");
  }
  SECTION("the state of another optimizer") {
    Optimizer other(sgd{.momentum = 0.9}, saved.model.parameter_space());
    save_training(saved.model, other, position, path);
    require_refused("saved by a training with sgd, and this one has adamw");
  }
  SECTION("the state of an optimizer that is nearly the same") {
    Optimizer other(adam{}, saved.model.parameter_space());
    save_training(saved.model, other, position, path);
    require_refused("saved by a training with adam, and this one has adamw");
  }
  SECTION("a model alone") {
    io::save(saved.model, path);
    require_refused("io::load");
  }
  SECTION("truncated") {
    const std::string whole = support::read_text(path);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
      support::write_text(path, whole.substr(0, size));
      require_refused("");
    }
  }
  SECTION("a tensor is missing") {
    const auto file = io::SafetensorsFile::read(path);
    io::write_safetensors(path, file.tensors().first(file.tensors().size() - 1), file.metadata());
    require_refused("missing: ");
  }
  SECTION("no file") {
    std::filesystem::remove(path);
    require_refused("no such file");
  }
}

}  // namespace lamina::test
