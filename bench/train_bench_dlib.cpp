// dlib's part of train_bench. Built where CMake finds dlib.
#include "train_bench.hpp"

#ifdef LAMINA_BENCH_DLIB
#include <dlib/dnn.h>

#include <array>

namespace train_bench {
namespace {

using namespace dlib;

/// The planes of an image, as dlib has them.
template <class Image> Image image_of(const Examples& set, long sample);
template <> matrix<float> image_of(const Examples& set, long sample) {
  matrix<float> image(set.side, set.side);
  const float* const from = set.pixels.data() + sample * set.image();
  for (long i = 0; i < set.image(); ++i) image(i / set.side, i % set.side) = from[i];
  return image;
}
using Photograph = std::array<matrix<float>, 3>;
template <> Photograph image_of(const Examples& set, long sample) {
  Photograph image;
  const long plane = set.side * set.side;
  const float* from = set.pixels.data() + sample * set.image();
  for (matrix<float>& channel : image) {
    channel.set_size(set.side, set.side);
    for (long i = 0; i < plane; ++i) channel(i / set.side, i % set.side) = *from++;
  }
  return image;
}

template <class Net, class Image> void train_dlib(benchmark::State& state, const Examples& set) {
  std::vector<Image> images;
  for (long n = 0; n < set.samples; ++n) images.push_back(image_of<Image>(set, n));
  const std::vector<unsigned long> labels(set.labels.begin(), set.labels.end());
  Net net;
  dnn_trainer<Net, sgd> trainer(net, sgd(0, static_cast<float>(momentum)));
  trainer.set_learning_rate(rate);
  std::vector<Image> mini_images;
  std::vector<unsigned long> mini_labels;
  measure(state, set, [&](long first, long count) {
    mini_images.assign(images.begin() + first, images.begin() + first + count);
    mini_labels.assign(labels.begin() + first, labels.begin() + first + count);
    trainer.train_one_step(mini_images, mini_labels);
    if (first + count == set.samples) trainer.get_net();  // waits for the step in flight
  });
}

/// dlib pads by itself unless told otherwise.
template <long C, long Kernel, int Stride, int Pad, class Below>
using conv = add_layer<con_<C, Kernel, Kernel, Stride, Stride, Pad, Pad>, Below>;

using lenet = loss_multiclass_log<fc<
    10,
    max_pool<2, 2, 2, 2,
             relu<conv<16, 5, 1, 0, max_pool<2, 2, 2, 2, relu<conv<8, 5, 1, 0, input<matrix<float>>>>>>>>>>;

template <long C, int Kernel, int Stride, class Below>
using normalized = bn_con<conv<C, Kernel, Stride, Kernel / 2, Below>>;
template <long C, class Below>
using unit = relu<add_prev1<normalized<C, 3, 1, relu<normalized<C, 3, 1, tag1<Below>>>>>>;
template <long C, class Below>
using shrinking_unit = relu<
    add_prev2<normalized<C, 1, 2, skip1<tag2<normalized<C, 3, 1, relu<normalized<C, 3, 2, tag1<Below>>>>>>>>>;
template <class Below> using units_of_16 = unit<16, unit<16, unit<16, Below>>>;
template <class Below> using units_of_32 = unit<32, unit<32, shrinking_unit<32, Below>>>;
template <class Below> using units_of_64 = unit<64, unit<64, shrinking_unit<64, Below>>>;
using resnet20 = loss_multiclass_log<
    fc<10, avg_pool_everything<
               units_of_64<units_of_32<units_of_16<relu<normalized<16, 3, 1, input<Photograph>>>>>>>>>;

/// dlib's layers run on one thread.
void add_one_thread(const char* name, void (*function)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, function)
      ->ArgName("threads")
      ->Arg(1)
      ->Iterations(1)
      ->Unit(benchmark::kSecond);
}

[[maybe_unused]] const bool added =
    (add_one_thread("train/lenet/dlib",
                    [](benchmark::State& state) { train_dlib<lenet, matrix<float>>(state, digits()); }),
     add_one_thread("train/resnet20/dlib",
                    [](benchmark::State& state) {
                      Examples few = photographs();
                      few.samples = 256;  // with a plain BLAS they take half a minute
                      train_dlib<resnet20, Photograph>(state, few);
                    }),
     true);

}  // namespace
}  // namespace train_bench
#endif
