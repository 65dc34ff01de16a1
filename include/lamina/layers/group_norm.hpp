// Normalisations within each sample: group norm (Wu and He 2018) over groups of neighbouring channels and all
// pixels, instance norm (Ulyanov et al. 2016) over the pixels of each channel. The same in training and
// inference.
#pragma once

#include "lamina/kernels/group_norm.hpp"
#include "lamina/layers/norm_options.hpp"
#include "lamina/net/operators.hpp"

namespace lamina {

/// The layer; users write group_norm<…> or instance_norm. GroupCount 0: one group per channel.
template <Index GroupCount, NormOptions O> struct GroupNorm : Layer {
  static constexpr std::string_view name = GroupCount == 0 ? "instance_norm" : "group_norm";
  static constexpr Saves saves = Saves::input;

  static constexpr Shape output(Shape in) {
    require(in.channels % group_count(in) == 0, "group_norm: the groups must divide the channels");
    return in;
  }
  static constexpr Window window(Shape) { return {.global = true}; }
  static constexpr auto parameters(Shape in) {
    return detail::scale_and_shift<O.affine>({in.channels}, O.scale_initializer);
  }
  static constexpr Stash stash(Shape in) { return {.per_sample = 2 * group_count(in)}; }

  template <Shape In, class T> static void forward(const Forward<T>& pass) {
    detail::Moments<T> moments(pass.sample_stash, pass.input().batch * group_count(In));
    kernels::group_norm_forward(pass.input(), group_count(In), detail::scale_of<O.affine>(pass),
                                detail::shift_of<O.affine>(pass), detail::constant_of<O.epsilon>, pass.output,
                                moments.mean(), moments.inverse_deviation());
  }
  template <Shape In, class T> static void backward(const Backward<T>& pass) {
    const T* mean = pass.sample_stash;
    kernels::group_norm_backward(
        pass.input(), pass.output_gradient, group_count(In), detail::scale_of<O.affine>(pass), mean,
        mean + pass.input().batch * group_count(In), pass.input_gradient(),
        detail::scale_gradient_of<O.affine>(pass), detail::shift_gradient_of<O.affine>(pass));
  }

 private:
  static constexpr Index group_count(Shape in) { return GroupCount == 0 ? in.channels : GroupCount; }
};

/// group_norm<32>: the channels in 32 groups, PyTorch's ε = 1e-5; options: epsilon<…>, no_affine,
/// scale_init<…>.
template <Index GroupCount, auto... Option>
  requires(GroupCount >= 1)
inline constexpr GroupNorm<GroupCount, detail::with_options<struct group_norm_layer, NormOptions, Option...>(
                                           NormOptions{})>
    group_norm{};

/// Each channel of each sample by itself; as PyTorch's, without learnt scale and shift (group_norm has them).
inline constexpr GroupNorm<0, NormOptions{.affine = false}> instance_norm{};

}  // namespace lamina
