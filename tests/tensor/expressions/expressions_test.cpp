// Random expressions: shapes, broadcasting, strides and operations are drawn, and every element is compared
// with a loop in double.
#include "lamina/tensor/expressions/expressions.hpp"

#include <vector>

#include "lamina/core/random.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// Draws numbers one after another.
class DrawOperand {
 public:
  explicit DrawOperand(seed s) : random_(s) {}
  Index below(Index n) { return static_cast<Index>(random_.below(next_++, static_cast<std::uint64_t>(n))); }
  double real() { return random_.uniform_double(next_++) * 4 - 2; }

 private:
  Random random_;
  std::uint64_t next_ = 0;
};

using Shape3 = std::array<Index, 3>;

/// Random strides for a tensor of three axes: permuted, with gaps, flipped.
struct Layout {
  Shape3 extents, strides{};
  Index first = 0, room = 1;

  Layout(DrawOperand& draw, const Shape3& shape) : extents(shape) {
    Shape3 order{0, 1, 2};
    if (draw.below(2) == 0)
      for (std::size_t i = 2; i > 0; --i)
        std::swap(order[i], order[static_cast<std::size_t>(draw.below(static_cast<Index>(i) + 1))]);
    for (std::size_t i = 3; i-- > 0;) {
      const auto axis = static_cast<std::size_t>(order[i]);
      if (draw.below(4) == 0) room *= 2;
      strides[axis] = room;
      room *= extents[axis];
    }
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (draw.below(4) == 0) {
        first += (extents[axis] - 1) * strides[axis];
        strides[axis] = -strides[axis];
      }
  }
};

/// A tensor that lies so.
template <class T> struct Strided {
  Layout layout;
  std::vector<T> memory;
  TensorView<T, dyn, dyn, dyn> view;

  Strided(DrawOperand& draw, const Shape3& extents)
      : layout(draw, extents),
        memory(static_cast<std::size_t>(layout.room)),
        view(memory.data() + layout.first, Extents<dyn, dyn, dyn>(extents), layout.strides) {
    for (T& value : memory) value = static_cast<T>(draw.real());
  }

  double at(const Shape3& i) const {
    return view(view.extent(0) == 1 ? 0 : i[0], view.extent(1) == 1 ? 0 : i[1],
                view.extent(2) == 1 ? 0 : i[2]);
  }
};

/// One of several expressions of three operands, on tensors or on doubles.
template <class A, class B, class C, class Use>
void with_expression(Index which, const A& a, const B& b, const C& c, Use use) {
  using std::abs, std::exp, std::max, std::min, std::tanh;
  switch (which) {
    case 0:
      return use(a + b * c);
    case 1:
      return use((a - 0.5) * (b + c) / (abs(a) + 1));
    case 2:
      return use(max(a, b) - min(b, c) * 2);
    case 3:
      return use(exp(-abs(a)) + tanh(b * c));
    case 4:
      return use((a > b) * c + (b <= c));
    default:
      return use(sigmoid(a) * b + relu(c - 1));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("random expressions equal loops in double", "", float, double) {
  const auto seed_value = GENERATE(std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4});
  CAPTURE(seed_value);
  DrawOperand draw(seed{seed_value});
  constexpr Index choices[] = {1, 2, 3, 7, 8, 9, 17, 33};
  for (int round = 0; round < 60; ++round) {
    Shape3 extents{};
    for (Index& extent : extents) extent = choices[draw.below(8)];
    const auto broadcast_shape = [&] {
      Shape3 shape = extents;
      for (Index& extent : shape)
        if (draw.below(3) == 0) extent = 1;
      return shape;
    };
    const Shape3 shape_a = broadcast_shape(), shape_b = broadcast_shape();
    const Strided<TestType> a(draw, shape_a), b(draw, shape_b), c(draw, extents);
    Strided<TestType> to(draw, extents);
    const Index which = draw.below(6);
    CAPTURE(round, which, shape_a, shape_b, extents);
    with_expression(which, a.view, b.view, c.view, [&](const auto& expression) { to.view = expression; });
    double worst = 0;
    for (Index i = 0; i < extents[0]; ++i)
      for (Index j = 0; j < extents[1]; ++j)
        for (Index k = 0; k < extents[2]; ++k) {
          const Shape3 at{i, j, k};
          with_expression(which, a.at(at), b.at(at), c.at(at),
                          [&](double expected) { worst = std::max(worst, std::abs(to.at(at) - expected)); });
        }
    REQUIRE(worst < (std::is_same_v<TestType, float> ? 1e-5 : 1e-13));
  }
}
