#include "lamina/data/directory.hpp"

#include <cstdlib>

#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;

TEST_CASE("the directory is what LAMINA_DATA_DIR names, and empty without it") {
  const char* before = std::getenv("LAMINA_DATA_DIR");
  const std::string restored = before ? before : "";
  ::setenv("LAMINA_DATA_DIR", "some/where", 1);
  CHECK(data::directory() == "some/where");
  ::unsetenv("LAMINA_DATA_DIR");
  CHECK(data::directory().empty());
  if (before) ::setenv("LAMINA_DATA_DIR", restored.c_str(), 1);
}

TEST_CASE("a set's own folder inside the directory goes before the directory itself") {
  const support::TemporaryDirectory root;
  std::filesystem::create_directory(root / "set");
  support::write_text(root / "file.gz", "outer");
  REQUIRE(data::detail::find_file("set", root.path(), {"set"}, {"file", "file.gz"}) == root / "file.gz");
  support::write_text(root / "set/file", "inner");
  REQUIRE(data::detail::find_file("set", root.path(), {"set"}, {"file", "file.gz"}) == root / "set/file");
}

TEST_CASE("what is not found is named, with the places that were searched") {
  const support::TemporaryDirectory root;
  REQUIRE_THROWS_AS(data::detail::find_file("A set", root.path(), {"sub"}, {"file"}), file_error);
  REQUIRE_THROWS_WITH(
      data::detail::find_file("A set", root.path(), {"sub"}, {"file"}),
      containing("A set: file not found; looked in ") && containing((root / "sub").string() + ", "));
  REQUIRE_THROWS_WITH(data::detail::find_file("A set", "", {}, {"file"}), containing("no folder given"));
}
