#include "lamina/tensor/expressions/produce.hpp"

#include <array>
#include <optional>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/reduce.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Element (i, j) of (rows, 5) is 10 · i + j; tells of boxes of one row and two columns or less.
class Places : public Expression<float, Extents<dyn, 5>> {
 public:
  static constexpr bool is_producer = true;
  using lane = float;
  static constexpr int operands = 1;
  static constexpr bool constant_in_rows = false;

  explicit Places(Index rows) : rows_(rows) {}

  extents_type extents() const { return extents_type({rows_, 5}); }
  void produce(const detail::BoxVisitor<float>& visit) const {
    ++boxwise;
    for (Index i = 0; i < rows_; ++i)
      for (Index j = 0; j < 5; j += 2) {
        const auto at = static_cast<float>(10 * i + j);
        const std::array<float, 6> strewn{at, -1, -1, at + 1, -1, -1};  // three apart
        detail::ProducedBox<float> box{};
        box.first = {i, j};
        box.extents = {1, j == 4 ? 1 : 2};
        box.strides = {0, 3};
        box.data = strewn.data();
        visit(box);
      }
  }
  template <Index... E> void produce_into(const TensorView<float, E...>& to) const {
    ++whole;
    for (Index i = 0; i < rows_; ++i)
      for (Index j = 0; j < 5; ++j) to(i, j) = static_cast<float>(10 * i + j);
  }
  TensorView<const float, dyn, 5> elements() const {
    elements_ = Tensor<float, dyn, 5>(rows_);
    produce_into(elements_->view());
    return std::as_const(*elements_).view();
  }
  void describe(detail::Operand* to, int loops) const { elements().describe(to, loops); }
  template <std::size_t Rank> bool lies_in_order(const std::array<Index, Rank>&, const std::byte**) const {
    return false;
  }
  template <int First, class Access> auto bind(const Access& access) const {
    return access.template operand<First, float, false>();
  }

  /// How often any of them were computed box by box, and how often as a whole.
  static inline int boxwise = 0, whole = 0;

 private:
  Index rows_;
  mutable std::optional<Tensor<float, dyn, 5>> elements_;
};

/// Requires `run` to compute producers so often in each way.
template <class F> void require_ways(int boxwise, int whole, F&& run) {
  Places::boxwise = Places::whole = 0;
  run();
  REQUIRE(Places::boxwise == boxwise);
  REQUIRE(Places::whole == whole);
}

const Tensor<float, dyn, 5> places =
    generate<float, dyn, 5>([](Index i, Index j) { return static_cast<float>(10 * i + j); }, 3);

}  // namespace

TEST_CASE("producers are found within expressions") {
  const Places p(3);
  STATIC_REQUIRE(detail::producer<Places>);
  STATIC_REQUIRE(!detail::producer<Tensor<float, 3>>);
  STATIC_REQUIRE(detail::contains_producer<decltype(relu(p * 2) + 1)>);
  STATIC_REQUIRE(!detail::contains_producer<decltype(relu(places * 2) + 1)>);
}

TEST_CASE("an expression of the producer's shape is computed box by box") {
  const Places p(3);
  const Tensor<float, dyn, 5> x = random_normal<float, dyn, 5>(seed{1}, 3);
  const Tensor<float, 5> row = random_normal<float, 5>(seed{2});
  const Tensor<float, 3, 1> column = random_normal<float, 3, 1>(seed{3});
  Tensor<float, dyn, 5> y;
  require_ways(1, 0, [&] { y = (p * column + row) * x - 1; });
  REQUIRE(y == Tensor((places * column + row) * x - 1));
  Tensor<double, dyn, 5> wide;
  require_ways(1, 0, [&] { wide = p * 0.5f; });
  REQUIRE(wide == Tensor<double, dyn, 5>(places * 0.5f));
  require_ways(1, 1, [&] { y = p + Places(3) * 2; });  // the second is an operand like others
  REQUIRE(y == Tensor(places * 3));
  y = x;
  require_ways(1, 0, [&] { y += p; });
  REQUIRE(y == Tensor(x + places));
  Tensor<float, 6, 10> around;
  require_ways(1, 0, [&] { around(range(1, 4), range(2, 7)) = p * 1; });
  REQUIRE(Tensor<float, dyn, 5>(around(range(1, 4), range(2, 7))) == places);
}

TEST_CASE("a producer alone writes to its destination") {
  const Places p(3);
  Tensor<float, dyn, 5> y;
  require_ways(0, 1, [&] { y = p; });
  REQUIRE(y == places);
  Tensor<double, dyn, 5> wide;
  require_ways(0, 1, [&] { wide = p; });
  REQUIRE(wide == Tensor<double, dyn, 5>(places));
  Tensor<float, 2, dyn, 5> twice(3);
  require_ways(0, 1, [&] { twice.view() = p; });
  REQUIRE(Tensor<float, dyn, 5>(twice[1]) == places);
}

TEST_CASE("a producer of another shape is a tensor, as for what does not assign") {
  const Places p(1);
  Tensor<float, dyn, 5> y;
  require_ways(0, 1, [&] { y = p + places; });
  REQUIRE(y == Tensor(places(0, all) + places));
  require_ways(0, 1, [&] { REQUIRE(sum(p) == 10); });
  require_ways(1, 1, [&] { y = Places(1) * Places(3); });
  REQUIRE(y == Tensor(places(0, all) * places));
}

TEST_CASE("where an operand overlaps the destination otherwise, there is a temporary") {
  const Places p(3);
  Tensor<float, dyn, 5> y = places;
  const TensorView<const float, 3, 5> backwards(y.data() + 14, {}, {-5, -1});
  const Tensor<float, 3, 5> expected = p + backwards;
  require_ways(1, 0, [&] { y = p + backwards; });
  REQUIRE(y == expected);
}
