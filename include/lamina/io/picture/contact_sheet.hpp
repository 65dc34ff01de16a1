// A sheet of images in rows, each with a caption under it: what a network makes of a few test images, say,
// the wrong ones framed in red.
//
//   std::vector<io::SheetImage> images;
//   images.push_back(io::judged(io::picture_of(pixels, shape<1, 28, 28>), "3", "8"));   // predicted, true
//   io::save_png("predictions.png", io::contact_sheet(images, {.title = "Test images"}));
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lamina/core/error.hpp"
#include "lamina/core/shape.hpp"
#include "lamina/io/picture/canvas.hpp"
#include "lamina/io/picture/text.hpp"

namespace lamina::io {

/// What is said of an image: a tick or a cross stands beside the caption.
enum class Verdict { none, right, wrong };

/// An image of a sheet.
struct SheetImage {
  Canvas picture;
  std::string caption = {};
  Verdict verdict = Verdict::none;
  std::string remark = {};  ///< a second, fainter line
};

/// An image with the class that was predicted; where that is wrong, the true one stands below.
inline SheetImage judged(Canvas picture, const std::string& predicted, const std::string& truth) {
  const bool right = predicted == truth;
  return {std::move(picture), predicted, right ? Verdict::right : Verdict::wrong,
          right ? "" : sentence("is ", truth)};
}

/// How a sheet is laid out.
struct contact_sheet_options {
  std::string title = {};
  Index columns = 8;
  Index least_side = 84;  ///< smaller images are enlarged, by a whole factor, to about this
  Index gap = 18;         ///< pixels between images
};

/// The sheet. Throws shape_error when there is no image.
inline Canvas contact_sheet(std::span<const SheetImage> images, const contact_sheet_options& options = {});

// ------------------------------------------------------------------------------------------------------

namespace detail {

/// A tick or a cross of about 9 by 9 pixels.
inline void draw_verdict(Canvas& canvas, Point top_left, Verdict verdict) {
  const auto [x, y] = top_left;
  if (verdict == Verdict::right) {
    const Point tick[] = {{x, y + 5}, {x + 3, y + 8.5}, {x + 9, y}};
    canvas.polyline(tick, 2, colours::right);
  } else {
    const Segment cross[] = {{{x + 0.5, y + 0.5}, {x + 8, y + 8}}, {{x + 8, y + 0.5}, {x + 0.5, y + 8}}};
    canvas.lines(cross, 2, colours::wrong);
  }
}

/// Space that a tick or a cross takes beside the caption.
constexpr double verdict_width(Verdict verdict) { return verdict == Verdict::none ? 0 : 16; }

/// The greatest scale, from 1.6 down to 1.2, at which every caption and remark fits into `width` pixels.
inline double caption_scale(std::span<const SheetImage> images, double width) {
  double scale = 1.6;
  for (const SheetImage& image : images)
    while (scale > 1.2 && std::max(text_width(image.caption, scale) + verdict_width(image.verdict),
                                   text_width(image.remark, scale)) > width)
      scale -= 0.1;
  return scale;
}

/// The caption, its tick or cross and the remark, centred about x below y, no wider than `width`.
inline void draw_caption(Canvas& canvas, const SheetImage& image, double x, double y, double width,
                         double scale) {
  const double mark = verdict_width(image.verdict);
  const std::string caption = fitted(image.caption, scale, width - mark);
  const double left = x - (text_width(caption, scale) + mark) / 2;
  const Colour colour = image.verdict == Verdict::wrong ? colours::wrong : colours::ink;
  draw_text(canvas, {left, y}, caption, {.scale = scale, .colour = colour});
  if (image.verdict != Verdict::none)
    draw_verdict(canvas, {left + text_width(caption, scale) + 7, y + text_height(scale) / 2 - 4},
                 image.verdict);
  draw_text(canvas, {x, y + 13 * scale}, fitted(image.remark, scale, width),
            {.scale = scale, .colour = colours::faint_ink, .anchor = TextStyle::Anchor::centre});
}

}  // namespace detail

inline Canvas contact_sheet(std::span<const SheetImage> images, const contact_sheet_options& options) {
  require(!images.empty() && options.columns >= 1, "contact_sheet: there must be an image and a column");
  constexpr Index margin = 24;
  const Index gap = options.gap;

  Index width = 0, height = 0;
  bool captions = false, remarks = false;
  for (const SheetImage& image : images) {
    width = std::max(width, image.picture.width());
    height = std::max(height, image.picture.height());
    captions |= !image.caption.empty() || image.verdict != Verdict::none;
    remarks |= !image.remark.empty();
  }
  const Index enlargement =
      std::max<Index>(1, (options.least_side + std::max(width, height) / 2) / std::max(width, height));
  width *= enlargement;
  height *= enlargement;

  const Index columns = std::min(options.columns, static_cast<Index>(images.size()));
  const Index rows = (static_cast<Index>(images.size()) + columns - 1) / columns;
  const Index top = options.title.empty() ? margin : margin + 38;
  const Index row_height = height + gap + (remarks ? 46 : captions ? 24 : 0);
  const auto title_width = static_cast<Index>(text_width(options.title, title_style.scale));
  Canvas sheet(std::max(columns * (width + gap) - gap, title_width) + 2 * margin,
               top + rows * row_height - gap + margin);
  draw_text(sheet, {margin, margin - 4}, options.title, title_style);

  const double caption_width = static_cast<double>(width + 4);
  const double scale = detail::caption_scale(images, caption_width);
  for (Index i = 0; i < static_cast<Index>(images.size()); ++i) {
    const SheetImage& image = images[static_cast<std::size_t>(i)];
    const Index x = margin + i % columns * (width + gap), y = top + i / columns * row_height;
    const Index w = image.picture.width() * enlargement, h = image.picture.height() * enlargement;
    const Index left = x + (width - w) / 2, above = y + height - h;
    const Box box{static_cast<double>(left), static_cast<double>(above), static_cast<double>(left + w),
                  static_cast<double>(above + h)};
    sheet.paste(image.picture, left, above, enlargement);
    if (image.verdict == Verdict::wrong)
      sheet.frame(box, 3, colours::wrong);
    else
      sheet.frame(box, 1, colours::grid);
    detail::draw_caption(sheet, image, static_cast<double>(x) + static_cast<double>(width) / 2,
                         static_cast<double>(y + height + 10), caption_width, scale);
  }
  return sheet;
}

}  // namespace lamina::io
