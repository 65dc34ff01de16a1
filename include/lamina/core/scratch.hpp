// Temporary memory for kernels. Each thread has an arena that grows to the most it was ever asked for at once
// and keeps it, so that a loop in steady state allocates nothing. It is a stack: the Scratch made last goes
// first, which scopes give by themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

#include "lamina/core/shape.hpp"
#include "lamina/core/storage.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LAMINA_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LAMINA_ADDRESS_SANITIZER
#endif
#if defined(LAMINA_ADDRESS_SANITIZER)
// As in <sanitizer/asan_interface.h>, which some distributions package apart from the compiler.
extern "C" void __asan_poison_memory_region(const volatile void*, std::size_t);
extern "C" void __asan_unpoison_memory_region(const volatile void*, std::size_t);
#endif

namespace lamina {

namespace detail {

/// A stack of bytes in blocks. Addresses handed out never move: when the stack outgrows its block it goes on
/// in another. Once empty it joins the blocks into one of the size that would have been enough.
class ScratchArena {
 public:
  /// Where the stack ends: a block, bytes used in it, bytes used in all.
  struct Mark {
    std::size_t block = 0;
    Index used = 0;
    Index total = 0;
  };

  Mark mark() const { return top_; }
  std::byte* take(Index bytes);
  void release(Mark mark) noexcept;

  /// Bytes kept, in use or not.
  Index capacity() const {
    Index sum = 0;
    for (const auto& block : blocks_) sum += block.size();
    return sum;
  }

  /// The calling thread's own.
  static ScratchArena& local() {
    thread_local ScratchArena arena;
    return arena;
  }

 private:
  void add_block(Index bytes) {
    blocks_.push_back(Storage<std::byte>::uninitialized(bytes));
    forbid(blocks_.back().data(), bytes);
  }

#if defined(LAMINA_ADDRESS_SANITIZER)
  // A guard after each piece, and poison on all that is not handed out, so that a kernel that strays is
  // caught.
  static constexpr Index guard = static_cast<Index>(alignment);
  static void forbid(std::byte* from, Index bytes) {
    __asan_poison_memory_region(from, static_cast<std::size_t>(bytes));
  }
  static void permit(std::byte* from, Index bytes) {
    __asan_unpoison_memory_region(from, static_cast<std::size_t>(bytes));
  }
#else
  static constexpr Index guard = 0;
  static void forbid(std::byte*, Index) {}
  static void permit(std::byte*, Index) {}
#endif

  std::vector<Storage<std::byte>> blocks_;
  Mark top_;
  Index most_ = 0;
};

inline std::byte* ScratchArena::take(Index bytes) {
  constexpr Index granule = static_cast<Index>(alignment);
  constexpr Index smallest_block = 1 << 16;
  const Index needed = (bytes + granule - 1) / granule * granule + guard;
  Mark place = top_;
  while (place.block < blocks_.size() && place.used + needed > blocks_[place.block].size()) {
    ++place.block;
    place.used = 0;
  }
  if (place.block == blocks_.size()) add_block(std::max({needed, capacity(), smallest_block}));
  std::byte* const taken = blocks_[place.block].data() + place.used;
  permit(taken, bytes);
  top_ = {place.block, place.used + needed, place.total + needed};
  most_ = std::max(most_, top_.total);
  return taken;
}

inline void ScratchArena::release(Mark mark) noexcept {
  for (std::size_t block = mark.block; block <= top_.block; ++block) {
    const Index from = block == mark.block ? mark.used : 0;
    forbid(blocks_[block].data() + from, blocks_[block].size() - from);
  }
  top_ = mark;
  if (top_.total == 0 && blocks_.size() > 1) {
    blocks_.clear();
    try {
      add_block(most_);
    } catch (const std::bad_alloc&) {  // the next take() asks again, and its caller hears of it
    }
  }
}

}  // namespace detail

/// `count` elements of any value, aligned to 64 bytes, valid until the Scratch goes out of scope. A kernel
/// makes it on the calling thread, before parallel_for, with room for threads() workers where each needs its
/// own.
template <class T> class Scratch {
  static_assert(std::is_trivially_copyable_v<T>, "Scratch holds trivially copyable elements");

 public:
  /// Throws std::bad_alloc when the elements do not fit into memory.
  explicit Scratch(Index count) : mark_(arena().mark()), size_(count) {
    constexpr auto most = std::numeric_limits<Index>::max() / 2 / static_cast<Index>(sizeof(T));
    if (count < 0 || count > most) throw std::bad_array_new_length();
    data_ = reinterpret_cast<T*>(arena().take(count * static_cast<Index>(sizeof(T))));
  }
  ~Scratch() { arena().release(mark_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return data_; }
  Index size() const { return size_; }
  std::span<T> span() const { return {data_, static_cast<std::size_t>(size_)}; }
  T& operator[](Index i) const { return data_[i]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }

 private:
  static detail::ScratchArena& arena() { return detail::ScratchArena::local(); }

  detail::ScratchArena::Mark mark_;
  T* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace lamina

#undef LAMINA_ADDRESS_SANITIZER
