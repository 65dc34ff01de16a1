#include "lamina/data/image_folder.hpp"

#include <string>

#include "data/pictures.hpp"
#include "io/temporary_directory.hpp"
#include "support/catch.hpp"

using namespace lamina;
using data::image_folder;

namespace {

struct Folder : support::TemporaryDirectory {
  void add(const std::string& name, const std::string& file) const {
    std::filesystem::create_directories((*this / name).parent_path());
    support::write_text(*this / name, file);
  }
};

}  // namespace

TEST_CASE("sub-folders are classes, in the order of their names") {
  const Folder folder;
  folder.add("dog/2.png", support::png(6, 4, 3));
  folder.add("cat/b.JPEG", support::jpeg(6, 4, 3));
  folder.add("cat/a.png", support::png(6, 4, 3));
  folder.add("dog/notes.txt", "no picture");
  folder.add("dog/.hidden.png", "no picture");
  folder.add(".git/x.png", "no picture");
  folder.add("README.md", "no picture");
  const Dataset<> set = image_folder(folder.path());
  REQUIRE(set.classes == std::vector<std::string>{"cat", "dog"});
  REQUIRE(set.labels == std::vector<std::int32_t>{0, 0, 1});
  REQUIRE(set.shape() == shape<3, 4, 6>);
  REQUIRE(set.images(0, 2, 3, 5) == 40 + 15 + 15 + 40);
  REQUIRE(set.images(2, 2, 3, 5) == 40 + 15 + 15 + 40);
  REQUIRE_NOTHROW(set.check());
}

TEST_CASE("sizes must agree unless a form is asked for") {
  const Folder folder;
  folder.add("a/1.png", support::png(6, 4, 3));
  folder.add("b/2.png", support::png(12, 8, 1));
  REQUIRE_THROWS_WITH(image_folder(folder.path()),
                      containing("2.png: the picture is 8x12; it should be 4x6"));
  const Dataset<> set = image_folder(folder.path(), {.channels = 1, .height = 4, .width = 4});
  REQUIRE(set.shape() == shape<1, 4, 4>);
  REQUIRE(set.size() == 2);
}

TEST_CASE("channels must agree unless they are asked for") {
  const Folder folder;
  folder.add("a/1.png", support::png(6, 4, 1));
  folder.add("b/2.png", support::png(6, 4, 3));
  REQUIRE_THROWS_AS(image_folder(folder.path()), file_error);
  REQUIRE_THROWS_WITH(image_folder(folder.path()), containing("2.png: the picture is in colour"));
  REQUIRE_THROWS_AS(image_folder(folder.path(), {.height = 4, .width = 6, .fit = data::ImageFit::exact}),
                    file_error);
  REQUIRE(image_folder(folder.path(), {.channels = 3}).shape() == shape<3, 4, 6>);
  REQUIRE(image_folder(folder.path(), {.height = 2, .width = 2}).shape() == shape<1, 2, 2>);
  folder.add("a/0.png", support::png(6, 4, 4));
  REQUIRE_THROWS_WITH(image_folder(folder.path()), containing("1.png: the picture is grey"));
  folder.add("a/1.png", support::png(6, 4, 3));
  REQUIRE(image_folder(folder.path()).shape() == shape<3, 4, 6>);  // transparency is dropped
}

TEST_CASE("what is wrong with a folder is said with its name") {
  const Folder folder;
  REQUIRE_THROWS_WITH(image_folder(folder / "absent"), containing("absent: cannot be read as a folder"));
  REQUIRE_THROWS_WITH(image_folder(folder.path()), containing("no sub-folders with pictures"));
  folder.add("a/1.png", support::png(6, 4, 3));
  folder.add("b/x.txt", "");
  REQUIRE_THROWS_WITH(image_folder(folder.path()), containing("b: no .png, .jpg or .jpeg file"));
  folder.add("b/2.png", support::png(6, 4, 3).substr(0, 50));
  REQUIRE_THROWS_WITH(image_folder(folder.path()), containing("2.png: byte 50: the file ends"));
}
