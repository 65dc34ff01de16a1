// How a bound expression reads its operands along a run, the innermost loop of a nest: an element at a time
// (integers, mixed types), or a vector at a time. In a run every operand is contiguous, constant, or strided.
// All three are made to look alike, so that one loop serves every mixture: a constant fills one vector that
// is read again and again, strided elements are first packed into a small buffer.
#pragma once

#include <array>
#include <limits>
#include <type_traits>

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

  template <int K, class T> auto operand() const {
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

/// Reads vectors from operands that are all contiguous.
template <class T, int Count, class Arch = simd::Arch> class ContiguousAccess {
 public:
  explicit ContiguousAccess(const typename Walk<Count>::Pointers& at) : at_(at) {}

  template <int K, class> auto operand() const {
    return [data = reinterpret_cast<const T*>(at_[static_cast<std::size_t>(K)])](auto place) {
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

/// Reads vectors from operands of any stride, in chunks. Bound expressions are valid until the next
/// `prepare`.
template <class T, int Count, int First, class Arch = simd::Arch> class ChunkAccess {
 public:
  /// Elements of an operand that are packed at a time: 256 bytes of floats, so that a large expression stays
  /// within a few KB of stack.
  static constexpr Index chunk = 64;

  explicit ChunkAccess(const LoopNest<Count>& nest) : nest_(nest) {}

  /// How many elements may be prepared at once: any number if no operand from First on needs packing.
  Index limit() const {
    for (int k = First; k < Count; ++k)
      if (nest_.run_stride(k) != 0 && nest_.run_stride(k) != sizeof(T)) return chunk;
    return std::numeric_limits<Index>::max();
  }

  /// Makes the next `count` elements from `at` readable.
  void prepare(const typename Walk<Count>::Pointers& at, Index count) {
    for (int k = First; k < Count; ++k) {
      const auto slot = static_cast<std::size_t>(k);
      const Index stride = nest_.run_stride(k);
      const auto element = [&](Index i) { return *reinterpret_cast<const T*>(at[slot] + i * stride); };
      T* const buffer = buffers_[slot].data();
      data_[slot] = buffer;
      steps_[slot] = stride == 0 ? 0 : -1;
      if (stride == 0)
        simd::store(buffer, simd::broadcast<T>(element(0)));
      else if (stride == sizeof(T))
        data_[slot] = reinterpret_cast<const T*>(at[slot]);
      else
        for (Index i = 0; i < count; ++i) buffer[i] = element(i);
    }
  }

  template <int K, class> auto operand() const {
    // `& step` with 0 or -1: the vector at i, or always the first one.
    return
        [data = data_[static_cast<std::size_t>(K)], step = steps_[static_cast<std::size_t>(K)]](auto place) {
          if constexpr (std::is_same_v<decltype(place), Tail>)
            return simd::load_partial(data + (place.i & step), place.count);
          else
            return simd::load_unaligned(data + (place & step));
        };
  }
  template <class Number> auto constant(Number value) const {
    return [vector = simd::broadcast<T>(static_cast<T>(value))](auto) { return vector; };
  }

 private:
  const LoopNest<Count>& nest_;
  alignas(64) std::array<std::array<T, chunk>, static_cast<std::size_t>(Count)> buffers_;
  std::array<const T*, static_cast<std::size_t>(Count)> data_{};
  std::array<Index, static_cast<std::size_t>(Count)> steps_{};
};

/// Calls body(bind, limit) with a way to bind x: bind(at, count) gives the function of the place within
/// `count` elements from the pointers `at`, count <= limit, valid until it is called again. x reads the
/// operands from First on, in vectors of Lane (void: one element at a time).
template <int First, class Lane, class X, int Count, class Body, class Arch = simd::Arch>
void with_binder(const X& x, const LoopNest<Count>& nest, Body&& body) {
  using Pointers = typename Walk<Count>::Pointers;
  constexpr Index any_length = std::numeric_limits<Index>::max();
  if constexpr (std::is_void_v<Lane>) {
    body([&](const Pointers& at, Index) { return x.template bind<First>(ElementAccess<Count>(nest, at)); },
         any_length);
  } else {
    if (nest.is_contiguous(First)) {
      body([&](const Pointers& at,
               Index) { return x.template bind<First>(ContiguousAccess<Lane, Count>(at)); },
           any_length);
    } else {
      ChunkAccess<Lane, Count, First> access(nest);
      body(
          [&](const Pointers& at, Index count) {
            access.prepare(at, count);
            return x.template bind<First>(access);
          },
          access.limit());
    }
  }
}

}  // namespace lamina::detail
