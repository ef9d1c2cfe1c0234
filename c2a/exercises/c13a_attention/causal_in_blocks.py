"""Exercise: causal attention that never writes its table down."""

import math

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, declare

Tensor = torch.Tensor


def causal_in_blocks(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """The library's causal attention; blocks change nothing but the memory."""
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)


def running(
    rescale_total: bool = True,
    rescale_sum: bool = True,
    root: bool = True,
    ahead: int = 0,
    within: bool = False,
    masked: bool = True,
):
    """Block by block with a running maximum; the options are mistakes."""

    def answer(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
        top = torch.full((len(q), 1), -math.inf)
        total, o = torch.zeros(len(q), 1), torch.zeros(len(q), v.shape[1])
        i = torch.arange(len(q))[:, None]
        for start in range(0, len(k), size):
            k_block, v_block = k[start : start + size], v[start : start + size]
            j = torch.arange(len(k_block)) + (0 if within else start)
            e = q @ k_block.T / (math.sqrt(q.shape[1]) if root else 1)
            if masked:
                e = e.masked_fill(j > i + ahead, -math.inf)
            new_top = torch.maximum(top, e.amax(-1, keepdim=True))
            shrink, e = (top - new_top).exp(), (e - new_top).exp()
            total = total * (shrink if rescale_total else 1) + e.sum(-1, keepdim=True)
            o = o * (shrink if rescale_sum else 1) + e @ v_block
            top = new_top
        return o / total

    return answer


def without_top(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Wrong: exponentials of bare scores."""
    total, o = torch.zeros(len(q), 1), torch.zeros(len(q), v.shape[1])
    i = torch.arange(len(q))[:, None]
    for start in range(0, len(k), size):
        j = torch.arange(len(k[start : start + size])) + start
        e = q @ k[start : start + size].T / math.sqrt(q.shape[1])
        e = e.masked_fill(j > i, -math.inf).exp()
        total, o = total + e.sum(-1, keepdim=True), o + e @ v[start : start + size]
    return o / total


def mean_of_blocks(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Wrong: a softmax in each block, and the mean of what they give."""
    found, i = [], torch.arange(len(q))[:, None]
    for start in range(0, len(k), size):
        j = torch.arange(len(k[start : start + size])) + start
        e = q @ k[start : start + size].T / math.sqrt(q.shape[1])
        weights = e.masked_fill(j > i, -math.inf).softmax(-1).nan_to_num()
        found.append(weights @ v[start : start + size])
    return torch.stack(found).mean(0)


def row_by_row(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Right: each query by itself, its own keys in blocks, in double precision."""
    rows = []
    for i, query in enumerate(q.double()):
        top, total, o = -math.inf, 0.0, torch.zeros(v.shape[1], dtype=torch.float64)
        for start in range(0, i + 1, size):
            end = min(start + size, i + 1)
            e = k[start:end].double() @ query / math.sqrt(len(query))
            new_top = max(top, e.max().item())
            shrink = math.exp(top - new_top)
            p = (e - new_top).exp()
            total, o = total * shrink + p.sum(), o * shrink + p @ v[start:end].double()
            top = new_top
        rows.append(o / total)
    return torch.stack(rows)


def texts(d: Draw, size: int, blocks: int, over: int = 0, large: float = 1.0) -> tuple:
    length, width = size * blocks + over, d.int(2, 4)
    q = torch.as_tensor(large * d.array(length, width)).float()
    return q, d.tensor(length, width), d.tensor(length, width), size


EXERCISE = declare(
    "causal_in_blocks",
    "Attention without its table",
    causal_in_blocks,
    difficulty=4,
    minutes=40,
    forms=FORMS32,
    rtol=1e-3,
    atol=1e-3,
    groups={
        "one block": Group(1, lambda d: texts(d, 4, 1)),
        "blocks": Group(2, lambda d: texts(d, d.int(2, 3), d.int(2, 3))),
        "a short last block": Group(1, lambda d: texts(d, 3, 2, over=d.int(1, 2))),
        "large scores": Group(2, lambda d: texts(d, 2, d.int(2, 3), large=300.0)),
    },
    mistakes={
        "Nothing is masked: token i may look at tokens 0 to i only.": running(
            masked=False
        ),
        "The sum of exponentials is not scaled down when a larger score turns up.": (
            running(rescale_total=False)
        ),
        "The weighted sum is not scaled down when a larger score turns up.": running(
            rescale_sum=False
        ),
        "Neither running sum is scaled down when a larger score turns up.": running(
            rescale_total=False, rescale_sum=False
        ),
        "The scores are not divided by the root of d.": running(root=False),
        "A token may look at itself, but not at the next one.": running(ahead=1),
        "The mask counts places inside the block. Add the place where the block "
        "starts.": running(within=True),
        "The exponential of a large score is infinite: subtract the largest score "
        "so far.": without_top,
        "The blocks do not count equally: their exponentials must share one sum.": (
            mean_of_blocks
        ),
    },
    alternatives=(running(), row_by_row),
    hints=(
        "Start from the chapter's function. The mask is new: it needs the places of "
        "the keys, and those of a block begin at its start.",
        "`e.masked_fill(j > i, -math.inf)`, with i a column of places and j a row.",
        "The first block holds key 0, which every token may see. So the largest score "
        "is finite from the first block on.",
    ),
    section="attention-cost",
    forbidden=(
        "torch.nn.functional.scaled_dot_product_attention",
        "torch.softmax",
        "torch.nn.functional.softmax",
        "torch.nn.Softmax",
        "torch.logsumexp",
    ),
    instead="Keep the three running quantities yourself.",
)
