# Writes files as NumPy itself makes them, to be read by the tests and compared byte for byte.
# Only needed to add a case. Made with NumPy 2.4.
import pathlib
import struct

import numpy as np

here = pathlib.Path(__file__).parent
values = np.array([[0, 1, 2], [3, 4, 100]])
types = {"f2": "f2", "f4": "f4", "f8": "f8", "i1": "i1", "i2": "i2", "i4": "i4", "i8": "i8",
         "u1": "u1", "b1": "?", "c8": "c8", "c16": "c16"}
arrays = {}
for name, t in types.items():
    a = values.astype(t)
    if name.startswith("c"):
        a = a + 1j * (values + 10)
        a = a.astype(t)
    arrays[name] = a
    arrays[name + "_fortran"] = np.asfortranarray(a)
    arrays[name + "_big"] = a.astype(a.dtype.newbyteorder(">"))
arrays["scalar"] = np.array(2.5)
arrays["empty"] = np.zeros((3, 0, 2), "f4")
arrays["cube_fortran"] = np.asfortranarray(np.arange(24, dtype="i4").reshape(2, 3, 4))
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
np.save(here / "matrix.npy", arrays["f4"])
np.save(here / "vector.npy", np.arange(5))
for version in ((2, 0), (3, 0)):
    with open(here / f"version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, arrays["f4"], version=version)
