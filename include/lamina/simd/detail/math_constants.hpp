// Coefficients of the minimax polynomials behind math.hpp, from a Remez exchange in 60 digits. The errors are
// those of the exact polynomials, relative to the function computed.
#pragma once

#include <array>

namespace lamina::simd::detail {

/// exp: (e^r - 1 - r) / r² for |r| <= ln 2 / 2.
template <class T> struct ExpConstants;

template <> struct ExpConstants<float> {
  static constexpr float lowest = -104, lowest_normal = -87, highest = 90;  // e^x is 0, normal, infinite
  static constexpr float least = -176.06f;                                  // 2^n is 2^-127 · 2^-127
  static constexpr float highest_power = 127;                               // of 2
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
  static constexpr std::array<float, 5> tail{
      // error 3.1e-9
      0.49999994f, 0.166665211f, 0.041668389f, 0.00836871658f, 0.00138146267f};
};

template <> struct ExpConstants<double> {
  static constexpr double lowest = -746, lowest_normal = -708, highest = 711;
  static constexpr double least = -1418.18;
  static constexpr double highest_power = 1023;
  static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr std::array<double, 10> tail{
      // error 3.6e-18
      0.5000000000000011,    0.16666666666666413,    0.04166666666653015,    0.008333333333494083,
      0.001388888894363625,  0.00019841269507384375, 2.4801493090598912e-05, 2.7557585687040957e-06,
      2.763025176732555e-07, 2.500026769367353e-08};
};

/// log: (log(1 + f) / s - 2) / s² as a polynomial in s², s = f / (2 + f), for 1 + f from the root of 1/2 to
/// that of 2. Numbers below the normal ones are multiplied by `lift` = 2^lifted.
template <class T> struct LogConstants;

template <> struct LogConstants<float> {
  static constexpr float root_of_half = 0x1.6a09e6p-1f, lift = 0x1p24f, lifted = 24;
  static constexpr float bias = 127, above_fractions = 0x1p23f;
  static constexpr std::array<float, 3> tail{0.666667767f, 0.399774956f, 0.298730735f};  // error 8.1e-10
};

template <> struct LogConstants<double> {
  static constexpr double root_of_half = 0x1.6a09e667f3bcdp-1, lift = 0x1p54, lifted = 54;
  static constexpr double bias = 1023, above_fractions = 0x1p52;
  static constexpr std::array<double, 7> tail{// error 1.2e-18
                                              0.66666666666667349, 0.39999999999411088, 0.28571428743263303,
                                              0.22222198475940437, 0.1818356974149018,  0.15313903217414454,
                                              0.14797507891682752};
};

/// pow of doubles: the polynomials of log and exp behind the terms that are worked out in more than double.
struct PowerConstants {
  static constexpr double two_thirds = 0x1.5555555555555p-1, two_thirds_low = 0x1.5555555555555p-55;
  /// ((log(1 + f) - 2 s) / s³ - 2/3) / s², as in LogConstants.
  static constexpr std::array<double, 8> log_tail{// error 8.1e-22
                                                  0.4,
                                                  0.28571428571429375,
                                                  0.22222222221651297,
                                                  0.18181818336327538,
                                                  0.15384594871829674,
                                                  0.13334809210828794,
                                                  0.11706124771263994,
                                                  0.11724261288703682};
  /// (e^r - 1 - r - r²/2) / r³ for |r| <= ln 2 / 2.
  static constexpr std::array<double, 10> exp_tail{
      // error 3.3e-19
      0.16666666666666669,    0.04166666666666667,   0.008333333333330062,   0.0013888888888880936,
      0.00019841269863053973, 2.480158733396824e-05, 2.7557268459732028e-06, 2.755726430876534e-07,
      2.5100385574127865e-08, 2.0918136503655993e-09};
};

/// erf: -log(1 - erf(t)) / t - 1 for 0 <= t <= `limit`, where erf is 1 to the last bit. The error is that of
/// erf.
template <class T> struct ErfConstants;

template <> struct ErfConstants<float> {
  static constexpr float limit = 4;
  static constexpr std::array<float, 9> tail{// error 4.0e-9
                                             0.128379172f,     0.636619382f,     0.102777831f,
                                             -0.0191530645f,   -0.000160394884f, 0.00166702624f,
                                             -0.000632836171f, 0.000117641077f,  -9.2562432e-06f};
};

template <> struct ErfConstants<double> {
  static constexpr double limit = 6;
  static constexpr std::array<double, 24> tail{
      // error 2.2e-17
      0.12837916709551255,     0.63661977236759097,     0.10277260330131518,     -0.019128446993089058,
      -0.00020919485398527122, 0.0016962076702763882,   -0.00059013243190076669, 2.590450485224094e-05,
      6.4420461545069064e-05,  -2.9575651855172022e-05, 3.1696538114288941e-06,  3.1329781881321152e-06,
      -2.0371996952041952e-06, 5.7063857037876476e-07,  -1.1710671344227093e-08, -6.5732883720408413e-08,
      3.458477287506363e-08,   -1.0773371977145056e-08, 2.3605284011920068e-09,  -3.7607477413025622e-10,
      4.3018451376865675e-11,  -3.3644111201142613e-12, 1.6149081288193507e-13,  -3.5922959361960808e-15};
};

}  // namespace lamina::simd::detail
