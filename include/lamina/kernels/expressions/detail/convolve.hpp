// Convolutions of plain tensors on the kernels for blocked maps: the input is blocked and the weights are
// packed into scratch memory, the kernel runs into a third scratch, and what it has finished is handed on
// part by part, while it is in cache (a large batch goes some samples at a time, through the same memory).
// Sequences and maps are volumes of one row or one plane; a true volume is the sum of two-dimensional
// convolutions of its planes.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>

#include "lamina/core/scratch.hpp"
#include "lamina/kernels/conv.hpp"
#include "lamina/kernels/expressions/detail/convolution_shape.hpp"
#include "lamina/tensor/expressions/produce.hpp"
#include "lamina/tensor/feature_map_conversion.hpp"
#include "lamina/tensor/tensor_view.hpp"

namespace lamina::detail {

/// Any input, weights or result: (n, c, d, h, w), weights (out, in, d, h, w).
template <class T> using Volume = TensorView<T, dyn, dyn, dyn, dyn, dyn>;

/// A view of one to three axes of pixels as a volume: absent axes have extent 1.
template <class T, Index... E> Volume<T> as_volume(const TensorView<T, E...>& view) {
  std::array<Index, 5> extents{1, 1, 1, 1, 1}, strides{};
  constexpr int rank = sizeof...(E);
  for (int axis = 0; axis < rank; ++axis) {
    const auto to = static_cast<std::size_t>(axis < 2 ? axis : axis + 5 - rank);
    extents[to] = view.extent(axis);
    strides[to] = view.stride(axis);
  }
  return {view.data(), typename Volume<T>::extents_type(extents), strides};
}

/// A plane of a volume, (n, c, h, w).
template <class T> TensorView<T, dyn, dyn, dyn, dyn> plane_at(const Volume<T>& v, Index depth) {
  return {v.data() + depth * v.stride(2),
          Extents<dyn, dyn, dyn, dyn>({v.extent(0), v.extent(1), v.extent(3), v.extent(4)}),
          {v.stride(0), v.stride(1), v.stride(3), v.stride(4)}};
}

/// Feature maps that make a volume: [n][d][map].
template <class T, int Block> struct PlaneStack {
  T* data;
  Index batch, channels, depth, height, width;

  Index plane_size() const { return (channels + Block - 1) / Block * Block * height * width; }
  Index size() const { return batch * depth * plane_size(); }
  /// The planes at one depth of all samples.
  FeatureMapView<T, Block> at_depth(Index d) const {
    return {data + d * plane_size(), batch, channels, height, width, depth * plane_size()};
  }
  /// `count` planes of a sample, `step` apart, as a batch of maps.
  FeatureMapView<T, Block> planes(Index n, Index first, Index step, Index count) const {
    return {data + (n * depth + first) * plane_size(), count, channels, height, width, step * plane_size()};
  }
};

/// A convolution of known extents.
struct ConvolutionGeometry {
  ConvolutionKind kind;
  Index groups;
  Border border;
  std::array<WindowAxis, 3> window;
  std::array<Index, 5> in, out;  // (n, c, d, h, w)

  ConvolutionGeometry(ConvolutionKind k, const ConvolutionOptions& o, const std::array<Index, 5>& input,
                      const std::array<Index, 5>& weights, const std::array<Index, 5>& output)
      : kind(k), groups(o.groups), border(o.border), in(input), out(output) {
    for (int axis = 3 - k.axes; axis < 3; ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      window[a] = window_axis(o, axis, input[a + 2], weights[a + 2]);
    }
  }

  const WindowAxis& depth() const { return window[depth_axis]; }
  /// Whether there is one plane, which meets one plane of the kernel.
  bool is_flat() const { return depth().kernel == 1 && in[2] == 1 && out[2] == 1 && depth().before == 0; }
  /// The convolution within planes; of a transposed one, that from output to input.
  kernels::ConvGeometry plane() const {
    const WindowAxis &rows = window[row_axis], &columns = window[column_axis];
    return {.in_channels = kind.transposed ? out[1] : in[1],
            .out_channels = kind.transposed ? in[1] : out[1],
            .groups = groups,
            .kernel_height = rows.kernel,
            .kernel_width = columns.kernel,
            .stride_height = rows.stride,
            .stride_width = columns.stride,
            .dilation_height = rows.dilation,
            .dilation_width = columns.dilation,
            .pad_top = rows.before,
            .pad_left = columns.before,
            .pad_bottom = rows.after,
            .pad_right = columns.after,
            .border = border};
  }
};

/// Weights (out, in of group, d, h, w) in the order of ConvGeometry, a run of weight_size for each d.
template <class T, class W, class Arch = simd::Arch>
void pack_volume_weights(const kernels::ConvGeometry& g, const Volume<W>& from, T* packed) {
  constexpr Index lanes = channel_block<T>;
  const Index outs = from.extent(0), slice = g.weight_size(lanes);
  // Lanes of [first, last) output blocks.
  const auto pack = [&](Index first, Index last, Index count) {
    using Blocks = Extents<dyn, dyn, dyn, dyn, dyn, dyn>;
    const Blocks extents(
        {last - first, from.extent(1), from.extent(2), from.extent(3), from.extent(4), count});
    const TensorView<W, dyn, dyn, dyn, dyn, dyn, dyn> source(
        from.data() + first * lanes * from.stride(0), extents,
        {lanes * from.stride(0), from.stride(1), from.stride(2), from.stride(3), from.stride(4),
         from.stride(0)});
    const auto place = [&](Index out, Index in, Index row, Index column) {
      return g.weight_offset(lanes, out, in, row, column);
    };
    const TensorView<T, dyn, dyn, dyn, dyn, dyn, dyn> to(
        packed + place(first * lanes, 0, 0, 0), extents,
        {place(lanes, 0, 0, 0), place(0, 1, 0, 0), slice, place(0, 0, 1, 0), place(0, 0, 0, 1),
         place(1, 0, 0, 0)});
    evaluate(source, to);
  };
  const Index whole = outs / lanes;
  if (whole * lanes < outs) {
    std::fill_n(packed, slice * from.extent(2), T{0});
    pack(whole, whole + 1, outs - whole * lanes);
  }
  pack(0, whole, lanes);
}

/// Calls f(tap, first_small, first_large, step, count) for runs of planes along the depth of a convolution:
/// through tap `tap`, plane first_small + i meets first_large + i · step. Small is the side of the windows
/// (of a transposed convolution the input).
template <class F>
void for_each_plane_run(const WindowAxis& depth, Border border, Index small, Index large, F&& f) {
  for (Index tap = 0; tap < depth.kernel; ++tap) {
    const auto partner = [&](Index plane) {
      return kernels::detail::border_source(
          border, plane * depth.stride - depth.before + tap * depth.dilation, large);
    };
    for (Index first = 0; first < small;) {
      Index next = first + 1;
      if (partner(first) >= 0) {
        while (next < small && partner(next) == partner(next - 1) + depth.stride) ++next;
        f(tap, first, partner(first), depth.stride, next - first);
      }
      first = next;
    }
  }
}

/// Multiply-adds that are worth sharing out among many threads.
inline constexpr Index shared_macs = Index{1} << 26;

/// Part of a convolution's result that is finished: it lies in `map`, planes at one depth of the samples from
/// first_sample on (from which those of `part` are counted).
template <class T> struct FinishedPart {
  FeatureMapView<T> map;
  Index first_sample, depth;
  kernels::MapPart part;
};

/// Convolves x with w. Before it calls follow(finished, worker) it has read both to the end.
template <int InBlock, class T, class X, class W, class Follow, class Arch = simd::Arch>
void convolve_blocked(const ConvolutionGeometry& g, const Volume<X>& x, const Volume<W>& w,
                      const Follow& follow) {
  const kernels::ConvGeometry plane = g.plane();
  const Index slice = plane.weight_size(channel_block<T>);
  const auto& small = g.kind.transposed ? g.in : g.out;
  const Index macs = plane.macs(small[3], small[4]) * small[2] * g.depth().kernel;
  const Index samples_each = std::clamp<Index>(shared_macs / std::max<Index>(1, macs), 1, g.in[0]);
  PlaneStack<T, InBlock> in{nullptr, g.in[0], g.in[1], g.in[2], g.in[3], g.in[4]};
  PlaneStack<T, channel_block<T>> out{nullptr, samples_each, g.out[1], g.out[2], g.out[3], g.out[4]};
  const Scratch<T> weights(slice * g.depth().kernel), in_memory(in.size()), out_memory(out.size());
  in.data = in_memory.data();
  out.data = out_memory.data();
  pack_volume_weights<T>(plane, w, weights.data());
  for (Index depth = 0; depth < in.depth; ++depth) copy(plane_at(x, depth), in.at_depth(depth));

  const auto run = [&](const auto& from, const auto& to, const T* taps, const auto& after, bool accumulate) {
    const kernels::no_epilogue none;
    if (g.kind.transposed)
      kernels::conv_transposed(from, taps, nullptr, to, plane, none, after, accumulate);
    else
      kernels::conv_forward(from, taps, nullptr, to, plane, none, after, accumulate);
  };
  for (Index first = 0; first < g.in[0]; first += samples_each) {
    out.batch = std::min(samples_each, g.in[0] - first);
    if (g.is_flat()) {
      const auto to = out.at_depth(0);
      run(
          in.at_depth(0).samples(first, out.batch), to, weights.data(),
          [&](const kernels::MapPart& part, int worker) {
            follow(FinishedPart<T>{to, first, 0, part}, worker);
          },
          false);
      continue;
    }
    std::fill_n(out.data, out.size(), T{0});
    for_each_plane_run(g.depth(), g.border, g.kind.transposed ? in.depth : out.depth,
                       g.kind.transposed ? out.depth : in.depth,
                       [&](Index tap, Index first_small, Index first_large, Index step, Index count) {
                         const bool t = g.kind.transposed;
                         for (Index n = 0; n < out.batch; ++n)
                           run(in.planes(first + n, t ? first_small : first_large, t ? 1 : step, count),
                               out.planes(n, t ? first_large : first_small, t ? step : 1, count),
                               weights.data() + tap * slice, kernels::nothing_follows{}, true);
                       });
    parallel_for(out.batch * out.depth, [&](Index i, int worker) {
      const Index depth = i % out.depth;
      const kernels::MapPart all{i / out.depth, 1, 0, out.height, 0, out.channels};
      follow(FinishedPart<T>{out.at_depth(depth), first, depth, all}, worker);
    });
  }
}

template <class T, class X, class W, class Follow>
void convolve(const ConvolutionGeometry& g, const Volume<X>& x, const Volume<W>& w, const Follow& follow) {
  constexpr Index few = 4;  // channels that blocking would mostly fill up with zeros
  if (!g.kind.transposed && g.groups == 1 && g.in[1] <= few)
    convolve_blocked<1, T>(g, x, w, follow);
  else
    convolve_blocked<channel_block<T>, T>(g, x, w, follow);
}

/// Elements of a map in plain order: channels [first_channel, + channels) of the pixels in rows and columns
/// of a sample, to `to`, whose strides are those of channels, rows and columns.
struct MapBox {
  Index sample, first_channel, channels, first_row, rows, first_column, columns;
};
template <class T>
void copy_box(const FeatureMapView<T>& map, const MapBox& box, T* to, const std::array<Index, 3>& strides) {
  constexpr Index lanes = FeatureMapView<T>::block;
  const bool is_flat = box.columns == map.width && strides[1] == box.columns * strides[2];
  const Index runs = is_flat ? 1 : box.rows, pixels = is_flat ? box.rows * box.columns : box.columns;
  for (Index c = 0; c < box.channels; c += lanes)
    for (Index run = 0; run < runs; ++run)
      copy_from_block<lanes>(map.at_block(box.sample, (box.first_channel + c) / lanes) +
                                 (box.first_row + run) * map.row_stride() + box.first_column * lanes,
                             std::min(lanes, box.channels - c), pixels,
                             to + c * strides[0] + run * strides[1], strides[0], strides[2]);
}

/// Convolves x with w into `to`.
template <class T, class X, class W>
void convolve_into(const ConvolutionGeometry& g, const Volume<X>& x, const Volume<W>& w,
                   const Volume<T>& to) {
  convolve<T>(g, x, w, [&](const FinishedPart<T>& finished, int) {
    const kernels::MapPart& p = finished.part;
    for (Index n = p.first_sample; n < p.first_sample + p.samples; ++n)
      copy_box(finished.map, {n, p.first_channel, p.channels, p.first_row, p.rows, 0, finished.map.width},
               to.data() + (finished.first_sample + n) * to.stride(0) + p.first_channel * to.stride(1) +
                   finished.depth * to.stride(2) + p.first_row * to.stride(3),
               {to.stride(1), to.stride(3), to.stride(4)});
  });
}

/// Convolves x with w and has `visit` see the result, in boxes that stay in the first-level cache.
template <class T, class X, class W>
void convolve_in_boxes(const ConvolutionGeometry& g, const Volume<X>& x, const Volume<W>& w,
                       const BoxVisitor<T>& visit) {
  constexpr Index lanes = channel_block<T>;
  constexpr Index most = 16384 / static_cast<Index>(sizeof(T));  // elements of a box
  const Scratch<T> boxes(threads() * most);
  convolve<T>(g, x, w, [&](const FinishedPart<T>& finished, int worker) {
    const FeatureMapView<T>& map = finished.map;
    const kernels::MapPart& part = finished.part;
    T* const memory = boxes.data() + worker * most;
    const auto visit_box = [&](const MapBox& box) {
      const Index row_stride = box.columns, channel_stride = box.rows * row_stride;
      copy_box(map, box, memory, {channel_stride, row_stride, 1});
      const std::array<Index, 5> first{finished.first_sample + box.sample, box.first_channel, finished.depth,
                                       box.first_row, box.first_column},
          extents{1, box.channels, 1, box.rows, box.columns}, strides{0, channel_stride, 0, row_stride, 1};
      ProducedBox<T> produced{};
      produced.data = memory;
      for (int axis = 0; axis < 2 + g.kind.axes; ++axis) {  // sequences have no rows, maps no depth
        const auto at = static_cast<std::size_t>(axis),
                   from = static_cast<std::size_t>(axis < 2 ? axis : axis + 3 - g.kind.axes);
        produced.first[at] = first[from];
        produced.extents[at] = extents[from];
        produced.strides[at] = strides[from];
      }
      visit(produced);
    };
    const Index columns = std::min(map.width, most / lanes);
    const Index rows = std::clamp<Index>(most / (lanes * columns), 1, part.rows);
    const Index channels = std::max<Index>(1, most / (lanes * columns * rows)) * lanes;
    const Index last_row = part.first_row + part.rows, last_channel = part.first_channel + part.channels;
    for (Index n = part.first_sample; n < part.first_sample + part.samples; ++n)
      for (Index c = part.first_channel; c < last_channel; c += channels)
        for (Index row = part.first_row; row < last_row; row += rows)
          for (Index column = 0; column < map.width; column += columns)
            visit_box({n, c, std::min(channels, last_channel - c), row, std::min(rows, last_row - row),
                       column, std::min(columns, map.width - column)});
  });
}

}  // namespace lamina::detail
