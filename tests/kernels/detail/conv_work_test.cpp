#include "lamina/kernels/detail/conv_work.hpp"

#include <vector>

#include "support/catch.hpp"

namespace lamina::kernels::detail {

TEST_CASE("Pieces cover samples, rows and groups once each", "[kernels]") {
  for (const Index batch : {1, 3, 64})
    for (const Index rows : {1, 7, 56})
      for (const Index groups : {1, 5, 30})
        for (const Index macs : {Index{0}, piece_macs, 40 * piece_macs, 5000 * piece_macs})
          for (const bool weights : {false, true})
            for (const Index most_parts : {Index{1}, Index{4}, most_pieces}) {
              CAPTURE(batch, rows, groups, macs, weights, most_parts);
              const Cut cut = cut_work(batch, rows, groups, macs, weights, most_parts);
              REQUIRE(cut.sample_shares() * cut.row_shares() <= most_parts);
              std::vector<int> seen(static_cast<std::size_t>(batch * rows * groups));
              for (Index i = 0; i < cut.pieces(); ++i) {
                const Piece piece = cut[i];
                REQUIRE((piece.samples > 0 && piece.rows > 0 && piece.groups > 0));
                for (Index n = piece.first_sample; n < piece.first_sample + piece.samples; ++n)
                  for (Index r = piece.first_row; r < piece.first_row + piece.rows; ++r)
                    for (Index g = piece.first_group; g < piece.first_group + piece.groups; ++g)
                      ++seen[static_cast<std::size_t>((n * rows + r) * groups + g)];
              }
              REQUIRE(seen == std::vector<int>(seen.size(), 1));
            }
}

TEST_CASE("Small work is one piece, large work is many", "[kernels]") {
  REQUIRE(cut_work(64, 24, 1, piece_macs, false).pieces() == 1);
  REQUIRE(cut_work(64, 24, 1, 8 * piece_macs, false).pieces() == 8);
  REQUIRE(cut_work(1, 56, 3, 100 * piece_macs, false).pieces() >= 14);
  REQUIRE(cut_work(1, 7, 22, 100 * piece_macs, true).pieces() >= 22);
}

}  // namespace lamina::kernels::detail
