"""Exercise: what a node of a graph hears from its neighbors."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, after, declare, given


def reference(x, edges):
    """With a matrix of who hears whom: itself, and both ends of each tie."""
    hears = np.eye(len(x), dtype=x.dtype)
    for a, b in edges:
        hears[a, b] += 1
        hears[b, a] += 1
    return hears @ x / hears.sum(1, keepdims=True)


def by_lists(x, edges):
    """Right: a list of what each node hears."""
    heard = [[row] for row in x]
    for a, b in edges.tolist():
        heard[a].append(x[b])
        heard[b].append(x[a])
    return np.stack([np.mean(rows, axis=0) for rows in heard])


def by_torch(x, edges):
    """Right: torch's index_add."""
    import torch

    values = torch.tensor(np.ascontiguousarray(x))
    a, b = torch.tensor(np.concatenate([edges, edges[:, ::-1]])).T
    total = values.index_add(0, b, values[a])
    ones = torch.ones(len(x), dtype=values.dtype)
    count = ones.index_add(0, b, torch.ones(len(a), dtype=values.dtype))
    return (total / count[:, None]).numpy()


def gathered(*, itself=True, both=True, mean=True, line=False, largest=False):
    """The mean with one thing done otherwise."""

    def wrong(x, edges):
        hears = np.eye(len(x)) * itself
        for a, b in edges:
            hears[b, a] += 1
            if both:
                hears[a, b] += 1
        if line:
            hears = np.eye(len(x)) + np.eye(len(x), k=1) + np.eye(len(x), k=-1)
        if largest:
            return np.stack([x[row > 0].max(0) for row in hears])
        count = np.maximum(hears.sum(1, keepdims=True), 1) if mean else 1
        return hears @ x / count

    return wrong


def one_way(x, edges):
    """Wrong: the first of each tie hears the second, not the other way round."""
    return gathered(both=False)(x, edges[:, ::-1])


def repeated_once(x, edges):
    """Wrong: `+=` with repeated indices adds only the last of them."""
    total, count = x.copy(), np.ones((len(x), 1))
    for a, b in (edges.T, edges.T[::-1]):
        total[a] += x[b]
        count[a] += 1
    return total / count


def halves(x, edges):
    """Wrong: node and mean of the others, half and half."""
    others = gathered(itself=False)(x, edges)
    alone = ~np.isin(np.arange(len(x)), edges)
    return np.where(alone[:, None], x, (x + others) / 2)


def graph(d: Draw, alone: int = 0) -> tuple:
    """A tree and some more ties; `alone` people without any, all in a random order."""
    n, width = d.int(3, 7), d.int(1, 3)
    ties = [(i, int(d.rng.integers(i))) for i in range(1, n)]
    more = [(i, j) for i in range(n) for j in range(i) if (i, j) not in ties]
    d.rng.shuffle(more)
    ties += more[: d.int(0, 2)]
    place = d.rng.permutation(n + alone)
    edges = place[np.array(ties)]
    return d.array(n + alone, width), edges[d.rng.permutation(len(edges))]


EXERCISE = declare(
    "neighbor_mean",
    "What the neighbors say",
    reference,
    difficulty=2,
    minutes=15,
    example=(np.array([[3.0], [6.0], [0.0]]), np.array([[0, 1], [2, 0]])),
    groups={
        "ties": Group(
            2, graph, (np.array([[3.0], [6.0], [0.0]]), np.array([[0, 1], [2, 0]]))
        ),
        "people without ties": Group(
            2,
            lambda d: graph(d, d.int(1, 2)),
            (np.array([[1.0, 2.0]]), np.zeros((0, 2), dtype=np.int64)),
        ),
    },
    mistakes={
        "A node hears itself, too: it is one of those that count.": gathered(
            itself=False
        ),
        "A tie goes both ways: each of the two hears the other.": gathered(both=False),
        "A tie goes both ways: the second of the two hears the first, too.": one_way,
        "`total[a] += ...` adds a repeated `a` only once. `np.add.at` adds them "
        "all.": repeated_once,
        "This is the sum. Divide by how many were heard, itself included.": gathered(
            mean=False
        ),
        "These are the nodes before and after in the list. Who is a neighbor stands in "
        "the edges alone.": gathered(line=True),
        "This is the largest of what is heard. Take the mean.": gathered(largest=True),
        "Node and neighbors count half and half here. Each of those heard has the same "
        "weight.": halves,
        "The edges are not used.": given(reference, edges=lambda e: e[:0]),
        "This is one mean for everybody. Each node has a mean of its own.": after(
            reference, lambda y: np.broadcast_to(y.mean(0), y.shape)
        ),
    },
    alternatives=(by_lists, by_torch),
    hints=(
        "Start with each node's own row as the sum, and 1 as the count.",
        "For each tie (a, b): a hears b, and b hears a.",
        "At the end divide each sum by its count. A node without ties keeps its row.",
    ),
    section="choosing-graphs",
)
