// Fifty tensor expressions, each of another type, as a numerical program might have them in one file: what it
// costs to compile is the figure (see CMakeLists.txt).
#include "lamina/kernels/expressions/matmul.hpp"
#include "lamina/tensor/creation.hpp"
#include "lamina/tensor/cumulative.hpp"
#include "lamina/tensor/expressions/expressions.hpp"
#include "lamina/tensor/functions/functions.hpp"
#include "lamina/tensor/join.hpp"
#include "lamina/tensor/norms.hpp"
#include "lamina/tensor/rearrange.hpp"
#include "lamina/tensor/reduce.hpp"
#include "lamina/tensor/reduce_logic.hpp"
#include "lamina/tensor/softmax.hpp"
#include "lamina/tensor/tensor.hpp"

using namespace lamina;

using Vector = Tensor<float, dyn>;
using Matrix = Tensor<float, dyn, dyn>;
using Images = Tensor<float, dyn, 3, dyn, dyn>;
using PerChannel = Tensor<float, 3, 1, 1>;
using Labels = Tensor<int, dyn>;
using Doubles = Tensor<double, dyn, dyn>;

// Fused arithmetic.
Vector axpby(const Vector& x, const Vector& y) { return 0.5 * x + 0.25 * y + 1; }
Vector polynomial(const Vector& x) { return ((x * 3 - 2) * x + 1) * x - 0.5; }
Vector rational(const Vector& x) { return (1 + x * x) / (2 + abs(x)); }
Vector distance(const Vector& x, const Vector& y) { return sqrt(x * x + y * y); }
Vector gaussian(const Vector& x) { return exp(-x * x / 2) * 0.3989; }
Vector wave(const Vector& t) { return sin(2 * t) * exp(-0.1 * t) + cos(t); }
Vector blend(const Vector& x, const Vector& y, const Vector& a) { return a * x + (1 - a) * y; }
Vector log_odds(const Vector& p) { return log(p / (1 - p)); }
Doubles power(const Doubles& x) { return pow(x, 1.5) + pow(2.0, x); }
Labels integers(const Labels& a, const Labels& b) { return (a * 31 + b) % 17; }

// Functions of networks.
Matrix gated(const Matrix& x, const Matrix& gate) { return x * sigmoid(gate); }
Matrix activated(const Matrix& x, const Vector& bias) { return relu(x + bias); }
Matrix smooth(const Matrix& x) { return gelu(x) + tanh(x) * 0.1; }
Matrix own(const Matrix& x) {
  return map([](const auto& v) { return v * v / (1 + v * v); }, x);
}

// Broadcasting.
Images normalized(const Images& x, const PerChannel& m, const PerChannel& s) { return (x - m) / s; }
Images affine(const Images& x, const PerChannel& a, const PerChannel& b) { return relu(x * a + b); }
Matrix outer_sum(const Vector& x, const Vector& y) { return unsqueeze<1>(x) + unsqueeze<0>(y); }
Matrix pairwise(const Vector& x) { return abs(unsqueeze<1>(x) - unsqueeze<0>(x)); }

// Choices, comparisons, conversions.
Matrix clipped(const Matrix& x) { return clamp(x, -1, 1); }
Matrix chosen(const Matrix& x, const Matrix& y) { return where(x > y, x, 2 * y); }
Matrix repaired(const Matrix& x) { return where(isnan(x), 0, x); }
Matrix larger(const Matrix& x, const Matrix& y) { return max(x, y) - min(x, y); }
Tensor<bool, dyn, dyn> inside(const Matrix& x) { return x >= 0 && x < 1; }
Doubles widened(const Matrix& x) { return cast<double>(x) * 0.1; }
Tensor<std::uint8_t, dyn, dyn> quantized(const Matrix& x) { return cast<std::uint8_t>(round(x * 255)); }
Tensor<bool, dyn> hits(const Labels& a, const Labels& b) { return equal(a, b); }

// Reductions.
float total(const Vector& x) { return sum(x); }
float squared_error(const Vector& x, const Vector& y) { return mean((x - y) * (x - y)); }
Vector row_sums(const Matrix& x) { return sum(x, axes<1>); }
Vector column_means(const Matrix& x) { return mean(x, axes<0>); }
Matrix centred(const Matrix& x) { return x - mean(x, axes<0>); }
Matrix scaled(const Matrix& x) { return x / max(abs(x), axes<-1>, keep_axes); }
Vector deviations(const Matrix& x) { return standard_deviation(x, axes<0>); }
Tensor<float, 3> channel_means(const Images& x) { return mean(x, axes<0, 2, 3>); }
Tensor<Index, dyn> predictions(const Matrix& logits) { return argmax(logits, axes<-1>); }
Index positives(const Matrix& x) { return sum(x > 0); }
bool is_finite(const Matrix& x) { return all_of(abs(x) < 1e30f); }
Matrix unit_rows(const Matrix& x) { return x / norm(x, axes<-1>, keep_axes); }
Vector running(const Vector& x) { return cumsum<0>(x * x); }

// Softmax.
Matrix probabilities(const Matrix& x) { return softmax(x * 0.125); }
Matrix log_probabilities(const Matrix& x) { return log_softmax(x); }
Vector evidence(const Matrix& x) { return logsumexp(x, axes<1>); }

// Parts and rearrangements.
void shift(Matrix& x) { x(all, range(1, to_end)) += x(all, range(0, -1)); }
void zero_border(Matrix& x) { x(0, all) = 0; }
Matrix differences(const Matrix& x) { return x(range(1, to_end)) - x(range(0, -1)); }
Matrix symmetric(const Matrix& x) { return (x + transpose(x)) / 2; }
Images mirrored(const Images& x) { return 0.5 * (x + flip<3>(x)); }
Tensor<float, dyn, dyn, dyn, 3> channels_last(const Images& x) { return permute<0, 2, 3, 1>(x); }
Matrix joined(const Matrix& x, const Matrix& y) { return concat<1>(x, 2 * y); }

// Products.
Matrix dense(const Matrix& x, const Matrix& w, const Vector& b) { return relu(matmul(x, w) + b); }
