// oneDNN's part of conv_bench, where the library is found: activations in the layout it asks for and in nhwc,
// weights reordered beforehand.
#include "conv_bench.hpp"

#if defined(LAMINA_BENCH_DNNL)

#include <dlfcn.h>

#include <dnnl.hpp>
#include <memory>
#include <unordered_map>

namespace conv_bench {
namespace {

using namespace dnnl;
using Tag = memory::format_tag;

const engine& cpu() {
  static const engine one(engine::kind::cpu, 0);
  return one;
}

/// Memory of `have`'s type, filled, in the layout of `want`.
memory filled(const memory::desc& have, const memory::desc& want, stream& s) {
  memory plain(have, cpu());
  auto* const data = static_cast<float*>(plain.get_data_handle());
  for (Index i = 0; i < static_cast<Index>(have.get_size() / sizeof(float)); ++i) data[i] = value(i);
  if (have == want) return plain;
  memory other(want, cpu());
  reorder(plain, other).execute(s, plain, other);
  s.wait();
  return other;
}

std::function<void()> make(const ConvProblem& problem, Workload workload, bool channels_last) {
  const auto& g = problem.geometry;
  const memory::dims x{problem.batch, g.in_channels, problem.height, problem.width};
  const memory::dims y{problem.batch, g.out_channels, problem.out_height(), problem.out_width()};
  const bool grouped = g.groups > 1;
  const memory::dims w = grouped
                             ? memory::dims{g.groups, g.out_channels_per_group(), g.in_channels_per_group(),
                                            g.kernel_height, g.kernel_width}
                             : memory::dims{g.out_channels, g.in_channels, g.kernel_height, g.kernel_width};
  const memory::dims strides{g.stride_height, g.stride_width};
  const memory::dims dilates{g.dilation_height - 1, g.dilation_width - 1};
  const memory::dims before{g.pad_top, g.pad_left}, after{g.pad_bottom, g.pad_right};
  const auto type = memory::data_type::f32;
  const Tag activations = channels_last ? Tag::nhwc : Tag::any;
  const memory::desc any_x(x, type, activations), any_y(y, type, activations), any_w(w, type, Tag::any);
  const memory::desc plain_x(x, type, Tag::nchw), plain_y(y, type, Tag::nchw),
      plain_w(w, type, grouped ? Tag::goihw : Tag::oihw);
  const auto direct = algorithm::convolution_direct;
  const convolution_forward::primitive_desc forward(
      {workload == Workload::forward ? prop_kind::forward_inference : prop_kind::forward_training, direct,
       any_x, any_w, any_y, strides, dilates, before, after},
      cpu());
  auto s = std::make_shared<stream>(cpu());
  const auto timed = [s](auto primitive, std::unordered_map<int, memory> arguments) {
    return [s, primitive, arguments]() mutable {
      primitive.execute(*s, arguments);
      s->wait();
    };
  };
  if (workload == Workload::forward)
    return timed(convolution_forward(forward),
                 {{DNNL_ARG_SRC, filled(plain_x, forward.src_desc(), *s)},
                  {DNNL_ARG_WEIGHTS, filled(plain_w, forward.weights_desc(), *s)},
                  {DNNL_ARG_DST, filled(plain_y, forward.dst_desc(), *s)}});
  if (workload == Workload::backward_data) {
    const convolution_backward_data::primitive_desc d(
        {direct, any_x, any_w, any_y, strides, dilates, before, after}, cpu(), forward);
    return timed(convolution_backward_data(d), {{DNNL_ARG_DIFF_SRC, filled(plain_x, d.diff_src_desc(), *s)},
                                                {DNNL_ARG_WEIGHTS, filled(plain_w, d.weights_desc(), *s)},
                                                {DNNL_ARG_DIFF_DST, filled(plain_y, d.diff_dst_desc(), *s)}});
  }
  const convolution_backward_weights::primitive_desc d(
      {direct, any_x, any_w, any_y, strides, dilates, before, after}, cpu(), forward);
  return timed(convolution_backward_weights(d),
               {{DNNL_ARG_SRC, filled(plain_x, d.src_desc(), *s)},
                {DNNL_ARG_DIFF_WEIGHTS, filled(plain_w, d.diff_weights_desc(), *s)},
                {DNNL_ARG_DIFF_DST, filled(plain_y, d.diff_dst_desc(), *s)}});
}

}  // namespace

void set_dnnl_threads(int threads) {
  // Of whichever OpenMP library oneDNN was linked with.
  if (const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads")))
    set(threads);
}

void add_dnnl(const ConvProblem& problem, Workload workload, std::vector<Contestant>& to) {
  for (const bool channels_last : {false, true})
    to.push_back(
        {channels_last ? "dnnl-nhwc" : "dnnl", [=] { return make(problem, workload, channels_last); }});
}

}  // namespace conv_bench

#else

void conv_bench::set_dnnl_threads(int) {}
void conv_bench::add_dnnl(const ConvProblem&, Workload, std::vector<Contestant>&) {}

#endif
