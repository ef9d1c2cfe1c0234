"""Exercise: a cache of keys and values, positions included."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def softmax(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


class Again:
    """Wrong: right results, but all keys and values are computed at each call."""

    def __init__(self, w_q, w_k, w_v, positions) -> None:
        self.w, self.positions = (w_q, w_k, w_v), positions
        self.seen: list[np.ndarray] = []

    def read(self, x):
        seen = np.concatenate([*self.seen, x])
        if len(seen) > len(self.positions):
            raise ValueError("There is no position for so many tokens.")
        self.seen = [seen]
        x_all = seen + self.positions[: len(seen)]
        q, k, v = (x_all @ w.T for w in self.w)
        scores = q @ k.T / np.sqrt(q.shape[-1])
        scores = np.where(np.tri(len(seen), dtype=bool), scores, -np.inf)
        return (softmax(scores) @ v)[len(seen) - len(x) :]


def variant(
    place: Callable[[int], int] = lambda known: known,
    mask: Callable[[int, int], np.ndarray] = lambda t, s: np.tri(
        t, s, s - t, dtype=bool
    ),
    keep: str = "kv",
    across: bool = False,
    scale: bool = True,
    over: int = -1,
    checks: bool = True,
) -> type:
    """A real cache, right by default; one of its parts can be a slip."""

    class Cache:
        def __init__(self, w_q, w_k, w_v, positions) -> None:
            self.w, self.positions = (w_q, w_k, w_v), positions
            self.w = tuple(w.T for w in self.w) if across else self.w
            self.k = self.v = np.zeros((0, w_k.shape[0]))
            self.known = 0

        def read(self, x):
            start = place(self.known)
            if checks and self.known + len(x) > len(self.positions):
                raise ValueError
            places = np.arange(start, start + len(x)) % len(self.positions)
            q, k, v = ((x + self.positions[places]) @ w.T for w in self.w)
            all_k, all_v = np.concatenate([self.k, k]), np.concatenate([self.v, v])
            if "k" in keep:
                self.k, self.v = all_k, all_v
            self.known += len(x)
            scores = q @ all_k.T / (np.sqrt(q.shape[-1]) if scale else 1)
            scores = np.where(mask(len(x), len(all_k)), scores, -np.inf)
            powers = np.exp(scores - scores.max(-1, keepdims=True))
            return powers / powers.sum(over, keepdims=True) @ all_v

    return Cache


KVCache = variant()


class ByLists:
    """Right: a list of keys and one of values; token by token."""

    def __init__(self, w_q, w_k, w_v, positions) -> None:
        self.w_q, self.w_k, self.w_v, self.positions = w_q, w_k, w_v, positions
        self.keys: list[np.ndarray] = []
        self.values: list[np.ndarray] = []

    def read(self, x):
        if len(self.keys) + len(x) > len(self.positions):
            raise ValueError("full")
        found = []
        for token in x:
            token = token + self.positions[len(self.keys)]
            self.keys.append(self.w_k @ token)
            self.values.append(self.w_v @ token)
            q = self.w_q @ token / len(self.w_q) ** 0.5
            shares = softmax(np.array([q @ k for k in self.keys]))
            found.append(shares @ np.array(self.values))
        return np.array(found)


class Counted(np.ndarray):
    """A matrix that notes how many numbers its products have."""

    whole: np.ndarray | None = None
    made: list[int] | None = None

    def __array_finalize__(self, source):
        self.whole = getattr(source, "whole", None)
        self.made = getattr(source, "made", None)

    def dot(self, other, out=None):
        return np.matmul(self, other)

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **more):
        plain = [np.asarray(each) for each in inputs]
        kept = {} if out is None else {"out": tuple(np.asarray(each) for each in out)}
        found = getattr(ufunc, method)(*plain, **kept, **more)
        self.note(inputs, found, "mat" in ufunc.__name__ or "vec" in ufunc.__name__)
        return found

    def __array_function__(self, function, types, args, kwargs):
        flat = [
            part for each in args for part in (each if type(each) is list else [each])
        ]
        args = [bare(each) for each in args]
        found = function(*args, **{key: bare(kwargs[key]) for key in kwargs})
        products = ("dot", "inner", "einsum", "tensordot")
        self.note(flat, found, function.__name__ in products)
        return found

    def note(self, inputs, found, product):
        """Count a product with this matrix or a view of it, and nothing else."""
        for each in inputs if product else ():
            if isinstance(each, Counted) and np.may_share_memory(each, each.whole):
                each.made[0] += np.size(found)


def bare(each):
    """The same as plain arrays, lists and tuples included."""
    if isinstance(each, list | tuple):
        return type(each)(bare(part) for part in each)
    return each.view(np.ndarray) if isinstance(each, Counted) else each


def counting(matrix):
    """A copy of a matrix that counts."""
    counted = np.array(matrix).view(Counted)
    counted.whole, counted.made = counted.view(np.ndarray), [0]
    return counted


def drive(KVCache, w_q, w_k, w_v, positions, x, sizes, counted):
    """What the cache gives when x comes in pieces, all in one: (T, d).

    counted: whether keys and values are counted, and must not be too many.
    """
    w_q, w_k = w_q / 2, w_k / 2
    if counted:
        w_k, w_v = counting(w_k), counting(w_v)
    cache, found, start = KVCache(w_q, w_k, w_v, positions), [], 0
    for size in sizes:
        found.append(np.asarray(cache.read(x[start : start + size])))
        start += size
    if counted and max(w_k.made[0], w_v.made[0]) > x.size:
        raise RuntimeError("keys or values were computed twice")
    return np.concatenate(found)


def tokens(
    d: Draw, sizes: tuple[int, ...], room: int = 3, counted: bool = False
) -> tuple:
    width = d.int(2, 4)
    total = sum(sizes)
    matrices = [d.array(width, width) for _ in range(3)]
    positions, x = d.array(total + room, width), d.array(total, width)
    return *matrices, positions, x, list(sizes), counted


EXERCISE = declare(
    "KVCache",
    "A cache of keys and values",
    KVCache,
    drive=drive,
    difficulty=3,
    minutes=30,
    forms=("float64", "float32", "strided", "fortran"),
    groups={
        "at once": Group(1, lambda d: tokens(d, (d.int(2, 5),)), atol=1e-4),
        "one by one": Group(1, lambda d: tokens(d, (1,) * d.int(2, 5)), atol=1e-4),
        "in pieces": Group(
            1,
            lambda d: tokens(d, (2, d.int(2, 4), 1)),
            lambda d: tokens(d, (1, 3, d.int(2, 3)), room=0),
            atol=1e-4,
        ),
        "each once": Group(
            2, lambda d: tokens(d, (2, d.int(1, 3), 1), counted=True), atol=1e-4
        ),
        "too many": Group(
            1,
            lambda d: tokens(d, (2, d.int(2, 3)), room=-1),
            lambda d: tokens(d, (d.int(2, 4),), room=-1),
            lambda d: tokens(d, (1, d.int(2, 3)), room=0),
            atol=1e-4,
        ),
    },
    mistakes={
        "New tokens get the positions from 0 on. Theirs begin where the last piece "
        "ended.": variant(place=lambda known: 0),
        "Keys or values of old tokens are computed again at each call. Keep them.": (
            Again
        ),
        "Queries, keys and values are W x for each token x: with tokens as rows, "
        "x @ W.T.": variant(across=True),
        "Nothing is kept: new tokens see themselves alone.": variant(keep=""),
        "Within a piece, tokens see later ones. They need the causal mask.": variant(
            mask=lambda t, s: np.ones((t, s), dtype=bool)
        ),
        "The mask is cut from the top left: with tokens in the cache, row 0 is not the "
        "first token.": variant(mask=lambda t, s: np.tri(t, s, 0, dtype=bool)),
        "A token does not see itself. The mask includes the diagonal.": variant(
            mask=lambda t, s: (
                np.tri(t, s, s - t - 1, dtype=bool) | np.eye(1, s, dtype=bool)
            )
        ),
        "The scores are not divided by the root of the width.": variant(scale=False),
        "The softmax runs over the queries. Each row sums to 1 over the keys.": variant(
            over=0
        ),
        "There is no position left for the last token, and no ValueError says so.": (
            variant(checks=False)
        ),
    },
    alternatives=(variant(), ByLists),
    hints=(
        "Keep two arrays, keys and values, and grow them at each call. Their length is "
        "the position of the next token.",
        "The scores are (new tokens, all tokens). Which columns may row 0 see?",
        "np.tri(t, s, s - t) is the bottom right part of the causal square.",
    ),
    section="transformer-cache",
    forbidden=("torch", "c2a"),
    instead="Write it with NumPy.",
)
