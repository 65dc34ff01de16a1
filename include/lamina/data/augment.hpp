// Augmentation: a value that says what is done to the images of a batch on their way to the network.
//   const auto pipeline = augment(random_crop{.padding = 4}, random_flip{},
//                                 normalize{{0.49, 0.48, 0.44}, {0.2, 0.2, 0.2}});
//   Loader loader(training, {.batch_size = 64}, pipeline);
//   Loader judge(testing, {.shuffle = false}, pipeline.for_evaluation());
// The steps are in data/augmentations/; workpiece.hpp and mixing.hpp there say how to write one.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "lamina/core/random.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/data/augmentations/geometric.hpp"
#include "lamina/data/augmentations/mixing.hpp"
#include "lamina/data/augmentations/photometric.hpp"
#include "lamina/data/augmentations/workpiece.hpp"
#include "lamina/data/draws.hpp"

namespace lamina {

/// A step that changes one image at a time.
template <class S>
concept image_step = requires(const S& step, Workpiece<float>& image, Draws& draws) { step(image, draws); };

/// A step that mixes the images of a batch.
template <class S>
concept mixing_step =
    requires(const S& step, BatchInTheMaking<float>& batch, Draws& draws) { step(batch, draws); };

namespace detail {

/// A flat pack of steps, the same type any number of times.
template <std::size_t I, class S> struct StepAt {
  S step;
};
template <class Indices, class... S> struct Steps;
template <std::size_t... I, class... S> struct Steps<std::index_sequence<I...>, S...> : StepAt<I, S>... {
  /// visit(step, position) for each, in order.
  template <class F> constexpr void for_each([[maybe_unused]] F&& visit) const {
    (visit(static_cast<const StepAt<I, S>&>(*this).step, static_cast<std::uint64_t>(I)), ...);
  }
};

/// Whether a step does anything to images that are judged.
template <class S>
concept evaluation_step = requires(const S& step, Workpiece<float>& image) { step.evaluate(image); } ||
                          requires(const S& step, Shape shape) { step.output_shape(shape); };

}  // namespace detail

/// What images are made for: to be learnt from, or to be judged on.
enum class Purpose { training, evaluation };

/// A pipeline of steps: made by augment(…), used by a Loader. In training, each image goes through the steps
/// in their order, then the batch through those that mix. In evaluation, only what the steps' `evaluate` does
/// is done: nothing random, nothing mixed. The choices of a step depend on the seed, the epoch, the sample
/// (or the batch's number) and the step's position, on nothing else.
template <Purpose purpose, class... S> class Augmentation {
 public:
  static constexpr bool training = purpose == Purpose::training;
  /// Whether batches get soft targets.
  static constexpr bool mixes = training && (mixing_step<S> || ...);
  /// Whether images are used as they are.
  static constexpr bool is_identity = sizeof...(S) == 0;

  constexpr Augmentation() = default;
  explicit constexpr Augmentation(detail::Steps<std::index_sequence_for<S...>, S...> steps)
      : steps_(std::move(steps)) {}

  /// The same steps for images to be judged on; none, where none has a part in that.
  constexpr auto for_evaluation() const {
    if constexpr ((detail::evaluation_step<S> || ...))
      return Augmentation<Purpose::evaluation, S...>(steps_);
    else
      return Augmentation<Purpose::evaluation>();
  }

  /// What an image of shape `input` measures afterwards. Throws shape_error when a step cannot take it.
  constexpr Shape output_shape(Shape input) const {
    each_shape(input, [](Shape) {});
    return input;
  }
  /// Elements of the largest image on the way.
  constexpr Index largest(Shape input) const {
    Index most = input.elements();
    each_shape(input, [&most](Shape shape) { most = std::max(most, shape.elements()); });
    return most;
  }

  /// Changes one image; `random` is the sample's own.
  template <class T> void transform(Workpiece<T>& image, const Random& random) const {
    steps_.for_each([&](const auto& step, std::uint64_t position) {
      using Step = std::remove_cvref_t<decltype(step)>;
      if constexpr (training && image_step<Step>) {
        Draws draws(random.stream(position));
        step(image, draws);
      } else if constexpr (requires { step.evaluate(image); }) {
        step.evaluate(image);
      }
    });
  }

  /// Mixes a batch; `random` is the batch's own.
  template <class T> void mix(BatchInTheMaking<T>& batch, const Random& random) const {
    if constexpr (training)
      steps_.for_each([&](const auto& step, std::uint64_t position) {
        using Step = std::remove_cvref_t<decltype(step)>;
        if constexpr (mixing_step<Step>) {
          Draws draws(random.stream(position));
          step(batch, draws);
        }
      });
  }

 private:
  /// Lets `input` go through the steps' shapes, telling each to `visit`.
  template <class F> constexpr void each_shape(Shape& input, F visit) const {
    steps_.for_each([&](const auto& step, std::uint64_t) {
      if constexpr (requires { step.output_shape(input); }) visit(input = step.output_shape(input));
    });
  }

  [[no_unique_address]] detail::Steps<std::index_sequence_for<S...>, S...> steps_;
};

/// What a Loader can be given: any pipeline made by `augment`.
template <class P>
concept augmentation = requires(const P& pipeline, Shape shape) {
  { pipeline.output_shape(shape) } -> std::same_as<Shape>;
  { pipeline.for_evaluation().output_shape(shape) } -> std::same_as<Shape>;
  { P::mixes } -> std::convertible_to<bool>;
};

/// A pipeline of these steps: augment(random_crop{.padding = 4}, random_flip{}, mixup{}). Throws error where
/// a step's options make no sense (a probability of 2, say).
template <class... S> constexpr auto augment(S... steps) {
  static_assert(
      ((image_step<S> || mixing_step<S>) && ...),
      "augment: each argument is a step, callable with (Workpiece<T>&, Draws&) or (BatchInTheMaking<T>&, "
      "Draws&); see data/augmentations/workpiece.hpp");
  [[maybe_unused]] const auto check = [](const auto& step) {
    if constexpr (requires { step.check(); }) step.check();
  };
  (check(steps), ...);
  return Augmentation<Purpose::training, S...>(
      detail::Steps<std::index_sequence_for<S...>, S...>{{std::move(steps)}...});
}

}  // namespace lamina
