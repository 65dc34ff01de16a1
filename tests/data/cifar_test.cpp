#include "lamina/data/cifar.hpp"

#include <string>
#include <vector>

#include "data/allocations.hpp"
#include "data/idx_files.hpp"
#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::write_text;

namespace {

/// Records with these label bytes; pixel k of record r is (k + r) mod 251.
std::string records(const std::vector<std::string>& labels) {
  std::string bytes;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    bytes += labels[r];
    for (std::size_t k = 0; k < 3072; ++k) bytes += static_cast<char>((k + r) % 251);
  }
  return bytes;
}

const std::string two_records = records({"\3", "\7"});

std::string complaint(const std::filesystem::path& directory, bool hundred = false) {
  support::forget_allocations();
  try {
    (void)(hundred ? data::cifar100(directory) : data::cifar10(directory));
  } catch (const file_error& refused) {
    CHECK(support::greatest_allocation() <= (std::size_t{1} << 16));
    return refused.what();
  }
  return {};
}

}  // namespace

TEST_CASE("CIFAR-10 batches follow each other; absent ones are noted") {
  const support::TemporaryDirectory root;
  const std::string folder = GENERATE("", "cifar-10-batches-bin");
  std::filesystem::create_directories(root / folder);
  write_text(root / folder / "data_batch_2.bin", two_records);
  write_text(root / folder / "data_batch_5.bin", records({"\1"}));
  write_text(root / folder / "test_batch.bin", records({std::string(1, '\0'), "\11"}));
  const auto [training, testing] = data::cifar10(root.path());
  REQUIRE(training.labels == std::vector<std::int32_t>{3, 7, 1});
  REQUIRE(training.shape() == shape<3, 32, 32>);
  REQUIRE(training.images(1, 2, 31, 30) == (2 * 1024 + 31 * 32 + 30 + 1) % 251);
  REQUIRE(training.images(2, 0, 0, 5) == 5);
  REQUIRE(training.note == "absent: data_batch_1.bin, data_batch_3.bin, data_batch_4.bin");
  REQUIRE(testing.labels == std::vector<std::int32_t>{0, 9});
  REQUIRE(testing.note.empty());
  REQUIRE(testing.classes[9] == "truck");
  REQUIRE_NOTHROW(training.check());
}

TEST_CASE("CIFAR-100 has a fine and a coarse label") {
  const support::TemporaryDirectory root;
  std::filesystem::create_directories(root / "cifar-100-binary");
  write_text(root / "cifar-100-binary/train.bin", records({"\12\143", "\4\1"}));
  write_text(root / "cifar-100-binary/test.bin", records({"\1\2"}));
  const auto fine = data::cifar100(root.path());
  REQUIRE(fine.training.labels == std::vector<std::int32_t>{99, 1});
  REQUIRE(fine.training.classes.size() == 100);
  REQUIRE(fine.training.classes[99] == "worm");
  const auto coarse = data::cifar100(root / "cifar-100-binary", data::CifarLabel::coarse);
  REQUIRE(coarse.training.labels == std::vector<std::int32_t>{10, 4});
  REQUIRE(coarse.training.classes.size() == 20);
  REQUIRE(coarse.training.classes[19] == "vehicles 2");
  REQUIRE(coarse.training.images == fine.training.images);
  REQUIRE(coarse.training.images(1, 0, 0, 0) == 1);
}

TEST_CASE("damaged CIFAR files are refused with file and byte") {
  const support::TemporaryDirectory root;
  const auto training = root / "data_batch_1.bin", testing = root / "test_batch.bin";
  write_text(training, two_records);
  write_text(testing, two_records);
  REQUIRE(complaint(root.path()).empty());
  std::string sentence;

  SECTION("the training batch is cut") {
    write_text(training, two_records.substr(0, 3073 + 100));
    sentence =
        "data_batch_1.bin: byte 3073: the last record has 100 bytes; the file should be whole records of "
        "3073 bytes";
  }
  SECTION("the training batch has bytes beyond its last record") {
    write_text(training, two_records + "x");
    sentence = "data_batch_1.bin: byte 6146: the last record has 1 bytes";
  }
  SECTION("a batch is empty") {
    write_text(training, "");
    sentence = "data_batch_1.bin: byte 0:";
  }
  SECTION("a batch is gzipped") {
    write_text(training, support::gzip(two_records));
    sentence = "data_batch_1.bin: byte 0 unpacked: the file is gzipped";
  }
  SECTION("a training label is out of range") {
    write_text(training, records({"\3", "\12"}));
    sentence = "data_batch_1.bin: byte 3073: label 10; labels of 10 classes run from 0 to 9";
  }
  SECTION("the test batch is cut") {
    write_text(testing, two_records.substr(0, 6145));
    sentence = "test_batch.bin: byte 3073: the last record has 3072 bytes";
  }
  SECTION("a test label is out of range") {
    write_text(testing, records({"\377"}));
    sentence = "test_batch.bin: byte 0: label 255";
  }
  SECTION("the test batch is absent") {
    std::filesystem::remove(testing);
    sentence = "test_batch.bin: cannot be opened";
  }
  SECTION("every training batch is absent") {
    std::filesystem::remove(training);
    sentence = "CIFAR-10: data_batch_1.bin not found; looked in ";
  }
  SECTION("a batch is a directory") {
    std::filesystem::create_directory(root / "data_batch_4.bin");
    sentence = "data_batch_4.bin: cannot be opened; it should be a readable file";
  }
  REQUIRE_THAT(complaint(root.path()), containing(sentence));
}

TEST_CASE("damaged CIFAR-100 files are refused with file and byte") {
  const support::TemporaryDirectory root;
  write_text(root / "train.bin", records({"\1\2", "\1\144"}));
  write_text(root / "test.bin", records({"\1\2"}));
  REQUIRE_THAT(complaint(root.path(), true),
               containing("train.bin: byte 3075: label 100; labels of 100 classes"));
  write_text(root / "train.bin", two_records);
  REQUIRE_THAT(complaint(root.path(), true),
               containing("train.bin: byte 3074: the last record has 3072 bytes"));
}

TEST_CASE("the real CIFAR-10") {
  const auto directory = data::directory();
  if (directory.empty()) {
    WARN("LAMINA_DATA_DIR is not set: the real CIFAR-10 is not read");
    return;
  }
  const auto [training, testing] = data::cifar10(directory);
  REQUIRE(training.size() % 10'000 == 0);
  REQUIRE(testing.size() == 10'000);
  REQUIRE(testing.shape() == shape<3, 32, 32>);
  std::vector<int> count(10);
  for (const std::int32_t label : testing.labels) ++count[static_cast<std::size_t>(label)];
  REQUIRE(count == std::vector<int>(10, 1000));
}
