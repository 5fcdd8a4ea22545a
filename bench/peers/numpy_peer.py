"""NumPy as a peer of `ein bench`: reads lines of JSON and answers them, as docs/bench.md says.

Each form has the ways in which someone who knows NumPy would compute it; results go into memory that
is made before any run, where NumPy lets them.
"""

import ctypes
import glob
import json
import os
import sys
import time

import numpy as np


def letters(spec):
    """The terms of an einsum string with an arrow, and its result."""
    left, right = spec.split("->")
    return left.split(","), right


def einsum(spec, *arrays):
    terms, result = letters(spec)
    sizes = {}
    for term, array in zip(terms, arrays):
        sizes.update(zip(term, array.shape))
    path = np.einsum_path(spec, *arrays, optimize="optimal" if len(arrays) < 7 else "greedy")[0]
    # Ways that write into memory of their own get it in the type of the result.
    out = np.empty([sizes[letter] for letter in result], np.result_type(*arrays))
    ways = {
        "einsum": lambda: np.einsum(spec, *arrays, optimize=path),
        "einsum out=": lambda: np.einsum(spec, *arrays, optimize=path, out=out),
    }
    ways.update(products(terms, result, arrays, out))
    known = by_hand(terms, result, arrays, out)
    if len(terms) == 1 and set(terms[0]) == set(result):
        ways.clear()  # einsum moves nothing then, and answers with a view
    if known and len(arrays) > 4 and len(path) == 2:
        ways.clear()  # one loop over all indices at once, which takes minutes
    ways.update(known)
    return ways


def products(terms, result, arrays, out):
    """Products of two arrays over the last axis of one and another of the other, after equal ones."""
    if len(terms) != 2:
        return {}
    a, b = terms
    batch = a[:-2]
    if len(a) < 2 or b[:-2] != batch or result[:-2] != batch or len(set(a + b + result)) < len(a) + 1:
        return {}
    (m, k), last, n = a[-2:], b[-2:], result[-2:]
    if len({m, k}) < 2 or n[0] != m or n[1] in (m, k) or len(result) != len(a):
        return {}
    if last == k + n[1]:
        return {"matmul out=": lambda: np.matmul(arrays[0], arrays[1], out=out)}
    if last == n[1] + k:
        return {"matmul out=": lambda: np.matmul(arrays[0], arrays[1].swapaxes(-1, -2), out=out)}
    return {}


def by_hand(terms, result, arrays, out):
    """What is faster than a sum of products of all factors at once."""
    shape = ",".join(terms) + "->" + result
    shape = shape.translate({ord(c): chr(97 + n) for n, c in enumerate(dict.fromkeys(c for c in shape if c.isalpha()))})
    x = arrays
    if shape == "ab,cb,ad,cd->bd":
        return {"two products, multiplied": lambda: np.multiply(x[0].T @ x[2], x[1].T @ x[3], out=out)}
    if shape == "ab,cb,cd->ad":
        return {"Q (K^T V)": lambda: np.matmul(x[0], x[1].T @ x[2], out=out)}
    if shape == "ab,bc,cd,de->ae":
        return {"from the right": lambda: np.matmul(x[0], x[1] @ (x[2] @ x[3]), out=out)}
    if shape == "ab,ac,ad,ebf,ecf,edf->af":
        def fused():
            return np.sum((x[0] @ x[3]) * (x[1] @ x[4]) * (x[2] @ x[5]), axis=0, out=out)
        return {"three products, multiplied and summed": fused}
    if shape == "aa->a":
        return {"diagonal, copied": lambda: np.copyto(out, np.diagonal(x[0])) or out}
    if shape == "a->":
        return {"sum": lambda: np.sum(x[0], out=out)}
    if shape == "ab,ab->":
        flat = [array.reshape(-1) for array in x]
        return {"vdot": lambda: np.asarray(np.vdot(flat[0], flat[1]))}
    if len(terms) == 1 and sorted(terms[0]) == sorted(result) and len(set(result)) == len(result):
        axes = [terms[0].index(letter) for letter in result]
        return {"transpose, copied": lambda: np.copyto(out, x[0].transpose(axes)) or out}
    if shape == "abc,da,eb,fc->def":
        def modes():
            first = x[1] @ x[0].reshape(x[0].shape[0], -1)
            second = np.matmul(x[2], first.reshape(x[1].shape[0], x[0].shape[1], -1))
            return np.matmul(second, x[3].T, out=out)
        return {"one mode at a time": modes}
    return {}


def kron(a, b, x):
    def factors():
        return (a @ x.reshape(a.shape[1], b.shape[1]) @ b.T).reshape(-1)
    return {"A X B^T": factors}


def softmax_into(x, out):
    np.subtract(x, x.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    np.divide(out, out.sum(axis=-1, keepdims=True), out=out)
    return out


def softmax(x):
    out = np.empty_like(x)
    return {"by hand, out=": lambda: softmax_into(x, out)}


def layernorm(x, g, b):
    out = np.empty_like(x)

    def norm():
        mean = x.mean(axis=-1, keepdims=True)
        np.subtract(x, mean, out=out)
        variance = np.einsum("ij,ij->i", out, out)[:, None] / x.shape[-1]
        np.multiply(out, 1 / np.sqrt(variance + np.float32(1e-5)), out=out)
        np.multiply(out, g, out=out)
        return np.add(out, b, out=out)

    return {"by hand, out=": norm}


def relu_multiply_add(x, y, z):
    out = np.empty_like(x)

    def whole():
        np.multiply(x, y, out=out)
        np.add(out, z, out=out)
        return np.maximum(out, 0, out=out)

    def blocks(size=1 << 15):
        for start in range(0, x.shape[0], size):
            part = slice(start, start + size)
            np.multiply(x[part], y[part], out=out[part])
            np.add(out[part], z[part], out=out[part])
            np.maximum(out[part], 0, out=out[part])
        return out

    return {"out=": whole, "out=, in blocks": blocks}


def attention_of(q, k, v, mask=None):
    scale = np.float32(1 / np.sqrt(q.shape[-1]))
    weights = np.empty(q.shape[:-1] + (k.shape[-2],), q.dtype)
    out = np.empty(q.shape[:-1] + (v.shape[-1],), q.dtype)

    def whole():
        np.matmul(q, k.swapaxes(-1, -2), out=weights)
        np.multiply(weights, scale, out=weights)
        if mask is not None:
            np.add(weights, mask, out=weights)
        softmax_into(weights, weights)
        return np.matmul(weights, v, out=out)

    def heads():
        for at in np.ndindex(*q.shape[:-2]):
            part = q[at] @ k[at].T
            part *= scale
            if mask is not None:
                part += mask
            np.matmul(softmax_into(part, part), v[at], out=out[at])
        return out

    return {"matmul out=": whole, "head by head": heads}


def attention(q, k, v):
    return attention_of(q, k, v)


def causal_attention(q, k, v):
    mask = np.triu(np.full((q.shape[-2], k.shape[-2]), -np.inf, q.dtype), 1)
    return attention_of(q, k, v, mask)


def gated_feed_forward(x, gate, up, down):
    def eager():
        g = x @ gate
        return (g / (1 + np.exp(-g)) * (x @ up)) @ down

    return {"eager": eager}


def convolution(x, w):
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))

    def columns():
        padded[:, :, 1:-1, 1:-1] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        # b c y x p q -> b (c p q) (y x)
        rows = windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], -1, x.shape[2] * x.shape[3])
        return (w.reshape(w.shape[0], -1) @ rows).reshape(x.shape[0], -1, *x.shape[2:])

    return {"im2col": columns}


def shared_prefix_attention(q, kp, vp, ks, vs):
    scale = np.float32(1 / np.sqrt(q.shape[-1]))

    def merged():
        prefix = (q @ kp.T) * scale
        suffix = np.matmul(ks, q[:, :, None])[:, :, 0] * scale
        most = np.maximum(prefix.max(axis=1), suffix.max(axis=1))[:, None]
        np.exp(prefix - most, out=prefix)
        np.exp(suffix - most, out=suffix)
        top = prefix @ vp + np.matmul(suffix[:, None, :], vs)[:, 0, :]
        return top / (prefix.sum(axis=1) + suffix.sum(axis=1))[:, None]

    return {"prefix as one product": merged}


def geometric_product(x, y):
    table = np.zeros((8, 8, 8), x.dtype)
    pairs = []
    for a in range(8):
        for b in range(8):
            swaps, rest = 0, a >> 1
            while rest:
                swaps += bin(rest & b).count("1")
                rest >>= 1
            sign = -1 if swaps % 2 else 1
            table[a, b, a ^ b] = sign
            pairs.append((a, b, a ^ b, sign))

    def dense():
        return (x[:, :, None] * y[:, None, :]).reshape(-1, 64) @ table.reshape(64, 8)

    def by_columns():
        xs, ys = x.T.copy(), y.T.copy()
        out = np.zeros_like(xs)
        for a, b, c, sign in pairs:
            if sign > 0:
                out[c] += xs[a] * ys[b]
            else:
                out[c] -= xs[a] * ys[b]
        return out.T.copy()

    return {"outer product and table": dense, "column by column": by_columns}


def two_steps(r):
    def products():
        ways = r.astype(np.float32)
        return r | (ways @ ways > 0)

    return {"f32 product": products}


def min_plus(a, b):
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)

    def rows():
        for i in range(a.shape[0]):
            np.min(a[i][:, None] + b, axis=0, out=out[i])
        return out

    def steps():
        out.fill(np.inf)
        for k in range(a.shape[1]):
            np.minimum(out, a[:, k, None] + b[k], out=out)
        return out

    return {"row by row": rows, "step by step": steps}


FORMS = {
    "kron": kron,
    "softmax": softmax,
    "layernorm": layernorm,
    "relu-multiply-add": relu_multiply_add,
    "attention": attention,
    "causal-attention": causal_attention,
    "gated-feed-forward": gated_feed_forward,
    "convolution": convolution,
    "shared-prefix-attention": shared_prefix_attention,
    "geometric-product": geometric_product,
    "two-steps": two_steps,
    "min-plus": min_plus,
}


def blas():
    """The library for products and the instructions that it uses, as far as it says."""
    folder = os.path.join(os.path.dirname(np.__file__), os.pardir, "numpy.libs")
    for path in sorted(glob.glob(os.path.join(folder, "*openblas*"))):
        library = ctypes.CDLL(path)
        for prefix in ("scipy_openblas", "openblas"):
            for suffix in ("64_", ""):
                core = getattr(library, f"{prefix}_get_corename{suffix}", None)
                if core is not None:
                    core.restype = ctypes.c_char_p
                    return "OpenBLAS " + core().decode()
    built = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return f"{built.get('name', 'BLAS')} {built.get('version', '')}".strip()


class Peer:
    def __init__(self):
        self.ways = {}
        self.made = {}

    def load(self, request):
        self.made.clear()
        arrays = [np.ascontiguousarray(np.load(path)) for path in request["inputs"]]
        if request["form"] == "einsum":
            self.ways = einsum(request["spec"], *arrays)
        elif request["form"] in FORMS:
            self.ways = FORMS[request["form"]](*arrays)
        else:
            return {"ok": False, "refused": "no form " + request["form"]}
        return {"ok": True, "variants": list(self.ways)}

    def run(self, request):
        way = list(self.ways.values())[request["variant"]]
        result = None
        start = time.perf_counter_ns()
        for _ in range(request["times"]):
            result = way()
        nanoseconds = time.perf_counter_ns() - start
        self.made[request["variant"]] = result
        return {"ok": True, "ns": nanoseconds}

    def result(self, request):
        np.save(request["path"], np.ascontiguousarray(self.made[request["variant"]]).reshape(
            np.shape(self.made[request["variant"]])))
        return {"ok": True}


def main():
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    threads = int(os.environ.get("EIN_THREADS", "1"))
    answer({"peer": "numpy", "version": np.__version__, "isa": blas(), "threads": threads})
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "end":
            return
        try:
            answer(getattr(peer, request["do"])(request))
        except Exception as failure:  # whatever it is, the other side is to know
            answer({"ok": False, "error": f"{type(failure).__name__}: {failure}"})


if __name__ == "__main__":
    main()
