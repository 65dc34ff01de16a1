#include "lamina/data/mnist.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "data/allocations.hpp"
#include "data/idx_files.hpp"
#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::big_endian;
using support::gzip;
using support::idx_images;
using support::idx_labels;
using support::write_text;

namespace {

const std::vector<std::string> ten_classes(10, "class");

/// The four files of a set, small.
void write_set(const std::filesystem::path& folder, const std::string& suffix = "", bool packed = false) {
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& bytes) {
    write_text(folder / (name + suffix), packed ? gzip(bytes) : bytes);
  };
  write("train-images-idx3-ubyte", idx_images(30));
  write("train-labels-idx1-ubyte", idx_labels(30));
  write("t10k-images-idx3-ubyte", idx_images(20));
  write("t10k-labels-idx1-ubyte", idx_labels(20));
}

/// What reading these two files says; empty where they are accepted.
std::string complaint(const std::string& images, const std::string& labels) {
  const support::TemporaryDirectory directory;
  write_text(directory / "images", images);
  write_text(directory / "labels", labels);
  support::forget_allocations();
  try {
    (void)data::idx(directory / "images", directory / "labels", ten_classes);
  } catch (const file_error& refused) {
    // A stream's buffers, gzip's window and the text of the error; never what a header claims.
    CHECK(support::greatest_allocation() <= (std::size_t{1} << 20));
    return refused.what();
  }
  return {};
}

}  // namespace

TEST_CASE("IDX files give images, labels and classes, raw or gzipped") {
  const support::TemporaryDirectory directory;
  const bool packed = GENERATE(false, true);
  write_set(directory.path(), packed ? ".gz" : "", packed);
  const auto [training, testing] = data::mnist(directory.path());
  REQUIRE(training.size() == 30);
  REQUIRE(testing.size() == 20);
  REQUIRE(training.shape() == shape<1, 2, 3>);
  REQUIRE(training.images(4, 0, 1, 2) == 4 * 6 + 5);
  REQUIRE(training.labels[13] == 3);
  REQUIRE(training.classes.size() == 10);
  REQUIRE(training.note.empty());
  REQUIRE_NOTHROW(training.check());
}

TEST_CASE("the directory is the set's own folder or one that holds it") {
  const support::TemporaryDirectory directory;
  const std::string folder = GENERATE("", "mnist", "MNIST/raw");
  write_set(directory / folder);
  REQUIRE(data::mnist(directory.path()).training.size() == 30);
}

TEST_CASE("Fashion-MNIST has MNIST's files and its own names") {
  const support::TemporaryDirectory directory;
  write_set(directory / "fashion-mnist");
  REQUIRE(data::fashion_mnist(directory.path()).testing.classes[9] == "ankle boot");
  REQUIRE_THROWS_WITH(data::mnist(directory.path()),
                      containing("MNIST: train-images-idx3-ubyte not found; looked in"));
}

TEST_CASE("files named with a dot are found, and one that is absent is named") {
  const support::TemporaryDirectory directory;
  write_set(directory.path());
  std::filesystem::rename(directory / "t10k-labels-idx1-ubyte", directory / "t10k-labels.idx1-ubyte");
  REQUIRE(data::mnist(directory.path()).testing.size() == 20);
  std::filesystem::remove(directory / "t10k-labels.idx1-ubyte");
  REQUIRE_THROWS_WITH(data::mnist(directory.path()), containing("t10k-labels-idx1-ubyte not found"));
  REQUIRE_THROWS_WITH(data::mnist(""), containing("LAMINA_DATA_DIR"));
}

TEST_CASE("damaged IDX files are refused with file and byte") {
  struct Damage {
    const char* what;
    std::string images, labels;
    std::vector<std::string> said;
  };
  const std::string images = idx_images(3), labels = idx_labels(3), packed = gzip(images);
  const std::string many = gzip(idx_images(20'000));
  std::string bad_label = labels, bad_magic_gzip = packed, bad_checksum = packed, bad_length = packed,
              bad_stream = many;
  bad_label[9] = 10;
  bad_magic_gzip[2] = 7;  // a compression method that does not exist
  bad_checksum[packed.size() - 8] = static_cast<char>(bad_checksum[packed.size() - 8] ^ 1);
  bad_length[packed.size() - 4] = static_cast<char>(bad_length[packed.size() - 4] ^ 1);
  for (std::size_t i = many.size() / 2; i < many.size() / 2 + 16; ++i)
    bad_stream[i] = static_cast<char>(0xff);
  const std::uint32_t huge = 0xffffffff;

  const std::vector<Damage> damages = {
      {"empty", "", labels, {"images: byte 0:", "the magic number should take 4 bytes"}},
      {"cut in the magic number", images.substr(0, 3), labels, {"images: byte 3:"}},
      {"cut in the header", images.substr(0, 10), labels, {"images: byte 10:", "from byte 8 on"}},
      {"a magic number of labels", labels, labels, {"byte 0:", "0x00000801", "0x00000803"}},
      {"a magic number of floats", big_endian({0xd03, 3, 2, 3}), labels, {"byte 0:", "0x00000d03"}},
      {"little-endian", std::string("\3\10\0\0", 4) + images.substr(4), labels, {"byte 0:", "0x03080000"}},
      {"no images", big_endian({0x803, 0, 2, 3}), labels, {"byte 4:", "extent is 0"}},
      {"no rows", big_endian({0x803, 3, 0, 3}), labels, {"byte 8:", "extent is 0"}},
      {"cut in the pixels",
       images.substr(0, 20),
       labels,
       {"images: byte 20:", "3 images of 2x3 should take 18 bytes from byte 16 on"}},
      {"one byte short", images.substr(0, images.size() - 1), labels, {"byte 33:"}},
      {"one byte more", images + "x", labels, {"byte 34:", "1 more bytes"}},
      {"a count far beyond the file",
       big_endian({0x803, huge, 28, 28}),
       labels,
       {"byte 16:", "4294967295 images of 28x28"}},
      {"extents beyond 64 bits",
       big_endian({0x803, huge, huge, huge}),
       labels,
       {"byte 8:", "multiply to more bytes"}},
      {"an image beyond the file", big_endian({0x803, 1, 0x7fffffff, 0x7fffffff}), labels, {"byte 16:"}},
      {"labels cut",
       images,
       labels.substr(0, 9),
       {"labels: byte 9:", "3 labels should take 3 bytes from byte 8 on"}},
      {"labels with a magic number of images", images, images, {"labels: byte 0:", "0x00000801"}},
      {"a label out of range", images, bad_label, {"labels: byte 9:", "label 10", "from 0 to 9"}},
      {"more labels than images", images, idx_labels(4), {"4 labels for the 3 images", "images"}},
      {"fewer labels than images", images, idx_labels(2), {"2 labels for the 3 images"}},
      {"a count of labels far beyond the file", images, big_endian({0x801, huge}), {"labels: byte 8:"}},
      {"gzip that breaks off in its header",
       packed.substr(0, 5),
       labels,
       {"byte 5 of the gzip file", "breaks off"}},
      {"gzip that breaks off", many.substr(0, many.size() / 2), labels, {"of the gzip file", "breaks off"}},
      {"gzip without its checksum", packed.substr(0, packed.size() - 8), labels, {"breaks off"}},
      {"gzip with a method that does not exist",
       bad_magic_gzip,
       labels,
       {"byte 4 of the gzip file, 0 unpacked", "unknown compression method"}},
      {"gzip with a wrong checksum", bad_checksum, labels, {"corrupt (incorrect data check)"}},
      {"gzip with a wrong length", bad_length, labels, {"corrupt (incorrect length check)"}},
      {"gzip with scrambled content", bad_stream, labels, {"images: byte ", "of the gzip file", "corrupt"}},
      {"gzip with bytes after it", packed + "x", labels, {"bytes follow the end of the gzip stream"}},
      {"gzip of a file cut short",
       gzip(images.substr(0, 20)),
       labels,
       {"byte 20 unpacked: the file ends here"}},
      {"gzip of a file too long", gzip(images + "x"), labels, {"byte 34 unpacked: more bytes follow"}},
      {"gzip of a count far beyond the file",
       gzip(big_endian({0x803, huge / 2, huge / 2, 1})),
       labels,
       {"byte 16 unpacked"}},
      {"gzip of labels cut short", images, gzip(labels.substr(0, 9)), {"labels: byte 9 unpacked"}},
      {"gzip of labels out of range", images, gzip(bad_label), {"labels: byte 9 unpacked: label 10"}},
  };
  REQUIRE(complaint(images, labels).empty());
  REQUIRE(complaint(packed, gzip(labels)).empty());
  for (const Damage& damage : damages) {
    INFO(damage.what);
    const std::string sentence = complaint(damage.images, damage.labels);
    REQUIRE(!sentence.empty());
    for (const std::string& piece : damage.said) CHECK_THAT(sentence, containing(piece));
  }
}

TEST_CASE("training and test images of different sizes are refused") {
  const support::TemporaryDirectory directory;
  write_set(directory.path());
  write_text(directory / "t10k-images-idx3-ubyte", big_endian({0x803, 20, 1, 1}) + std::string(20, 'x'));
  REQUIRE_THROWS_WITH(data::mnist(directory.path()),
                      containing("training images are 1x2x3, test images 1x1x1"));
}

TEST_CASE("the real MNIST") {
  const auto directory = data::directory();
  if (directory.empty()) {
    WARN("LAMINA_DATA_DIR is not set: the real MNIST is not read");
    return;
  }
  const auto [training, testing] = data::mnist(directory);
  REQUIRE(training.size() == 60'000);
  REQUIRE(training.shape() == shape<1, 28, 28>);
  REQUIRE(testing.size() == 10'000);
  REQUIRE(std::vector(training.labels.begin(), training.labels.begin() + 5) ==
          std::vector<std::int32_t>{5, 0, 4, 1, 9});
  double sum = 0, squares = 0;
  for (const std::uint8_t byte : training.images.span()) {
    const double pixel = byte / 255.0;
    sum += pixel;
    squares += pixel * pixel;
  }
  const double mean = sum / static_cast<double>(training.images.size());
  require_close(mean, 0.1307, 1e-4);
  require_close(std::sqrt(squares / static_cast<double>(training.images.size()) - mean * mean), 0.3081, 1e-4);
}
