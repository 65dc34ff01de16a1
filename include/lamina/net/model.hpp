// A net on an input, with its parameters: what is trained, saved and asked.
//
//   Model<net, input<3, 32, 32>> model{seed{42}};
//   auto logits = model.forward(batch.images());                 // training mode
//   double loss = cross_entropy{}(logits, batch.labels, model.output_gradient());
//   model.backward();                                            // adds into the gradients
//   optimizer.step();                                            // uses them up
//   auto answer = model.predict(images);                         // inference mode
#pragma once

#include <memory>

#include "lamina/net/answers.hpp"
#include "lamina/net/model_core.hpp"

namespace lamina {

namespace detail {

/// The shape of an image view as the net's input; throws shape_error where it is not the wanted one.
template <class T> Shape check_image(const FeatureMapView<const T, 1>& image, const Shape& wanted) {
  const Shape got = wanted.rank() == 1   ? Shape{image.channels * image.pixels(), 0, 0}
                    : wanted.rank() == 2 ? Shape{image.channels, 0, image.pixels()}
                                         : Shape{image.channels, image.height, image.width};
  const auto fits = [](Index want, Index have) { return want == dyn || want == have; };
  if (!fits(wanted.channels, got.channels) || !fits(wanted.height, got.height) ||
      !fits(wanted.width, got.width))
    throw shape_error("model: the input is ", to_string(wanted), ", but was given ", to_string(got));
  return got;
}

/// The shapes of the views that a net is given, one for each of its inputs; throws shape_error where one is
/// not what the net wants, or batch sizes differ.
template <class T, std::size_t Count>
std::array<Shape, Count> check_images(const StructureView& structure,
                                      const FeatureMapView<const T, 1> (&images)[Count]) {
  std::array<Shape, Count> shapes;
  for (std::size_t i = 0; i < Count; ++i) {
    shapes[i] = check_image(images[i], structure.shape_of(structure.inputs[i].value));
    if (images[i].batch != images[0].batch) throw shape_error("model: the inputs have different batch sizes");
  }
  return shapes;
}

}  // namespace detail

/// The trainable model of `Net` on `In`, in elements of T. Movable; copied only by clone(). Any batch size at
/// run time: arenas grow to the largest seen (or reserved), after which passes allocate nothing. Views that
/// it returns are valid until its next pass.
template <auto Net, auto In, class T = float> class Model : public ModelCore<T> {
  using Given = std::remove_const_t<decltype(Net)>;
  using GivenInput = std::remove_const_t<decltype(In)>;
  static_assert(net_block<Given>, "Model: the first argument is a net, an expression of blocks");
  static_assert(net_input<GivenInput>,
                "Model: the second argument is input<channels, height, width>, or inputs(…) with extra ones");
  static_assert(std::is_floating_point_v<T>, "Model: the element type is float or double");
  // Stand-ins for wrong arguments, so that the sentences above are all that the compiler says.
  static constexpr bool are_right = net_block<Given> && net_input<GivenInput>;
  using NetType = std::conditional_t<are_right, Given, Identity>;
  using InType = std::conditional_t<are_right, GivenInput, Input<shape<1>>>;
  using Core = ModelCore<T>;
  static constexpr auto& structure_ = detail::structure_of<NetType, InType>;
  static constexpr bool is_static = InType::shape.is_static();

 public:
  using Image = typename Core::Image;
  static constexpr Shape input_shape = InType::shape;
  static constexpr int input_count = static_cast<int>(structure_.used.inputs);
  static constexpr int output_count = static_cast<int>(structure_.used.outputs);

  /// Parameters initialised from the seed, reproducibly.
  explicit Model(seed s = {})
      : Core(s, structure_.view(), parameter_layout.records, parameter_layout.references,
             parameter_layout.elements, statistic_layout.records, statistic_layout.references,
             statistic_layout.elements) {
    if constexpr (!is_static) dynamic_ = std::make_unique<DynamicPlan>();
  }

  /// Runs the net in training mode (batch statistics, dropout) on images (n, c, h, w) that must stay alive
  /// until backward. Returns the logits, or whatever the net's (first) output is.
  template <class... Extra> FeatureMapView<const T> forward(Image images, const Extra&... extra_inputs) {
    ++this->pass_count_;
    run(true, images, extra_inputs...);
    this->forward_ran_ = true;
    return output();
  }

  /// Runs the net in inference mode (running statistics, no dropout).
  template <class... Extra> FeatureMapView<const T> predict(Image images, const Extra&... extra_inputs) {
    run(false, images, extra_inputs...);
    this->forward_ran_ = false;
    return output();
  }

  /// The k-th output of the last pass.
  FeatureMapView<const T> output(int k = 0) const {
    return this->executor_.value(structure_.outputs[static_cast<std::size_t>(k)]);
  }

  /// Where the gradient of the loss with respect to the k-th output is to be written before backward.
  FeatureMapView<T> output_gradient(int k = 0) {
    require_forward();
    return this->executor_.gradient(structure_.outputs[static_cast<std::size_t>(k)]);
  }

  /// Adds the gradients of the loss with respect to all parameters that learn into the gradient arena.
  void backward() {
    require_forward();
    this->executor_.backward(this->arenas(), detail::backward_functions<NetType, InType, T>,
                             this->pass_random());
    this->forward_ran_ = false;
  }

  /// The same, and returns the gradient with respect to the images, in their shape.
  FeatureMapView<const T, 1> backward_to_input() {
    require_forward();
    const Index elements = image_.batch * image_.channels * image_.pixels();
    if (elements > image_gradient_.size()) image_gradient_ = Storage<T>(elements);
    FeatureMapView<T, 1> gradient(image_gradient_.data(), image_.batch, image_.channels, image_.height,
                                  image_.width);
    std::fill_n(gradient.data, elements, T{0});
    this->executor_.backward(this->arenas(), detail::backward_functions<NetType, InType, T>,
                             this->pass_random(), gradient);
    this->forward_ran_ = false;
    return gradient;
  }

  /// Makes room for training passes of this batch size.
  void reserve(Index batch)
    requires is_static
  {
    this->bind(detail::plan_of<NetType, InType, channel_block<T>, true>, detail::shapes_of<NetType, InType>,
               batch, true);
  }

  /// A copy of parameters, gradients, running statistics and counters.
  Model clone() const {
    Model copy(this->seed_);
    copy.copy_state_from(*this);
    return copy;
  }

 private:
  static constexpr auto parameter_layout =
      lay_out<structure_.parameters.size(), structure_.parameter_references.size()>(
          structure_.view().parameters, structure_.view().parameter_references, channel_block<T>);
  static constexpr auto statistic_layout =
      lay_out<structure_.statistics.size(), structure_.statistic_references.size()>(
          structure_.view().statistics, structure_.view().statistic_references, channel_block<T>);

  struct DynamicPlan {
    std::array<Shape, structure_.values.size()> shapes{};
    detail::PlanFor<NetType, InType> plan{};
    bool training = false;
    bool bound = false;  ///< the executor runs this plan
  };

  void require_forward() const {
    if (!this->forward_ran_)
      throw error("model: backward needs a forward pass in training mode just before it");
  }

  template <class... Extra> void run(bool training, Image images, const Extra&... extra_inputs) {
    static_assert(sizeof...(Extra) + 1 == structure_.used.inputs,
                  "model: give one view for the main input and one for each extra input");
    const Image all[] = {images, Image(extra_inputs)...};
    prepare(training, images.batch, detail::check_images(structure_.view(), all));
    for (std::size_t i = 0; i < structure_.used.inputs; ++i)
      this->executor_.set_image(structure_.inputs[i].value, all[i]);
    image_ = images;
    this->executor_.forward(this->arenas(), detail::forward_functions<NetType, InType, T>, training,
                            this->pass_random());
  }

  void prepare(bool training, Index batch, const std::array<Shape, structure_.used.inputs>& sizes) {
    if constexpr (is_static) {
      static_cast<void>(sizes);
      if (this->executor_.batch() == batch && this->bound_training_ == training) return;
      if (training)
        this->bind(detail::plan_of<NetType, InType, channel_block<T>, true>,
                   detail::shapes_of<NetType, InType>, batch, true);
      else
        this->bind(detail::plan_of<NetType, InType, channel_block<T>, false>,
                   detail::shapes_of<NetType, InType>, batch, false);
    } else {
      bool unchanged = dynamic_->bound && dynamic_->training == training && this->executor_.batch() == batch;
      for (std::size_t i = 0; i < structure_.used.inputs; ++i) {
        Shape& known = dynamic_->shapes[static_cast<std::size_t>(structure_.inputs[i].value)];
        unchanged = unchanged && known == sizes[i];
        known = sizes[i];
      }
      if (unchanged) return;
      dynamic_->bound = false;  // until all went well: layers may refuse their shapes
      const StructureView structure = structure_.view();
      for (const OperationRecord& operation : structure.operations) {
        Shape in[structure_.operands.size()];
        int count = 0;
        for (const int u : structure.operands_of(operation))
          in[count++] = dynamic_->shapes[static_cast<std::size_t>(u)];
        dynamic_->shapes[static_cast<std::size_t>(operation.output)] = operation.facts->output(in, count);
      }
      dynamic_->plan = detail::plan_for<NetType, InType>(dynamic_->shapes, channel_block<T>, training);
      dynamic_->training = training;
      this->bind(dynamic_->plan, dynamic_->shapes, batch, training);
      dynamic_->bound = true;
    }
  }

  Image image_{};
  Storage<T> image_gradient_;
  std::unique_ptr<DynamicPlan> dynamic_;
};

}  // namespace lamina
