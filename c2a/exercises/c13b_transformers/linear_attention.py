"""Exercise: linear attention with a state of fixed size."""

from collections.abc import Callable

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def by_scores(q, k, v):
    """Right for short texts: all weights at once."""
    weights = np.tril(q @ k.T)
    return weights @ v / weights.sum(-1, keepdims=True)


def solution(
    write: Callable = lambda S, z, k, v: (S + np.outer(k, v), z + k),
    read: Callable = lambda q, S, z: (q @ S) / (q @ z),
    late: bool = False,
) -> Callable[..., np.ndarray]:
    """Step by step, right by default; one of its parts can be a slip."""

    def attention(q, k, v):
        S, z, found = np.zeros((k.shape[1], v.shape[1])), np.zeros(k.shape[1]), []
        for q_i, k_i, v_i in zip(q, k, v, strict=True):
            before = S, z
            S, z = write(S, z, k_i, v_i)
            found.append(read(q_i, *(before if late and found else (S, z))))
        return np.array(found)

    return attention


reference = solution()


def in_chunks(q, k, v):
    """Right: by scores within a hundred tokens, by the state for those before."""
    S, z = np.zeros((k.shape[1], v.shape[1])), np.zeros(k.shape[1])
    found = []
    for at in range(0, len(q), 100):
        a, b, c = q[at : at + 100], k[at : at + 100], v[at : at + 100]
        near = np.tril(a @ b.T)
        found.append((near @ c + a @ S) / (near.sum(-1) + a @ z)[:, None])
        S, z = S + b.T @ c, z + b.sum(0)
    return np.concatenate(found)


def by_sums(q, k, v):
    """Right: running sums, all states at once."""
    S = np.cumsum(k[:, :, None] * v[:, None, :], 0)
    weights = (q * np.cumsum(k, 0)).sum(-1, keepdims=True)
    return np.einsum("td,tde->te", q, S) / weights


def everywhere(q, k, v):
    """Wrong: every token sees all others."""
    weights = (q @ k.sum(0))[:, None]
    return q @ (k.T @ v) / weights


def with_softmax(q, k, v):
    """Wrong: the attention of chapter 13a."""
    scores = np.where(np.tri(len(q), dtype=bool), q @ k.T, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True) @ v


def text(d: Draw, length: int, width: int = 3) -> tuple:
    """Positive queries and keys, as elu(x) + 1 would give them."""
    q, k = (0.1 + np.abs(d.array(length, width)) for _ in range(2))
    return q, k, d.array(length, width + 1)


def drive(linear_attention, q, k, v):
    """The result; a long text may not take the memory of a table of all pairs."""
    import tracemalloc

    if len(q) < 400:
        return linear_attention(q, k, v)
    running = tracemalloc.is_tracing()
    if not running:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        found = linear_attention(q, k, v)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not running:
            tracemalloc.stop()
    if peak - before > 500_000:  # a square of 400 has 1.3 MB, or 0.6 in single
        raise RuntimeError("the memory grows with the square of the text")
    return found


def long(d: Draw) -> tuple:
    """As long as it takes to tell a square, and no longer: mistakes read it, too."""
    rng = np.random.default_rng(d.seed())
    q, k = (rng.uniform(0.1, 2, (400, 2)) for _ in range(2))
    return q, k, rng.normal(size=(400, 2))


EXERCISE = declare(
    "linear_attention",
    "Attention with a state",
    reference,
    drive=drive,
    difficulty=3,
    minutes=20,
    example=(
        np.array([[1.0], [1.0]]),
        np.array([[1.0], [3.0]]),
        np.array([[0.0], [4.0]]),
    ),
    forms=("float64", "strided", "fortran"),
    groups={
        "one token": Group(1, lambda d: text(d, 1)),
        "tokens": Group(2, lambda d: text(d, d.int(2, 7))),
        "a long text": Group(1, long, visible=1, hidden=2),
    },
    mistakes={
        "Every token sees all others. Token i may use those up to i.": everywhere,
        "The sum of the weights is missing: divide by q · z.": solution(
            read=lambda q, S, z: q @ S
        ),
        "A token sees itself, too: write first, then read.": solution(late=True),
        "The state is replaced at each step. It has to add up.": solution(
            write=lambda S, z, k, v: (np.outer(k, v), k)
        ),
        "z adds up the keys, as S adds up the products. Yours holds the last key.": (
            solution(write=lambda S, z, k, v: (S + np.outer(k, v), k))
        ),
        "Here is no softmax and no exponential: the weight of j is q_i · k_j.": (
            with_softmax
        ),
        "You build a table of all pairs of tokens. Keep a state, S and z, instead.": (
            by_scores
        ),
        "You divided by the number of tokens. Divide by the sum of their weights.": (
            solution(
                write=lambda S, z, k, v: (S + np.outer(k, v), z + 1),
                read=lambda q, S, z: q @ S / z[0],
            )
        ),
    },
    alternatives=(in_chunks, by_sums),
    hints=(
        "Start from S = 0 and z = 0, and go through the tokens from the first on.",
        "At each token: S grows by the outer product of key and value, z by the key; "
        "then the query reads.",
        "q @ S is the sum of the weighted values, q @ z the sum of the weights.",
    ),
    seconds=4.0,
    section="transformer-linear",
    forbidden=("torch", "c2a"),
    instead="Write it with NumPy.",
)
