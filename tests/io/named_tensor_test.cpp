#include "lamina/io/named_tensor.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace lamina;
using io::ElementType;

TEST_CASE("element types have the format's names and sizes") {
  STATIC_REQUIRE(io::to_string(ElementType::boolean) == "BOOL");
  STATIC_REQUIRE(io::to_string(ElementType::bf16) == "BF16");
  STATIC_REQUIRE(io::to_string(ElementType::f32) == "F32");
  STATIC_REQUIRE(io::to_string(ElementType::u64) == "U64");
  STATIC_REQUIRE(io::bytes_per_element(ElementType::f8_e4m3) == 1);
  STATIC_REQUIRE(io::bytes_per_element(ElementType::f16) == 2);
  STATIC_REQUIRE(io::bytes_per_element(ElementType::i32) == 4);
  STATIC_REQUIRE(io::bytes_per_element(ElementType::f64) == 8);
  STATIC_REQUIRE(io::element_type_named("I64") == ElementType::i64);
  STATIC_REQUIRE_FALSE(io::element_type_named("F33").has_value());
  STATIC_REQUIRE_FALSE(io::element_type_named("f32").has_value());
}

TEST_CASE("numbers of C++ know their element type") {
  STATIC_REQUIRE(io::element_type<float> == ElementType::f32);
  STATIC_REQUIRE(io::element_type<double> == ElementType::f64);
  STATIC_REQUIRE(io::element_type<std::uint8_t> == ElementType::u8);
  STATIC_REQUIRE(io::element_type<std::int8_t> == ElementType::i8);
  STATIC_REQUIRE(io::element_type<std::int16_t> == ElementType::i16);
  STATIC_REQUIRE(io::element_type<std::uint32_t> == ElementType::u32);
  STATIC_REQUIRE(io::element_type<long> == ElementType::i64);
  STATIC_REQUIRE(io::element_type<unsigned long long> == ElementType::u64);
  STATIC_REQUIRE_FALSE(io::storable<bool>);
  STATIC_REQUIRE_FALSE(io::storable<long double>);
}

TEST_CASE("elements and bytes are counted, or are too many") {
  const auto count = [](std::vector<Index> extents) { return io::element_count(extents); };
  constexpr Index large = Index{1} << 40;
  REQUIRE(count({}) == 1);
  REQUIRE(count({2, 3, 5}) == 30);
  REQUIRE(count({2, 0, 5}) == 0);
  REQUIRE_FALSE(count({2, -3}).has_value());
  REQUIRE_FALSE(count({large, large}).has_value());
  REQUIRE_FALSE(count({large, large, 0}).has_value());
  REQUIRE_FALSE(count({0, large, large}).has_value());
  const std::vector<Index> greatest{std::numeric_limits<Index>::max()};
  REQUIRE(io::byte_count(greatest, ElementType::u8) == greatest[0]);
  REQUIRE_FALSE(io::byte_count(greatest, ElementType::u16).has_value());
}

TEST_CASE("extents are written as PyTorch writes a shape") {
  REQUIRE(io::to_string(std::vector<Index>{}) == "[]");
  REQUIRE(io::to_string(std::vector<Index>{7}) == "[7]");
  REQUIRE(io::to_string(std::vector<Index>{16, 3, 5, 5}) == "[16, 3, 5, 5]");
}

TEST_CASE("values become a named tensor and come back, aligned or not") {
  const std::vector<float> values{1.5F, -2.0F, 0.0F};
  const auto tensor = io::named_tensor<float>("a", {3, 1}, values);
  REQUIRE(tensor.bytes.size() == 12);
  REQUIRE(io::values_of<float>(tensor) == values);

  std::vector<std::byte> shifted(13);
  std::copy(tensor.bytes.begin(), tensor.bytes.end(), shifted.begin() + 1);
  const io::NamedTensor unaligned{"b", ElementType::f32, {3}, std::span(shifted).subspan(1)};
  REQUIRE(io::values_of<float>(unaligned) == values);
}

TEST_CASE("counts and types that do not fit are errors that name the tensor") {
  const std::vector<float> values(6);
  REQUIRE_THROWS_AS(io::named_tensor<float>("a.weight", {2, 2}, values), shape_error);
  REQUIRE_THROWS_WITH(io::named_tensor<float>("a.weight", {2, 2}, values),
                      containing("a.weight") && containing("6 values") && containing("[2, 2]"));
  const auto tensor = io::named_tensor<float>("a.weight", {2, 3}, values);
  REQUIRE_THROWS_WITH(io::values_of<std::int32_t>(tensor), containing("holds F32, not I32"));
  std::vector<float> five(5);
  REQUIRE_THROWS_AS(io::copy_bytes(tensor.bytes, std::span(five)), shape_error);
}

TEST_CASE("half-precision numbers widen exactly") {
  const auto widened = [](ElementType type, std::uint16_t bits) {
    const std::uint16_t stored[] = {bits};
    return io::values_of<float>({"h", type, {1}, std::as_bytes(std::span(stored))})[0];
  };
  const std::pair<std::uint16_t, float> halves[] = {
      {0x3c00, 1.0f},        {0xc000, -2.0f},
      {0x0001, 0x1p-24f},    {0x83ff, -0x1.ff8p-15f},
      {0x0400, 0x1p-14f},    {0x7bff, 65504.0f},
      {0x3555, 0x1.554p-2f}, {0xfc00, -std::numeric_limits<float>::infinity()}};
  for (const auto& [bits, value] : halves) REQUIRE(widened(ElementType::f16, bits) == value);
  REQUIRE(std::isnan(widened(ElementType::f16, 0x7e00)));
  REQUIRE(std::signbit(widened(ElementType::f16, 0x8000)));
  REQUIRE(widened(ElementType::bf16, 0x3f80) == 1.0f);
  REQUIRE(widened(ElementType::bf16, 0xc2f7) == -123.5f);
  const std::vector<float> floats{1.5f, -0.1f};
  REQUIRE(io::values_of<double>(io::named_tensor<float>("f", {2}, floats)) ==
          std::vector<double>{1.5, static_cast<double>(-0.1f)});
  const std::vector<double> doubles{1.5};
  REQUIRE_THROWS_WITH(io::values_of<float>(io::named_tensor<double>("d", {1}, doubles)),
                      containing("holds F64, not F32"));
}
