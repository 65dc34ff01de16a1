#include "lamina/io/model_file.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"
#include "train/tiny_task.hpp"

namespace lamina::test {
namespace {

inline constexpr auto other_head =
    conv<8, 3> | batch_norm | relu | max_pool<2> | dropout<0.25> | flatten | dense<5>;
inline constexpr auto longer_net = tiny_net | relu | dense<2>;

/// A model's tensors as they would be written, to be changed.
struct Tensors {
  explicit Tensors(const TinyModel& model) {
    list.add(model.parameters());
    list.add(model.statistics());
    all.assign(list.tensors().begin(), list.tensors().end());
  }
  io::NamedTensor& find(const std::string& name) {
    for (auto& tensor : all)
      if (tensor.name == name) return tensor;
    throw error("no tensor " + name);
  }

  io::TensorList<float> list;
  std::vector<io::NamedTensor> all;
};

}  // namespace

TEST_CASE("a model comes back from its file to the bit, and the file says whose it is") {
  const support::TemporaryDirectory directory;
  TinyModel saved{seed{1}}, loaded{seed{2}};
  const Storage<float> pixels = [] {
    Storage<float> values(4 * 64);
    for (Index i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) / 7;
    return values;
  }();
  saved.forward({pixels.data(), 4, 1, 8, 8});  // moves the running statistics
  REQUIRE((bits_of(saved) != bits_of(TinyModel{seed{1}})));
  io::save(saved, directory / "model", {{"author", "me"}});
  const auto report = io::load(loaded, directory / "model");
  REQUIRE(report.complete());
  REQUIRE(report.loaded.size() == 8);
  REQUIRE((bits_of(loaded) == bits_of(saved)));

  const auto file = io::SafetensorsFile::read(directory / "model");
  REQUIRE(file.metadata().at("author") == "me");
  REQUIRE(file.metadata().at("lamina.architecture") == std::to_string(saved.architecture_hash()));
  REQUIRE(file.find("0.weight")->extents == std::vector<Index>{8, 1, 3, 3});
  REQUIRE(file.find("1.running_var")->extents == std::vector<Index>{8});
  REQUIRE(file.find("6.bias")->extents == std::vector<Index>{3});
}

TEST_CASE("a file holds parameters in PyTorch's order") {
  const support::TemporaryDirectory directory;
  TinyModel model{seed{1}};
  const auto weight = model.parameter("0.weight");
  for (Index i = 0; i < weight.size(); ++i) weight[i] = static_cast<float>(i);
  io::save(model, directory / "model");
  const auto file = io::SafetensorsFile::read(directory / "model");
  std::vector<float> values(static_cast<std::size_t>(weight.size()));
  io::copy_bytes(file.find("0.weight")->bytes, std::span<float>(values));
  for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(values[i] == static_cast<float>(i));
}

TEST_CASE("a file that does not fit is refused whole, with a line for each tensor") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "model";
  TinyModel model{seed{2}};
  const auto before = bits_of(model);
  Tensors tensors(TinyModel{seed{1}});
  const std::vector<float> numbers(12);
  tensors.find("0.weight").name = "stem.weight";
  tensors.find("1.bias").extents = {2, 4};
  tensors.all.push_back(io::named_tensor<float>("extra", {3, 4}, std::span(numbers)));
  const std::vector<double> doubles(8);
  tensors.find("1.weight") = io::named_tensor<double>("1.weight", {8}, std::span(doubles));
  io::write_safetensors(path, tensors.all);

  std::string text;
  try {
    io::load(model, path);
  } catch (const file_error& problem) {
    text = problem.what();
  }
  CAPTURE(text);
  REQUIRE_THAT(text, containing(path.string()));
  REQUIRE_THAT(text, containing("\n  missing: 0.weight, F32 [8, 1, 3, 3]"));
  REQUIRE_THAT(text, containing("\n  wrong shape: 1.bias is F32 [2, 4] in the file, the model has F32 [8]"));
  REQUIRE_THAT(text, containing("\n  wrong type: 1.weight is F64 [8] in the file, the model has F32 [8]"));
  REQUIRE_THAT(text, containing("\n  unexpected: \"extra\", F32 [3, 4]"));
  REQUIRE(std::count(text.begin(), text.end(), '\n') == 5);
  REQUIRE((bits_of(model) == before));
}

TEST_CASE("a net with another head takes what fits, if asked to") {
  const support::TemporaryDirectory directory;
  const TinyModel trained{seed{1}};
  io::save(trained, directory / "model");
  Model<other_head, input<1, 8, 8>> model{seed{2}};
  const auto head = model.parameter("6.weight").values();
  REQUIRE_THROWS_AS(io::load(model, directory / "model"), file_error);
  REQUIRE(model.parameter("0.weight").values() != trained.parameters()[0].values());

  const auto report = io::load(model, directory / "model", {.partial = true});
  REQUIRE(report.mismatched == std::vector<std::string>{"6.weight", "6.bias"});
  REQUIRE(report.loaded.size() == 6);
  REQUIRE(model.parameter("0.weight").values() == trained.parameters()[0].values());
  REQUIRE(model.parameter("6.weight").values() == head);
}

TEST_CASE("PyTorch's counts of batches are passed over") {
  const support::TemporaryDirectory directory;
  const TinyModel saved{seed{1}};
  Tensors tensors(saved);
  const std::vector<std::int64_t> count{1234};
  tensors.all.push_back(io::named_tensor<std::int64_t>("1.num_batches_tracked", {}, std::span(count)));
  io::write_safetensors(directory / "model", tensors.all);
  TinyModel model{seed{2}};
  REQUIRE(io::load(model, directory / "model").complete());
  REQUIRE((bits_of(model) == bits_of(saved)));
}

TEST_CASE("architectures that differ have different numbers") {
  const auto number = TinyModel{}.architecture_hash();
  REQUIRE(number == TinyModel{seed{9}}.architecture_hash());
  REQUIRE(number != Model<other_head, input<1, 8, 8>>{}.architecture_hash());
  REQUIRE(number != Model<longer_net, input<1, 8, 8>>{}.architecture_hash());
  REQUIRE(Model<conv<4, 3>, input<2, 8, 8>>{}.architecture_hash() !=
          Model<conv<4, 3, dilation<2>>, input<2, 8, 8>>{}.architecture_hash());
}

TEST_CASE("half-precision files and those of floats are widened, larger ones refused") {
  const support::TemporaryDirectory directory;
  TinyModel saved{seed{1}}, model{seed{2}};
  for (const auto& parameter : saved.parameters())
    for (Index i = 0; i < parameter.size(); ++i)
      parameter[i] = static_cast<float>(i % 5) - 2;  // exact in bf16
  Tensors tensors(saved);
  std::vector<std::vector<std::uint16_t>> halves;
  for (io::NamedTensor& tensor : tensors.all) {
    std::vector<std::uint16_t>& half = halves.emplace_back();
    for (const float value : io::values_of<float>(tensor))
      half.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
    tensor.type = io::ElementType::bf16;
    tensor.bytes = std::as_bytes(std::span(half));
  }
  io::write_safetensors(directory / "half", tensors.all);
  REQUIRE(io::load(model, directory / "half").complete());
  REQUIRE((bits_of(model) == bits_of(saved)));

  io::save(saved, directory / "float");
  Model<tiny_net, input<1, 8, 8>, double> precise{seed{3}};
  REQUIRE(io::load(precise, directory / "float").complete());
  REQUIRE(precise.parameter("0.weight")[3] == static_cast<double>(saved.parameter("0.weight")[3]));
  io::save(precise, directory / "double");
  REQUIRE_THROWS_WITH(io::load(model, directory / "double"), containing("wrong type: 0.weight is F64"));
}

}  // namespace lamina::test
