"""Exercise: a cache of keys and values, positions included."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def softmax(scores):
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


class KVCache:
    """Reads everything again at each call: slow, and surely right."""

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
    scale: bool = True,
    over: int = -1,
    checks: bool = True,
) -> type:
    """A real cache, right by default; one of its parts can be a slip."""

    class Cache:
        def __init__(self, w_q, w_k, w_v, positions) -> None:
            self.w, self.positions = (w_q, w_k, w_v), positions
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


def drive(KVCache, w_q, w_k, w_v, positions, x, sizes):
    """What the cache gives when x comes in pieces, all in one: (T, d)."""
    cache, found, start = KVCache(w_q / 2, w_k / 2, w_v, positions), [], 0
    for size in sizes:
        found.append(np.asarray(cache.read(x[start : start + size])))
        start += size
    return np.concatenate(found)


def tokens(d: Draw, sizes: tuple[int, ...], room: int = 3) -> tuple:
    width = d.int(2, 4)
    total = sum(sizes)
    matrices = [d.array(width, width) for _ in range(3)]
    return *matrices, d.array(total + room, width), d.array(total, width), list(sizes)


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
        "one by one": Group(2, lambda d: tokens(d, (1,) * d.int(2, 5)), atol=1e-4),
        "in pieces": Group(
            2,
            lambda d: tokens(d, (2, d.int(2, 4), 1)),
            lambda d: tokens(d, (1, 3, d.int(2, 3)), room=0),
            atol=1e-4,
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
        "The position is one too far: the first token has position 0.": variant(
            place=lambda known: known + 1
        ),
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
