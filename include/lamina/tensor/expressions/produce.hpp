// Expressions around a producer: a leaf that a kernel computes part by part (a convolution). Where an
// expression is assigned whose shape is the producer's, each part is finished, the rest of the expression
// included, while it is in cache: `y = relu(conv2d(x, w) * scale + shift) + residual` writes y once and
// nothing else in full. Everything else sees a producer as a tensor that is computed when it is described.
//
// A producer X is an expression of one operand that besides offers
//   is_producer                 true
//   produce(const BoxVisitor&)  tells the visitor of boxes of elements, on any threads, until it has told of
//                               every element once; has read all that it reads before it tells of the first
//   produce_into(view)          writes all elements to a view of X::value_type
//   elements()                  a view of all elements, which are computed now, into memory that X keeps
// and describes these.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "lamina/tensor/expressions/evaluate.hpp"
#include "lamina/tensor/expressions/map.hpp"

namespace lamina::detail {

/// Elements that a producer has finished: where they belong, and where they lie for the moment. Strides are
/// in elements; as many axes count as the producer has.
template <class T> struct ProducedBox {
  std::array<Index, max_rank> first, extents, strides;
  const T* data;
};

/// Refers to the function that a producer calls with its boxes, so that producers are compiled once for all
/// expressions around them.
template <class T> class BoxVisitor {
 public:
  template <class F>
  explicit BoxVisitor(const F& f)
      : function_(&f), call_([](const void* function, const ProducedBox<T>& box) {
          (*static_cast<const F*>(function))(box);
        }) {}

  void operator()(const ProducedBox<T>& box) const { call_(function_, box); }

 private:
  const void* function_;
  void (*call_)(const void*, const ProducedBox<T>&);
};

/// Calls visit(leaf, place) for what an expression is made of; place: the number of its first operand, as in
/// bind, counted from First.
template <int First, class X, class Visit> void for_each_leaf(const X& leaf, const Visit& visit) {
  visit(leaf, std::integral_constant<int, First>{});
}
template <int First, class F, class Sequence, class... X, class Visit>
void for_each_leaf(const MapNode<F, Sequence, X...>& node, const Visit& visit) {
  node.for_each_operand([&](const auto& operand, auto before) {
    for_each_leaf<First + decltype(before)::value>(operand, visit);
  });
}

/// The loops of a box within a nest, whose operand `Place` reads the box where it lies.
template <int Place, class Leaf, int Count, class T>
LoopNest<Count> nest_of_box(const LoopNest<Count>& all, const ProducedBox<T>& box) {
  LoopNest<Count> nest = all;
  nest.extents = box.extents;
  for (Operand& operand : nest.operands)
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(nest.rank); ++axis)
      operand.data += box.first[axis] * operand.byte_strides[axis];
  describe_operand(box.data, box.extents, box.strides, max_rank, nest.operands[Place],
                   Leaf::constant_in_rows);
  merge_axes(nest);
  return nest;
}

template <class X, class View> void evaluate_producer(const X& x, const View& to) {
  if constexpr (X::rank == View::rank && std::is_same_v<typename X::value_type, typename View::value_type>)
    if (x.extents() == to.extents()) return x.produce_into(to);
  evaluate(x.elements(), to);
}

/// Writes x as its leaf `source`, operand `Place` of the assignment, is computed.
template <int Place, class Leaf, class X, class View>
void evaluate_around(const Leaf& source, const X& x, const View& to) {
  using T = typename View::value_type;
  using Produced = typename Leaf::value_type;
  auto nest = destination_nest<1 + X::operands>(to);
  for_each_leaf<1>(x, [&](const auto& leaf, auto place) {
    if constexpr (decltype(place)::value == Place && producer<std::remove_cvref_t<decltype(leaf)>>)
      nest.operands[Place] = nest.operands[0];  // never in the way of what is written
    else
      leaf.describe(nest.operands.data() + decltype(place)::value, View::rank);
  });
  if (reads_what_it_writes(nest)) return evaluate_apart(x, to);
  const auto finish = [&](const ProducedBox<Produced>& box) {
    const auto loops = nest_of_box<Place, Leaf>(nest, box);
    write<T, EvaluationLane<X, T>>(x, loops, 0, loops.size());
  };
  source.produce(BoxVisitor<Produced>(finish));
}

template <class X, class View> bool evaluate_around_producer(const X& x, const View& to) {
  bool done = false;
  for_each_leaf<1>(x, [&](const auto& leaf, auto place) {
    using Leaf = std::remove_cvref_t<decltype(leaf)>;
    if constexpr (producer<Leaf> && Leaf::rank == View::rank)
      if (!done && leaf.extents() == to.extents()) {
        evaluate_around<decltype(place)::value>(leaf, x, to);
        done = true;
      }
  });
  return done;
}

}  // namespace lamina::detail
