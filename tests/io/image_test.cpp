#include "lamina/io/image.hpp"

#include "io/temporary_directory.hpp"
#include "lamina/tensor/tensor.hpp"
#include "support/catch.hpp"

using namespace lamina;

namespace {

Tensor<std::uint8_t, dyn, dyn, dyn> pattern(Index channels, Index height, Index width) {
  Tensor<std::uint8_t, dyn, dyn, dyn> image(channels, height, width);
  for (Index i = 0; i < image.size(); ++i) image.data()[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return image;
}

}  // namespace

TEST_CASE("what is saved as PNG is loaded as it was") {
  const support::TemporaryDirectory directory;
  const Index channels = GENERATE(1, 3);
  for (const auto& [height, width] : {std::pair<Index, Index>{1, 1}, {7, 5}, {32, 32}, {3, 200}}) {
    const auto image = pattern(channels, height, width);
    io::save_png(directory / "image.png", image);
    REQUIRE(io::load_image(directory / "image.png") == image);
  }
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("a view of any strides is saved as it reads") {
  const support::TemporaryDirectory directory;
  const auto images = pattern(2, 6, 4);  // two grey pictures, one of them as a picture of one channel
  io::save_png(directory / "image.png",
               TensorView<const std::uint8_t, dyn, dyn, dyn>(images.data() + 24, 1, 6, 4));
  const auto loaded = io::load_image(directory / "image.png");
  for (int y = 0; y < 6; ++y)
    for (int x = 0; x < 4; ++x) REQUIRE(loaded(0, y, x) == images(1, y, x));
}

TEST_CASE("what cannot be saved is said, and the old file stays") {
  const support::TemporaryDirectory directory;
  io::save_png(directory / "image.png", pattern(1, 2, 2));
  REQUIRE_THROWS_AS(io::save_png(directory / "image.png", pattern(2, 2, 2)), shape_error);
  REQUIRE_THROWS_AS(io::save_png(directory / "image.png", pattern(3, 0, 2)), shape_error);
  REQUIRE(io::load_image(directory / "image.png") == pattern(1, 2, 2));
  REQUIRE_THROWS_AS(io::save_png(directory / "no such folder/image.png", pattern(1, 2, 2)), file_error);
  REQUIRE_THROWS_WITH(io::save_png(directory / "no such folder/image.png", pattern(1, 2, 2)),
                      containing("image.png"));
}
