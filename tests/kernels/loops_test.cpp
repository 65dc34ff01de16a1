#include "lamina/kernels/loops.hpp"

#include "kernels/maps.hpp"

namespace lamina::test {

TEMPLATE_TEST_CASE("loops visit every vector once", "[kernels][loops]", float, double) {
  using T = TestType;
  for (const Extents& e :
       {Extents{3, 17, 9, 8}, Extents{1, 1, 1, 1}, Extents{2, 16, 130, 150}, Extents{70, 13, 20, 1}}) {
    Map<T> runs(e, 1), rows(e, 1), blocks(e, 1);
    for (Map<T>* map : {&runs, &rows, &blocks}) {
      const FeatureMapView<T> view = *map;
      for (Index n = 0; n < e.n; ++n)
        std::fill_n(view.at_block(n, 0), view.blocks() * view.block_stride(), T{0});
    }
    constexpr Index B = channel_block<T>;
    kernels::for_each_run(runs.view(), [&](const kernels::Run& run) {
      const bool last = run.offset >= e.c / B * runs.view().block_stride();
      for (Index i = 0; i < run.count; ++i)
        run.in(runs.view())[i] += last && i % B >= run.lanes ? T{0} : T{1};
      if (!last && run.lanes != B) run.in(runs.view())[0] = T{99};
    });
    kernels::for_each_rows(rows.view(), rows.view().row_stride(),
                           [&](Index n, Index b, Index from, Index to, int) {
                             for (Index c = b * B; c < std::min(e.c, (b + 1) * B); ++c)
                               for (Index h = from; h < to; ++h)
                                 for (Index w = 0; w < e.w; ++w) rows.view()(n, c, h, w) += T{1};
                           });
    kernels::for_each_block(blocks.view(), blocks.view().block_stride(), [&](Index n, Index b, int) {
      for (Index c = b * B; c < std::min(e.c, (b + 1) * B); ++c)
        for (Index h = 0; h < e.h; ++h)
          for (Index w = 0; w < e.w; ++w) blocks.view()(n, c, h, w) += T{1};
    });
    const Plain once(e, 1);
    require_map(runs, once, 0);
    require_map(rows, once, 0);
    require_map(blocks, once, 0);
  }
}

TEMPLATE_TEST_CASE("transform makes zeros of padding lanes, whatever f makes of them", "[kernels][loops]",
                   float, double) {
  using T = TestType;
  for (const Extents& e : sweep()) {
    const Plain x = random_plain(e, 1);
    Map<T> in(x, 2), out(e, 1);
    for (Index n = 0; n < e.n; ++n)  // rubbish that divides by zero
      for (Index c = e.c; c < in.view().blocks() * Map<T>::block; ++c) in.view()(n, c, 0, 0) = T{2};
    kernels::transform(
        out.view(), [](auto v) { return decltype(v)(T{1}) / (decltype(v)(T{2}) - v); }, in.view());
    Plain expected(e);
    for (std::size_t i = 0; i < expected.values.size(); ++i) expected.values[i] = 1 / (2 - x.values[i]);
    require_map(out, expected, tolerance<T>);
    kernels::transform(in.view(), [](auto a, auto b) { return a + b; }, in.view(), out.view());  // in place
    for (std::size_t i = 0; i < expected.values.size(); ++i) expected.values[i] += x.values[i];
    require_map(in, expected, tolerance<T>);
  }
}

}  // namespace lamina::test
