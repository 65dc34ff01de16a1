#include "lamina/io/npy.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "io/temporary_directory.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "support/catch.hpp"

using namespace lamina;
using io::load_npy;
using io::save_npy;
using support::TemporaryDirectory;

namespace {

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(LAMINA_TESTS_DIR) / "golden" / "npy" / (name + ".npy");
}

/// The elements of the golden files, as make_npy_golden.py writes them.
template <class T> Tensor<T, 2, 3> golden_elements() {
  return generate<T, 2, 3>(
      [](Index i, Index j) { return 3 * (3 * i + j) - (std::unsigned_integral<T> ? 0 : 7); });
}

/// Reads a golden file, and writes it again byte for byte.
template <class T> void check_golden(const std::string& name) {
  CAPTURE(name);
  const auto x = load_npy<T, 2, dyn>(golden(name));
  REQUIRE(x == golden_elements<T>());
  const TemporaryDirectory directory;
  save_npy(directory / "again.npy", x);
  REQUIRE(support::read_text(directory / "again.npy") == support::read_text(golden(name)));
}

/// A file with this dictionary in its header, which is not filled up, and `data` bytes of zeros.
std::string file_of(const std::string& dictionary, std::size_t data, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  const std::size_t length = dictionary.size();
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(length >> (8 * i) & 255);
  return bytes + dictionary + std::string(data, '\0');
}

struct DamagedNpy {
  std::string bytes;
  std::string text;  ///< a piece of the error's
};

}  // namespace

TEST_CASE("files that NumPy wrote are read, and written byte for byte as NumPy does", "[io][npy]") {
  check_golden<float>("f4");
  check_golden<double>("f8");
  check_golden<std::int8_t>("i1");
  check_golden<std::int16_t>("i2");
  check_golden<std::int32_t>("i4");
  check_golden<std::int64_t>("i8");
  check_golden<std::uint8_t>("u1");
  check_golden<std::uint16_t>("u2");
  check_golden<std::uint32_t>("u4");
  check_golden<std::uint64_t>("u8");
  REQUIRE(load_npy<bool, 2, 3>(golden("b1")) ==
          Tensor<bool, 2, 3>{{true, false, true}, {false, true, false}});
}

TEST_CASE("NumPy's other versions, orders and ranks are read", "[io][npy]") {
  const auto counted = [](Index i, Index j, Index k) { return static_cast<float>(12 * i + 4 * j + k); };
  const auto pair = generate<float, 2, 3>([](Index i, Index j) { return static_cast<float>(3 * i + j); });
  REQUIRE(load_npy<float, dyn, 3>(golden("version_2")) == pair);
  REQUIRE(load_npy<float, dyn, 3>(golden("version_3")) == pair);
  REQUIRE(support::read_text(golden("fortran")).find("'fortran_order': True") != std::string::npos);
  REQUIRE(load_npy<float, dyn, 3, dyn>(golden("fortran")) == generate<float, 2, 3, 4>(counted));
  REQUIRE(load_npy<double>(golden("scalar"))() == 2.5);
  REQUIRE(load_npy<std::int32_t, dyn>(golden("vector")) == arange<std::int32_t>(5));
  REQUIRE(load_npy<float, dyn, 3>(golden("empty")).extents() == Extents<0, 3>());
}

TEST_CASE("what is saved is loaded", "[io][npy]") {
  const TemporaryDirectory directory;
  const auto path = directory / "x.npy";
  const auto x = random_normal<double, dyn, 3, 5, 2>(seed{1}, 7);
  save_npy(path, x);
  REQUIRE(load_npy<double, 7, dyn, 5, 2>(path) == x);
  save_npy(path, x * 2);  // an expression
  REQUIRE(load_npy<double, dyn, dyn, dyn, dyn>(path) == Tensor(x * 2));
  save_npy(path, x > 0);
  REQUIRE(load_npy<bool, dyn, 3, 5, 2>(path) == Tensor(x > 0));
  const TensorView<const double, 2, 3> columns(x.data(), {}, {1, 2});
  save_npy(path, columns);
  REQUIRE(load_npy<double, 2, 3>(path) == Tensor(columns));
  save_npy(path, Tensor<float>());
  REQUIRE(load_npy<float>(path)() == 0);
  save_npy(path, Tensor<float, dyn>(0));
  REQUIRE(load_npy<float, dyn>(path).empty());
  REQUIRE(std::filesystem::file_size(path) % 64 == 0);
  REQUIRE(directory.file_count() == 1);
}

TEST_CASE("headers may be spaced and ordered in every way that Python allows", "[io][npy]") {
  const TemporaryDirectory directory;
  for (const std::string dictionary :
       {"{'descr':'<f4','fortran_order':False,'shape':(2,)}\n",
        "{\"shape\": ( 2 , ) , \"fortran_order\" : True, \"descr\": \"<f4\" , }   \n"})
    for (const int version : {1, 2, 3}) {
      CAPTURE(dictionary, version);
      support::write_text(directory / "x.npy", file_of(dictionary, 8, version));
      REQUIRE(load_npy<float, 2>(directory / "x.npy") == Tensor<float, 2>{0, 0});
    }
}

TEST_CASE("elements of one byte have no byte order, though some name one", "[io][npy]") {
  const TemporaryDirectory directory;
  support::write_text(directory / "x.npy",
                      file_of("{'descr': '<u1', 'fortran_order': False, 'shape': (2,), }\n", 2));
  REQUIRE(load_npy<std::uint8_t, dyn>(directory / "x.npy") == Tensor<std::uint8_t, 2>{0, 0});
}

TEST_CASE("a damaged file is refused with its name and place", "[io][npy]") {
  const TemporaryDirectory directory;
  const auto path = directory / "damaged.npy";
  const std::string whole = support::read_text(golden("f4"));
  const auto changed = [&](std::size_t at, char to) {
    std::string bytes = whole;
    bytes[at] = to;
    return bytes;
  };
  const auto header = [](const std::string& dictionary) { return file_of(dictionary + "\n", 24); };
  const auto shaped = [&](const std::string& shape) {
    return header("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}");
  };
  std::string many_ones;
  for (int i = 0; i < 65; ++i) many_ones += "1,";
  const std::vector<DamagedNpy> damages = {
      {"", "ends at byte 0"},
      {whole.substr(0, 5), "ends at byte 5"},
      {whole.substr(0, 8), "ends at byte 8"},
      {whole.substr(0, 9), "ends at byte 9"},
      {file_of("", 0, 2).substr(0, 11), "ends at byte 11"},
      {whole.substr(0, 10), "length, at byte 8, is 118, but the file has only 0"},
      {whole.substr(0, 100), "only 90 bytes more"},
      {whole.substr(0, 151), "have 23 bytes, but <f4 (2, 3) takes 24; it is truncated"},
      {whole.substr(0, 128), "have 0 bytes"},
      {whole + "x", "have 25 bytes"},
      {changed(0, 'x'), "no .npy file"},
      {changed(5, 'y'), "no .npy file"},
      {changed(6, 0), "version, at byte 6, is 0.0"},
      {changed(6, 4), "version, at byte 6, is 4.0"},
      {changed(7, 1), "is 1.1"},
      {changed(6, 2), "length, at byte 8"},
      {changed(8, '\x75'), "after the dictionary"},
      {changed(9, '\x7f'), "it is truncated"},
      {changed(10, '['), "\"[\" where it should have the { of a dictionary"},
      {changed(100, 'x'), "at byte 100, something other than spaces"},
      {changed(127, ' '), "something other than spaces and a newline"},
      {file_of("", 24), "at byte 10, its end"},
      {header("{"), "at byte 11"},
      {header("{}"), "lacks descr"},
      {header("{'descr': '<f4', 'shape': (2, 3)}"), "lacks fortran_order"},
      {header("{'descr': '<f4', 'fortran_order': False}"), "lacks shape"},
      {header("{'descr': '<f4', 'descr': '<f4'}"), "\"descr\" a second time"},
      {header("{'descr': '<f4', 'order': 'C'}"), "the key \"order\", which is none of"},
      {header("{descr: '<f4'}"), "a key in quotes"},
      {header("{'descr' '<f4'}"), "a colon"},
      {header("{'descr': '<f4' 'shape': ()}"), "or }"},
      {header("{'descr': <f4}"), "the element type in quotes"},
      {header("{'descr': '<f4}"), "a quote that does not end"},
      {header("{'descr': '<f\\x34'}"), "a backslash"},
      {header("{'fortran_order': 0}"), "True or False"},
      {header("{'fortran_order': false}"), "True or False"},
      {shaped("[2, 3]"), "the ( of a tuple"},
      {shaped("(2, 3"), "\"}\" where it should have , or )"},
      {shaped("(2 3)"), ", or )"},
      {shaped("(2,, 3)"), "a whole number from 0 on"},
      {shaped("(-2, -3)"), "a whole number from 0 on"},
      {shaped("(2.0, 3)"), ", or )"},
      {shaped("(6)"), "no tuple"},
      {shaped("(99999999999999999999,)"), "an extent that is too large"},
      {shaped("(4294967296, 4294967296)"), "(4294967296, 4294967296), is too large"},
      {shaped("(9223372036854775807, 2, 0)"), "is too large"},
      {shaped("(4611686018427387904, 1)"), "(4611686018427387904, 1), is too large"},
      {shaped("(1000000, 1000000)"), "takes 4000000000000"},
      {shaped("(" + many_ones + ")"), "more than 64 axes"},
  };
  for (const auto& [bytes, text] : damages) {
    CAPTURE(text);
    support::write_text(path, bytes);
    REQUIRE_THROWS_AS((load_npy<float, dyn, dyn>(path)), file_error);
    REQUIRE_THROWS_WITH((load_npy<float, dyn, dyn>(path)), containing(text) && containing("damaged.npy: "));
  }
}

TEST_CASE("every truncation and every changed byte of a file is refused or read, never worse", "[io][npy]") {
  const TemporaryDirectory directory;
  const auto path = directory / "x.npy";
  const std::string whole = support::read_text(golden("f4"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    support::write_text(path, whole.substr(0, size));
    REQUIRE_THROWS_AS((load_npy<float, 2, 3>(path)), file_error);
  }
  for (std::size_t at = 0; at < 128; ++at)
    for (const int to : {0, 1, 32, 48, 57, 123, 255}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(to);
      support::write_text(path, bytes);
      try {
        const auto x = load_npy<float, 2, 3>(path);
        REQUIRE(x == golden_elements<float>());
      } catch (const file_error&) {
        SUCCEED();
      }
    }
}

TEST_CASE("a file that holds something else says what it holds", "[io][npy]") {
  REQUIRE_THROWS_WITH((load_npy<double, 2, 3>(golden("f4"))), containing("\"<f4\", not the \"<f8\""));
  REQUIRE_THROWS_WITH((load_npy<std::uint32_t, 2, 3>(golden("i4"))), containing("\"<i4\", not the \"<u4\""));
  REQUIRE_THROWS_WITH((load_npy<std::uint8_t, 2, 3>(golden("b1"))), containing("\"|b1\", not the \"|u1\""));
  REQUIRE_THROWS_WITH((load_npy<float, dyn>(golden("complex"))), containing("\"<c8\""));
  REQUIRE_THROWS_WITH((load_npy<float, dyn>(golden("big_endian"))),
                      containing("big-endian") && containing("astype(\"<f4\")"));
  REQUIRE_THROWS_WITH((load_npy<float, dyn>(golden("fields"))), containing("types with fields are not read"));
  REQUIRE_THROWS_WITH((load_npy<float, 6>(golden("f4"))),
                      containing("its shape is (2, 3), which is not the (6)"));
  REQUIRE_THROWS_WITH((load_npy<float, dyn, 4>(golden("f4"))), containing("(2, 3), which is not the (?, 4)"));
  REQUIRE_THROWS_WITH((load_npy<float>(golden("f4"))), containing("not the ()"));
  REQUIRE_THROWS_WITH((load_npy<float, dyn>(golden("none"))), containing("no such file"));
  REQUIRE_THROWS_WITH((load_npy<float, dyn>(golden("."))), containing("golden"));
}

TEST_CASE("a bool is 0 or 1", "[io][npy]") {
  const TemporaryDirectory directory;
  std::string bytes = support::read_text(golden("b1"));
  bytes[130] = 2;
  support::write_text(directory / "b.npy", bytes);
  REQUIRE_THROWS_WITH((load_npy<bool, 2, 3>(directory / "b.npy")), containing("byte 130 is 2"));
}

TEST_CASE("a file that cannot be written leaves the old one", "[io][npy]") {
  const TemporaryDirectory directory;
  REQUIRE_THROWS_AS(save_npy(directory.path(), Tensor<float, 2>{1, 2}), file_error);
  REQUIRE_THROWS_AS(save_npy(directory / "no" / "x.npy", Tensor<float, 2>{1, 2}), file_error);
  REQUIRE(directory.file_count() == 0);
  Tensor<float, 2> gone{1, 2};
  const Tensor<float, 2> kept = std::move(gone);
  save_npy(directory / "x.npy", kept);
  REQUIRE_THROWS_AS(save_npy(directory / "x.npy", gone), error);
  REQUIRE(load_npy<float, 2>(directory / "x.npy") == kept);
}
