// Where data sets lie: a folder that the user names once, in LAMINA_DATA_DIR or on a command line. It may be
// the root that holds the sets (mnist/, cifar-10-batches-bin/, …) or one set's own folder: every reader looks
// in both places.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lamina/core/error.hpp"

namespace lamina::data {

/// The folder named by the environment variable LAMINA_DATA_DIR, or an empty path when it is unset. Readers
/// refuse the empty path with a sentence that says what to set, so `data::mnist(data::directory())` needs no
/// check of its own; a program with a default asks `.empty()`:
///   auto [training, testing] = where.empty() ? data::synthetic_digits() : data::mnist(where);
inline std::filesystem::path directory() {
  const char* named = std::getenv("LAMINA_DATA_DIR");
  return named ? named : "";
}

namespace detail {

/// The first of a set's `files` (alternative spellings of one) in directory/<usual folder> or in `directory`
/// itself. Throws file_error saying what was looked for and where.
inline std::filesystem::path find_file(const std::string& set, const std::filesystem::path& directory,
                                       const std::vector<std::string>& usual_folders,
                                       const std::vector<std::string>& files) {
  if (directory.empty())
    throw file_error(set,
                     ": no folder given; name the one that holds the data in LAMINA_DATA_DIR or with --data");
  std::vector<std::filesystem::path> places;
  for (const std::string& folder : usual_folders) places.push_back(directory / folder);
  places.push_back(directory);
  std::error_code ignored;
  for (const auto& place : places)
    for (const std::string& file : files)
      if (std::filesystem::is_regular_file(place / file, ignored)) return place / file;
  std::string looked_in;
  for (const auto& place : places) looked_in += sentence(looked_in.empty() ? "" : ", ", place.string());
  throw file_error(set, ": ", files.front(), " not found; looked in ", looked_in);
}

}  // namespace detail
}  // namespace lamina::data
