// evaluate(model, testing): loss and metric of a model over a data set, in inference mode.
#pragma once

#include <cstdint>
#include <ostream>
#include <span>
#include <string>

#include "lamina/data/loader.hpp"
#include "lamina/net/model.hpp"
#include "lamina/train/detail/human_text.hpp"
#include "lamina/train/losses/cross_entropy.hpp"
#include "lamina/train/metrics.hpp"

namespace lamina {

/// What evaluate found.
struct Evaluation {
  double loss = 0;
  double metric = 0;
  std::string metric_name = {};
  Index samples = 0;
};

/// "accuracy 98.71 %, loss 0.0412, 10000 images"
inline std::ostream& operator<<(std::ostream& out, const Evaluation& evaluation) {
  return out << detail::metric_text(evaluation.metric_name, evaluation.metric) << ", loss "
             << detail::formatted("%.4f", evaluation.loss) << ", " << evaluation.samples << " images";
}

namespace detail {

/// What the loss of a batch counts for in the mean over all: the weights of its labels, where the loss has
/// any, or their number.
template <class Loss> double weight_in_mean(const Loss& loss, std::span<const std::int32_t> labels) {
  if constexpr (requires { loss.total_weight(labels); })
    return loss.total_weight(labels);
  else
    return static_cast<double>(labels.size());
}

}  // namespace detail

/// Loss and metric over the batches that a Loader makes (not shuffled ones, usually). Of a net with several
/// outputs the first is judged. Throws error where there are no images.
template <class T, class Pixel, class Pipeline, auto Net, auto In, class Loss = cross_entropy,
          class Metric = accuracy>
Evaluation evaluate(Model<Net, In, T>& model, Loader<T, Pixel, Pipeline>& loader, const Loss& loss = {},
                    Metric metric = {}) {
  if (loader.epoch_size() == 0) throw error("evaluate: there are no images to judge the model on");
  RunningMean mean_loss;
  metric.reset();
  for (const Batch<T>& batch : loader.epoch(0)) {
    const auto logits = model.predict(batch.images());
    const double value = loss(logits, batch.labels, FeatureMapView<T>{});  // first: it checks the labels
    mean_loss.add(value, detail::weight_in_mean(loss, batch.labels));
    metric.update(logits, batch.labels);
  }
  return {mean_loss.value(), metric.value(), metric.name(), loader.epoch_size()};
}

/// The same over `set`, whose pixels become floats in [0, 1] and go through the `pipeline`'s evaluation part
/// (normalize, say). The loss is asked for no gradient: the view it is given for that is empty.
template <class Pixel, augmentation Pipeline = Augmentation<Purpose::training>, auto Net, auto In, class T,
          class Loss = cross_entropy, class Metric = accuracy>
Evaluation evaluate(Model<Net, In, T>& model, const Dataset<Pixel>& set, const Pipeline& pipeline = {},
                    Index batch_size = 256, const Loss& loss = {}, Metric metric = {}) {
  using Evaluated = decltype(pipeline.for_evaluation());
  Loader<T, Pixel, Evaluated> loader(set, {.batch_size = batch_size, .shuffle = false},
                                     pipeline.for_evaluation());
  return evaluate(model, loader, loss, metric);
}

}  // namespace lamina
