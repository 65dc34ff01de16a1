#include "lamina/data/detail/jpeg_check.hpp"

#include <string>

#include "data/pictures.hpp"
#include "support/catch.hpp"

using namespace lamina;
using support::complaint;
using support::jpeg;

TEST_CASE("a JPEG has the tables and scans that decoding it takes") {
  const std::string photo = jpeg(16, 16, 3);
  const auto tables = photo.find("\xff\xc4"), frame = photo.find("\xff\xc0"), scan = photo.find("\xff\xda"),
             quantizers = photo.find("\xff\xdb");
  const auto segment = [&](std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(photo[i])}; };
    return 2 + byte(at + 2) * 256 + byte(at + 3);
  };
  const auto without = [&](std::size_t at) { return std::string(photo).erase(at, segment(at)); };
  const auto changed = [&](std::size_t at, const std::string& bytes) {
    return std::string(photo).replace(at, bytes.size(), bytes);
  };
  REQUIRE(complaint(photo).empty());
  CHECK_THAT(complaint(without(tables)),
             containing("this scan uses a table that the JPEG file has not defined"));
  CHECK_THAT(complaint(without(quantizers)), containing("a table that the JPEG file has not defined"));
  CHECK_THAT(complaint(without(frame)), containing("which the frame has not"));
  CHECK_THAT(complaint(changed(tables + 5, "\xff")), containing("not so many Huffman codes of 1 bits"));
  // Counts that leave codes over, but values beyond the segment.
  CHECK_THAT(complaint(changed(tables + 20, "\xff")), containing("Huffman"));
  CHECK_THAT(complaint(changed(tables + 4, "\x23")), containing("a Huffman table is for DC or AC"));
  CHECK_THAT(complaint(changed(tables + 4, "\x07")), containing("numbered from 0 to 3"));
  CHECK_THAT(complaint(changed(frame + 1, "\xc9")), containing("baseline or progressive"));
  CHECK_THAT(complaint(changed(frame + 9, "\x09")), containing("1 to 4 components"));
  CHECK_THAT(complaint(changed(frame + 3, "\x12")), containing("this JPEG segment should be 17 bytes long"));
  CHECK_THAT(complaint(changed(scan + 5, "\x63")), containing("this scan is of component 99"));
  CHECK_THAT(complaint(changed(scan + 7, "\x01")), containing("no scan of component 2"));
  // Every scan is a pass over the picture.
  const std::string head = photo.substr(0, scan), body = photo.substr(scan, photo.size() - 2 - scan);
  std::string many = head;
  for (int i = 0; i < 501; ++i) many += body;
  CHECK_THAT(complaint(many + "\xff\xd9"), containing("more than 500 scans"));
  // 0xff may be repeated before a marker.
  REQUIRE(complaint(head + body + "\xff\xff\xd0" + body.substr(body.size() - 4) + "\xff\xff\xd9").empty());
}
