// Against a small mdspan of our own, which has what as_tensor and as_mdspan ask of any, and against the
// library's where there is one.
#include "lamina/tensor/mdspan.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

/// What std::mdspan offers, as far as it is asked for.
namespace small {

inline constexpr std::size_t dynamic = std::numeric_limits<std::size_t>::max();

template <class I, std::size_t... E> struct Extents {
  std::array<I, sizeof...(E)> values;
  static constexpr std::size_t rank = sizeof...(E);
  explicit Extents(const std::array<I, rank>& extents) : values(extents) {}
  static constexpr std::size_t static_extent(std::size_t axis) {
    return std::array<std::size_t, rank>{E...}[axis];
  }
};

template <class I, class Extents> struct Mapping {
  Extents extents;
  std::array<I, Extents::rank> strides{};
  bool has_strides = true;

  bool is_strided() const { return has_strides; }
  I stride(std::size_t axis) const { return strides[axis]; }
};
/// layout_right: row-major.
template <class I, class Extents> struct RowMajor : Mapping<I, Extents> {
  explicit RowMajor(const Extents& all) : Mapping<I, Extents>{all} {
    I stride = 1;
    for (std::size_t axis = Extents::rank; axis-- > 0; stride = static_cast<I>(stride * all.values[axis]))
      this->strides[axis] = stride;
  }
};
/// layout_stride.
template <class I, class Extents> struct Strided : Mapping<I, Extents> {
  Strided(const Extents& all, const std::array<I, Extents::rank>& given) : Mapping<I, Extents>{all, given} {}
};

template <class T, template <class, class> class Layout, class I, std::size_t... E> class Mdspan {
 public:
  using element_type = T;
  using reference = T&;
  using index_type = I;
  using extents_type = Extents<I, E...>;
  using mapping_type = Layout<I, extents_type>;

  Mdspan(T* data, const mapping_type& mapping) : data_(data), mapping_(mapping) {}

  static constexpr std::size_t rank() { return sizeof...(E); }
  I extent(std::size_t axis) const { return mapping_.extents.values[axis]; }
  T* data_handle() const { return data_; }
  const mapping_type& mapping() const { return mapping_; }

  T& operator()(I i, I j) const { return data_[i * mapping_.stride(0) + j * mapping_.stride(1)]; }

 private:
  T* data_;
  mapping_type mapping_;
};

template <class T> using Rows = Mdspan<T, RowMajor, std::ptrdiff_t, 3, dynamic>;
template <class T> using Matrix = Mdspan<T, Strided, std::ptrdiff_t, dynamic, dynamic>;

}  // namespace small

template <class M, class X>
concept makes = requires(X&& x) { as_mdspan<M>(std::forward<X>(x)); };

template <class M, class X> void require_same_elements(const M& mdspan, const X& x) {
  REQUIRE(mdspan.extent(0) == x.extent(0));
  REQUIRE(mdspan.extent(1) == x.extent(1));
  const auto view = as_tensor(mdspan);
  REQUIRE(view.data() == x.data());
  REQUIRE(view.extents() == x.extents());
  for (Index i = 0; i < x.extent(0); ++i)
    for (Index j = 0; j < x.extent(1); ++j) REQUIRE(&view(i, j) == &x(i, j));
}

const auto tens = [](Index i, Index j) { return 10 * i + j; };

}  // namespace

TEST_CASE("an mdspan is a view of its elements") {
  auto x = generate<float, 3, 4>(tens);
  using Rows = small::Rows<float>;
  const Rows rows(x.data(), Rows::mapping_type(Rows::extents_type({3, 4})));
  auto view = as_tensor(rows);
  STATIC_REQUIRE(std::is_same_v<decltype(view), TensorView<float, 3, dyn>>);
  require_same_elements(rows, x);
  view(all, 1) += 100;
  REQUIRE(rows(2, 1) == 121);
  using Matrix = small::Matrix<const float>;
  const Matrix columns(x.data(), Matrix::mapping_type(Matrix::extents_type({4, 3}), {1, 4}));
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(columns)), TensorView<const float, dyn, dyn>>);
  REQUIRE(Tensor(as_tensor(columns)) == Tensor(transpose(x)));
}

TEST_CASE("an mdspan of no axes is a number") {
  float number = 3;
  using Number = small::Mdspan<float, small::RowMajor, int>;
  const std::array<int, 0> none{};
  const Number mdspan(&number, Number::mapping_type(Number::extents_type(none)));
  REQUIRE(as_tensor(mdspan)() == 3);
}

TEST_CASE("a layout without strides is refused") {
  auto x = generate<float, 3, 4>(tens);
  using Matrix = small::Matrix<float>;
  Matrix::mapping_type mapping(Matrix::extents_type({3, 4}), {4, 1});
  mapping.has_strides = false;
  REQUIRE_THROWS_WITH(as_tensor(Matrix(x.data(), mapping)), containing("has no strides"));
}

TEST_CASE("tensors and views are mdspans of the type asked for") {
  auto x = generate<float, dyn, dyn>(tens, 3, 4);
  const auto& constant = x;
  require_same_elements(as_mdspan<small::Rows<float>>(x), x);
  require_same_elements(as_mdspan<small::Rows<const float>>(x), x);
  require_same_elements(as_mdspan<small::Matrix<const float>>(constant), constant);
  require_same_elements(as_mdspan<small::Matrix<float>>(transpose(x)), transpose(x));
  const auto part = x(range(0, 3, 2), range(1, 3));
  const auto mdspan = as_mdspan<small::Matrix<float>>(part);
  require_same_elements(mdspan, part);
  mdspan(1, 0) = -1;
  REQUIRE(x(2, 1) == -1);
  STATIC_REQUIRE(makes<small::Rows<float>, Tensor<float, 3, 4>&>);
  STATIC_REQUIRE_FALSE(makes<small::Rows<float>, const Tensor<float, 3, 4>&>);
  STATIC_REQUIRE_FALSE(makes<small::Rows<double>, Tensor<float, 3, 4>&>);
  STATIC_REQUIRE_FALSE(makes<small::Rows<float>, Tensor<float, 12>&>);
  STATIC_REQUIRE_FALSE(makes<small::Rows<const float>, Tensor<float, 3, 4>>);
}

TEST_CASE("what an mdspan's type has no room for is refused") {
  auto x = generate<float, dyn, dyn>(tens, 4, 3);
  REQUIRE_THROWS_WITH(as_mdspan<small::Rows<float>>(x), containing("do not fit the mdspan's type"));
  REQUIRE_THROWS_WITH(as_mdspan<small::Rows<float>>(transpose(x)),
                      containing("do not lie as the mdspan's layout says"));
  using Tiny = small::Mdspan<float, small::RowMajor, std::int8_t, small::dynamic, small::dynamic>;
  auto wide = zeros<float, dyn, dyn>(2, 100);
  REQUIRE(as_mdspan<Tiny>(wide).extent(1) == 100);
  wide = zeros<float, dyn, dyn>(2, 200);
  REQUIRE_THROWS_AS(as_mdspan<Tiny>(wide), shape_error);
  REQUIRE(as_tensor(as_mdspan<small::Rows<float>>(zeros<float, 3, dyn>(0).view())).empty());
}

#if defined(LAMINA_HAS_MDSPAN)
TEST_CASE("the library's mdspan is known without a name") {
  auto x = generate<float, 3, dyn>(tens, 4);
  const auto mdspan = as_mdspan(x);
  STATIC_REQUIRE(decltype(mdspan)::static_extent(0) == 3);
  STATIC_REQUIRE(decltype(mdspan)::is_always_exhaustive());
  require_same_elements(mdspan, x);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor(mdspan)), TensorView<float, 3, dyn>>);
  require_same_elements(as_mdspan(std::as_const(x)), std::as_const(x));
  require_same_elements(as_mdspan(transpose(x)), transpose(x));
  Tensor<double> number;
  REQUIRE(as_tensor(as_mdspan(number)).data() == number.data());
}
#endif
