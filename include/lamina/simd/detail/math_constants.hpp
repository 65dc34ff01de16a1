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

/// tanh: (tanh(x) / x - 1) / x² as a polynomial in x² up to `boundary`; from `limit` on tanh is 1 to the last
/// bit.
template <class T> struct TanhConstants;

template <> struct TanhConstants<float> {
  static constexpr float boundary = 0.3f, limit = 10;
  static constexpr std::array<float, 4> near{// error 1.3e-8
                                             -0.333333329f, 0.133331769f, -0.053881952f, 0.020331534f};
};

template <> struct TanhConstants<double> {
  static constexpr double boundary = 0.3, limit = 20;
  static constexpr std::array<double, 8> near{
      // error 9.1e-17
      -0.3333333333333333,   0.13333333333329098,  -0.053968253958484896, 0.021869487676721762,
      -0.008863198327981214, 0.003591250818298485, -0.001444306029371086, 0.000509961093290604};
};

/// erf: erf(x) / x - 1 as a polynomial in x² up to `boundary`, and -log(1 - erf(t)) as one in t from there to
/// `limit`, where erf is 1 to the last bit.
template <class T> struct ErfConstants;

template <> struct ErfConstants<float> {
  static constexpr float boundary = 0.9f, limit = 4;
  static constexpr std::array<float, 7> near{// error 2.9e-10
                                             0.128379166f,   -0.376126349f,    0.112837151f,  -0.0268605091f,
                                             0.00520386035f, -0.000817564433f, 8.5130996e-05f};
  static constexpr std::array<float, 7> far{// error 1.6e-9
                                            0.000177529422f, 1.12774944f,    0.637060046f,    0.104037069f,
                                            -0.0222769324f,  0.00305556552f, -0.000197177083f};
};

template <> struct ErfConstants<double> {
  static constexpr double boundary = 1, limit = 6;
  static constexpr std::array<double, 12> near{
      // error 7.3e-18
      0.12837916709551256,    -0.3761263890318352,     0.112837916709442,      -0.026866170643113415,
      0.005223977606130842,   -0.0008548325929766244,  0.0001205529358693695,  -1.4924712439534814e-05,
      1.6447132699786621e-06, -1.6206318752969208e-07, 1.3710988704190523e-08, -7.779462971761597e-10};
  static constexpr std::array<double, 19> far{
      // error 1.2e-18
      1.8438785014972396e-07,  1.1283772823667788,      0.6366287038951542,      0.10274664205143527,
      -0.01907695411442194,    -0.00028223053645690756, 0.0017709274851046574,   -0.0006428353563673363,
      4.5956942756095614e-05,  6.97499901245147e-05,    -4.4769756972938614e-05, 1.6421434144371468e-05,
      -4.301766893082576e-06,  8.451896156487914e-07,   -1.2483016573788987e-07, 1.3522120803479397e-08,
      -1.0170356334479061e-09, 4.7516309464716844e-11,  -1.0390269467187596e-12};
};

}  // namespace lamina::simd::detail
