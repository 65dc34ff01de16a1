// What the plans of convolutions to one channel share: how they are cut into samples and rows. Next:
// single_output_plan.hpp, planar_output_plan.hpp.
#pragma once

#include "lamina/core/thread_pool.hpp"
#include "lamina/kernels/conv_epilogue.hpp"
#include "lamina/kernels/detail/conv_map.hpp"
#include "lamina/kernels/detail/conv_work.hpp"

namespace lamina::kernels::detail {

/// ConvPlan's forward interface for a Plan that has macs_per_output() and run_rows(in, out, first_row, rows,
/// worker, epilogue), which computes rows of one sample.
template <class Plan, class T> class OneChannelPlan {
 public:
  using In = AnyMap<const T>;
  using Out = AnyMap<T>;

  template <class Epilogue, class Follow = nothing_follows>
  void run(const In& in, const Out& out, const Epilogue& epilogue, const Follow& follow = {}) const {
    const Cut pieces =
        cut_work(out.batch, out.height, 1, out.batch * out.pixels() * plan().macs_per_output(), false);
    parallel_for(pieces.pieces(), [&](Index i, int worker) {
      const Piece piece = pieces[i];
      for (Index n = piece.first_sample; n < piece.first_sample + piece.samples; ++n)
        plan().run_rows(in.samples(n, 1), out.samples(n, 1), piece.first_row, piece.rows, worker, epilogue);
      follow(MapPart{piece.first_sample, piece.samples, piece.first_row, piece.rows, 0, 1}, worker);
    });
  }

  /// All of one sample, on this thread.
  template <class Epilogue>
  void run_sample(const In& in, const Out& out, int worker, const Epilogue& epilogue) const {
    plan().run_rows(in, out, 0, out.height, worker, epilogue);
  }

 private:
  const Plan& plan() const { return static_cast<const Plan&>(*this); }
};

}  // namespace lamina::kernels::detail
