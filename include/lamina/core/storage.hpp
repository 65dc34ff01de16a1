// Owning, 64-byte aligned memory: what tensors, arenas and packed weights lie in. The alignment is that of a
// cache line and of the widest vector, whatever the build's instruction set, so that units built with
// different flags agree on it.
#pragma once

#include <algorithm>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "lamina/core/shape.hpp"

namespace lamina {

/// Alignment of everything that kernels read and write, in bytes.
inline constexpr std::size_t alignment = 64;

namespace detail {

/// Memory from a megabyte on begins at a huge page, and the system is asked for such: with small ones a
/// kernel that strides through a large map waits for addresses to be translated (Winograd 512 channels of
/// 7×7: 122 instead of 109 GFLOP/s; depthwise 3×3 of 112×112: 72 and 68).
constexpr std::size_t alignment_of(std::size_t bytes) {
  return bytes < std::size_t{1} << 20 ? alignment : std::size_t{1} << 21;
}

inline void* allocate(std::size_t bytes) {
  const std::size_t at = alignment_of(bytes);
  if (at == alignment) {
    // What is allocated next lies a line or two behind the end. Were that also a line or two beyond a whole
    // number of pages, a loop that writes the one while it reads the other would take its loads for ones of
    // what it has just stored, by the lowest 12 bits of their addresses (y = relu(a x + b) of 8 KB: 136 ns
    // for 90).
    constexpr std::size_t page = 4096;
    const bool meets = bytes >= page && bytes % page <= alignment;
    return ::operator new(bytes + (meets ? 3 * alignment : 0), std::align_val_t{at});
  }
  bytes = (bytes + at - 1) / at * at;
  void* const memory = ::operator new(bytes, std::align_val_t{at});
#if defined(MADV_HUGEPAGE)
  madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: where it is not granted nothing is lost
#endif
  return memory;
}

}  // namespace detail

/// A fixed number of trivial elements, aligned to `alignment` bytes. Move-only; clone() copies.
template <class T> class Storage {
  static_assert(std::is_trivially_copyable_v<T>, "Storage holds trivially copyable elements");

 public:
  using value_type = T;

  Storage() = default;

  /// `count` elements, all zero. Throws std::bad_alloc when they do not fit into memory.
  explicit Storage(Index count) : Storage(uninitialized(count)) { std::fill_n(data_, size_, T{}); }

  /// `count` elements of any value, for a caller who writes them all.
  static Storage uninitialized(Index count) {
    Storage storage;
    if (count == 0) return storage;
    constexpr auto most = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(T));
    if (count < 0 || count > most) throw std::bad_array_new_length();
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    storage.data_ = static_cast<T*>(detail::allocate(bytes));
    storage.size_ = count;
    return storage;
  }

  Storage(Storage&& other) noexcept { swap(other); }
  Storage& operator=(Storage&& other) noexcept {
    Storage(std::move(other)).swap(*this);
    return *this;
  }
  ~Storage() {
    const std::size_t bytes = static_cast<std::size_t>(size_) * sizeof(T);
    ::operator delete(data_, std::align_val_t{detail::alignment_of(bytes)});
  }

  /// A copy of the elements.
  Storage clone() const {
    Storage copy = uninitialized(size_);
    std::copy_n(data_, size_, copy.data_);
    return copy;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  Index size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<T> span() { return {data_, static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data_, static_cast<std::size_t>(size_)}; }
  T& operator[](Index i) { return data_[i]; }
  const T& operator[](Index i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }

  void swap(Storage& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  T* data_ = nullptr;
  Index size_ = 0;
};

}  // namespace lamina
