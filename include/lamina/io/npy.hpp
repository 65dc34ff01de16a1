// One tensor in one file, as NumPy writes it (numpy.save and numpy.load):
//   io::save_npy("x.npy", x);
//   const auto y = io::load_npy<float, dyn, 3>("x.npy");
// The format: the bytes 93 "NUMPY", two bytes of version (1.0, 2.0 and 3.0 are read, 1.0 is written), the
// length of the header (2 bytes, from 2.0 on 4), the header, which is a Python dictionary of element type,
// order and shape, and the elements. A file must be that to the last byte, and hold what is asked for: types
// are not converted, as NumPy does it with astype. Its size is known before memory is taken for its elements.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "lamina/core/error.hpp"
#include "lamina/io/atomic_file.hpp"
#include "lamina/io/detail/npy_header.hpp"
#include "lamina/io/detail/sized_file.hpp"
#include "lamina/io/named_tensor.hpp"
#include "lamina/tensor/tensor.hpp"

namespace lamina::io {

/// Element types that .npy files hold: float, double, integers and bool.
template <class T>
concept npy_element = storable<T> || std::same_as<T, bool>;

/// Writes a tensor, or the elements of an expression, in row-major order. The file is there whole or not at
/// all (AtomicFile); throws file_error.
template <expression X>
  requires npy_element<typename X::value_type>
void save_npy(const std::filesystem::path& path, const X& x);

/// Reads a file of elements of T into a tensor with extents E, each a number or dyn; elements in Fortran
/// order are put into row-major order. Throws file_error, which names the file and the byte or the key, where
/// the file is damaged, or holds another type, other axes or other extents than are asked for.
template <npy_element T, Index... E> Tensor<T, E...> load_npy(const std::filesystem::path& path);

// ------------------------------------------------------------------------------------------------------

namespace detail {

inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// "<f4", "|b1": how headers spell T.
template <npy_element T> std::string npy_type() {
  const char kind = std::same_as<T, bool>     ? 'b'
                    : std::floating_point<T>  ? 'f'
                    : std::signed_integral<T> ? 'i'
                                              : 'u';
  return sentence(sizeof(T) == 1 ? '|' : '<', kind, sizeof(T));
}

/// "(3,)", "()": a shape as Python writes it.
inline std::string npy_shape(std::span<const Index> extents) {
  std::string text = "(";
  for (const Index extent : extents) text += sentence(text.size() > 1 ? " " : "", extent, ",");
  if (extents.size() > 1) text.pop_back();
  return sentence(text, ")");
}

/// All that stands before the elements: 1.0, filled with spaces so that they begin at a multiple of 64 bytes.
inline std::string npy_head(const std::string& type, std::span<const Index> extents) {
  std::string header =
      sentence("{'descr': '", type, "', 'fortran_order': False, 'shape': ", npy_shape(extents), ", }");
  const std::size_t before = npy_magic.size() + 4;
  header.append(63 - (before + header.size()) % 64, ' ');
  header += '\n';
  return sentence(npy_magic, '\x01', '\x00', static_cast<char>(header.size() % 256),
                  static_cast<char>(header.size() / 256), header);
}

/// Reads all that stands before the elements.
inline NpyHeader read_npy_header(SizedFile& file) {
  std::array<char, 12> bytes{};
  const auto read = [&](std::size_t from, std::size_t count) {
    if (file.size() < from + count)
      file.fail(sentence("it ends at byte ", file.size(), "; a .npy file begins with ", from + count,
                         " bytes that give its version and the length of its header"));
    file.read(std::as_writable_bytes(std::span<char>(bytes).subspan(from, count)));
  };
  read(0, 8);
  if (std::string_view(bytes.data(), npy_magic.size()) != npy_magic)
    file.fail("it does not begin with the bytes 93 \"NUMPY\": this is no .npy file");
  const int major = static_cast<unsigned char>(bytes[6]), minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0)
    file.fail(sentence("its version, at byte 6, is ", major, ".", minor, "; lamina reads 1.0, 2.0 and 3.0"));
  const std::size_t width = major == 1 ? 2 : 4, first = 8 + width;
  read(8, width);
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
  if (length > file.size() - first)
    file.fail(sentence("the header's length, at byte 8, is ", length, ", but the file has only ",
                       file.size() - first, " bytes more; it is truncated, or no .npy file"));
  std::string text(length, '\0');
  file.read(std::as_writable_bytes(std::span(text)));
  NpyHeader header = NpyHeaderParser(text, first, file.name()).parse();
  header.data_begin = first + length;
  return header;
}

/// Checks that the file holds elements of `type`, and as many bytes of them as its shape says.
inline void check_npy_data(const NpyHeader& header, std::string_view type, std::size_t element_bytes,
                           const SizedFile& file) {
  if (header.descr.starts_with('>') && header.descr.substr(1) == type.substr(1))
    file.fail(sentence("its elements are big-endian (descr is ", shown(header.descr),
                       "); lamina reads little-endian ones: save x.astype(\"", type, "\")"));
  const bool is_one_byte = element_bytes == 1 && header.descr == sentence('<', type.substr(1));
  if (header.descr != type && !is_one_byte)  // of one byte NumPy writes |, others write < too
    file.fail(sentence("its elements are of type (descr) ", shown(header.descr), ", not the ", shown(type),
                       " that is asked for"));
  const std::uint64_t bytes = file.size() - header.data_begin;
  const auto count = element_count(header.shape);
  if (!count ||
      static_cast<std::uint64_t>(*count) > std::numeric_limits<std::uint64_t>::max() / element_bytes)
    file.fail(sentence("its shape, ", npy_shape(header.shape), ", is too large"));
  const std::uint64_t expected = static_cast<std::uint64_t>(*count) * element_bytes;
  if (bytes != expected)
    file.fail(sentence("its data begin at byte ", header.data_begin, " and have ", bytes, " bytes, but ",
                       type, " ", npy_shape(header.shape), " takes ", expected,
                       bytes < expected ? "; it is truncated" : ""));
}

/// The extents of the file as those asked for.
template <class ExtentsType> ExtentsType npy_extents(const NpyHeader& header, const SizedFile& file) {
  std::array<Index, static_cast<std::size_t>(ExtentsType::rank)> extents{};
  bool fits = header.shape.size() == extents.size();
  for (std::size_t axis = 0; fits && axis < extents.size(); ++axis) {
    extents[axis] = header.shape[axis];
    fits = ExtentsType::known[axis] == dyn || ExtentsType::known[axis] == extents[axis];
  }
  if (!fits)
    file.fail(sentence("its shape is ", npy_shape(header.shape), ", which is not the ",
                       lamina::to_string(ExtentsType::known), " that is asked for"));
  return ExtentsType(extents);
}

}  // namespace detail

template <expression X>
  requires npy_element<typename X::value_type>
void save_npy(const std::filesystem::path& path, const X& x) {
  using T = typename X::value_type;
  if constexpr (requires {
                  x.span();
                  x.view();
                }) {
    const auto extents = x.extents().values();
    AtomicFile file(path);
    file.write(detail::npy_head(detail::npy_type<T>(), extents));
    file.write(std::as_bytes(x.view().span()));
    file.commit();
  } else {
    save_npy(path, Tensor(x));
  }
}

template <npy_element T, Index... E> Tensor<T, E...> load_npy(const std::filesystem::path& path) {
  detail::SizedFile file(path);
  const detail::NpyHeader header = detail::read_npy_header(file);
  detail::check_npy_data(header, detail::npy_type<T>(), sizeof(T), file);
  const auto extents = detail::npy_extents<Extents<E...>>(header, file);
  auto tensor = Tensor<T, E...>::uninitialized(extents);
  const auto bytes = std::as_writable_bytes(tensor.span());
  file.read(bytes);
  if constexpr (std::same_as<T, bool>)  // other bytes than these two are no values of bool
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (bytes[i] > std::byte{1})
        file.fail(sentence("byte ", header.data_begin + i, " is ", static_cast<int>(bytes[i]),
                           ", where a bool is 0 or 1"));
  if (!header.fortran_order || sizeof...(E) < 2) return tensor;
  auto strides = row_major_strides(extents);
  Index stride = 1;
  for (std::size_t axis = 0; axis < strides.size(); ++axis) {
    strides[axis] = stride;
    stride *= header.shape[axis];
  }
  return TensorView<const T, E...>(tensor.data(), extents, strides);
}

}  // namespace lamina::io
