// What a checkpoint holds: tensors by name, as bytes. This is the vocabulary that the safetensors writer and
// reader and the matching of a file against a model share; it knows neither files nor models.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"

namespace lamina::io {

static_assert(std::endian::native == std::endian::little,
              "io: safetensors files are little-endian and lamina copies their bytes as they are");

/// Element types of the safetensors format. lamina writes f32, f64 and the integers, and widens f16 and bf16;
/// the others can be read as bytes. The order is the format's own, by alignment: the reference implementation
/// puts a file's tensors in descending order of it.
enum class ElementType {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  f64,
  i64,
  u64
};

namespace detail {

struct ElementTypeEntry {
  std::string_view name;
  Index bytes;
};

/// The number that these bits of IEEE 754's binary16 are: 5 bits of exponent, 10 of fraction.
constexpr float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16, rest = bits & 0x7fffu;
  if (rest < 0x0400)  // subnormal
    return (sign ? -0x1p-24f : 0x1p-24f) * static_cast<float>(rest);
  const std::uint32_t exponent = rest >= 0x7c00 ? 0x7f800000u - (0x7c00u << 13) : (127u - 15u) << 23;
  return std::bit_cast<float>(sign | ((rest << 13) + exponent));
}

/// The number that these bits of bfloat16 are: the upper half of a float.
constexpr float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// In the order of ElementType.
inline constexpr std::array<ElementTypeEntry, 15> element_types{{{"BOOL", 1},
                                                                 {"U8", 1},
                                                                 {"I8", 1},
                                                                 {"F8_E5M2", 1},
                                                                 {"F8_E4M3", 1},
                                                                 {"I16", 2},
                                                                 {"U16", 2},
                                                                 {"F16", 2},
                                                                 {"BF16", 2},
                                                                 {"I32", 4},
                                                                 {"U32", 4},
                                                                 {"F32", 4},
                                                                 {"F64", 8},
                                                                 {"I64", 8},
                                                                 {"U64", 8}}};

}  // namespace detail

/// "F32", "U8"…: as files and error texts spell it.
constexpr std::string_view to_string(ElementType type) {
  return detail::element_types[static_cast<std::size_t>(type)].name;
}

constexpr Index bytes_per_element(ElementType type) {
  return detail::element_types[static_cast<std::size_t>(type)].bytes;
}

/// The type a file calls `name`, if it is one of the above.
constexpr std::optional<ElementType> element_type_named(std::string_view name) {
  for (std::size_t i = 0; i < detail::element_types.size(); ++i)
    if (detail::element_types[i].name == name) return static_cast<ElementType>(i);
  return std::nullopt;
}

/// Numbers of C++ that have an element type of their own (bool has not: its bytes other than 0 and 1 are no
/// values; neither has char, whose sign depends on the machine).
template <class T>
concept storable = std::same_as<T, float> || std::same_as<T, double> ||
                   (std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && sizeof(T) <= 8);

/// element_type<float> is ElementType::f32.
template <storable T>
inline constexpr ElementType element_type = [] {
  if constexpr (std::floating_point<T>) return sizeof(T) == 4 ? ElementType::f32 : ElementType::f64;
  constexpr bool is_signed = std::numeric_limits<T>::is_signed;
  switch (sizeof(T)) {
    case 1:
      return is_signed ? ElementType::i8 : ElementType::u8;
    case 2:
      return is_signed ? ElementType::i16 : ElementType::u16;
    case 4:
      return is_signed ? ElementType::i32 : ElementType::u32;
    default:
      return is_signed ? ElementType::i64 : ElementType::u64;
  }
}();

/// Number of elements; nothing when an extent is negative, or when the extents that are not zero multiply
/// to more than `Index` holds.
constexpr std::optional<Index> element_count(std::span<const Index> extents) {
  Index count = 1;
  bool empty = false;
  for (const Index extent : extents) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
    } else {
      if (count > std::numeric_limits<Index>::max() / extent) return std::nullopt;
      count *= extent;
    }
  }
  return empty ? 0 : count;
}

/// Bytes of a tensor; nothing where element_count gives nothing, or where `Index` does not hold the bytes.
constexpr std::optional<Index> byte_count(std::span<const Index> extents, ElementType type) {
  const auto count = element_count(extents);
  if (!count || *count > std::numeric_limits<Index>::max() / bytes_per_element(type)) return std::nullopt;
  return *count * bytes_per_element(type);
}

/// "[16, 3, 5, 5]"; a scalar is "[]".
inline std::string to_string(std::span<const Index> extents) {
  std::string text = "[";
  for (const Index extent : extents) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return sentence(text, "]");
}

/// A tensor in a file: row-major, without gaps. The bytes belong to someone else: to the caller who writes
/// them, or to the SafetensorsFile they were read into. They need not be aligned for their type.
struct NamedTensor {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<Index> extents;
  std::span<const std::byte> bytes;
};

/// Free text of a file, by key: its "__metadata__".
using Metadata = std::map<std::string, std::string, std::less<>>;

/// Bytes that a header may have, by the reference implementation.
inline constexpr std::size_t greatest_header = 100'000'000;

/// Names `values`, which must be as many as the extents say (else shape_error); they are not copied.
template <storable T>
NamedTensor named_tensor(std::string name, std::vector<Index> extents, std::span<const T> values) {
  if (element_count(extents) != static_cast<Index>(values.size()))
    throw shape_error("tensor \"", name, "\": ", values.size(), " values cannot have extents ",
                      to_string(extents));
  return {std::move(name), element_type<T>, std::move(extents), std::as_bytes(values)};
}

/// Copies bytes of a file into values, aligned or not; both must be of one length (else shape_error).
template <storable T> void copy_bytes(std::span<const std::byte> bytes, std::span<T> values) {
  if (bytes.size() != values.size_bytes())
    throw shape_error("io: ", bytes.size(), " bytes cannot fill ", values.size(), " values of ", sizeof(T),
                      " bytes");
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
}

/// Whether every number of type `from` is one of the floating type `to`.
constexpr bool widens(ElementType from, ElementType to) {
  const bool half = from == ElementType::f16 || from == ElementType::bf16;
  return (to == ElementType::f32 && half) || (to == ElementType::f64 && (half || from == ElementType::f32));
}

/// The values of a tensor whose element type is that of T, or widens to it (else shape_error), copied out.
template <storable T> std::vector<T> values_of(const NamedTensor& tensor) {
  const auto values_from = [&]<class Stored>(auto value_of) {
    std::vector<T> values(tensor.bytes.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
      Stored stored;
      std::memcpy(&stored, tensor.bytes.data() + i * sizeof(Stored), sizeof(Stored));
      values[i] = static_cast<T>(value_of(stored));
    }
    return values;
  };
  const auto itself = [](auto x) { return x; };
  if (tensor.type == element_type<T>) return values_from.template operator()<T>(itself);
  if constexpr (std::floating_point<T>) {
    if (widens(tensor.type, element_type<T>)) {
      if (tensor.type == ElementType::f32) return values_from.template operator()<float>(itself);
      return values_from.template operator()<std::uint16_t>(
          tensor.type == ElementType::f16 ? detail::from_f16 : detail::from_bf16);
    }
  }
  throw shape_error("tensor \"", tensor.name, "\" holds ", to_string(tensor.type), ", not ",
                    to_string(element_type<T>));
}

}  // namespace lamina::io
