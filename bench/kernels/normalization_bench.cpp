// Speed of normalisations and of the element-wise kernels, in bytes per second that they must at least read
// and write (batch norm reads its input twice); `copy` of the same map shows what the memory gives.
#include <algorithm>
#include <memory>
#include <string>

#include "kernels/maps.hpp"
#include "lamina/kernels/batch_norm.hpp"
#include "lamina/kernels/channel_norm.hpp"
#include "lamina/kernels/dropout.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/kernels/group_norm.hpp"
#include "lamina/kernels/softmax.hpp"

namespace {

using namespace lamina;
using bench::Extents;
using bench::Map;

void register_map(const std::string& name, const Extents& e) {
  const auto x = std::make_shared<Map>(e), y = std::make_shared<Map>(e), z = std::make_shared<Map>(e);
  const auto gate = std::make_shared<Map>(Extents{e.n, e.c, 1, 1});
  const auto channels = std::make_shared<Map>(Extents{6, e.c, 1, 1});  // gamma, beta, mean, …
  const auto statistics = std::make_shared<Map>(Extents{2, 1, e.n, std::max(e.c, e.h * e.w)});
  const Index size = x->memory.size();
  const auto channel = [=](Index i) { return channels->view.at_block(i, 0); };
  const auto statistic = [=](Index i) { return statistics->view.at_block(i, 0); };

  bench::run("copy/" + name, 2 * size, [=] { kernels::copy(*x, y->view); });
  bench::run("add/" + name, 3 * size, [=] {
    const FeatureMapView<const float> both[] = {*x, *z};
    kernels::add_forward<float>(both, y->view);
  });
  bench::run("gate/" + name, 2 * size, [=] {
    const FeatureMapView<const float> both[] = {*x, *gate};
    kernels::multiply_forward<float>(both, y->view);
  });
  bench::run("gate_backward/" + name, 2 * size, [=] {
    const FeatureMapView<const float> both[] = {*x, *gate};
    kernels::multiply_backward<float>(both, *z, 1, gate->view);
    gate->view(0, 0) = 1;
  });
  bench::run("batch_norm/forward/" + name, 3 * size, [=] {
    kernels::batch_norm_forward(*x, channel(0), channel(1), 1e-5, y->view, channel(2), channel(3));
  });
  bench::run("batch_norm/backward/" + name, 5 * size, [=] {
    kernels::batch_norm_backward(*x, *z, channel(0), channel(2), channel(3), y->view, channel(4), channel(5));
  });
  bench::run("group_norm/forward/" + name, 3 * size, [=] {
    kernels::group_norm_forward(*x, 8, channel(0), channel(1), 1e-5, y->view, statistic(0), statistic(1));
  });
  bench::run("channel_norm/forward/" + name, 2 * size, [=] {
    kernels::channel_norm_forward(*x, channel(0), channel(1), 1e-5, y->view, statistic(0), statistic(1));
  });
  bench::run("channel_norm/backward/" + name, 5 * size, [=] {
    kernels::channel_norm_backward(*x, *z, channel(0), statistic(0), statistic(1), y->view, channel(4),
                                   channel(5));
  });
  bench::run("softmax/forward/" + name, 2 * size, [=] { kernels::softmax_forward(*x, y->view); });
  bench::run("dropout/" + name, 2 * size, [=] { kernels::dropout(*x, 0.5, Random(seed{1}), y->view); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_map("32@16_n64", {64, 32, 16, 16});
  register_map("64@56_n4", {4, 64, 56, 56});
  register_map("512_n64", {64, 512, 1, 1});
  benchmark::RunSpecifiedBenchmarks();
}
