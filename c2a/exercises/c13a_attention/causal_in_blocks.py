"""Exercise: causal attention that never writes its table down."""

import math

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, declare
from c2a.exercises.kit.values import Tensor as Tensor32

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


def table(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Wrong here: right numbers, out of a table of all pairs."""
    e = q @ k.T / math.sqrt(q.shape[1])
    e = e.masked_fill(~torch.ones_like(e, dtype=torch.bool).tril(), -math.inf)
    e = (e - e.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1, keepdim=True) @ v


def hidden_top(q: Tensor, k: Tensor, v: Tensor, size: int) -> Tensor:
    """Wrong: masked after the exponential, so a hidden score may be the largest."""
    top = torch.full((len(q), 1), -math.inf)
    total, o = torch.zeros(len(q), 1), torch.zeros(len(q), v.shape[1])
    i = torch.arange(len(q))[:, None]
    for start in range(0, len(k), size):
        j = torch.arange(len(k[start : start + size])) + start
        e = q @ k[start : start + size].T / math.sqrt(q.shape[1])
        new_top = torch.maximum(top, e.amax(-1, keepdim=True))
        shrink, e = (top - new_top).exp(), (e - new_top).exp() * (j <= i)
        total = total * shrink + e.sum(-1, keepdim=True)
        o, top = o * shrink + e @ v[start : start + size], new_top
    return o / total


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


def drive(causal_in_blocks, q, k, v, size):
    """The result. In a text of many blocks, no tensor may hold all pairs of tokens."""
    from torch.overrides import TorchFunctionMode

    largest = [0]

    class Watch(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            made = function(*args, **(kwargs or {}))
            if isinstance(made, torch.Tensor):
                largest[0] = max(largest[0], made.numel())
            return made

    with Watch():
        found = causal_in_blocks(q, k, v, size)
    if len(q) >= 8 * size and largest[0] >= len(q) * len(k):
        raise RuntimeError("a tensor of T times T entries was made")
    return found


def texts(d: Draw, size: int, blocks: int, over: int = 0) -> tuple:
    length, width = size * blocks + over, d.int(2, 4)
    q, k, v = (d.tensor(length, width) for _ in range(3))
    return q, k, v, size


def hundreds(d: Draw) -> tuple:
    """Scores of hundreds; that of the last key is the largest, and mostly hidden."""
    q, k, v, size = texts(d, 2, d.int(8, 9))
    k.array[-1] = 1 + k.array.max()
    return Tensor32(300 * (0.5 + abs(q.array))), k, v, size


EXERCISE = declare(
    "causal_in_blocks",
    "Attention without its table",
    causal_in_blocks,
    drive=drive,
    difficulty=4,
    minutes=40,
    forms=FORMS32,
    rtol=1e-3,
    atol=1e-3,
    groups={
        "one block": Group(1, lambda d: texts(d, 4, 1)),
        "blocks": Group(2, lambda d: texts(d, d.int(2, 3), d.int(8, 9))),
        "a short last block": Group(1, lambda d: texts(d, 3, 2, over=d.int(1, 2))),
        "large scores": Group(2, hundreds),
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
        "The largest score has to be that of an allowed key: mask before you look for "
        "it. Beside a hidden score of hundreds all exponentials are 0.": hidden_top,
        "You make a table of all pairs of tokens, a tensor of T times T entries (a "
        "mask counts, too). Hold one block of columns at a time.": table,
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
