// Where everything lies in the activation arena. One constexpr function gives every value, gradient and stash
// a lifetime and then an offset, such that what lives at the same time does not overlap. With `dyn` extents
// the same function runs again when the image size changes.
//
// Time: operation i runs forward at i, the loss at n, operation i backward at 2n − i. Three liberties save
// memory and copies; the operations notice that source and destination coincide:
//   concat   a tower that starts at a block boundary is written straight into the joined map;
//   split    a slice that starts at a block boundary is a view;
//   in place an element-wise layer overwrites an input that nobody reads again.
// All three are one notion, a value placed inside another (`inside`), for activations and gradients alike.
// Where such a value ends within a block, its padding lanes are other channels' numbers: activations may have
// that (a tower is done before its neighbours are copied beside it), gradients, whose padding is zero, may
// not.
#pragma once

#include <algorithm>
#include <array>

#include "lamina/net/structure.hpp"

namespace lamina {

/// A place in the activation arena. Sizes are per sample: with a batch of n the value begins at
/// root · n + inner, and its samples are `stride` elements apart.
struct Location {
  Index root = -1;
  Index inner = 0;
  Index stride = 0;
};

/// Where everything of one net lies; V values, O operations, K operands.
template <std::size_t V, std::size_t O, std::size_t K> struct Plan {
  std::array<Location, V> activations{};
  std::array<Location, V> gradients{};   ///< of training plans
  std::array<Index, O> sample_stash{};   ///< root of an operation's per-sample stash, −1 without one
  std::array<Index, O> batch_stash{};    ///< offset of its per-batch stash in an arena of its own
  std::array<bool, V> needs_gradient{};  ///< some unfrozen parameter lies upstream
  std::array<bool, V> reaches_output{};  ///< the loss depends on it
  std::array<bool, K> accumulates{};     ///< a later consumer has already written this operand's gradient
  Index elements = 0;                    ///< of the activation arena, per sample
  Index batch_stash_elements = 0;
};

/// A plan without its sizes, as everybody reads it.
struct PlanView {
  std::span<const Location> activations, gradients;
  std::span<const Index> sample_stash, batch_stash;
  std::span<const bool> needs_gradient, reaches_output, accumulates;
  Index elements = 0, batch_stash_elements = 0;

  template <std::size_t V, std::size_t O, std::size_t K>
  constexpr PlanView(const Plan<V, O, K>& plan)
      : activations(plan.activations),
        gradients(plan.gradients),
        sample_stash(plan.sample_stash),
        batch_stash(plan.batch_stash),
        needs_gradient(plan.needs_gradient),
        reaches_output(plan.reaches_output),
        accumulates(plan.accumulates),
        elements(plan.elements),
        batch_stash_elements(plan.batch_stash_elements) {}
  constexpr PlanView() = default;
};

namespace detail {

/// Values placed inside others, and how long each family lives.
template <std::size_t V> struct Family {
  std::array<int, V> inside{};         // the value it lies in, −1 for a root
  std::array<Index, V> inner{};        // where in it
  std::array<int, V> first{}, last{};  // lifetime of the value; after join() of roots, of the family

  /// The value that v lies in, itself in no other.
  constexpr int root(int v) const {
    while (inside[static_cast<std::size_t>(v)] >= 0) v = inside[static_cast<std::size_t>(v)];
    return v;
  }
  constexpr void place(int child, int parent, Index at) {
    const auto c = static_cast<std::size_t>(child);
    inside[c] = parent;
    inner[c] = at;
    for (int v = parent; v >= 0; v = inside[static_cast<std::size_t>(v)]) {
      const auto p = static_cast<std::size_t>(v);
      first[p] = std::min(first[p], first[c]);
      last[p] = std::max(last[p], last[c]);
    }
  }
};

struct Span {
  int first = 0, last = 0;
  Index size = 0, offset = 0;
  int item = 0;
};

/// First-fit by time of birth: gives each span an offset and returns the total size.
template <std::size_t N>
constexpr Index allocate(std::array<Span, N>& spans, std::size_t count, Index granularity) {
  std::sort(
      spans.begin(), spans.begin() + static_cast<std::ptrdiff_t>(count),
      [](const Span& a, const Span& b) { return a.first != b.first ? a.first < b.first : a.item < b.item; });
  std::array<std::size_t, N> live{};  // spans alive now, by offset
  std::size_t live_count = 0;
  Index total = 0;
  for (std::size_t s = 0; s < count; ++s) {
    Span& span = spans[s];
    std::size_t kept = 0;
    for (std::size_t l = 0; l < live_count; ++l)
      if (spans[live[l]].last >= span.first) live[kept++] = live[l];
    live_count = kept;
    const Index size = (span.size + granularity - 1) / granularity * granularity;
    Index offset = 0;
    std::size_t before = 0;
    for (; before < live_count; ++before) {
      const Span& other = spans[live[before]];
      if (offset + size <= other.offset) break;
      offset = other.offset + (other.size + granularity - 1) / granularity * granularity;
    }
    for (std::size_t l = live_count; l > before; --l) live[l] = live[l - 1];
    live[before] = s;
    ++live_count;
    span.offset = offset;
    total = std::max(total, offset + size);
  }
  return total;
}

/// True if a channel range is whole blocks: it begins at a block boundary and ends at one or with the map.
constexpr bool is_block_range(Index first, Index count, Index channels, Index block) {
  return first % block == 0 && (count % block == 0 || first + count == channels);
}

}  // namespace detail

/// Plans a net. `shapes` are the values' shapes (all known), `block` the channel block of the element type.
template <std::size_t V, std::size_t O, std::size_t K>
constexpr Plan<V, O, K> make_plan(const StructureView& structure, std::span<const Shape> shapes, Index block,
                                  bool training) {
  using detail::Family;
  Plan<V, O, K> plan;
  const int n = static_cast<int>(structure.operations.size());
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  const auto operation = [&](int i) -> const OperationRecord& { return structure.operations[at(i)]; };
  const auto map_elements = [&](int v) {
    const Shape& s = shapes[at(v)];
    return (s.channels + block - 1) / block * block * s.pixels();
  };

  // Who depends on what.
  for (const int output : structure.outputs) plan.reaches_output[at(output)] = true;
  for (int i = n - 1; i >= 0; --i)
    for (const int u : structure.operands_of(operation(i)))
      plan.reaches_output[at(u)] = plan.reaches_output[at(u)] || plan.reaches_output[at(operation(i).output)];
  for (int i = 0; i < n; ++i) {
    bool needs = operation(i).parameter_count > 0 && !operation(i).frozen;
    for (const int u : structure.operands_of(operation(i))) needs = needs || plan.needs_gradient[at(u)];
    plan.needs_gradient[at(operation(i).output)] = needs;
  }

  // Lifetimes. Gradients are planned for every value that the loss depends on, so that one plan serves
  // whether or not the gradient of the input is asked for.
  Family<V> activations, gradients;
  std::array<int, V> last_consumer{}, is_output{};
  std::array<Index, V> sliced{};  // channels that aligned slices take of it
  std::array<int, V> consumers{}, slices{};
  for (std::size_t v = 0; v < V; ++v) {
    activations.inside[v] = gradients.inside[v] = last_consumer[v] = -1;
    if (v < structure.values.size())
      activations.first[v] = activations.last[v] = structure.values[v].producer;
  }
  for (const int output : structure.outputs) {
    is_output[at(output)] = 1;
    activations.last[at(output)] = n;
  }
  for (int i = 0; i < n; ++i) {
    const OperationRecord& op = operation(i);
    const bool backward = training && plan.reaches_output[at(op.output)];
    if (backward && saves_output(op.facts->saves)) activations.last[at(op.output)] = 2 * n - i;
    for (const int u : structure.operands_of(op)) {
      activations.last[at(u)] =
          std::max(activations.last[at(u)], backward && saves_input(op.facts->saves) ? 2 * n - i : i);
      if (!plan.reaches_output[at(op.output)]) continue;
      last_consumer[at(u)] = i;
      ++consumers[at(u)];
      if (op.facts->kind == OperationKind::slice &&
          detail::is_block_range(op.facts->slice_first, shapes[at(op.output)].channels,
                                 shapes[at(u)].channels, block)) {
        ++slices[at(u)];
        sliced[at(u)] += shapes[at(op.output)].channels;
      }
    }
  }

  // Values inside others.
  const auto is_free = [&](const Family<V>& family, int u) {
    return structure.values[at(u)].producer >= 0 && family.inside[at(u)] < 0;
  };
  for (int i = 0; i < n; ++i) {
    const OperationRecord& op = operation(i);
    const int v = op.output;
    const auto operands = structure.operands_of(op);
    const Index pixels = shapes[at(v)].pixels();
    if (op.facts->kind == OperationKind::slice) {
      const int u = operands[0];
      if (structure.values[at(u)].producer >= 0 && op.facts->slice_first % block == 0)
        activations.place(v, u, op.facts->slice_first * pixels);
    } else if (op.facts->kind == OperationKind::concat) {
      Index channel = 0;
      for (const int u : operands) {
        const Index channels = shapes[at(u)].channels;
        if (is_free(activations, u) && channel % block == 0) activations.place(u, v, channel * pixels);
        channel += channels;
      }
    } else if (op.facts->in_place) {
      const int only = op.facts->overwritten_operand;  // then the other operands are read to the end
      for (const int u : only < 0 ? operands : operands.subspan(at(only), 1)) {
        if (!is_free(activations, u) || shapes[at(u)] != shapes[at(v)] || activations.last[at(u)] > i)
          continue;
        if (only > 0 && activations.root(operands[0]) == u) continue;  // operand 0 is u, or lies in it
        activations.place(u, v, 0);
        break;
      }
    }
  }

  if (training) {
    for (std::size_t v = 0; v < structure.values.size(); ++v) {
      gradients.first[v] = is_output[v] ? n : 2 * n - last_consumer[v];
      gradients.last[v] = 2 * n - structure.values[v].producer;
    }
    for (int i = n - 1; i >= 0; --i) {
      const OperationRecord& op = operation(i);
      const int v = op.output;
      const auto operands = structure.operands_of(op);
      for (std::size_t k = 0; k < operands.size(); ++k) {
        bool written = is_output[at(operands[k])] || last_consumer[at(operands[k])] > i;
        for (std::size_t j = 0; j < k; ++j) written = written || operands[j] == operands[k];
        plan.accumulates[at(op.first_operand) + k] = written;
      }
      if (!plan.reaches_output[at(v)]) continue;
      const auto is_first_writer = [&](std::size_t k) {
        bool once = true;
        for (std::size_t j = 0; j < operands.size(); ++j)
          once = once && (j == k || operands[j] != operands[k]);
        // A slice's gradient belongs into its source's, or is copied there.
        const auto& producer = structure.values[at(operands[k])].producer;
        return once && is_free(gradients, operands[k]) && !is_output[at(operands[k])] &&
               last_consumer[at(operands[k])] == i && operation(producer).facts->kind != OperationKind::slice;
      };
      const Index pixels = shapes[at(v)].pixels();
      if (op.facts->kind == OperationKind::slice) {
        const int u = operands[0];
        if (!is_output[at(u)] && slices[at(u)] == consumers[at(u)] && sliced[at(u)] == shapes[at(u)].channels)
          if (structure.values[at(u)].producer >= 0 && gradients.inside[at(v)] < 0)
            gradients.place(v, u, op.facts->slice_first * pixels);
      } else if (op.facts->kind == OperationKind::concat) {
        Index channel = 0;
        for (std::size_t k = 0; k < operands.size(); ++k) {
          const Index channels = shapes[at(operands[k])].channels;
          if (is_first_writer(k) && detail::is_block_range(channel, channels, shapes[at(v)].channels, block))
            gradients.place(operands[k], v, channel * pixels);
          channel += channels;
        }
      } else if (op.facts->in_place) {
        for (std::size_t k = operands.size(); k-- > 0;)
          if (is_first_writer(k) && shapes[at(operands[k])] == shapes[at(v)]) {
            gradients.place(operands[k], v, 0);
            break;
          }
      }
    }
  }

  // Offsets.
  std::array<detail::Span, 2 * V + O> spans{};
  std::size_t span_count = 0;
  const auto add_span = [&](int first, int last, Index size, std::size_t item) {
    spans[span_count++] = {first, last, size, 0, static_cast<int>(item)};
  };
  for (std::size_t v = 0; v < structure.values.size(); ++v) {
    if (structure.values[v].producer < 0) continue;
    if (activations.inside[v] < 0)
      add_span(activations.first[v], activations.last[v], map_elements(static_cast<int>(v)), v);
    if (training && plan.reaches_output[v] && gradients.inside[v] < 0)
      add_span(gradients.first[v], gradients.last[v], map_elements(static_cast<int>(v)), V + v);
  }
  for (int i = 0; i < n; ++i) {
    plan.sample_stash[at(i)] = plan.batch_stash[at(i)] = -1;
    if (!training) continue;
    const Stash stash = operation(i).facts->stash(shapes[at(structure.operands_of(operation(i))[0])]);
    if (stash.per_sample > 0) add_span(i, 2 * n - i, stash.per_sample, 2 * V + at(i));
    if (stash.per_batch > 0) {
      plan.batch_stash[at(i)] = plan.batch_stash_elements;
      plan.batch_stash_elements += (stash.per_batch + 15) / 16 * 16;
    }
  }
  plan.elements = detail::allocate(spans, span_count, std::max(block, Index{16}));
  for (std::size_t s = 0; s < span_count; ++s) {
    const std::size_t item = static_cast<std::size_t>(spans[s].item);
    if (item < V)
      plan.activations[item].root = spans[s].offset;
    else if (item < 2 * V)
      plan.gradients[item - V].root = spans[s].offset;
    else
      plan.sample_stash[item - 2 * V] = spans[s].offset;
  }
  const auto resolve = [&](const Family<V>& family, std::array<Location, V>& locations) {
    for (std::size_t v = 0; v < structure.values.size(); ++v) {
      int root = static_cast<int>(v);
      Index inner = 0;
      for (; family.inside[at(root)] >= 0; root = family.inside[at(root)]) inner += family.inner[at(root)];
      locations[v] = {locations[at(root)].root, inner, map_elements(root)};
    }
  };
  resolve(activations, plan.activations);
  if (training) resolve(gradients, plan.gradients);
  return plan;
}

}  // namespace lamina
