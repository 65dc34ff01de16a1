#include "lamina/io/checkpoint_match.hpp"

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "io/temporary_directory.hpp"
#include "lamina/io/safetensors_writer.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::TemporaryDirectory;

namespace {

/// A model's tensors: a stem that is the same in all tests, and a head of `classes`.
struct Parameters {
  explicit Parameters(Index class_count, float value = 0)
      : stem(6, value),
        bias(2, value),
        head(static_cast<std::size_t>(2 * class_count), value),
        classes(class_count) {}

  std::vector<io::TensorSlot> slots() {
    return {io::tensor_slot<float>("stem.weight", {2, 3}, stem),
            io::tensor_slot<float>("stem.bias", {2}, bias),
            io::tensor_slot<float>("head.weight", {classes, 2}, head)};
  }
  std::vector<io::NamedTensor> tensors() const {
    return {io::named_tensor<float>("stem.weight", {2, 3}, stem),
            io::named_tensor<float>("stem.bias", {2}, bias),
            io::named_tensor<float>("head.weight", {classes, 2}, head)};
  }
  bool operator==(const Parameters&) const = default;

  std::vector<float> stem, bias, head;
  Index classes;
};

io::SafetensorsFile file_of(const TemporaryDirectory& directory,
                            const std::vector<io::NamedTensor>& tensors) {
  io::write_safetensors(directory / "net.safetensors", tensors);
  return io::SafetensorsFile::read(directory / "net.safetensors");
}

}  // namespace

TEST_CASE("a file that fits is copied whole") {
  const TemporaryDirectory directory;
  const Parameters saved(10, 1.5F);
  Parameters model(10);
  const auto report = io::restore(file_of(directory, saved.tensors()), model.slots());
  REQUIRE(model == saved);
  REQUIRE(report.complete());
  REQUIRE(report.loaded == std::vector<std::string>{"stem.weight", "stem.bias", "head.weight"});
  REQUIRE(io::to_string(report) == "loaded 3 of 3 tensors");
}

TEST_CASE("a file that does not fit is refused with a line per tensor, and nothing is copied") {
  const TemporaryDirectory directory;
  Parameters saved(10, 1.5F);
  const std::vector<double> doubles(2);
  auto tensors = saved.tensors();
  tensors[1] = io::named_tensor<double>("stem.bias", {2}, doubles);
  tensors.push_back(io::named_tensor<float>("stem.extra", {3, 2}, saved.stem));
  const auto file = file_of(directory, tensors);

  Parameters model(4);
  auto slots = model.slots();
  std::vector<float> tail(5);
  slots.push_back(io::tensor_slot<float>("tail.bias", {5}, tail));
  REQUIRE_THROWS_AS(io::restore(file, slots), file_error);
  REQUIRE_THROWS_WITH(
      io::restore(file, slots),
      containing("net.safetensors does not fit the model, which is left as it was:") &&
          containing("\n  wrong type: stem.bias is F64 [2] in the file, the model has F32 [2]\n") &&
          containing("\n  wrong shape: head.weight is F32 [10, 2] in the file, the model has F32 [4, 2]\n") &&
          containing("\n  missing: tail.bias, F32 [5]\n") &&
          containing("\n  unexpected: \"stem.extra\", F32 [3, 2]"));
  REQUIRE(model == Parameters(4));
}

TEST_CASE("each kind of difference alone is refused") {
  const TemporaryDirectory directory;
  const Parameters saved(10, 1.5F);
  Parameters model(10);
  auto tensors = saved.tensors();
  SECTION("missing") { tensors.pop_back(); }
  SECTION("unexpected") { tensors.push_back(io::named_tensor<float>("x", {0}, {})); }
  SECTION("transposed") { tensors[2].extents = {2, 10}; }
  SECTION("flattened") { tensors[2].extents = {20}; }
  SECTION("integers of the same size") { tensors[2].type = io::ElementType::i32; }
  SECTION("renamed") { tensors[2].name = "head.weights"; }
  REQUIRE_THROWS_AS(io::restore(file_of(directory, tensors), model.slots()), file_error);
  REQUIRE(model == Parameters(10));
}

TEST_CASE("a partial load fills what fits, leaves the rest and says so") {
  const TemporaryDirectory directory;
  const Parameters saved(10, 1.5F);
  auto tensors = saved.tensors();
  tensors.push_back(io::named_tensor<float>("old.scale", {2}, saved.bias));
  Parameters model(4, 7.0F);
  auto slots = model.slots();
  std::vector<float> tail(1, 7.0F);
  slots.push_back(io::tensor_slot<float>("tail", {}, tail));

  const auto report = io::restore(file_of(directory, tensors), slots, {.partial = true});
  REQUIRE(model.stem == saved.stem);
  REQUIRE(model.bias == saved.bias);
  REQUIRE(model.head == Parameters(4, 7.0F).head);
  REQUIRE(tail[0] == 7.0F);
  REQUIRE(report.loaded == std::vector<std::string>{"stem.weight", "stem.bias"});
  REQUIRE(report.mismatched == std::vector<std::string>{"head.weight"});
  REQUIRE(report.missing == std::vector<std::string>{"tail"});
  REQUIRE(report.unexpected == std::vector<std::string>{"old.scale"});
  std::ostringstream text;
  text << report;
  REQUIRE_THAT(text.str(),
               containing("loaded 2 of 4 tensors; left as they were, or not used:\n  wrong shape: head.w"));
}

TEST_CASE("a partial load of a file of another model is an error") {
  const TemporaryDirectory directory;
  Parameters model(4);
  const std::vector<float> value{1};
  const auto file = file_of(directory, {io::named_tensor<float>("other", {1}, value)});
  REQUIRE_THROWS_WITH(io::restore(file, model.slots(), {.partial = true}),
                      containing("has no tensor that fits the model:\n  missing: stem.weight"));
}

TEST_CASE("tensors under an ignored prefix are someone else's") {
  const TemporaryDirectory directory;
  const Parameters saved(10, 1.5F);
  auto tensors = saved.tensors();
  tensors.push_back(io::named_tensor<float>("optimizer/stem.weight.moment", {2, 3}, saved.stem));
  const auto file = file_of(directory, tensors);
  Parameters model(10);
  REQUIRE_THROWS_AS(io::restore(file, model.slots()), file_error);
  REQUIRE(io::restore(file, model.slots(), {.ignored_prefix = "optimizer/"}).complete());
  REQUIRE(model == saved);
}

TEST_CASE("a wrong file does not fill the screen") {
  const TemporaryDirectory directory;
  std::vector<float> value(1);
  std::vector<io::TensorSlot> slots;
  for (int i = 0; i < 300; ++i) slots.push_back(io::tensor_slot<float>(std::to_string(i), {1}, value));
  REQUIRE_THROWS_WITH(io::restore(file_of(directory, {}), slots), containing("\n  and 250 more"));
}

TEST_CASE("two slots of one name are an error of the model") {
  const TemporaryDirectory directory;
  Parameters model(4);
  auto slots = model.slots();
  slots.push_back(slots[0]);
  REQUIRE_THROWS_WITH(io::restore(file_of(directory, model.tensors()), slots),
                      containing("two tensors of the model are named \"stem.weight\""));
}

TEST_CASE("a slot and its values must be of one size") {
  std::vector<float> values(5);
  REQUIRE_THROWS_AS(io::tensor_slot<float>("x", {2, 3}, values), shape_error);
}
