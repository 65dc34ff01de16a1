// What a training tells those who follow it: the plan before it begins, a report after each batch and each
// epoch, and one at the end. Callbacks (callbacks.hpp) and the progress bar (progress.hpp) live on these.
#pragma once

#include <optional>
#include <string>

#include "lamina/core/shape.hpp"

namespace lamina {

/// What is about to happen.
struct FitPlan {
  Index first_epoch = 0;  ///< epochs done before, when a training is resumed
  Index epochs = 0;       ///< in all
  Index samples = 0;      ///< in an epoch
  Index batches = 0;      ///< in an epoch
  bool has_validation = false;
  std::string metric = {};  ///< its name; empty: none is measured
};

/// After a batch. Loss and metric are means over the epoch so far.
struct BatchReport {
  Index epoch = 0;    ///< from 0
  Index batch = 0;    ///< from 0, in this epoch
  Index samples = 0;  ///< seen in this epoch, this batch included
  Index steps = 0;    ///< optimizer steps made since the training began
  double loss = 0;
  std::optional<double> metric = std::nullopt;
  double learning_rate = 0;
};

/// After an epoch, validation included.
struct EpochReport {
  Index epoch = 0;    ///< from 0
  Index samples = 0;  ///< trained on in this epoch
  Index steps = 0;    ///< optimizer steps made since the training began
  double training_loss = 0;
  std::optional<double> training_metric = std::nullopt;
  std::optional<double> validation_loss = std::nullopt;
  std::optional<double> validation_metric = std::nullopt;
  double learning_rate = 0;  ///< of the last step
  double seconds = 0;        ///< for training in this epoch, validation not counted
};

/// When it is over.
struct FitReport {
  Index epochs = 0;       ///< completed, those before a resumption included
  Index steps = 0;        ///< optimizer steps made since the training began
  bool stopped = false;   ///< a callback asked for it before the last epoch was done
  double seconds = 0;     ///< all in all
  EpochReport last = {};  ///< of the last epoch completed
};

/// What a hook may return: whether training goes on.
enum class Continue { no, yes };

/// The numbers of an EpochReport that one can wait for. Losses are to fall, metrics to rise.
enum class Quantity { training_loss, training_metric, validation_loss, validation_metric };

/// Its value in a report; empty where it was not measured.
constexpr std::optional<double> value_of(Quantity quantity, const EpochReport& report) {
  switch (quantity) {
    case Quantity::training_loss:
      return report.training_loss;
    case Quantity::training_metric:
      return report.training_metric;
    case Quantity::validation_loss:
      return report.validation_loss;
    case Quantity::validation_metric:
      return report.validation_metric;
  }
  return std::nullopt;
}

constexpr bool is_metric(Quantity quantity) {
  return quantity == Quantity::training_metric || quantity == Quantity::validation_metric;
}

/// Whether a training with this plan measures it.
inline bool measures(const FitPlan& plan, Quantity quantity) {
  const bool validation = quantity == Quantity::validation_loss || quantity == Quantity::validation_metric;
  return (plan.has_validation || !validation) && (!plan.metric.empty() || !is_metric(quantity));
}

}  // namespace lamina
