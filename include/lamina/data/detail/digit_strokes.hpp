// How the ten digits are written: the pen's way through a box one unit high, x to the right and y downwards
// from its middle. Each digit has the forms that people use (a 4 open or closed, a 7 with or without its bar,
// …).
#pragma once

#include <span>

#include "lamina/core/shape.hpp"
#include "lamina/data/detail/canvas.hpp"

namespace lamina::data::detail {

/// Between two strokes of a digit: the pen leaves the paper. A stroke of two points is straight, longer ones
/// are smooth curves through their points, so a corner is where one stroke ends and the next begins.
inline constexpr Point lift{9, 9};

/// One way of writing a digit.
using Glyph = std::span<const Point>;

namespace glyphs {

inline constexpr Point zero[] = {{0.02, -0.5}, {-0.2, -0.36}, {-0.27, 0},   {-0.2, 0.36}, {0.02, 0.5},
                                 {0.22, 0.36}, {0.27, 0},     {0.2, -0.36}, {-0.02, -0.5}};
inline constexpr Point zero_narrow[] = {{0.06, -0.48}, {-0.14, -0.3}, {-0.18, 0.08},
                                        {-0.08, 0.42}, {0.06, 0.49},  {0.18, 0.28},
                                        {0.2, -0.1},   {0.1, -0.42},  {-0.04, -0.42}};
inline constexpr Point one[] = {{0, -0.5}, {0, 0.5}};
inline constexpr Point one_flag[] = {{-0.2, -0.24}, {0.04, -0.5}, lift, {0.04, -0.5}, {0.04, 0.5}};
inline constexpr Point one_serif[] = {{-0.16, -0.3}, {0.02, -0.5}, lift,         {0.02, -0.5},
                                      {0.02, 0.48},  lift,         {-0.2, 0.48}, {0.24, 0.48}};
inline constexpr Point two[] = {{-0.27, -0.26}, {-0.14, -0.46}, {0.12, -0.47}, {0.25, -0.26}, {0.14, 0},
                                {-0.1, 0.26},   {-0.29, 0.47},  lift,          {-0.29, 0.47}, {0.3, 0.46}};
inline constexpr Point two_loop[] = {{-0.24, -0.34}, {-0.02, -0.5}, {0.2, -0.36},  {0.16, -0.06},
                                     {-0.06, 0.28},  {-0.24, 0.46}, {-0.28, 0.32}, {-0.1, 0.3},
                                     {0.1, 0.44},    {0.32, 0.42}};
inline constexpr Point three[] = {{-0.25, -0.38}, {-0.02, -0.5}, {0.21, -0.38},  {0.19, -0.14},
                                  {-0.06, -0.04}, lift,          {-0.06, -0.04}, {0.2, 0.04},
                                  {0.28, 0.27},   {0.06, 0.49},  {-0.27, 0.38}};
inline constexpr Point three_flat[] = {{-0.25, -0.48}, {0.22, -0.48}, lift,          {0.22, -0.48},
                                       {-0.06, -0.1},  lift,          {-0.06, -0.1}, {0.2, 0},
                                       {0.27, 0.25},   {0.05, 0.49},  {-0.26, 0.38}};
inline constexpr Point four_open[] = {{-0.14, -0.46}, {-0.28, 0.08}, lift,          {-0.28, 0.08},
                                      {0.3, 0.06},    lift,          {0.16, -0.32}, {0.12, 0.5}};
inline constexpr Point four_closed[] = {{0.12, -0.5}, {-0.3, 0.16}, lift,         {-0.3, 0.16},
                                        {0.3, 0.16},  lift,         {0.12, -0.5}, {0.12, 0.5}};
inline constexpr Point five[] = {{0.25, -0.48},  {-0.18, -0.48}, lift,           {-0.18, -0.48},
                                 {-0.22, -0.06}, lift,           {-0.22, -0.06}, {0.04, -0.14},
                                 {0.26, 0.04},   {0.26, 0.32},   {0.02, 0.5},    {-0.27, 0.4}};
inline constexpr Point five_round[] = {{0.28, -0.44},  {-0.12, -0.46}, lift,
                                       {-0.12, -0.46}, {-0.2, -0.1},   {0.08, -0.06},
                                       {0.22, 0.16},   {0.1, 0.42},    {-0.24, 0.46}};
inline constexpr Point six[] = {{0.17, -0.48}, {-0.08, -0.3}, {-0.24, 0.02}, {-0.23, 0.32}, {-0.02, 0.49},
                                {0.2, 0.38},   {0.23, 0.14},  {0.04, 0},     {-0.14, 0.08}, {-0.23, 0.26}};
inline constexpr Point six_hook[] = {{0.22, -0.38}, {0.06, -0.49}, {-0.18, -0.3}, {-0.26, 0.1}, {-0.12, 0.44},
                                     {0.12, 0.47},  {0.26, 0.24},  {0.08, 0.02},  {-0.16, 0.1}, {-0.24, 0.2}};
inline constexpr Point seven[] = {{-0.27, -0.46}, {0.28, -0.46}, lift,
                                  {0.28, -0.46},  {0.08, -0.04}, {-0.06, 0.5}};
inline constexpr Point seven_bar[] = {{-0.27, -0.46}, {0.28, -0.46}, lift,
                                      {0.28, -0.46},  {0.06, -0.02}, {-0.06, 0.5},
                                      lift,           {-0.14, 0.02}, {0.22, 0}};
inline constexpr Point eight[] = {{0.19, -0.38}, {0, -0.5},     {-0.2, -0.38}, {-0.16, -0.14},
                                  {0.12, 0.06},  {0.25, 0.28},  {0.02, 0.5},   {-0.24, 0.3},
                                  {-0.14, 0.08}, {0.14, -0.12}, {0.2, -0.36}};
inline constexpr Point eight_circles[] = {{0, -0.02}, {-0.2, -0.24}, {0, -0.5},  {0.2, -0.24},
                                          {0, -0.02}, lift,          {0, -0.02}, {-0.25, 0.24},
                                          {0, 0.5},   {0.25, 0.24},  {0, -0.02}};
inline constexpr Point nine[] = {{0.22, -0.26}, {0.04, -0.04}, {-0.18, -0.1}, {-0.22, -0.34}, {-0.02, -0.5},
                                 {0.18, -0.4},  lift,          {0.2, -0.42},  {0.2, 0.04},    {0.1, 0.5}};
inline constexpr Point nine_hook[] = {{0.22, -0.26}, {0.02, -0.04}, {-0.2, -0.14}, {-0.18, -0.38},
                                      {0.04, -0.5},  {0.22, -0.32}, {0.25, 0.06},  {0.14, 0.4},
                                      {-0.08, 0.5},  {-0.24, 0.36}};

inline constexpr Glyph forms[10][3] = {
    {zero, zero_narrow},      {one, one_flag, one_serif}, {two, two_loop}, {three, three_flat},
    {four_open, four_closed}, {five, five_round},         {six, six_hook}, {seven, seven_bar},
    {eight, eight_circles},   {nine, nine_hook}};

}  // namespace glyphs

/// The forms of a digit.
constexpr std::span<const Glyph> forms_of(Index digit) {
  return std::span(glyphs::forms[digit]).first(glyphs::forms[digit][2].empty() ? 2 : 3);
}

}  // namespace lamina::data::detail
