// einsum<"bij,bjk->bik">(a, b): sums of products, with a letter for every axis. Letters that are not in the
// result are summed; a letter that occurs twice in an operand means its diagonal.
//   einsum<"ij->ji">(x)   einsum<"ii">(x)   einsum<"bhqd,bhkd->bhqk">(q, k)   einsum<"i,j->ij">(u, v)
// The subscripts are read by the compiler. What sums over letters of both operands becomes a batch of matrix
// products (kernels/gemm.hpp) on the operands as they lie, or on copies where several letters that are to be
// one axis of a matrix do not lie in one run; all else is an expression or a reduction of strided views.
#pragma once

#include <array>
#include <string_view>
#include <type_traits>

#include "lamina/core/error.hpp"
#include "lamina/core/fixed_string.hpp"
#include "lamina/kernels/expressions/detail/contraction.hpp"
#include "lamina/kernels/expressions/detail/operands.hpp"
#include "lamina/kernels/expressions/detail/subscripts.hpp"

namespace lamina {

namespace detail {

/// What is known of letters' extents, and whether it agrees within and between operands.
struct KnownLetters {
  LetterExtents extents = unknown_letters();
  bool agree = true;

  constexpr void visit(const Letters& letters, const auto& known) {
    for (std::size_t axis = 0; axis < known.size(); ++axis) {
      Index& extent = extents[static_cast<std::size_t>(letters[static_cast<int>(axis)])];
      agree = agree && (extent == dyn || known[axis] == dyn || extent == known[axis]);
      if (extent == dyn) extent = known[axis];
    }
  }
};

/// Whether there is a letter for every axis of every operand.
template <class... E> constexpr bool letters_fit(const Subscripts& subscripts) {
  std::size_t operand = 0;
  return sizeof...(E) == static_cast<std::size_t>(subscripts.operands) &&
         (... && (subscripts.inputs[operand++].count == E::rank));
}

}  // namespace detail

/// The subscripts and the operands' shapes stand as template arguments in the compiler's message.
template <FixedString Text, class... E> struct einsum_subscripts {
  static constexpr detail::Subscripts parts{Text.view()};
  static constexpr bool enough = sizeof...(E) == static_cast<std::size_t>(parts.operands);
  static constexpr bool fit = detail::letters_fit<E...>(parts);
  static constexpr detail::KnownLetters letters = [] {
    detail::KnownLetters known;
    std::size_t operand = 0;
    if constexpr (fit) (known.visit(parts.inputs[operand++], E::known), ...);
    return known;
  }();
  static constexpr const detail::LetterExtents& known = letters.extents;
  static constexpr bool is_valid =
      parts.is_well_formed && fit && letters.agree && parts.output_is_known() && parts.output_is_distinct();

  static_assert(parts.is_well_formed,
                "einsum: subscripts are letters, a comma between two operands, and at most one \"->\"");
  static_assert(!parts.is_well_formed || enough,
                "einsum: give as many operands as there are subscripts between commas, one or two");
  static_assert(!parts.is_well_formed || !enough || fit,
                "einsum: an operand has a letter for each of its axes");
  static_assert(parts.output_is_known(), "einsum: letters of the result must occur in an operand");
  static_assert(parts.output_is_distinct(), "einsum: a letter occurs in the result at most once");
  static_assert(letters.agree, "einsum: axes of the same letter must be equally long");
};

namespace detail {

/// The extent of each letter, at its character. Throws shape_error where axes of one letter differ.
template <class... E>
LetterExtents letter_extents(std::string_view text, const Subscripts& subscripts, const E&... extents) {
  LetterExtents of = unknown_letters();
  std::size_t operand = 0;
  const auto visit = [&](const auto& given) {
    const Letters& letters = subscripts.inputs[operand++];
    for (int axis = 0; axis < letters.size(); ++axis) {
      Index& extent = of[static_cast<std::size_t>(letters[axis])];
      if (extent != dyn && extent != given[axis])
        throw shape_error("einsum \"", text, "\": ", letters[axis], " is ", given[axis], " in the shape ",
                          to_string(given), " and ", extent, " before; axes of one letter are equally long");
      extent = given[axis];
    }
  };
  (visit(extents), ...);
  return of;
}

/// A Tensor of T for the result of einsum, filled by write(extents of letters, view of it); a number where it
/// has no axes.
template <class T, class Checked, class Write> auto einsum_result(const LetterExtents& of, Write write) {
  static constexpr Letters output = Checked::parts.output;
  static constexpr auto known = extents_at<output>(Checked::known);
  using Result = TensorOf<T, known>;
  auto result = Result::uninitialized(typename Result::extents_type(extents_at<output>(of)));
  write(DynamicView<T, output.count>(result.view()));
  if constexpr (output.count == 0)
    return *result.data();
  else
    return result;
}

}  // namespace detail

/// One operand: axes permuted, summed, or taken along their diagonal. A result without axes is a number. Sums
/// of integers are Index. Subscripts that are wrong and known extents that contradict fail to compile, others
/// throw shape_error.
template <FixedString Text, class Arch = simd::Arch, expression A> auto einsum(const A& a) {
  using Checked = einsum_subscripts<Text, typename A::extents_type>;
  if constexpr (Checked::is_valid) {
    static constexpr detail::Letters input = Checked::parts.inputs[0], output = Checked::parts.output;
    constexpr bool sums = input.distinct().count > output.count;
    using Value = typename A::value_type;
    using T = std::conditional_t<sums, detail::SumType<Value>, Value>;
    const auto of = detail::letter_extents(Text.view(), Checked::parts, a.extents());
    return detail::einsum_result<T, Checked>(of, [&](const auto& to) {
      detail::with_elements<Value>(a, [&](const auto& view) {
        detail::with_kept<T, input, output>(view, [&](const auto& kept) { evaluate(kept, to); });
      });
    });
  }
}

/// Two operands: result(letters of it) = Σ over all other letters of a · b. Mixed element types take the type
/// of their product; integers are summed as Index.
template <FixedString Text, class Arch = simd::Arch, expression A, expression B>
auto einsum(const A& a, const B& b) {
  using Checked = einsum_subscripts<Text, typename A::extents_type, typename B::extents_type>;
  if constexpr (Checked::is_valid) {
    using T = detail::ContractionType<typename A::value_type, typename B::value_type>;
    static constexpr detail::Letters left = Checked::parts.inputs[0], right = Checked::parts.inputs[1];
    static constexpr detail::Letters output = Checked::parts.output;
    // Columns of a matrix product lie in a run: the operand with the result's last letter is the right one.
    static constexpr bool swapped = output.count > 0 && !right.contains(output[output.count - 1]);
    static constexpr detail::Contraction both(swapped ? right : left, swapped ? left : right, output);
    const auto of = detail::letter_extents(Text.view(), Checked::parts, a.extents(), b.extents());
    return detail::einsum_result<T, Checked>(of, [&](const auto& to) {
      detail::with_elements<T>(a, [&](const auto& a_view) {
        detail::with_elements<T>(b, [&](const auto& b_view) {
          detail::with_kept<T, left, swapped ? both.right : both.left>(a_view, [&](const auto& first) {
            detail::with_kept<T, right, swapped ? both.left : both.right>(b_view, [&](const auto& second) {
              if constexpr (swapped)
                detail::contract<both>(second, first, of, to);
              else
                detail::contract<both>(first, second, of, to);
            });
          });
        });
      });
    });
  }
}

/// Of more operands it is chained, in the order that costs least:
///   einsum<"il,lm->im">(einsum<"ij,jl->il">(a, b), c)
template <FixedString Text, expression A, expression B, expression C, expression... More>
void einsum(const A&, const B&, const C&, const More&...) {
  static_assert(sizeof...(More) + 3 <= 2,
                "einsum: it takes one or two operands; give the result of two to an einsum with the third");
}

}  // namespace lamina
