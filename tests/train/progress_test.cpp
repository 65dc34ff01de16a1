#include "lamina/train/progress.hpp"

#include <sstream>

#include "lamina/train/callbacks.hpp"
#include "support/catch.hpp"

namespace lamina::test {
namespace {

/// Time that passes when told to.
struct FakeClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<FakeClock>;
  static inline time_point time = {};
  static time_point now() { return time; }
  static void pass(double seconds) {
    time += std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
  }
};

using Bar = BasicProgressBar<FakeClock>;

const FitPlan short_plan{
    .epochs = 10, .samples = 400, .batches = 4, .has_validation = true, .metric = "accuracy"};

BatchReport batch(Index number) {
  return {.batch = number, .samples = 100 * (number + 1), .loss = 0.5, .metric = 0.25};
}

const EpochReport finished{.samples = 400,
                           .training_loss = 0.51239,
                           .training_metric = 0.25,
                           .validation_loss = 1.5,
                           .validation_metric = 0.125,
                           .seconds = 2};

const std::string epoch_line =
    "epoch  1/10  loss 0.5124  accuracy 25.00 %  validation loss 1.5  validation accuracy 12.50 %  200 "
    "images/s  "
    "2.0 s\n";

/// How often the line was redrawn, and what it shows last.
std::pair<Index, std::string> redraws(const std::string& text) {
  Index count = 0;
  std::size_t last = 0;
  for (auto at = text.find("\r\x1b[K"); at != std::string::npos; at = text.find("\r\x1b[K", at + 1)) {
    ++count;
    last = at + 4;
  }
  return {count, text.substr(last)};
}

std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace

TEST_CASE("elsewhere than on a terminal there is one line per epoch") {
  std::ostringstream out;
  Bar bar(out, Terminal{});
  bar.on_fit_begin(short_plan);
  for (Index i = 0; i < 4; ++i) {
    FakeClock::pass(0.5);
    bar.on_batch_end(batch(i));
  }
  REQUIRE(out.str().empty());
  bar.on_epoch_end(finished);
  bar.on_fit_end({.epochs = 10});
  REQUIRE(out.str() == epoch_line);
}

TEST_CASE("a terminal shows one line that is redrawn, and then the epoch's") {
  std::ostringstream out;
  Bar bar(out, Terminal{.interactive = true, .unicode = false, .columns = 110});
  bar.on_fit_begin(short_plan);
  FakeClock::pass(0.5);
  bar.on_batch_end(batch(0));
  REQUIRE(redraws(out.str()) ==
          std::pair<Index, std::string>{
              1,
              "epoch  1/10 #######-----------------------  25 %  loss 0.5  accuracy 25.00 %"
              "  200 images/s  20 s left"});
  FakeClock::pass(0.5);
  bar.on_batch_end(batch(1));
  FakeClock::pass(0.5);
  bar.on_batch_end(batch(2));
  FakeClock::pass(0.5);
  bar.on_batch_end(batch(3));
  REQUIRE(redraws(out.str()).second.find("############################## 100 %") != std::string::npos);
  bar.on_epoch_end(finished);
  const auto [count, line] = redraws(out.str());
  REQUIRE(count == 5);
  REQUIRE(line == epoch_line);
}

TEST_CASE("the line is redrawn ten times a second, and always for the last batch") {
  std::ostringstream out;
  Bar bar(out, Terminal{.interactive = true});
  FitPlan many = short_plan;
  many.batches = 1000;
  bar.on_fit_begin(many);
  for (Index i = 0; i < 1000; ++i) {
    FakeClock::pass(0.001);
    bar.on_batch_end(batch(i));
  }
  REQUIRE(redraws(out.str()).first == 11);
}

TEST_CASE("the line fits the terminal, whatever its width") {
  for (const bool unicode : {false, true}) {
    for (const int width : {12, 20, 30, 40, 50, 60, 70, 80, 100, 200}) {
      CAPTURE(width, unicode);
      std::ostringstream out;
      {
        Bar bar(out, Terminal{.interactive = true, .unicode = unicode, .columns = width});
        bar.on_fit_begin(short_plan);
        FakeClock::pass(3600);
        bar.on_batch_end(batch(0));
        const std::string line = redraws(out.str()).second;
        REQUIRE(columns(line) < static_cast<std::size_t>(width));
        REQUIRE(line.find("epoch  1/10") == 0);  // 11 columns
        REQUIRE((line.find("█") != std::string::npos) == (unicode && width >= 40));
        REQUIRE((line.find("left") != std::string::npos) == (width >= 60));
      }
      REQUIRE(out.str().back() == '\n');  // a bar that is cut short leaves no open line
    }
  }
}

TEST_CASE("a resumed training counts from where it was") {
  std::ostringstream out;
  Bar bar(out, Terminal{.interactive = true, .columns = 100});
  FitPlan resumed = short_plan;
  resumed.first_epoch = 9;
  bar.on_fit_begin(resumed);
  FakeClock::pass(5);
  BatchReport report = batch(0);
  report.epoch = 9;
  bar.on_batch_end(report);
  REQUIRE(out.str().find("epoch 10/10") != std::string::npos);
  REQUIRE(out.str().find("15 s left") != std::string::npos);
}

TEST_CASE("without metric and validation the lines have neither") {
  std::ostringstream out;
  Bar bar(out, Terminal{});
  bar.on_fit_begin({.epochs = 1, .samples = 4, .batches = 1});
  bar.on_epoch_end({.samples = 4, .training_loss = 2, .seconds = 8});
  bar.on_fit_end({.epochs = 1, .stopped = true, .seconds = 100});
  REQUIRE(out.str() == "epoch 1/1  loss 2  0.5 images/s  8.0 s\nstopped after 1 epoch, 1 min 40 s\n");
}

TEST_CASE("a metric that is no share is a plain number") {
  std::ostringstream out;
  Bar bar(out, Terminal{});
  bar.on_fit_begin({.epochs = 1, .metric = "error in metres"});
  bar.on_epoch_end({.training_loss = 2, .training_metric = 12.5});
  REQUIRE(out.str() == "epoch 1/1  loss 2  error in metres 12.5  0.0 s\n");
}

TEST_CASE("a stream that is none of the standard ones is no terminal") {
  std::ostringstream out;
  REQUIRE(!Terminal::of(out).interactive);
}

TEST_CASE("the progress bar is a callback") {
  struct Model {};
  STATIC_REQUIRE(Callback<ProgressBar, Model>);
}

}  // namespace lamina::test
