#include "lamina/io/image.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "data/pictures.hpp"
#include "io/temporary_directory.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
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

TEST_CASE("bytes are loaded as real numbers from 0 to 1, and saved as the bytes they were") {
  const support::TemporaryDirectory directory;
  const auto bytes = pattern(3, 8, 6);  // 144 values, of which each byte may be one
  io::save_image(directory / "a.png", bytes);
  const auto image = io::load_image<float>(directory / "a.png");
  STATIC_REQUIRE(std::is_same_v<decltype(image), const Tensor<float, dyn, dyn, dyn>>);
  REQUIRE(image == Tensor(cast<float>(bytes) / 255.0f));
  const auto rgb = io::load_image<double, 3>(directory / "a.png");
  STATIC_REQUIRE(std::is_same_v<decltype(rgb), const Tensor<double, 3, dyn, dyn>>);
  io::save_image(directory / "float.png", image);
  REQUIRE(io::load_image<std::uint8_t>(directory / "float.png") == bytes);
  io::save_image(directory / "DOUBLE.PNG", rgb);
  REQUIRE(io::load_image<std::uint8_t>(directory / "DOUBLE.PNG") == bytes);
  REQUIRE(io::load_image<float, 1, 4, 3>(directory / "a.png").size() == 12);
}

TEST_CASE("real numbers are rounded to bytes, and cut off outside 0 to 1") {
  const support::TemporaryDirectory directory;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Tensor<float, 1, 8> row{{-1, 0, 0.5f, 1, 2, infinity, -infinity, std::nanf("")}};
  io::save_image(directory / "a.png", row);  // (height, width)
  REQUIRE(io::load_image(directory / "a.png") ==
          Tensor<std::uint8_t, 1, 1, 8>{{{0, 0, 128, 255, 255, 255, 0, 0}}});
  io::save_image(directory / "a.png", row * 0.0f + 0.25f);  // an expression
  REQUIRE(io::load_image(directory / "a.png")(0, 0, 0) == 64);
}

TEST_CASE("JPEG files are nearly what was saved") {
  const support::TemporaryDirectory directory;
  const Index channels = GENERATE(1, 3);
  const auto slope = generate<float, dyn, 16, 24>(
      [](Index c, Index y, Index x) { return static_cast<float>(40 + 20 * c + 5 * y + 3 * x) / 255; },
      channels);
  for (const auto* name : {"a.jpg", "a.jpeg"}) {
    io::save_image(directory / name, slope);
    const auto image = io::load_image<float>(directory / name, {.channels = channels});
    for (Index i = 0; i < image.size(); ++i) REQUIRE(std::abs(image.data()[i] - slope.data()[i]) < 0.03f);
  }
  io::save_image(directory / "small.jpg", slope, 10);
  REQUIRE(std::filesystem::file_size(directory / "small.jpg") <
          std::filesystem::file_size(directory / "a.jpg"));
}

TEST_CASE("images that no file can hold are refused, and the old file stays") {
  const support::TemporaryDirectory directory;
  io::save_image(directory / "a.png", pattern(4, 2, 2));  // RGBA
  const Index channels = GENERATE(0, 2, 5);
  REQUIRE_THROWS_AS(io::save_image(directory / "a.png", pattern(channels, 2, 2)), shape_error);
  REQUIRE_THROWS_WITH(io::save_image(directory / "a.jpg", pattern(4, 2, 2)), containing("1 or 3 channels"));
  REQUIRE_THROWS_AS(io::save_image(directory / "a.jpg", pattern(1, 1, 65536)), shape_error);
  REQUIRE_THROWS_AS(io::save_image(directory / "a.jpg", pattern(1, 1, 1), 0), shape_error);
  REQUIRE_THROWS_WITH(io::save_image(directory / "a.bmp", pattern(1, 1, 1)),
                      containing("a.bmp: images are saved as .png, .jpg or .jpeg"));
  REQUIRE_THROWS_AS(io::save_image(directory / "no such folder/a.png", pattern(1, 1, 1)), file_error);
  REQUIRE(io::load_image(directory / "a.png").extent(0) == 3);
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("damaged files do not become tensors") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "bad";
  const auto refused = [&](const std::string& file, const std::string& said) {
    support::write_text(path, file);
    REQUIRE_THROWS_AS(io::load_image<float>(path), file_error);
    REQUIRE_THROWS_WITH((io::load_image<float, 3>(path)), containing("bad: byte ") && containing(said));
  };
  for (const std::string& whole : {support::png(8, 8, 3), support::jpeg(8, 8, 3)})
    for (const std::size_t size : {whole.size() - 3, whole.size() / 2, std::size_t{20}})
      refused(whole.substr(0, size), "the file ends");
  refused("GIF89a, not a picture we read", "signature of PNG or JPEG");
  refused("", "signature of PNG or JPEG");
  REQUIRE_THROWS_WITH(io::load_image<float>(directory / "absent.png"),
                      containing("absent.png: cannot be opened"));
}

TEST_CASE("another number of channels or another size is asked for once") {
  const support::TemporaryDirectory directory;
  const auto path = directory / "a.png";
  io::save_image(path, pattern(3, 4, 4));
  REQUIRE_THROWS_WITH((io::load_image<float, 3>(path, {.channels = 1})),
                      containing("the type says 3 where the form says 1"));
  REQUIRE_THROWS_AS((io::load_image<float>(path, {.channels = 2})), error);
  REQUIRE_THROWS_WITH((io::load_image<float, 3, 5, 4>(path, {.fit = io::ImageFit::exact})),
                      containing("the picture is 4x4; it should be 5x4"));
  REQUIRE((io::load_image<float, 3, dyn, 2>(path, {.height = 3})).extents() == Extents<3, 3, 2>{});
}
