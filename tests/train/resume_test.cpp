// A training that was stopped, saved and resumed gives the bits of one that never stopped; and the number of
// threads changes none.
#include "io/temporary_directory.hpp"
#include "lamina/train/fit.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

/// Ends the training after so many steps, or (`epochs`) when so many epochs are done.
struct StopAfter {
  Index steps = -1;
  Index epochs = -1;

  Continue on_batch_end(const BatchReport& report) const {
    return report.steps == steps ? Continue::no : Continue::yes;
  }
  Continue on_epoch_end(const EpochReport& report) const {
    return report.epoch + 1 == epochs ? Continue::no : Continue::yes;
  }
};

constexpr Index batches = 8;  // of the epochs below: 60 images, 8 in a batch, 4 in the last

/// Trains as `fit` does with these arguments, in one go and in two, and compares models and checkpoints,
/// which hold parameters, statistics, the optimizer's state, counters and the schedule's state.
template <class Rule, class... Extra>
void require_same_bits_when_resumed(StopAfter stop, Rule rule, double clip_norm, Extra... extra) {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(60);
  const fit_options whole{.epochs = 4,
                          .batch_size = 8,
                          .order{7},
                          .clip_norm = clip_norm,
                          .progress = false,
                          .checkpoint = directory / "whole"};
  TinyModel uninterrupted{seed{3}};
  fit(uninterrupted, training, rule, whole, Extra(extra)..., StopAfter{});

  fit_options part = whole;
  part.checkpoint = directory / "part";
  TinyModel first{seed{3}};
  const auto report = fit(first, training, rule, part, Extra(extra)..., stop);
  REQUIRE(report.stopped);
  REQUIRE((bits_of(first) != bits_of(uninterrupted)));

  part.resume = part.checkpoint;
  part.order = {99};  // the file knows better
  TinyModel second{seed{12345}};
  fit(second, training, rule, part, Extra(extra)..., StopAfter{});
  REQUIRE((bits_of(second) == bits_of(uninterrupted)));  // in parentheses: not to print them all
  REQUIRE((support::read_text(directory / "part") == support::read_text(directory / "whole")));
}

StopAfter any_stop() {
  return GENERATE(StopAfter{.steps = 1}, StopAfter{.steps = batches + 3}, StopAfter{.steps = 2 * batches},
                  StopAfter{.epochs = 2});
}

}  // namespace

TEST_CASE("sgd with momentum, clipping and a plateau resumes to the bit") {
  // A threshold that no epoch can pass: the factor falls after each but the first.
  const schedule::plateau strict{.factor = 0.5, .patience = 0, .threshold = 2, .maximize = true};
  require_same_bits_when_resumed(any_stop(), sgd{.learning_rate = 0.05, .momentum = 0.9}, 0.5, strict);
}

TEST_CASE("adamw with augmentation and a warm-up resumes to the bit") {
  require_same_bits_when_resumed(any_stop(), adamw{.learning_rate = 0.01}, 0,
                                 augment(random_crop{.padding = 1}, random_flip{}),
                                 schedule::warm_up(0.5, schedule::cosine{}));
}

TEST_CASE("mixup resumes to the bit") {
  require_same_bits_when_resumed(StopAfter{.steps = batches + 3}, adamw{.learning_rate = 0.01}, 0,
                                 augment(mixup{}));
}

TEST_CASE("an average of the weights resumes to the bit") {
  require_same_bits_when_resumed(any_stop(), sgd{.learning_rate = 0.05, .momentum = 0.9}, 0,
                                 exponential_moving_average{.decay = 0.9, .warm_up = true});
}

TEST_CASE("a training with an average does not go on from one without") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(60);
  TinyModel model{seed{3}};
  const fit_options options{.epochs = 1, .progress = false, .checkpoint = directory / "state"};
  fit(model, training, sgd{}, options);
  fit_options more = options;
  more.epochs = 2;
  more.resume = options.checkpoint;
  REQUIRE_THROWS_WITH(fit(model, training, sgd{}, more, exponential_moving_average{}),
                      containing("training.average."));
}

TEST_CASE("one thread and two give the same bits") {
  const auto training = tiny_task(60);
  const auto trained_with = [&](int count) {
    const Threads threads(count);
    TinyModel model{seed{3}};
    fit(model, training, adamw{.learning_rate = 0.01}, {.epochs = 1, .batch_size = 8, .progress = false},
        augment(random_crop{.padding = 1}, random_flip{}), schedule::warm_up(0.5, schedule::cosine{}),
        StopAfter{});
    return bits_of(model);
  };
  const auto one = trained_with(1);
  REQUIRE((one != bits_of(TinyModel{seed{3}})));
  REQUIRE((trained_with(2) == one));
  REQUIRE((trained_with(3) == one));
}

TEST_CASE("the metric of an epoch that was resumed counts all its images") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(60);
  const auto training_metric = [&](StopAfter stop, const char* resume) {
    TinyModel model{seed{3}};
    return fit(model, training, sgd{.learning_rate = 0.05, .momentum = 0.9},
               {.epochs = 1,
                .batch_size = 8,
                .progress = false,
                .checkpoint = directory / "state",
                .resume = *resume ? directory / resume : std::filesystem::path{}},
               schedule::plateau{}, stop)
        .last;
  };
  const auto whole = training_metric({}, "");
  training_metric({.steps = 5}, "");
  const auto resumed = training_metric({}, "state");
  REQUIRE(resumed.training_metric.value() == whole.training_metric.value());
  REQUIRE(resumed.training_loss == whole.training_loss);
  REQUIRE(resumed.steps == whole.steps);
}

TEST_CASE("early stop and the best checkpoint go on where they were") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(20);
  struct Clock {
    Index* now;
    void on_epoch_end(const EpochReport& report) const { *now = report.epoch; }
  };
  const auto run = [&](Index epochs, const std::filesystem::path& resume, std::vector<Index>& saved) {
    TinyModel model{seed{1}};
    Index now = 0;
    // With such a learning rate no epoch is better than the first.
    return fit(model, training, sgd{.learning_rate = 30},
               {.epochs = epochs,
                .batch_size = 8,
                .progress = false,
                .checkpoint = directory / "state",
                .resume = resume},
               Clock{&now}, best_checkpoint([&] { saved.push_back(now); }, Quantity::training_loss),
               early_stop{.patience = 4, .minimum_delta = 1e9, .metric = Quantity::training_loss});
  };
  std::vector<Index> whole, parts;
  REQUIRE(run(9, {}, whole).epochs == 5);  // the first is the best, then patience
  REQUIRE(run(3, {}, parts).epochs == 3);
  REQUIRE(run(9, directory / "state", parts).epochs == 5);
  REQUIRE(parts == whole);
}

TEST_CASE("a schedule goes by epochs where batches have another size than before") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(32);
  TinyModel model{seed{1}};
  History history;
  fit(model, training, sgd{.learning_rate = 1},
      {.epochs = 2, .batch_size = 4, .progress = false, .checkpoint = directory / "state"});
  fit(model, training, sgd{.learning_rate = 1},
      {.epochs = 4, .batch_size = 8, .progress = false, .resume = directory / "state"},
      schedule::step{.every = 3, .factor = 0.5}, history);
  REQUIRE(history.learning_rate == std::vector<double>{1, 0.5});
}

}  // namespace lamina::test
