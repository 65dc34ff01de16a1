// How a bound expression reads its operands along a run, the innermost loop of a nest: an element at a time
// (integers, mixed types), or a vector at a time. In a run every operand is contiguous, constant, or strided;
// before vectors are read, all are made contiguous.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "lamina/simd/simd.hpp"
#include "lamina/tensor/expressions/loop_nest.hpp"

namespace lamina::detail {

/// A mask as numbers 1 and 0; vectors and scalars as they are.
template <class Packet> auto as_number(const Packet& packet) {
  if constexpr (std::is_same_v<Packet, simd::Mask<simd::Vector<float>>>)
    return simd::select(packet, simd::broadcast<float>(1), simd::broadcast<float>(0));
  else if constexpr (std::is_same_v<Packet, simd::Mask<simd::Vector<double>>>)
    return simd::select(packet, simd::broadcast<double>(1), simd::broadcast<double>(0));
  else
    return packet;
}

/// The place of the last vector of a run, of which only `count` lanes exist.
struct Tail {
  Index i;
  Index count;
};

/// Reads single elements: bound expressions are functions of index i, counted from the pointers given.
template <int Count> class ElementAccess {
 public:
  ElementAccess(const LoopNest<Count>& nest, const typename Walk<Count>::Pointers& at)
      : nest_(nest), at_(at) {}

  template <int K, class T, bool ConstantInRows> auto operand() const {
    return [data = at_[static_cast<std::size_t>(K)], stride = nest_.run_stride(K)](Index i) {
      return *reinterpret_cast<const T*>(data + i * stride);
    };
  }
  template <class T> auto constant(T value) const {
    return [value](Index) { return value; };
  }

 private:
  const LoopNest<Count>& nest_;
  const typename Walk<Count>::Pointers& at_;
};

/// Reads vectors from operands that are all contiguous; with TrustsTypes, or constant if their types say so.
template <class T, int Count, bool TrustsTypes = false, class Arch = simd::Arch> class ContiguousAccess {
 public:
  explicit ContiguousAccess(const typename Walk<Count>::Pointers& at) : at_(at) {}

  template <int K, class, bool ConstantInRows> auto operand() const {
    const T* const data = reinterpret_cast<const T*>(at_[static_cast<std::size_t>(K)]);
    if constexpr (TrustsTypes && ConstantInRows)
      return [vector = simd::broadcast<T>(*data)](auto) { return vector; };
    else
      return [data](auto place) {
        if constexpr (std::is_same_v<decltype(place), Tail>)
          return simd::load_partial(data + place.i, place.count);
        else
          return simd::load_unaligned(data + place);
      };
  }
  template <class Number> auto constant(Number value) const {
    return [vector = simd::broadcast<T>(static_cast<T>(value))](auto) { return vector; };
  }

 private:
  const typename Walk<Count>::Pointers& at_;
};

/// to[i] = from[2 i] for i < count.
template <class T, class Arch = simd::Arch> void pack_every_other(const T* from, T* to, Index count) {
  constexpr Index width = simd::width<T>;
  Index i = 0;
  // What is read ends one element behind the last that is taken, which may be the last there is.
  for (; i + width < count; i += width) simd::store_unaligned(to + i, simd::load_every_other(from + 2 * i));
  for (; i < count; ++i) to[i] = from[2 * i];
}

/// Makes the runs of operands from First on contiguous, whatever their stride, a chunk at a time: what is
/// constant fills a buffer (once, as long as it stays the same), what is strided is packed into one. Then one
/// loop, without a choice in it, serves every mixture. With TrustsTypes, what is constant by its type is
/// left.
template <class T, int Count, int First, bool TrustsTypes = false, class Arch = simd::Arch> class RunPacker {
 public:
  using Pointers = typename Walk<Count>::Pointers;

  /// Elements of a chunk: as many as keep all buffers within 4 KB of stack, or 64.
  static constexpr Index chunk =
      std::clamp<Index>(4096 / (Count * static_cast<Index>(sizeof(T))), 64, 256) / 16 * 16;

  explicit RunPacker(const LoopNest<Count>& nest)
      : nest_(nest), is_contiguous_(nest.is_contiguous(First, TrustsTypes)) {}

  /// Whether every operand is contiguous already, so that nothing is packed.
  bool is_contiguous() const { return is_contiguous_; }

  /// How many elements may be packed at once.
  Index limit() const { return is_contiguous_ ? std::numeric_limits<Index>::max() : chunk; }

  /// Where the next `count` elements from `at` lie in one run, until the next call.
  Pointers pack(const Pointers& at, Index count) { return is_contiguous_ ? at : pack_each(at, count); }

 private:
  Pointers pack_each(Pointers at, Index count) {
    for (std::size_t k = First; k < Count; ++k) {
      const Index stride = nest_.run_stride(static_cast<int>(k));
      if (stride == sizeof(T) || (TrustsTypes && nest_.operands[k].constant_in_rows)) continue;
      T* const buffer = buffers_[k].data();
      if (stride == 2 * sizeof(T))
        pack_every_other(reinterpret_cast<const T*>(at[k]), buffer, count);
      else if (stride != 0)
        for (Index i = 0; i < count; ++i) buffer[i] = *reinterpret_cast<const T*>(at[k] + i * stride);
      else if (at[k] != constants_[k] || count > filled_[k])
        fill(k, at[k], count);
      at[k] = reinterpret_cast<const std::byte*>(buffer);
    }
    return at;
  }

  void fill(std::size_t k, const std::byte* constant, Index count) {
    const auto value = simd::broadcast<T>(*reinterpret_cast<const T*>(constant));
    for (Index i = 0; i < count; i += simd::width<T>) simd::store(buffers_[k].data() + i, value);
    constants_[k] = constant;
    filled_[k] = count;
  }

  const LoopNest<Count>& nest_;
  bool is_contiguous_;
  alignas(64) std::array<std::array<T, chunk>, static_cast<std::size_t>(Count)> buffers_;
  Pointers constants_{};
  std::array<Index, static_cast<std::size_t>(Count)> filled_{};
};

/// A way to bind an expression: bind(at, count) gives the function of the place within `count` elements from
/// the pointers `at`; it stays valid when called again only if it `keeps`.
template <class F> struct Binder {
  bool keeps;
  F bind;

  template <class Pointers> auto operator()(const Pointers& at, Index count) const { return bind(at, count); }
};
template <class F> Binder<F> binder(bool keeps, F bind) { return {keeps, std::move(bind)}; }

template <int First, class Lane, bool TrustsTypes, class X, int Count, class Body, class Arch = simd::Arch>
void with_vector_binder(const X& x, const LoopNest<Count>& nest, Body&& body) {
  RunPacker<Lane, Count, First, TrustsTypes> packer(nest);
  body(binder(packer.is_contiguous(),
              [&](const typename Walk<Count>::Pointers& at, Index count) {
                return x.template bind<First>(
                    ContiguousAccess<Lane, Count, TrustsTypes>(packer.pack(at, count)));
              }),
       packer.limit());
}

/// Calls body(bind, limit) with a Binder of x for counts up to `limit`. x reads the operands from First on,
/// in vectors of Lane (void: one element at a time).
template <int First, class Lane, class X, int Count, class Body>
void with_binder(const X& x, const LoopNest<Count>& nest, Body&& body) {
  if constexpr (std::is_void_v<Lane>) {
    body(binder(true, [&](const typename Walk<Count>::Pointers& at,
                          Index) { return x.template bind<First>(ElementAccess<Count>(nest, at)); }),
         std::numeric_limits<Index>::max());
  } else {
    if constexpr (X::constant_in_rows)
      if (nest.has_constant_rows()) return with_vector_binder<First, Lane, true>(x, nest, body);
    with_vector_binder<First, Lane, false>(x, nest, body);
  }
}

}  // namespace lamina::detail
