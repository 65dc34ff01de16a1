#include "lamina/net/fused_layer.hpp"

#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/net/merge.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

template <auto X> using TypeOf = std::remove_const_t<decltype(X)>;
using Convolution = TypeOf<conv<8, 3>>;
using Norm = TypeOf<batch_norm>;
using Function = as_block<TypeOf<relu>>;
using detail::Fused, detail::FusedSum, detail::Nothing;

// What absorbs, what is absorbed, and what is neither.
static_assert(detail::absorbing<Convolution> && !detail::absorbing<Norm>);
static_assert(detail::affine<Norm> && !detail::affine<Convolution>);
static_assert(detail::is_pointwise<Function> && !detail::is_pointwise<Norm>);

// As many operations of the model as parts that have parameters.
static_assert(Fused<Convolution, Nothing, Nothing>::sources == 1);
static_assert(Fused<Convolution, Norm, Function>::sources == 2);
static_assert(FusedSum<Sum, Convolution, Nothing, Function>::sources == 1);

// A bias where the convolution has none: the norm's shift needs a place.
static_assert(Fused<TypeOf<conv<8, 3, no_bias>>, Norm, Nothing>::parameters(shape<3, 5, 5>).size() == 2);

TEST_CASE("a fused layer has the shape and the cost of what absorbs", "[net]") {
  using All = FusedSum<Sum, Convolution, Norm, Function>;
  constexpr Shape in[] = {shape<3, 5, 6>, shape<8, 5, 6>};
  STATIC_REQUIRE(All::output_of(in, 2) == shape<8, 5, 6>);
  STATIC_REQUIRE(All::macs(in[0]) == Convolution::macs(in[0]));
  STATIC_REQUIRE(All::window(in[0]).height == 3);
}

TEST_CASE("its algorithm names the parts in order", "[net]") {
  const std::string alone = Fused<Convolution, Nothing, Nothing>::algorithm(shape<3, 5, 6>);
  REQUIRE(Fused<Convolution, Norm, Function>::algorithm(shape<3, 5, 6>) == alone + " + batch_norm + relu");
  REQUIRE(FusedSum<Sum, Convolution, Nothing, Function>::algorithm(shape<3, 5, 6>) ==
          alone + " + add + relu");
}

}  // namespace
