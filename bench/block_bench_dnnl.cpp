// GoogLeNet's module 3a of oneDNN's primitives, where the library is found: convolutions with bias and
// rectifier, pooling and concat, one after another. Every primitive has memory of its own in the layout that
// it asks for, so that no reordering between them is timed.
#include "block_bench.hpp"

#if defined(LAMINA_BENCH_DNNL)

#include <dlfcn.h>

#include <dnnl.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

namespace block_bench {
namespace {

using Tag = dnnl::memory::format_tag;
constexpr auto number = dnnl::memory::data_type::f32;
constexpr auto inference = dnnl::prop_kind::forward_inference;

/// Primitives in order, and what they read and write.
class Primitives {
 public:
  Primitives() {
    // Of whichever OpenMP library oneDNN was linked with.
    if (const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))) set(1);
  }

  void add_convolution(Index in, Index out, Index kernel, Index side) {
    const Index pad = kernel / 2;
    dnnl::post_ops after;
    after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(after);
    const dnnl::convolution_forward::primitive_desc d({inference,
                                                       dnnl::algorithm::convolution_direct,
                                                       any({1, in, side, side}),
                                                       any({out, in, kernel, kernel}),
                                                       any({out}),
                                                       any({1, out, side, side}),
                                                       {1, 1},
                                                       {pad, pad},
                                                       {pad, pad}},
                                                      attributes, cpu_);
    steps_.push_back({dnnl::convolution_forward(d),
                      {{DNNL_ARG_SRC, filled(d.src_desc())},
                       {DNNL_ARG_WEIGHTS, filled(d.weights_desc())},
                       {DNNL_ARG_BIAS, filled(d.bias_desc())},
                       {DNNL_ARG_DST, filled(d.dst_desc())}}});
  }
  void add_max_pool(Index channels, Index side) {
    const dnnl::memory::desc map({1, channels, side, side}, number, Tag::nChw8c);
    const dnnl::pooling_forward::primitive_desc d(
        {inference, dnnl::algorithm::pooling_max, map, map, {1, 1}, {3, 3}, {1, 1}, {1, 1}}, cpu_);
    steps_.push_back({dnnl::pooling_forward(d), {{DNNL_ARG_SRC, filled(map)}, {DNNL_ARG_DST, filled(map)}}});
  }
  void add_concat(const std::vector<Index>& channels, Index side) {
    std::vector<dnnl::memory::desc> parts;
    for (const Index c : channels) parts.push_back({{1, c, side, side}, number, Tag::nChw8c});
    const dnnl::concat::primitive_desc d(1, parts, cpu_);
    std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_DST, filled(d.dst_desc())}};
    for (std::size_t i = 0; i < parts.size(); ++i)
      arguments.emplace(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), filled(parts[i]));
    steps_.push_back({dnnl::concat(d), std::move(arguments)});
  }

  void operator()() {
    for (auto& [primitive, arguments] : steps_) primitive.execute(stream_, arguments);
    stream_.wait();
  }

 private:
  struct Step {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
  };

  static dnnl::memory::desc any(const dnnl::memory::dims& extents) { return {extents, number, Tag::any}; }
  dnnl::memory filled(const dnnl::memory::desc& d) const {
    dnnl::memory memory(d, cpu_);
    auto* const data = static_cast<float*>(memory.get_data_handle());
    for (std::size_t i = 0; i < d.get_size() / sizeof(float); ++i)
      data[i] = static_cast<float>(i % 17) * 0.01f - 0.08f;
    return memory;
  }

  dnnl::engine cpu_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{cpu_};
  std::vector<Step> steps_;
};

}  // namespace

void add_dnnl_inception(const std::string& task, const InceptionWidths& w, Index in, Index side) {
  add(task, "dnnl", [=] {
    auto all = std::make_unique<Primitives>();
    all->add_convolution(in, w.one, 1, side);
    all->add_convolution(in, w.reduce_three, 1, side);
    all->add_convolution(w.reduce_three, w.three, 3, side);
    all->add_convolution(in, w.reduce_five, 1, side);
    all->add_convolution(w.reduce_five, w.five, 5, side);
    all->add_max_pool(in, side);
    all->add_convolution(in, w.pool_projection, 1, side);
    all->add_concat({w.one, w.three, w.five, w.pool_projection}, side);
    return [all = std::move(all)] { (*all)(); };
  });
}

}  // namespace block_bench

#else

void block_bench::add_dnnl_inception(const std::string&, const InceptionWidths&, Index, Index) {}

#endif
