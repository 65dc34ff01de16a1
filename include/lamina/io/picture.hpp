// Pictures of what a network does, made without any plotting library: contact sheets of images with captions,
// the filters of a first layer, charts of curves. Each function returns a Canvas, which can be drawn on,
// joined with others (side_by_side) and saved.
#pragma once

#include <filesystem>

#include "lamina/io/atomic_file.hpp"
#include "lamina/io/detail/stb_image_write.hpp"
#include "lamina/io/picture/canvas.hpp"
#include "lamina/io/picture/contact_sheet.hpp"
#include "lamina/io/picture/filter_grid.hpp"
#include "lamina/io/picture/line_chart.hpp"
#include "lamina/io/picture/text.hpp"

namespace lamina::io {

/// Writes a picture as a PNG file, whole or not at all. Throws file_error when it cannot be written.
inline void save_png(const std::filesystem::path& path, const Canvas& picture) {
  write_file_atomically(path, detail::png_bytes(picture.width(), picture.height(), 3, picture.bytes()));
}

}  // namespace lamina::io
