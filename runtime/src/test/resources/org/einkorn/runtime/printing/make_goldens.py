# Writes printing.npz and printing.txt: arrays, and what NumPy prints for each, divided by lines `%%`.
# Only needed to add a case; the tests read the two files. Made with NumPy 2.4.
import pathlib
import warnings

import numpy as np

warnings.simplefilter("ignore")
rng = np.random.default_rng(20251)
arrays = []
nan, inf = np.nan, np.inf

for t in ("f2", "f4", "f8"):
    for values in (
        [0.0],
        [-0.0, 0.0],
        [1, 2, 3],
        [0.1, 0.25, 1 / 3],
        [1.5, -2.25, 100],
        [nan, 1, inf, -inf],
        [nan, nan],
        [inf, 1e-3],
        [-inf],
        [1e-4, 1],
        [9.9e-5, 1],
        [999, 1000],
        [1, 999.5],
        [0.001, 1.5],
        [1e-7, 6e4],
        [2**-24, 1],
        [65504, -65504],
    ):
        arrays.append(np.array(values, t))
for t, limit in (("f4", 1e6), ("f8", 1e8)):
    arrays.append(np.array([limit, 1], t))
    arrays.append(np.array([np.nextafter(np.array(limit, t), np.array(0, t)), 1e6 / 3], t))
    arrays.append(np.array([1e30, -1e-30, 12345.678], t))
    arrays.append(np.array([0.1, 1.2345678e10], t))
    arrays.append(np.array([np.finfo(t).max, np.finfo(t).tiny, np.finfo(t).smallest_subnormal], t))
    arrays.append(rng.standard_normal((3, 4)).astype(t))
    arrays.append((rng.standard_normal((2, 3, 7)) * 1e5).astype(t))
    arrays.append((np.arange(1001) / 8).astype(t))
    arrays.append((np.arange(1200).reshape(40, 30) / 3).astype(t))
    arrays.append((np.arange(1212).reshape(2, 6, 101) * -0.1).astype(t))
    arrays.append(rng.standard_normal((1, 1, 1, 2)).astype(t))
arrays.append(np.array([1e100, -1e-100]))
arrays.append(np.array([5e-324, 1.7976931348623157e308]))
arrays.append(np.array([2e23, 9.5, 2.0**89]))
arrays.append(np.array([0.123456785, 0.123456775, 0.000123456789012]))
arrays.append(np.array([[1e10, 1], [nan, -inf]]))

for t in ("i1", "i2", "i4", "i8", "u1"):
    ii = np.iinfo(t)
    arrays.append(np.array([ii.min, 0, ii.max], t))
    arrays.append((np.arange(24).reshape(2, 3, 4) % 100).astype(t))
    arrays.append(np.array(ii.max, t))
arrays.append(np.arange(1000))
arrays.append(np.arange(1001))
arrays.append(np.arange(-600, 600).reshape(4, 300))
arrays.append(np.arange(7**4).reshape(7, 7, 7, 7))
arrays.append(np.arange(2000).reshape(2, 1000))
arrays.append(np.arange(60).reshape(2, 30))

arrays.append(np.array([True, False, True]))
arrays.append(np.array([[True], [False]]))
arrays.append(np.array(True))
arrays.append(np.array(False))
arrays.append(np.arange(1500) % 3 == 0)

for t in ("c8", "c16"):
    for values in (
        [0],
        [1 + 2j, -3.5 - 0.001j],
        [1e10 + 2j, complex(nan, 0), complex(0, inf)],
        [complex(-0.0, -0.0), 1j],
        [complex(nan, -inf), 0.1 + 0.3j],
        [complex(1234567, -1), 1e-5j],
    ):
        arrays.append(np.array(values, t))
        arrays.append(np.array(values[0], t))
    arrays.append((rng.standard_normal((3, 5)) + 1j * rng.standard_normal((3, 5))).astype(t))
    arrays.append((np.arange(1200) * 1j).astype(t))

for t in ("f2", "f4", "f8"):
    for value in (0, -0.0, 1, 0.1, 1 / 3, 1e-4, 9e-5, 999, 1000, 999999, 1e6, 1e15, 1e16, 1.5e20, nan, -inf, 5e-324):
        arrays.append(np.array(value, t))
arrays.append(np.zeros((0,), "f4"))
arrays.append(np.zeros((2, 0, 3), "i4"))

here = pathlib.Path(__file__).parent
np.savez_compressed(here / "printing.npz", **{f"{n:03}": a for n, a in enumerate(arrays)})
(here / "printing.txt").write_text("\n%%\n".join(str(a) for a in arrays) + "\n")
