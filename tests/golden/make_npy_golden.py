#!/usr/bin/env python3
"""Writes npy/*.npy: small arrays as NumPy saves them, in every version of the format, order and element type
that lamina reads, and some that it refuses. tests/io/npy_test.cpp repeats their elements as formulas. Needs
NumPy 1.17 or later; the tests themselves only read the files.
"""
import pathlib

import numpy

here = pathlib.Path(__file__).parent / "npy"
here.mkdir(exist_ok=True)

for code in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    # 0, 3, 6, … as (2, 3); of signed types less 7.
    values = 3 * numpy.arange(6) - (0 if code[0] == "u" else 7)
    numpy.save(here / f"{code}.npy", values.astype("<" + code).reshape(2, 3))

numpy.save(here / "b1.npy", numpy.arange(6).reshape(2, 3) % 2 == 0)
numpy.save(here / "fortran.npy", numpy.asfortranarray(numpy.arange(24, dtype="<f4").reshape(2, 3, 4)))
numpy.save(here / "scalar.npy", numpy.float64(2.5))
numpy.save(here / "vector.npy", numpy.arange(5, dtype="<i4"))
numpy.save(here / "empty.npy", numpy.zeros((0, 3), dtype="<f4"))
for version in [(2, 0), (3, 0)]:
    with open(here / f"version_{version[0]}.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.arange(6, dtype="<f4").reshape(2, 3), version)

# What lamina refuses.
numpy.save(here / "big_endian.npy", numpy.arange(3, dtype=">f4"))
numpy.save(here / "complex.npy", numpy.arange(3, dtype="<c8"))
numpy.save(here / "fields.npy", numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
