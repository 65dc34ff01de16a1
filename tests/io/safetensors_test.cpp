#include "lamina/io/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::TemporaryDirectory;

TEST_CASE("files of many tensors of all types come back byte for byte") {
  const TemporaryDirectory directory;
  std::mt19937 random(7);
  const auto below = [&random](unsigned n) { return static_cast<Index>(random() % n); };
  for (int round = 0; round < 20; ++round) {
    std::vector<std::vector<std::byte>> bytes;
    std::vector<io::NamedTensor> tensors;
    const auto count = static_cast<std::size_t>(below(60));
    for (std::size_t i = 0; i < count; ++i) {
      io::NamedTensor tensor;
      tensor.name = "block." + std::to_string(i) + (below(2) ? ".weight" : ".bias");
      tensor.type = static_cast<io::ElementType>(below(15));
      for (Index axis = below(5); axis > 0; --axis) tensor.extents.push_back(below(5));
      auto& data = bytes.emplace_back(static_cast<std::size_t>(*io::byte_count(tensor.extents, tensor.type)));
      for (auto& byte : data) byte = static_cast<std::byte>(random());
      tensor.bytes = data;  // a vector's bytes stay where they are when `bytes` grows
      tensors.push_back(std::move(tensor));
    }
    io::write_safetensors(directory / "x", tensors, {{"round", std::to_string(round)}});
    const auto file = io::SafetensorsFile::read(directory / "x");
    REQUIRE(file.tensors().size() == tensors.size());
    for (const auto& tensor : tensors) {
      const auto* found = file.find(tensor.name);
      REQUIRE(found != nullptr);
      REQUIRE(found->type == tensor.type);
      REQUIRE(found->extents == tensor.extents);
      REQUIRE(std::equal(found->bytes.begin(), found->bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
    }
  }
}
