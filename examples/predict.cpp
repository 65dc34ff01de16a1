// Classifies pictures with a net that train_mnist has saved:
//   train_mnist --data DIR --save digits.safetensors
//   predict --resume digits.safetensors seven.png four.jpg
#include <cstdio>

#include "lamina/data/image_file.hpp"
#include "lamina/io/model_file.hpp"
#include "lamina/layers/batch_norm.hpp"
#include "lamina/layers/conv.hpp"
#include "lamina/layers/dense.hpp"
#include "lamina/layers/flatten.hpp"
#include "lamina/layers/pool.hpp"
#include "lamina/layers/softmax.hpp"
#include "lamina/net/freeze.hpp"
#include "support/example.hpp"

using namespace lamina;

// The net of train_mnist, with probabilities at its end.
inline constexpr auto net = conv<16, 5> | batch_norm | relu | max_pool<2> | conv<32, 5> | batch_norm | relu |
                            max_pool<2> | flatten | dense<128> | relu | dense<10> | softmax;

int main(int argc, char** argv) {
  return run_example(
      argc, argv,
      "Classifies PNG and JPEG pictures of digits, bright on dark, with the net of --resume FILE.",
      {.without = {"data", "epochs", "batch", "seed", "save"}},
      [](const Options& options) {
        if (options.resume.empty())
          throw error("name the checkpoint with --resume FILE (train_mnist --save writes one)");
        Model<net, input<1, 28, 28>> model;
        io::load(model, options.resume);
        const auto predict = freeze(model);  // batch norm folded, const from here on
        auto workspace = predict.workspace();
        for (const std::string& file : options.arguments) {
          const auto picture = data::load_image(file, {.channels = 1, .height = 28, .width = 28});
          std::vector<float> pixels(28 * 28);
          for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = static_cast<float>(picture.data()[i]) / 255;
          const auto probabilities = predict({pixels.data(), 1, 1, 28, 28}, workspace);
          Index best = 0;
          for (Index c = 1; c < 10; ++c)
            if (probabilities(0, c) > probabilities(0, best)) best = c;
          std::printf("%s: %td (%.1f %%)\n", file.c_str(), best,
                      100 * static_cast<double>(probabilities(0, best)));
        }
      },
      "pictures");
}
