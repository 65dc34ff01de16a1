// The expression that conv1d, conv2d, … return: a producer (tensor/expressions/produce.hpp), so that what is
// done with a convolution's elements is done as they are finished. It computes anew whenever it is evaluated,
// from what its operands hold then. One expression must not be evaluated by two threads at a time.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "lamina/kernels/expressions/detail/convolution_shape.hpp"
#include "lamina/kernels/expressions/detail/convolve.hpp"
#include "lamina/kernels/expressions/detail/operands.hpp"

namespace lamina {

/// The convolution of X with the weights W; T is its element type, Result its extents.
template <detail::ConvolutionKind Kind, class T, class Result, class X, class W>
class Convolution : public Expression<T, Result> {
 public:
  static constexpr bool is_producer = true;

  /// Throws shape_error where shapes and options do not fit together.
  Convolution(X input, W weights, const detail::ConvolutionOptions& options)
      : input_(std::move(input)), weights_(std::move(weights)), options_(options) {
    detail::require_convolution(Kind, options, input_.extents(), weights_.extents());
    extents_ = Result(
        detail::convolution_extents(Kind, options, input_.extents().values(), weights_.extents().values()));
  }

  const Result& extents() const { return extents_; }

  void produce(const detail::BoxVisitor<T>& visit) const {
    with_volumes([&](const auto& geometry, const auto& x, const auto& w) {
      detail::convolve_in_boxes<T>(geometry, x, w, visit);
    });
  }
  template <Index... E> void produce_into(const TensorView<T, E...>& to) const {
    with_volumes([&](const auto& geometry, const auto& x, const auto& w) {
      detail::convolve_into<T>(geometry, x, w, detail::as_volume(to));
    });
  }

  /// A view of the elements, which are computed now, from what the operands hold.
  detail::ViewOf<const T, Result> elements() const {
    if (!elements_ || elements_->extents() != extents_) elements_ = Elements::uninitialized(extents_);
    if (elements_->size() > 0) produce_into(elements_->view());
    return std::as_const(*elements_).view();
  }

  // As an operand of expressions (see tensor/expressions/expression.hpp).
  using lane = detail::Lane<T>;
  static constexpr int operands = 1;
  static constexpr bool constant_in_rows = detail::constant_in_rows<Result>;
  void describe(detail::Operand* to, int loops) const { elements().describe(to, loops); }
  template <std::size_t Rank> bool lies_in_order(const std::array<Index, Rank>&, const std::byte**) const {
    return false;  // describe() is what computes it
  }
  template <int First, class Access> auto bind(const Access& access) const {
    return access.template operand<First, T, constant_in_rows>();
  }

 private:
  template <class ExtentsType> struct TensorWith;
  template <Index... E> struct TensorWith<Extents<E...>> : std::type_identity<Tensor<T, E...>> {};
  using Elements = typename TensorWith<Result>::type;

  /// Calls f(view) with the elements of an operand as a volume, evaluated first unless they lie in memory.
  template <expression Operand, class F> static void with_volume(const Operand& x, F&& f) {
    if constexpr (requires { x.view(); }) {
      f(detail::as_volume(x.view()));
    } else if constexpr (requires { x.data(); }) {
      f(detail::as_volume(detail::constant_view(x)));
    } else {
      using Value = typename Operand::value_type;
      const Scratch<Value> memory(x.extents().size());
      const detail::ViewOf<Value, typename Operand::extents_type> elements(memory.data(), x.extents());
      evaluate(x, elements);
      f(detail::as_volume(detail::constant_view(elements)));
    }
  }
  template <class F> void with_volumes(F&& f) const {
    with_volume(input_, [&](const auto& x) {
      with_volume(weights_, [&](const auto& w) {
        const auto result = detail::as_volume(detail::ViewOf<T, Result>(nullptr, extents_));
        f(detail::ConvolutionGeometry(Kind, options_, x.extents().values(), w.extents().values(),
                                      result.extents().values()),
          x, w);
      });
    });
  }

  X input_;
  W weights_;
  detail::ConvolutionOptions options_;
  [[no_unique_address]] Result extents_;
  mutable std::optional<Elements> elements_;  // what describe() computed last
};

namespace detail {

/// Extents of a result as far as they are known. Options that are arguments leave pixels unknown, and the
/// channels of a transposed convolution.
template <ConvolutionKind Kind, class Input, class Weights, auto Options, bool AllKnown>
struct ConvolutionResult {
  static constexpr auto known = [] {
    auto extents = convolution_extents(Kind, Options, Input::known, Weights::known);
    if (!AllKnown)
      for (std::size_t axis = Kind.transposed ? 1 : 2; axis < extents.size(); ++axis) extents[axis] = dyn;
    return extents;
  }();
};

template <ConvolutionKind Kind, auto... Option, class X, class W, class... Argument>
auto make_convolution(X&& x, W&& w, const Argument&... argument) {
  using Input = std::remove_cvref_t<X>;
  using Weights = std::remove_cvref_t<W>;
  constexpr bool ranks_fit = Input::rank == Kind.axes + 2 && Weights::rank == Kind.axes + 2;
  static_assert(ranks_fit,
                "convolution: the input is (n, channels, pixels...), the weights have as many axes; "
                "conv1d, conv2d and conv3d have one, two and three axes of pixels");
  constexpr bool are_real = std::is_floating_point_v<typename Input::value_type> &&
                            std::is_floating_point_v<typename Weights::value_type>;
  static_assert(are_real, "convolution: of real numbers; convert integers, cast<float>(x)");
  if constexpr (ranks_fit && are_real) {
    using Options = std::conditional_t<Kind.transposed, TransposedConvolutionOptions, ConvolutionOptions>;
    constexpr Options known = with_options<struct convolution, Options, Option...>(Options{});
    constexpr bool all_known = sizeof...(Argument) == 0;
    if constexpr (all_known)
      (void)convolution_shapes<Kind, typename Input::extents_type, typename Weights::extents_type, known>{};
    using T = decltype(typename Input::value_type{} * typename Weights::value_type{});
    using Result = ConvolutionResult<Kind, typename Input::extents_type, typename Weights::extents_type,
                                     known, all_known>;
    using ResultExtents = typename TensorOf<T, Result::known>::extents_type;
    auto input = hold<void>(std::forward<X>(x));
    auto weights = hold<void>(std::forward<W>(w));
    return Convolution<Kind, T, ResultExtents, decltype(input), decltype(weights)>(
        std::move(input), std::move(weights), set_options<struct convolution>(known, argument...));
  }
}

}  // namespace detail

}  // namespace lamina
