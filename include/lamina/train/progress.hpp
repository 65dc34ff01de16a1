// The progress of a training for people: on a terminal one line that is redrawn ten times a second, elsewhere
// (a file, a log) one line per epoch. A callback for fit.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "lamina/core/sentence.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/train/detail/human_text.hpp"
#include "lamina/train/reports.hpp"

namespace lamina {

/// What the other end of a stream can show.
struct Terminal {
  bool interactive = false;  ///< a line can be redrawn
  bool unicode = false;
  int columns = 80;

  /// Of std::cout, std::cerr and std::clog; any other stream is taken for a file.
  static Terminal of(const std::ostream& out) {
    const int descriptor = &out == &std::cout                         ? STDOUT_FILENO
                           : &out == &std::cerr || &out == &std::clog ? STDERR_FILENO
                                                                      : -1;
    const auto setting = [](const char* name) {
      const char* const text = std::getenv(name);
      return std::string(text == nullptr ? "" : text);
    };
    Terminal terminal;
    if (descriptor < 0 || isatty(descriptor) == 0 || setting("TERM") == "dumb") return terminal;
    terminal.interactive = true;
    std::string locale = setting("LC_ALL");  // the first of these that is set decides
    if (locale.empty()) locale = setting("LC_CTYPE");
    if (locale.empty()) locale = setting("LANG");
    terminal.unicode = locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
    winsize size = {};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.columns = size.ws_col;
    return terminal;
  }
};

/// Shows epoch, bar, loss, metric, images per second and the time that is left.
///
///   fit(model, training, adamw{}, {.epochs = 10}, ProgressBar(std::cout));
///
/// On a terminal:  epoch 3/10 ██████▌    64 %  loss 0.1234  accuracy 97.12 %  5210 images/s  1 min 20 s left
/// Elsewhere:      epoch 3/10  loss 0.1234  accuracy 97.12 %  validation loss 0.15  … 5210 images/s  9.8 s
///
/// `Clock` is for tests. The stream must outlive it.
template <class Clock = std::chrono::steady_clock> class BasicProgressBar {
 public:
  explicit BasicProgressBar(std::ostream& out = std::cout) : BasicProgressBar(out, Terminal::of(out)) {}
  BasicProgressBar(std::ostream& out, Terminal terminal) : out_(&out), terminal_(terminal) {}
  BasicProgressBar(const BasicProgressBar&) = delete;
  BasicProgressBar& operator=(const BasicProgressBar&) = delete;
  /// An exception that ends the training shall not find its message behind the bar.
  ~BasicProgressBar() { end_line(); }

  void on_fit_begin(const FitPlan& plan) {
    plan_ = plan;
    fit_began_ = epoch_began_ = Clock::now();
    drawn_at_.reset();
    items_ = 0;
  }

  void on_batch_end(const BatchReport& report) {
    ++items_;
    if (!terminal_.interactive) return;
    const auto now = Clock::now();
    const bool complete = report.batch + 1 == plan_.batches;
    if (drawn_at_ && now - *drawn_at_ < std::chrono::milliseconds(100) && !complete) return;
    drawn_at_ = now;
    draw(report, now);
  }

  void on_epoch_end(const EpochReport& report) {
    std::vector<std::string> fields;
    fields.push_back(epoch_name(report.epoch));
    fields.push_back(sentence("loss ", detail::number_text(report.training_loss)));
    add_metric(fields, "", report.training_metric);
    if (report.validation_loss)
      fields.push_back(sentence("validation loss ", detail::number_text(*report.validation_loss)));
    add_metric(fields, "validation ", report.validation_metric);
    if (report.seconds > 0)
      fields.push_back(
          sentence(detail::rate_text(static_cast<double>(report.samples) / report.seconds), " images/s"));
    fields.push_back(detail::duration_text(report.seconds));
    if (line_is_open_) *out_ << erase_line;
    *out_ << joined(fields) << '\n' << std::flush;
    line_is_open_ = false;
    drawn_at_.reset();
    epoch_began_ = Clock::now();
  }

  void on_fit_end(const FitReport& report) {
    end_line();
    if (report.stopped)
      *out_ << "stopped after " << report.epochs << (report.epochs == 1 ? " epoch" : " epochs") << ", "
            << detail::duration_text(report.seconds) << '\n'
            << std::flush;
  }

 private:
  using Time = typename Clock::time_point;
  static constexpr const char* erase_line = "\r\x1b[K";

  static double seconds(Time from, Time to) { return std::chrono::duration<double>(to - from).count(); }

  static std::string joined(const std::vector<std::string>& fields) {
    std::string line;
    for (const std::string& field : fields) line += sentence(line.empty() ? "" : "  ", field);
    return line;
  }

  std::string epoch_name(Index epoch) const {
    const std::string all = std::to_string(plan_.epochs), number = std::to_string(epoch + 1);
    return sentence("epoch ", std::string(all.size() - std::min(all.size(), number.size()), ' '), number, "/",
                    all);
  }

  void add_metric(std::vector<std::string>& fields, const char* prefix, std::optional<double> value) const {
    if (!value || plan_.metric.empty()) return;
    fields.push_back(sentence(prefix, detail::metric_text(plan_.metric, *value)));
  }

  /// The line, as much of it as fits: the bar shrinks, then the least needed fields go, last the bar itself.
  void draw(const BatchReport& report, Time now) {
    const double elapsed = seconds(epoch_began_, now), since_fit = seconds(fit_began_, now);
    const auto done = static_cast<double>(items_);
    const auto all = static_cast<double>((plan_.epochs - plan_.first_epoch) * plan_.batches);
    const double share =
        plan_.batches == 0 ? 1 : static_cast<double>(report.batch + 1) / static_cast<double>(plan_.batches);

    std::vector<std::string> fields{sentence("loss ", detail::number_text(report.loss))};
    add_metric(fields, "", report.metric);
    if (elapsed > 0)
      fields.push_back(
          sentence(detail::rate_text(static_cast<double>(report.samples) / elapsed), " images/s"));
    fields.push_back(sentence(detail::duration_text(since_fit / done * std::max(0.0, all - done)), " left"));

    const auto columns = static_cast<std::size_t>(std::max(terminal_.columns, 2) - 1);
    const std::string name = epoch_name(report.epoch);
    const std::string percent = detail::right_aligned(5, sentence(static_cast<int>(100 * share), " %"));
    std::string rest = joined(fields);
    const std::size_t least_bar = 8, fixed = name.size() + percent.size() + 4;  // 4: the blanks between
    while (fields.size() > 1 && fixed + least_bar + rest.size() > columns) {
      fields.erase(fields.size() > 2 ? fields.end() - 2 : fields.end() - 1);
      rest = joined(fields);
    }
    const std::size_t used = fixed + rest.size();
    *out_ << erase_line;
    if (used + least_bar <= columns) {
      const std::size_t bar = std::min<std::size_t>(columns - used, 30);
      *out_ << name << ' ' << detail::bar_text(share, bar, terminal_.unicode) << ' ' << percent << "  "
            << rest;
    } else {  // next to no room: no bar, and as much of the text as there is room for
      *out_ << sentence(name, percent, "  ", rest).substr(0, columns);
    }
    *out_ << std::flush;
    line_is_open_ = true;
  }

  void end_line() {
    if (line_is_open_) *out_ << '\n' << std::flush;
    line_is_open_ = false;
  }

  std::ostream* out_;
  Terminal terminal_;
  FitPlan plan_;
  Time fit_began_ = {}, epoch_began_ = {};
  std::optional<Time> drawn_at_;
  Index items_ = 0;  // batches since the fit began
  bool line_is_open_ = false;
};

/// The progress bar on a real clock.
using ProgressBar = BasicProgressBar<>;

}  // namespace lamina
