#include "lamina/train/callbacks.hpp"

#include <limits>

#include "support/catch.hpp"

namespace lamina::test {
namespace {

struct Versioned {
  int version = 0;
};

/// Every hook, two of them with the model.
struct Recorder {
  std::string heard = {};
  void on_fit_begin(const FitPlan&) { heard += "begin "; }
  void on_batch_end(const BatchReport& report, Versioned& model) {
    heard += "batch" + std::to_string(report.batch) + "v" + std::to_string(model.version) + " ";
  }
  Continue on_epoch_end(const EpochReport& report) {
    heard += "epoch" + std::to_string(report.epoch) + " ";
    return Continue::yes;
  }
  void on_fit_end(const FitReport&, const Versioned&) { heard += "end"; }
};

struct StopAtBatch {
  Index last = 0;
  Continue on_batch_end(const BatchReport& report) const {
    return report.batch >= last ? Continue::no : Continue::yes;
  }
};

EpochReport epoch(Index number, double loss) { return {.epoch = number, .validation_loss = loss}; }

const FitPlan plan{.epochs = 10, .has_validation = true, .metric = "accuracy"};

}  // namespace

TEST_CASE("a callback is told what it has hooks for, with the model where it asks") {
  Versioned model{3};
  Recorder recorder;
  StopAtBatch nobody{5};
  REQUIRE(notify(FitPlan{}, model, recorder, nobody) == Continue::yes);
  REQUIRE(notify(BatchReport{.batch = 4}, model, recorder, nobody) == Continue::yes);
  REQUIRE(notify(EpochReport{.epoch = 2}, model, recorder, nobody) == Continue::yes);
  REQUIRE(notify(FitReport{}, model, recorder, nobody) == Continue::yes);
  REQUIRE(recorder.heard == "begin batch4v3 epoch2 end");
  REQUIRE(notify(BatchReport{}, model) == Continue::yes);
}

TEST_CASE("who has a hook for the gradients is told of them, in order") {
  struct Adds {
    int what;
    void on_backward_end(Versioned& model) const { model.version = 10 * model.version + what; }
  };
  STATIC_REQUIRE(Callback<Adds, Versioned>);
  Versioned model{0};
  Adds first{1}, second{2};
  StopAtBatch nobody{5};
  notify_backward_end(model, first, nobody, second);
  REQUIRE(model.version == 12);
  notify_backward_end(model);
  REQUIRE(model.version == 12);
}

TEST_CASE("one who wants to stop is enough, and all are told nevertheless") {
  Versioned model;
  Recorder before, after;
  StopAtBatch stop{0};
  REQUIRE(notify(BatchReport{}, model, before, stop, after) == Continue::no);
  REQUIRE(before.heard == "batch0v0 ");
  REQUIRE(after.heard == before.heard);
}

TEST_CASE("what has no hook is no callback") {
  STATIC_REQUIRE(Callback<Recorder, Versioned>);
  STATIC_REQUIRE(Callback<StopAtBatch, Versioned>);
  STATIC_REQUIRE(Callback<early_stop, Versioned>);
  STATIC_REQUIRE(Callback<History, Versioned>);
  STATIC_REQUIRE(!Callback<Versioned, Versioned>);
  STATIC_REQUIRE(!Callback<int, Versioned>);
}

TEST_CASE("early stop waits for as many epochs without improvement as its patience") {
  Versioned model;
  early_stop stop{.patience = 2, .minimum_delta = 0.05};
  notify(plan, model, stop);
  std::vector<bool> goes_on;
  Index number = 0;
  for (const double loss : {1.0, 0.8, 0.79, 0.7, std::numeric_limits<double>::quiet_NaN(), 0.66})
    goes_on.push_back(notify(epoch(number++, loss), model, stop) == Continue::yes);
  REQUIRE(goes_on == std::vector<bool>{true, true, true, true, true, false});
  REQUIRE(stop.best.value == 0.7);
  REQUIRE(stop.best_epoch == 3);

  early_stop restored{.patience = 2, .minimum_delta = 0.05};
  restored.restore(stop.numbers());
  REQUIRE(restored.numbers() == stop.numbers());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  restored.restore({1.0, nan, 1e300});  // as a damaged file may say
  REQUIRE(restored.best_epoch == -1);
}

TEST_CASE("early stop takes a larger metric for better") {
  Versioned model;
  early_stop stop{.patience = 1, .metric = Quantity::training_metric};
  REQUIRE(notify(EpochReport{.training_metric = 0.5}, model, stop) == Continue::yes);
  REQUIRE(notify(EpochReport{.training_metric = 0.6}, model, stop) == Continue::yes);
  REQUIRE(notify(EpochReport{.training_metric = 0.6}, model, stop) == Continue::no);
}

TEST_CASE("the best checkpoint is saved after each epoch that is the best so far") {
  Versioned model;
  std::vector<int> saved;
  int calls = 0;
  auto with_model = best_checkpoint([&](Versioned& m) { saved.push_back(m.version); });
  auto without = best_checkpoint([&] { ++calls; }, Quantity::training_loss);
  STATIC_REQUIRE(Callback<decltype(with_model), Versioned>);
  notify(plan, model, with_model, without);
  for (const double loss : {1.0, 2.0, 0.5, 0.5, std::numeric_limits<double>::quiet_NaN(), 0.4}) {
    notify(epoch(model.version, loss), model, with_model, without);
    ++model.version;
  }
  REQUIRE(saved == std::vector<int>{0, 2, 5});
  REQUIRE(with_model.best_epoch == 5);
  REQUIRE(calls == 1);  // the training loss was 0 throughout
}

TEST_CASE("who waits for what is not measured is told before the training begins") {
  Versioned model;
  early_stop on_loss{}, on_metric{.metric = Quantity::training_metric};
  auto best = best_checkpoint([] {}, Quantity::validation_metric);
  REQUIRE_THROWS_WITH(notify(FitPlan{}, model, on_loss), containing("early_stop: it waits for a quantity"));
  REQUIRE_THROWS_AS(notify(FitPlan{}, model, on_metric), error);
  REQUIRE_THROWS_WITH(notify(FitPlan{.has_validation = true}, model, best), containing("give fit a metric"));
}

TEST_CASE("a history keeps the numbers of every epoch that were measured") {
  Versioned model;
  History history;
  for (Index number = 0; number < 3; ++number) {
    const auto x = static_cast<double>(number);
    notify(EpochReport{.epoch = number,
                       .training_loss = x,
                       .validation_loss = 2 * x,
                       .learning_rate = 0.1,
                       .seconds = 5},
           model, history);
  }
  REQUIRE(history.training_loss == std::vector<double>{0, 1, 2});
  REQUIRE(history.validation_loss == std::vector<double>{0, 2, 4});
  REQUIRE(history.training_metric.empty());
  REQUIRE(history.validation_metric.empty());
  REQUIRE(history.learning_rate == std::vector<double>{0.1, 0.1, 0.1});
  REQUIRE(history.seconds == std::vector<double>{5, 5, 5});
}

}  // namespace lamina::test
