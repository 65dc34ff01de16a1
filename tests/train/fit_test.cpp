#include "lamina/train/fit.hpp"

#include <limits>
#include <sstream>

#include "io/temporary_directory.hpp"
#include "lamina/train/losses/binary_cross_entropy.hpp"
#include "lamina/train/optimizers.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

const fit_options quiet{.epochs = 2, .batch_size = 8, .progress = false};

/// Writes down who was told what.
struct FitRecorder {
  std::string* heard;
  std::string name;
  Index stop_at_step = -1;

  void on_fit_begin(const FitPlan& plan) {
    note("begin " + std::to_string(plan.first_epoch) + "/" + std::to_string(plan.epochs) + " x " +
         std::to_string(plan.batches) + (plan.has_validation ? " validated" : ""));
  }
  Continue on_batch_end(const BatchReport& report, const TinyModel&) {
    note("batch " + std::to_string(report.epoch) + "." + std::to_string(report.batch) + ":" +
         std::to_string(report.samples));
    return report.steps == stop_at_step ? Continue::no : Continue::yes;
  }
  void on_epoch_end(const EpochReport& report) { note("epoch " + std::to_string(report.epoch)); }
  void on_fit_end(const FitReport& report) {
    note("end " + std::to_string(report.epochs) + (report.stopped ? " stopped" : ""));
  }
  void note(const std::string& what) { *heard += name + " " + what + "\n"; }
};

}  // namespace

TEST_CASE("fit learns a task, and tells how it went") {
  const auto training = tiny_task(240), testing = tiny_task(60, seed{5});
  TinyModel model{seed{1}};
  History history;
  early_stop patience{.patience = 100};
  Index saved = 0;
  auto best = best_checkpoint([&](TinyModel&) { ++saved; });
  const auto report =
      fit(model, training, adamw{.learning_rate = 0.01},
          {.epochs = 8, .batch_size = 16, .clip_norm = 5, .progress = false}, validate_on(testing),
          schedule::cosine{}, cross_entropy{.label_smoothing = 0.05}, history, patience, best);
  REQUIRE(report.epochs == 8);
  REQUIRE(report.steps == 8 * 15);
  REQUIRE(!report.stopped);
  REQUIRE(evaluate(model, testing).metric > 0.97);
  REQUIRE(history.training_loss.size() == 8);
  REQUIRE(history.validation_loss.size() == 8);
  REQUIRE(history.validation_metric.back() == evaluate(model, testing).metric);
  REQUIRE(history.validation_loss.back() ==
          evaluate(model, testing, augment(), 16, cross_entropy{.label_smoothing = 0.05}).loss);
  REQUIRE(history.training_loss.back() < 0.5 * history.training_loss.front());
  REQUIRE(history.learning_rate.front() > history.learning_rate.back());
  REQUIRE(saved >= 1);
  REQUIRE(best.best_epoch == patience.best_epoch);
  REQUIRE(report.last.validation_metric.value() == history.validation_metric.back());
}

TEST_CASE("an epoch is forward, loss, backward, clip and step, batch by batch") {
  const auto training = tiny_task(20);
  TinyModel by_hand{seed{1}}, by_fit{seed{1}};
  Loader<float, std::uint8_t> loader(training, {.batch_size = 8, .seed{6}});
  Optimizer optimizer(sgd{.learning_rate = 0.1}, by_hand.parameter_space());
  for (Index epoch = 0; epoch < 2; ++epoch)
    for (const auto& batch : loader.epoch(epoch)) {
      const auto logits = by_hand.forward(batch.images());
      cross_entropy{}(logits, batch.labels, by_hand.output_gradient());
      by_hand.backward();
      clip_gradient_norm(by_hand.parameter_space(), 0.5);
      optimizer.step();
    }
  fit(by_fit, training, sgd{.learning_rate = 0.1},
      {.epochs = 2, .batch_size = 8, .order{6}, .clip_norm = 0.5, .progress = false});
  REQUIRE((bits_of(by_fit) == bits_of(by_hand)));
}

namespace {

/// Looks where in the image a logit comes from, as a saliency map does, whenever it is told something.
struct Saliency {
  template <class Report> void look(const Report&, TinyModel& model) {
    const Storage<float> image(64);
    model.forward({image.data(), 1, 1, 8, 8});
    model.output_gradient()(0, 0) = 100;
    model.backward_to_input();
    model.set_pass_count(model.pass_count() - 1);  // dropout's, so that trainings can be compared
  }
  void on_fit_begin(const FitPlan& plan, TinyModel& model) { look(plan, model); }
  void on_batch_end(const BatchReport& report, TinyModel& model) { look(report, model); }
};

}  // namespace

TEST_CASE("gradients from elsewhere have no part in a step") {
  const auto training = tiny_task(20);
  TinyModel plain{seed{1}}, watched{seed{1}};
  fit(plain, training, sgd{.learning_rate = 0.1}, quiet);
  fit(watched, training, sgd{.learning_rate = 0.1}, quiet, Saliency{});
  REQUIRE((plain.parameter("0.weight").values() == watched.parameter("0.weight").values()));
}

TEST_CASE("fit refuses options without sense before it does anything") {
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  const auto before = bits_of(model);
  std::string heard;
  const auto require_refused = [&](const fit_options& options, const std::string& piece) {
    REQUIRE_THROWS_WITH(fit(model, training, sgd{}, options, FitRecorder{&heard, "a"}), containing(piece));
  };
  require_refused({.epochs = -3, .progress = false}, "epochs must not be negative");
  require_refused({.batch_size = 0, .progress = false}, "batch_size is 0");
  require_refused({.clip_norm = -1, .progress = false}, "clip_norm");
  require_refused({.clip_norm = std::numeric_limits<double>::quiet_NaN(), .progress = false}, "clip_norm");
  require_refused({.progress = false, .checkpoint_every = -1}, "checkpoint_every");
  REQUIRE(heard.empty());
  REQUIRE((bits_of(model) == before));
}

TEST_CASE("a checkpoint that cannot be written is told of before the first batch") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  std::string heard;
  fit_options options = quiet;
  options.checkpoint = directory / "none" / "state";
  REQUIRE_THROWS_AS(fit(model, training, sgd{}, options, FitRecorder{&heard, "a"}), file_error);
  REQUIRE_THROWS_WITH(fit(model, training, sgd{}, options), containing(options.checkpoint.string()));
  REQUIRE(heard.empty());
  options.checkpoint = directory / "state";
  options.epochs = 0;
  fit(model, training, sgd{}, options);
  REQUIRE(directory.file_count() == 0);  // nothing is left of the trial
}

TEST_CASE("a callback of an earlier training begins anew") {
  const auto training = tiny_task(20);
  early_stop patience{.patience = 2, .metric = Quantity::training_loss, .bad_epochs = 7};
  patience.best.value = -1;  // no loss is better
  auto best = best_checkpoint([] {}, Quantity::training_loss);
  best.best.value = -1;
  TinyModel model{seed{1}};
  REQUIRE(!fit(model, training, sgd{.learning_rate = 0.01}, quiet, patience, best).stopped);
  REQUIRE(patience.best_epoch >= 0);
  REQUIRE(best.best_epoch == patience.best_epoch);
}

TEST_CASE("callbacks hear of everything, in the order in which they were given") {
  const auto training = tiny_task(20), testing = tiny_task(6);
  TinyModel model{seed{1}};
  std::string heard;
  FitRecorder second{&heard, "b"};
  fit(model, training, sgd{}, quiet, FitRecorder{&heard, "a", 4}, validate_on(testing), second);
  std::string expected;
  const auto both = [&](const std::string& what) { expected += "a " + what + "\nb " + what + "\n"; };
  both("begin 0/2 x 3 validated");
  both("batch 0.0:8");
  both("batch 0.1:16");
  both("batch 0.2:20");
  both("epoch 0");
  both("batch 1.0:8");  // at which a stops, and b still hears of it
  both("end 1 stopped");
  REQUIRE(heard == expected);
}

TEST_CASE("mixup trains on soft targets and is judged on labels") {
  const auto training = tiny_task(60);
  TinyModel mixed{seed{1}}, plain{seed{1}};
  fit(mixed, training, sgd{.learning_rate = 0.1}, quiet, augment(mixup{.alpha = 1}), validate_on(training));
  fit(plain, training, sgd{.learning_rate = 0.1}, quiet, validate_on(training));
  REQUIRE((bits_of(mixed) != bits_of(plain)));
  const auto mixed_loss =
      fit(mixed, training, sgd{.learning_rate = 0}, quiet, augment(mixup{.alpha = 1}), validate_on(training))
          .last;
  REQUIRE(mixed_loss.validation_loss.value() == evaluate(mixed, training, augment(), 8).loss);
  REQUIRE(mixed_loss.training_loss > mixed_loss.validation_loss.value());
}

TEST_CASE("two classes are learnt from a single logit") {
  auto training = tiny_task(90);
  training.classes = {"rows", "others"};
  for (auto& label : training.labels) label = label > 0;
  Model<(conv<8, 3> | batch_norm | relu | max_pool<2> | flatten | dense<1>), input<1, 8, 8>> model{seed{1}};
  const auto report =
      fit(model, training, adamw{.learning_rate = 0.01}, {.epochs = 6, .batch_size = 15, .progress = false},
          binary_cross_entropy{}, validate_on(training));
  REQUIRE(report.last.validation_metric.value() > 0.97);
  const auto found = evaluate(model, training, augment(), 90, binary_cross_entropy{});
  REQUIRE(found.metric == report.last.validation_metric.value());
  require_close(found.loss, report.last.validation_loss.value(), 1e-6);
}

TEST_CASE("a progress bar of the user's replaces fit's own") {
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  std::ostringstream own, standard;
  auto* const before = std::cout.rdbuf(standard.rdbuf());
  fit(model, training, sgd{}, {.epochs = 2}, ProgressBar(own));
  REQUIRE(standard.str().empty());
  fit(model, training, sgd{}, {.epochs = 2});
  std::cout.rdbuf(before);
  REQUIRE_THAT(own.str(), containing("epoch 2/2"));
  REQUIRE_THAT(standard.str(), containing("epoch 2/2"));
}

TEST_CASE("a checkpoint of another training is refused, and the model stays as it was") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "state";
  const auto training = tiny_task(20);
  TinyModel saved{seed{1}}, model{seed{2}};
  std::string ignored;
  fit_options save = quiet, resume = quiet;
  save.checkpoint = resume.resume = path;
  fit(saved, training, sgd{}, save, FitRecorder{&ignored, "", 4});
  const auto before = bits_of(model);
  std::string expected;
  SECTION("other batches") {
    resume.batch_size = 5;
    REQUIRE_THROWS_WITH(fit(model, training, sgd{}, resume),
                        containing("epoch of 20 images in 3 batches of 8"));
  }
  SECTION("as many batches of another size") {
    resume.batch_size = 9;
    REQUIRE_THROWS_WITH(fit(model, training, sgd{}, resume), containing("20 images in 3 batches of 9"));
  }
  SECTION("as many batches of another data set") {
    const auto others = tiny_task(19);
    REQUIRE_THROWS_WITH(fit(model, others, sgd{}, resume), containing("19 images in 3 batches of 8"));
  }
  SECTION("another schedule") {
    REQUIRE_THROWS_WITH(fit(model, training, sgd{}, resume, schedule::plateau{}),
                        containing("without a plateau"));
  }
  SECTION("another optimizer") {
    REQUIRE_THROWS_WITH(fit(model, training, adamw{}, resume),
                        containing("with sgd, and this one has adamw"));
  }
  SECTION("an optimizer with other options") {
    REQUIRE_THROWS_WITH(fit(model, training, sgd{.momentum = 0.9}, resume),
                        containing("missing: training.momentum_buffer.0.weight"));
  }
  SECTION("no training") {
    io::save(saved, path);
    REQUIRE_THROWS_AS(fit(model, training, sgd{}, resume), file_error);
  }
  SECTION("no file") {
    resume.resume = directory / "none";
    REQUIRE_THROWS_WITH(fit(model, training, sgd{}, resume), containing("no such file"));
  }
  REQUIRE((bits_of(model) == before));
}

TEST_CASE("fit wants images") {
  TinyModel model;
  const auto nothing = tiny_task(0);
  REQUIRE_THROWS_WITH(fit(model, nothing, sgd{}, quiet), containing("no images"));
  const auto training = tiny_task(20);
  const auto before = bits_of(model);
  REQUIRE_THROWS_WITH(fit(model, training, sgd{}, quiet, validate_on(nothing)),
                      containing("to validate on has no images"));
  REQUIRE((bits_of(model) == before));
}

TEST_CASE("fit may leave out what does not fill a batch") {
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  std::string heard;
  fit(model, training, sgd{}, {.epochs = 1, .batch_size = 8, .drop_last = true, .progress = false},
      FitRecorder{&heard, "a"});
  REQUIRE(heard == "a begin 0/1 x 2\na batch 0.0:8\na batch 0.1:16\na epoch 0\na end 1\n");
  REQUIRE_THROWS_WITH(fit(model, training, sgd{}, {.batch_size = 21, .drop_last = true, .progress = false}),
                      containing("drop_last leaves nothing of 20 images, for batch_size is 21"));
}

TEST_CASE("checkpoints are written as often as asked, and at the end") {
  const support::TemporaryDirectory directory;
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  struct Watch {
    std::filesystem::path path;
    std::string seen = {};
    void on_epoch_end(const EpochReport&) { seen += std::filesystem::exists(path) ? 'y' : 'n'; }
  } watch{directory / "state"};
  fit(model, training, sgd{},
      {.epochs = 5, .batch_size = 8, .progress = false, .checkpoint = watch.path, .checkpoint_every = 3},
      watch);
  REQUIRE(watch.seen == "nnnyy");
  REQUIRE(training_position(io::SafetensorsFile::read(watch.path)).epoch == 5);
}

namespace {

/// All weights and running statistics.
std::vector<float> numbers_of(TinyModel& model) {
  const auto values = model.parameter_space().values;
  std::vector<float> all(values.begin(), values.end());
  for (const auto& statistic : model.statistics())
    for (const float value : statistic.values()) all.push_back(value);
  return all;
}

/// Averages weights and statistics by itself.
struct Averager {
  double decay;
  std::vector<float> average = {};
  std::vector<float> validated = {};  // what callbacks see at the end of an epoch

  void on_fit_begin(const FitPlan&, TinyModel& model) { average = numbers_of(model); }
  void on_batch_end(const BatchReport&, TinyModel& model) {
    const auto values = numbers_of(model);
    for (std::size_t i = 0; i < average.size(); ++i)
      average[i] += static_cast<float>(1 - decay) * (values[i] - average[i]);
  }
  void on_epoch_end(const EpochReport&, TinyModel& model) { validated = numbers_of(model); }
};

}  // namespace

TEST_CASE("with an average of the weights, that is what is validated and what remains") {
  const auto training = tiny_task(60), testing = tiny_task(30, seed{5});
  TinyModel model{seed{1}};
  Averager mine{0.9};
  const auto report = fit(model, training, sgd{.learning_rate = 0.05}, quiet, validate_on(testing),
                          exponential_moving_average{.decay = 0.9}, mine);
  const auto values = numbers_of(model);
  require_close(values, mine.average, 1e-5);
  REQUIRE((mine.validated == values));
  require_close(report.last.validation_loss.value(), evaluate(model, testing).loss, 1e-9);
}

TEST_CASE("a training whose last epoch is done was not stopped") {
  const auto training = tiny_task(20);
  TinyModel model{seed{1}};
  const early_stop impatient{.patience = 1, .minimum_delta = 1e9, .metric = Quantity::training_loss};
  REQUIRE(!fit(model, training, sgd{}, quiet, early_stop(impatient)).stopped);
  REQUIRE(
      fit(model, training, sgd{}, {.epochs = 3, .batch_size = 8, .progress = false}, early_stop(impatient))
          .stopped);
}

TEST_CASE("what a callback throws leaves the model the weights that were learnt") {
  struct Fails {
    void on_epoch_end(const EpochReport&) const { throw error("the disk is full"); }
  };
  const auto training = tiny_task(20);
  TinyModel averaged{seed{1}}, plain{seed{1}};
  const fit_options one_epoch{.epochs = 1, .batch_size = 8, .progress = false};
  REQUIRE_THROWS_WITH(
      fit(averaged, training, sgd{}, one_epoch, exponential_moving_average{.decay = 0.9}, Fails{}),
      containing("the disk is full"));
  fit(plain, training, sgd{}, one_epoch);
  REQUIRE((bits_of(averaged) == bits_of(plain)));
}

}  // namespace lamina::test
