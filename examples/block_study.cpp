// What building blocks are worth in a small residual net on CIFAR-10: parameters, multiply-adds, time and
// test accuracy of each, over several seeds. The net is in block_study/study.hpp, the variants in the files
// beside.
//   block_study --data DIR --images 5000 --epochs 5 --seeds 3
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "block_study/study.hpp"
#include "lamina/io/picture.hpp"

using namespace lamina;
using namespace block_study;

namespace {

/// A variant's row of the table.
struct Row {
  Variant variant;
  std::vector<double> accuracies = {}, seconds = {};

  double mean() const {
    double sum = 0;
    for (const double accuracy : accuracies) sum += accuracy;
    return sum / static_cast<double>(accuracies.size());
  }
  /// The standard deviation over the seeds; 0 for one seed.
  double spread() const {
    double sum = 0;
    for (const double accuracy : accuracies) sum += (accuracy - mean()) * (accuracy - mean());
    return accuracies.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(accuracies.size() - 1));
  }
  double median_seconds() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

std::vector<Variant> all_variants() {
  std::vector<Variant> all = attention_variants();
  for (const auto& more : {convolution_variants(), sampling_variants()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

Row studied(const Variant& variant, const TrainTest<>& data, const Options& options) {
  Row row{variant};
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(options.count("seeds", 1)); ++i) {
    const Outcome outcome = variant.train(data, options, options.seed + i);
    row.accuracies.push_back(outcome.accuracy);
    row.seconds.push_back(outcome.seconds);
  }
  return row;
}

void print(const Row& row) {
  std::printf("%-30s %10td %10.2f %9.2f    %5.2f", row.variant.name.c_str(), row.variant.parameters,
              1e-6 * static_cast<double>(row.variant.macs), row.median_seconds(), 100 * row.mean());
  if (row.accuracies.size() > 1) std::printf(" ± %.2f", 100 * row.spread());
  std::printf("\n");
  std::fflush(stdout);
}

/// For each row a dot for each seed, and a mark at their mean.
io::Canvas chart(const std::vector<Row>& rows) {
  constexpr double top = 70, pitch = 34, left = 330, right = 860;
  double lowest = 1, highest = 0;
  for (const Row& row : rows)
    for (const double accuracy : row.accuracies) {
      lowest = std::min(lowest, accuracy);
      highest = std::max(highest, accuracy);
    }
  const double from = std::floor(20 * lowest - 0.5) / 20, to = std::ceil(20 * highest + 0.1) / 20;
  const auto place = [&](double accuracy) { return left + (accuracy - from) / (to - from) * (right - left); };

  io::Canvas canvas(900, static_cast<Index>(top + pitch * static_cast<double>(rows.size()) + 50));
  const double bottom = static_cast<double>(canvas.height()) - 50;
  io::draw_text(canvas, {24, 20}, "Test accuracy", io::title_style);
  for (double tick = from; tick <= to + 1e-9; tick += 0.05) {
    canvas.fill({place(tick), top - 8, place(tick) + 1, bottom}, io::colours::grid);
    char label[16];
    std::snprintf(label, sizeof label, "%.0f %%", 100 * tick);
    io::draw_text(canvas, {place(tick), bottom + 12}, label,
                  {.scale = 1.5, .colour = io::colours::faint_ink, .anchor = io::TextStyle::Anchor::centre});
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double y = top + pitch * static_cast<double>(i);
    io::draw_text(canvas, {left - 12, y + 5}, rows[i].variant.name,
                  {.scale = 1.5, .anchor = io::TextStyle::Anchor::right});
    canvas.fill({left, y + 10, right, y + 11}, io::colours::grid);
    for (const double accuracy : rows[i].accuracies)
      canvas.disc({place(accuracy), y + 10.5}, 5, io::colours::sky);
    canvas.fill({place(rows[i].mean()) - 1.5, y, place(rows[i].mean()) + 1.5, y + 21}, io::colours::blue);
  }
  return canvas;
}

void study(const Options& options) {
  TrainTest<> data = photographs(options);
  data.training = part_of(data.training, options.count("images"));
  std::printf("%td images, %td epochs, %td seeds\n\n%-30s %10s %10s %9s    %s\n", data.training.size(),
              options.epochs, options.count("seeds", 1), "", "parameters", "Mmacs", "s/epoch", "accuracy, %");
  std::vector<Row> rows;
  for (const Variant& variant : all_variants()) {
    if (variant.name.find(options.text("only")) == std::string::npos) continue;
    rows.push_back(studied(variant, data, options));
    print(rows.back());
  }
  if (rows.empty()) throw error("no variant has \"", options.text("only"), "\" in its name");
  std::filesystem::create_directories(options.pictures);
  io::save_png(options.pictures / "accuracies.png", chart(rows));
  std::printf("\npicture: %s\n", (options.pictures / "accuracies.png").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const Options defaults{.epochs = 10,
                         .pictures = "block_study_pictures",
                         .own = {{"seeds", "3", "trainings of each variant"},
                                 {"images", "0", "training images to use; 0: all"},
                                 {"only", "", "variants whose name contains this"}},
                         .without = {"save", "resume"}};
  return run_example(argc, argv, "Compares building blocks in a small residual net on CIFAR-10.", defaults,
                     study);
}
