"""Exercise: set the weights of two heads by hand, so that they complete a pattern."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw, Group, declare

BIG = 50.0
NAMES = ("q1", "k1", "v1", "q2", "k2", "v2")


def weights(
    symbols: int,
    places: int,
    shift: int = 1,
    size: float = BIG,
    slot: bool = True,
    match: str = "previous",
    shown: str = "token",
) -> dict[str, np.ndarray]:
    """The six matrices, right by default; the settings make the slips."""
    width = 2 * symbols + places
    token, place, before = (
        slice(0, symbols),
        slice(symbols, symbols + places),
        slice(symbols + places, width),
    )
    w = {name: np.zeros((width, width)) for name in NAMES}
    w["q1"][place, place] = size * np.eye(places, k=-shift).T  # place t asks for t - 1
    w["k1"][place, place] = np.eye(places)
    w["v1"][before if slot else token, token] = np.eye(symbols)
    w["q2"][token, token] = size * np.eye(symbols)
    w["k2"][token, before if match == "previous" else token] = np.eye(symbols)
    w["v2"][token, token if shown == "token" else before] = np.eye(symbols)
    return w


def induction(symbols: int, places: int) -> dict[str, np.ndarray]:
    """Look one place back; then look where the token before is the present one."""
    return weights(symbols, places)


def by_keys(symbols: int, places: int) -> dict[str, np.ndarray]:
    """Right: the first head shifts the keys instead, and all sizes differ."""
    w = weights(symbols, places)
    at = slice(symbols, symbols + places)
    w["k1"][at, at] = 40.0 * np.eye(places, k=-1)
    w["q1"][at, at] = 3.0 * np.eye(places)
    w["q2"], w["k2"] = w["q2"] / 10, w["k2"] * 30
    w["v2"] = w["v2"] * 2
    return w


def by_mixing(symbols: int, places: int) -> dict[str, np.ndarray]:
    """Right: queries and keys turned by one and the same rotation."""
    w = weights(symbols, places)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=w["q1"].shape))[0]
    for name in ("q1", "k1", "q2", "k2"):
        w[name] = turn @ w[name]
    return w


def slip(**settings) -> Callable[[int, int], dict[str, np.ndarray]]:
    return lambda symbols, places: weights(symbols, places, **settings)


def drive(induction, symbols, places, tokens):
    """The maps (T, T) of both heads, one above the other; what the first has written
    into the free slot, its largest number; and the last logits."""
    w = induction(symbols, places)
    count, width = len(tokens), 2 * symbols + places
    x = np.zeros((count, width))
    x[np.arange(count), tokens] = 1
    x[np.arange(count), symbols + np.arange(count)] = 1
    maps, slot = [], 0.0
    for head in "12":
        q, k, v = (np.asarray(w[name + head], float) for name in "qkv")
        if not q.shape == k.shape == v.shape == (width, width):
            raise ValueError(f"Each matrix needs the shape ({width}, {width}).")
        scores = np.where(np.tri(count, dtype=bool), (x @ q.T) @ (x @ k.T).T, -np.inf)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        maps.append(shares)
        found = shares @ (x @ v.T)
        x = x + found if head == "1" else found
        if head == "1":
            slot = float(np.abs(x[:, symbols + places :]).max())
    return {"maps": np.concatenate(maps), "slot": slot, "logits": x[-1, :symbols]}


def looks_back(value, symbols, places, tokens) -> str:
    """Does the first head look one place back?"""
    count, maps = len(tokens), np.asarray(value["maps"], float)
    if maps.shape != (2 * count, count):
        return "The first head does not look one place back."
    first = maps[:count]
    share = first[np.arange(1, count), np.arange(count - 1)].min()
    if share > 0.9:
        return ""
    if first[np.arange(1, count), np.arange(1, count)].min() > 0.9:
        return "The first head looks at the token itself. Place t has to ask for t - 1."
    if first[2:, 1:].max() < 0.9 and share > 1.5 / count:
        return "The first head spreads: make the scores larger, for a sharp softmax."
    return "The first head does not look one place back."


def completes(value, symbols, places, tokens) -> str:
    """Is the likeliest next token the one that followed the last time?"""
    if said := looks_back(value, symbols, places, tokens):
        return said
    logits = np.asarray(value["logits"], float)
    tokens = np.asarray(tokens)
    second = np.asarray(value["maps"], float)[-1]
    earlier = int(np.flatnonzero(tokens[:-1] == tokens[-1])[-1])
    right = logits.argmax() == tokens[earlier + 1]
    if right and second[earlier + 1] > 0.9:
        return ""
    if not value["slot"] > 0:
        return (
            "The first head looks at the right place and leaves the free slot empty: "
            "its value has to copy the token's part there."
        )
    if right:
        return "The guess is right, but the second head spreads: larger scores."
    if second[earlier] + second[-1] > 0.9:
        return (
            "The second head finds the same token. It has to find the place after it: "
            "compare with the token before, which the first head wrote down."
        )
    if second[earlier + 1] > 0.9:
        return (
            "The second head looks at the right place, but shows something else: its "
            "value is the token there."
        )
    return "The second head does not find the place after the same token."


def pattern(d: Draw, length: int) -> tuple:
    """Token 0 first; others differ, but for the last, which has occurred before."""
    symbols = length + d.int(1, 3)
    tokens = 1 + d.rng.permutation(symbols - 1)[: length - 2]
    repeated = tokens[d.int(0, max(length - 4, 0))]
    return symbols, length + d.int(0, 3), np.array([0, *tokens, repeated])


EXERCISE = declare(
    "induction",
    "Two heads that complete a pattern",
    induction,
    drive=drive,
    difficulty=4,
    minutes=30,
    forms=("float64",),
    groups={
        "look back": Group(
            2, lambda d: pattern(d, 5), lambda d: pattern(d, 8), judge=looks_back
        ),
        "complete": Group(2, lambda d: pattern(d, d.int(5, 8)), judge=completes),
        "a long line": Group(1, lambda d: pattern(d, d.int(25, 30)), judge=completes),
    },
    mistakes={
        "The first head looks at the token itself. Place t has to ask for t - 1.": slip(
            shift=0
        ),
        "The first head does not look one place back.": slip(shift=2),
        "The first head spreads: make the scores larger, for a sharp softmax.": slip(
            size=1.0
        ),
        "The second head finds the same token. It has to find the place after it: "
        "compare with the token before, which the first head wrote down.": slip(
            match="token"
        ),
        "The second head looks at the right place, but shows something else: its "
        "value is the token there.": slip(shown="before"),
        "The first head looks at the right place and leaves the free slot empty: its "
        "value has to copy the token's part there.": slip(slot=False),
    },
    alternatives=(by_keys, by_mixing),
    hints=(
        "The stream has three parts: the token (symbols), the place (places) and a "
        "free slot (symbols). Row i, column j of a matrix: what j gives to i.",
        "First head: the query of place t and the key of place t - 1 must be alike. "
        "Its value copies the token's part into the free slot.",
        "Second head: the query is the token's part, the key is the slot's. The value "
        "copies the token's part.",
    ),
    section="transformer-block",
    forbidden=("torch", "c2a"),
    instead="Write it with NumPy.",
)
