// The questions a net answers at compile time: output_shape, parameter_count, macs, receptive_field,
// activation_bytes. All are consteval-able; with static extents use them in static_assert.
#pragma once

#include "lamina/net/builders.hpp"
#include "lamina/net/input.hpp"
#include "lamina/net/plan.hpp"

namespace lamina {

namespace detail {

template <class Net, class In, class Builder> constexpr auto lower_net(Builder& builder) {
  auto end = detail::lower<as_block<Net>>(In::begin(builder), builder);
  if constexpr (is_results<decltype(end)>) {
    return end;
  } else if constexpr (is_broken<decltype(end)>) {
    static_cast<void>(decltype(end)::rule::output);  // the compiler stops here, in the words of the rule
    return Place<Shape{}>{};
  } else {
    auto blocked = detail::lower_blocked(end, builder);
    builder.output(blocked.value);
    return blocked;
  }
}

template <class Net, class In> using end_of = decltype(lower_net<Net, In>(std::declval<ShapeBuilder&>()));

template <class Net, class In> consteval StructureCounts count_structure() {
  StructureBuilder builder;
  static_cast<void>(lower_net<Net, In>(builder));
  return builder.counts;
}

template <class Net, class In> consteval auto fill_structure() {
  Structure<count_structure<Net, In>()> structure;
  StructureBuilder builder{.operations = structure.operations.data(),
                           .values = structure.values.data(),
                           .operands = structure.operands.data(),
                           .parameters = structure.parameters.data(),
                           .parameter_references = structure.parameter_references.data(),
                           .statistics = structure.statistics.data(),
                           .statistic_references = structure.statistic_references.data(),
                           .scopes = structure.scopes.data(),
                           .taps = structure.taps.data(),
                           .inputs = structure.inputs.data(),
                           .outputs = structure.outputs.data()};
  static_cast<void>(lower_net<Net, In>(builder));
  structure.used = builder.counts;
  return structure;
}

/// The table of a net on an input, in constant memory.
template <class Net, class In> inline constexpr auto structure_of = fill_structure<Net, In>();

template <class Net, class In, class T, bool IsBackward> consteval auto collect_functions() {
  using Builder = FunctionBuilder<T, IsBackward>;
  std::array<typename Builder::Function, at_least_one(structure_of<Net, In>.used.operations)> functions{};
  Builder builder;
  builder.functions = functions.data();
  static_cast<void>(lower_net<Net, In>(builder));
  return functions;
}

template <class Net, class In, class T>
inline constexpr auto forward_functions = collect_functions<Net, In, T, false>();
template <class Net, class In, class T>
inline constexpr auto backward_functions = collect_functions<Net, In, T, true>();

template <class Net, class In> consteval auto static_shapes() {
  constexpr auto& structure = structure_of<Net, In>;
  std::array<Shape, structure.values.size()> shapes{};
  for (std::size_t v = 0; v < shapes.size(); ++v) shapes[v] = structure.values[v].shape;
  return shapes;
}
template <class Net, class In> inline constexpr auto shapes_of = static_shapes<Net, In>();

/// The type of a net's plan.
template <class Net, class In>
using PlanFor = Plan<structure_of<Net, In>.values.size(), structure_of<Net, In>.operations.size(),
                     structure_of<Net, In>.operands.size()>;

template <class Net, class In>
constexpr PlanFor<Net, In> plan_for(std::span<const Shape> shapes, Index block, bool training) {
  constexpr auto& structure = structure_of<Net, In>;
  return make_plan<structure.values.size(), structure.operations.size(), structure.operands.size()>(
      structure.view(), shapes, block, training);
}

/// The plan of a net with static extents.
template <class Net, class In, Index Block, bool Training>
inline constexpr auto plan_of = plan_for<Net, In>(shapes_of<Net, In>, Block, Training);

}  // namespace detail

/// The shape that `net` makes of one sample of `in`; of a net with several outputs, the first.
template <net_block Net, net_input In> constexpr Shape output_shape(Net, In) {
  using End = detail::end_of<Net, In>;
  if constexpr (requires { End::shape; })
    return End::shape;
  else
    return detail::structure_of<Net, In>.view().shape_of(detail::structure_of<Net, In>.outputs[0]);
}

/// Learnable numbers in `net`, padding not counted; shared weights count once.
template <net_block Net, net_input In> constexpr Index parameter_count(Net, In) {
  Index count = 0;
  for (const ParameterRecord& record : detail::structure_of<Net, In>.view().parameters)
    count += record.parameter.extents.count();
  return count;
}

/// Multiply-adds per sample, in convolutions and dense layers (element-wise work is not counted).
template <net_block Net, net_input In> constexpr Index macs(Net, In) {
  const StructureView structure = detail::structure_of<Net, In>.view();
  Index count = 0;
  for (const OperationRecord& operation : structure.operations)
    count += operation.facts->macs(structure.shape_of(structure.operands_of(operation)[0]));
  return count;
}

namespace detail {

/// What a value of a net sees along one axis: the extent of its patch, and the step to its neighbour's, which
/// is a fraction where maps have grown.
struct SeenAxis {
  double extent = 1, step = 1;

  /// Seen through a layer's window, from another value.
  constexpr void see(const SeenAxis& from, Index window, Index stride, Index outputs) {
    const auto through = from.extent + static_cast<double>(window - 1) * from.step;
    extent = std::max(extent, through);
    step = std::max(step, from.step * static_cast<double>(stride) / static_cast<double>(outputs));
  }
  constexpr Index whole_extent() const {
    const auto below = static_cast<Index>(extent);
    return below + (static_cast<double>(below) < extent);
  }
  constexpr Index whole_step() const { return std::max<Index>(1, static_cast<Index>(step)); }
};

}  // namespace detail

/// The patch of the input that one output pixel depends on, and the step between neighbours' patches (1 where
/// outputs lie closer). `global` where a layer sees the whole map. Where branches differ, the largest.
template <net_block Net, net_input In> constexpr Window receptive_field(Net, In) {
  const StructureView structure = detail::structure_of<Net, In>.view();
  struct Seen {
    detail::SeenAxis vertical, horizontal;
    bool global = false;
  };
  std::array<Seen, detail::structure_of<Net, In>.values.size()> seen{};
  for (const OperationRecord& operation : structure.operations) {
    Seen out{.vertical = {1, 0}, .horizontal = {1, 0}};
    for (const int operand : structure.operands_of(operation)) {
      const Seen& in = seen[static_cast<std::size_t>(operand)];
      const Window own = operation.facts->window(structure.shape_of(operand));
      out.global = out.global || in.global || own.global;
      out.vertical.see(in.vertical, own.height, own.stride_vertical, own.outputs_vertical);
      out.horizontal.see(in.horizontal, own.width, own.stride_horizontal, own.outputs_horizontal);
    }
    seen[static_cast<std::size_t>(operation.output)] = out;
  }
  const Seen& end = seen[static_cast<std::size_t>(structure.outputs[0])];
  return {end.vertical.whole_extent(), end.horizontal.whole_extent(), end.vertical.whole_step(),
          end.horizontal.whole_step(), end.global};
}

/// Peak bytes of activations per sample in inference, from the memory plan; for training with their gradients
/// ask training_activation_bytes.
template <class T = float, net_block Net, net_input In> constexpr Index activation_bytes(Net, In) {
  return detail::plan_of<Net, In, channel_block<T>, false>.elements * Index{sizeof(T)};
}
template <class T = float, net_block Net, net_input In> constexpr Index training_activation_bytes(Net, In) {
  return detail::plan_of<Net, In, channel_block<T>, true>.elements * Index{sizeof(T)};
}

}  // namespace lamina
