// map(f, a, b, …): the node behind every element-wise operation, a function of one or more expressions that
// are broadcast against each other. It holds its operands by value (see hold), so that `auto e = a + b * c;`
// is safe as long as the tensors that have names live.
#pragma once

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/expressions/access.hpp"
#include "lamina/tensor/expressions/expression.hpp"

namespace lamina {

namespace detail {

template <class... X> inline constexpr int operand_count = (0 + ... + X::operands);

/// Operands read by the first N of X.
template <int N, class... X>
inline constexpr int operands_before = [] {
  constexpr int counts[] = {X::operands..., 0};
  int sum = 0;
  for (int i = 0; i < N; ++i) sum += counts[i];
  return sum;
}();

template <class... X> struct FoldExpressions;
template <class X> struct FoldExpressions<X> {
  using extents = typename X::extents_type;
  using lane = typename X::lane;
};
template <class X, class... Rest> struct FoldExpressions<X, Rest...> {
  using rest = FoldExpressions<Rest...>;
  static constexpr broadcast_shapes<typename X::extents_type, typename rest::extents> check{};
  using extents = BroadcastExtents<typename X::extents_type, typename rest::extents>;
  using lane = CommonLane<typename X::lane, typename rest::lane>;
};

/// An integer as double, a mask as numbers; what is real already as it is.
template <class Argument> auto as_real(const Argument& argument) {
  if constexpr (std::is_integral_v<Argument>)
    return static_cast<double>(argument);
  else
    return as_number(argument);
}

/// f(a, …); a function of real numbers alone takes integers and masks as such.
template <class F, class... A> constexpr auto call(const F& f, const A&... a) {
  if constexpr (std::is_invocable_v<const F&, const A&...>)
    return f(a...);
  else
    return f(as_real(a)...);
}

template <class F, class... A>
inline constexpr bool is_callable = std::is_invocable_v<const F&, const A&...> ||
                                    std::is_invocable_v<const F&, decltype(as_real(std::declval<A>()))...>;

template <class F, class... X>
using MapValue = decltype(call(std::declval<const F&>(), std::declval<typename X::value_type>()...));

/// What the operand X gives in vectors of Lane: numbers, or a mask where it is a comparison.
template <class X, class Lane>
using Packet = std::conditional_t<std::is_same_v<typename X::value_type, bool>,
                                  simd::Mask<simd::Vector<Lane>>, simd::Vector<Lane>>;

/// Vectors serve when all operands share a lane, f takes them, and the result is of that lane or a mask.
template <class Common, class F, class... X> constexpr auto map_lane() {
  using Value = MapValue<F, X...>;
  if constexpr (std::is_same_v<Common, AnyLane> || std::is_void_v<Common>)
    return std::type_identity<void>{};
  else if constexpr ((std::is_same_v<Value, Common> || std::is_same_v<Value, bool>) &&
                     is_callable<F, Packet<X, Common>...>)
    return std::type_identity<Common>{};
  else
    return std::type_identity<void>{};
}

template <std::size_t I, class X> struct MapOperand {
  X value;
};

template <class F, class Sequence, class... X> class MapNode;

template <class F, std::size_t... I, class... X>
class MapNode<F, std::index_sequence<I...>, X...>
    : public Expression<MapValue<F, X...>, typename FoldExpressions<X...>::extents>, MapOperand<I, X>... {
 public:
  using lane = typename decltype(map_lane<typename FoldExpressions<X...>::lane, F, X...>())::type;
  static constexpr int operands = operand_count<X...>;
  static constexpr bool constant_in_rows = (X::constant_in_rows || ...);

  constexpr MapNode(F f, X... x)
      : MapOperand<I, X>{std::move(x)}..., f_(std::move(f)), extents_(broadcast_extents()) {}

  constexpr const typename MapNode::extents_type& extents() const { return extents_; }

  void describe(Operand* to, int loops) const {
    (static_cast<const MapOperand<I, X>&>(*this).value.describe(to + operands_before<I, X...>, loops), ...);
  }

  template <std::size_t Rank>
  constexpr bool lies_in_order(const std::array<Index, Rank>& at, const std::byte** to) const {
    return (
        static_cast<const MapOperand<I, X>&>(*this).value.lies_in_order(at, to + operands_before<I, X...>) &&
        ...);
  }

  /// Calls f(operand, how many tensors are read before it) for each operand.
  template <class Visit> void for_each_operand(const Visit& f) const {
    (f(static_cast<const MapOperand<I, X>&>(*this).value,
       std::integral_constant<int, operands_before<I, X...>>{}),
     ...);
  }

  template <int First, class Access> auto bind(const Access& access) const {
    return apply(
        f_, static_cast<const MapOperand<I, X>&>(*this).value.template bind<First + operands_before<I, X...>>(
                access)...);
  }

 private:
  /// The extents of the result; throws where dynamic ones do not fit.
  constexpr typename MapNode::extents_type broadcast_extents() const {
    return broadcast_all(static_cast<const MapOperand<I, X>&>(*this).value.extents()...);
  }
  template <class First, class... Rest>
  static constexpr auto broadcast_all(const First& first, const Rest&... rest) {
    if constexpr (sizeof...(Rest) == 0)
      return first;
    else
      return broadcast(first, broadcast_all(rest...));
  }
  template <class... Bound> static auto apply(const F& f, Bound... bound) {
    return [f, bound...](auto place) { return call(f, bound(place)...); };
  }

  [[no_unique_address]] F f_;
  [[no_unique_address]] typename MapNode::extents_type extents_;
};

template <class F, class Sequence, class... X>
inline constexpr bool contains_producer<MapNode<F, Sequence, X...>> = (contains_producer<X> || ...);

}  // namespace detail

/// A function applied to the elements of expressions: what map returns.
template <class F, class... X> using Map = detail::MapNode<F, std::index_sequence_for<X...>, X...>;

namespace detail {
template <class F, class... X> constexpr auto make_map(F f, X... x) {
  return Map<F, X...>(std::move(f), std::move(x)...);
}
}  // namespace detail

/// The expression whose elements are f(x, …), broadcasting the operands by NumPy's rules; numbers among them
/// take the tensors' precision. f is a function object that is called with elements, and with simd::Vector of
/// them where all operands are of one floating-point type and f takes vectors. Contradicting extents fail to
/// compile or throw shape_error.
///   Tensor<float, dyn> y = map([](float v) { return v > 0 ? v : 0; }, x);
template <class F, operand... X>
  requires(expression<X> || ...)
constexpr auto map(F f, X&&... x) {
  using Float = typename detail::Precision<typename detail::OperandValue<X>::type...>::type;
  return detail::make_map(std::move(f), detail::hold<Float>(std::forward<X>(x))...);
}

}  // namespace lamina
