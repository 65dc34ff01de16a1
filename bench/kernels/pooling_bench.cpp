// Speed of pooling in bytes per second that it must at least read and write; `copy` of the same map shows
// what the memory gives.
#include <memory>
#include <string>

#include "kernels/maps.hpp"
#include "lamina/kernels/average_pool.hpp"
#include "lamina/kernels/elementwise.hpp"
#include "lamina/kernels/max_pool.hpp"

namespace {

using namespace lamina;
using bench::Extents;
using bench::Map;

void register_pooling(const std::string& name, const Extents& e, const kernels::PoolGeometry& g) {
  const Extents out{e.n, e.c, g.out_height(e.h), g.out_width(e.w)};
  const auto x = std::make_shared<Map>(e), dx = std::make_shared<Map>(e);
  const auto y = std::make_shared<Map>(out), dy = std::make_shared<Map>(out);
  const Index in_size = x->memory.size(), out_size = y->memory.size();
  kernels::max_pool_forward(g, *x, y->view);
  bench::run("copy/" + name, 2 * in_size, [=] { kernels::copy(*x, dx->view); });
  bench::run("max_pool/forward/" + name, in_size + out_size,
             [=] { kernels::max_pool_forward(g, *x, y->view); });
  bench::run("max_pool/backward/" + name, 2 * in_size + 2 * out_size, [=] {
    kernels::max_pool_forward(g, *x, y->view);
    kernels::max_pool_backward(g, *x, *y, *dy, dx->view);
  });
  bench::run("average_pool/forward/" + name, in_size + out_size,
             [=] { kernels::average_pool_forward(g, *x, y->view); });
  bench::run("average_pool/backward/" + name, in_size + out_size,
             [=] { kernels::average_pool_backward(g, *dy, dx->view); });
}

void register_global(const std::string& name, const Extents& e) {
  const auto x = std::make_shared<Map>(e), dx = std::make_shared<Map>(e);
  const auto y = std::make_shared<Map>(Extents{e.n, e.c, 1, 1});
  bench::run("global_average_pool/forward/" + name, x->memory.size(),
             [=] { kernels::global_average_pool_forward(*x, y->view); });
  bench::run("global_average_pool/backward/" + name, x->memory.size(),
             [=] { kernels::global_average_pool_backward(*y, dx->view); });
  bench::run("global_max_pool/forward/" + name, x->memory.size(),
             [=] { kernels::global_max_pool_forward(*x, y->view); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_pooling("lenet_k2s2_8@24_n64", {64, 8, 24, 24}, {});
  register_pooling("lenet_k2s2_16@8_n64", {64, 16, 8, 8}, {});
  register_pooling("resnet_k3s2p1_64@112", {1, 64, 112, 112}, {3, 3, 2, 2, 1, 1, 1, 1, 1, 1});
  register_pooling("inception_k3s1p1_192@28", {1, 192, 28, 28}, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1});
  register_global("512@7_n8", {8, 512, 7, 7});
  benchmark::RunSpecifiedBenchmarks();
}
