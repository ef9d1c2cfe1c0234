"""Exercise: two layers of attention that should not see the future, and do."""

import math

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare

Tensor = torch.Tensor


def attend(x: Tensor, mask: Tensor) -> Tensor:
    """Attention in which tokens are their own queries, keys and values."""
    scores = x @ x.mT / math.sqrt(x.shape[-1])
    return scores.masked_fill(~mask, -math.inf).softmax(-1) @ x


def layers(first, second):
    """Two layers, each added to its input; the masks come from functions of keep."""

    def mend_masks(x: Tensor, keep: Tensor) -> Tensor:
        x = x + attend(x, first(keep))
        return x + attend(x, second(keep))

    return mend_masks


def causal(keep: Tensor) -> Tensor:
    length = keep.shape[1]
    return torch.ones(length, length, dtype=torch.bool).tril()


def right(keep: Tensor) -> Tensor:
    """(B, T, T): neither the future nor what is crossed out; all see token 0."""
    return causal(keep) & keep[:, None, :]


def one_ahead(keep: Tensor) -> Tensor:
    length = keep.shape[1]
    ones = torch.ones(length, length, dtype=torch.bool)
    return ones.tril(1) & keep[:, None, :]


def uncrossed(keep: Tensor) -> Tensor:
    return keep[:, None, :].expand(-1, keep.shape[1], -1)


def causal_only(keep: Tensor) -> Tensor:
    return causal(keep).expand(len(keep), -1, -1)


def upside_down(keep: Tensor) -> Tensor:
    length = keep.shape[1]
    return torch.ones(length, length, dtype=torch.bool).triu() & keep[:, None, :]


def strictly(keep: Tensor) -> Tensor:
    """Wrong: row 0 looks nowhere and is NaN, and so are all that see it."""
    length = keep.shape[1]
    before = torch.ones(length, length, dtype=torch.bool).tril(-1)
    return before & keep[:, None, :]


def rows(keep: Tensor) -> Tensor:
    """Wrong: those that are crossed out may not look, and are NaN."""
    return causal(keep) & keep[:, :, None]


mend_masks = layers(right, right)


def by_library(x: Tensor, keep: Tensor) -> Tensor:
    """Right: the library's attention, twice."""
    mask = right(keep)
    for _ in range(2):
        x = x + torch.nn.functional.scaled_dot_product_attention(
            x, x, x, attn_mask=mask
        )
    return x


def by_places(x: Tensor, keep: Tensor) -> Tensor:
    """Right: each sentence and place by itself."""
    for _ in range(2):
        new = torch.zeros_like(x)
        for b, sentence in enumerate(x):
            for i, token in enumerate(sentence):
                seen = sentence[: i + 1][keep[b, : i + 1]]
                weights = (seen @ token / len(token) ** 0.5).softmax(0)
                new[b, i] = token + weights @ seen
        x = new
    return x


def zeroed(x: Tensor, keep: Tensor) -> Tensor:
    """Right: what comes out at crossed-out tokens is free."""
    return mend_masks(x, keep) * keep[..., None]


def one_layer(x: Tensor, keep: Tensor) -> Tensor:
    return x + attend(x, right(keep))


def drive(mend_masks, x, keep):
    """A third of x, so that no softmax is stuck. Crossed-out tokens are free."""
    y = mend_masks(x / 3, keep)
    return y.masked_fill(~keep[..., None], 0.0) if y.shape == x.shape else y


def sentences(d: Draw, crossed: bool) -> tuple:
    batch, length, width = 2, d.int(4, 6), d.int(2, 3)
    keep = torch.ones(batch, length, dtype=torch.bool)
    if crossed:
        keep[:, 1] = False
        keep[:, 3:] = torch.as_tensor(d.mask(batch, length - 3))
    return d.tensor(batch, length, width), keep


EXERCISE = declare(
    "mend_masks",
    "Masks that leak",
    mend_masks,
    drive=drive,
    difficulty=2,
    minutes=20,
    forms=FORMS32,
    rtol=1e-4,
    atol=1e-4,
    groups={
        "nothing crossed out": Group(2, lambda d: sentences(d, crossed=False)),
        "crossed out": Group(2, lambda d: sentences(d, crossed=True)),
    },
    mistakes=[
        Mistake(
            "This is the given code: both layers leak, each in its own way.",
            layers(one_ahead, uncrossed),
            whole=True,
        ),
        Mistake(
            "The first layer still sees one token ahead: move the diagonal.",
            layers(one_ahead, right),
        ),
        Mistake(
            "The first layer is mended. The second still sees the whole future.",
            layers(right, uncrossed),
        ),
        Mistake(
            "The future is hidden now, but crossed-out tokens are seen: keep is not "
            "used.",
            layers(causal_only, causal_only),
        ),
        Mistake(
            "The second layer hides the future, but not what is crossed out.",
            layers(right, causal_only),
        ),
        Mistake(
            "The triangle is upside down: tokens see the future and not the past.",
            layers(upside_down, upside_down),
        ),
        Mistake(
            "A token may look at itself: the diagonal is allowed. (Without it, row 0 "
            "looks nowhere and is NaN.)",
            layers(strictly, strictly),
        ),
        Mistake(
            "`keep` hides columns, those that are asked: keep[:, None, :]. You hid "
            "rows, and a row that looks nowhere is NaN.",
            layers(rows, rows),
        ),
        Mistake("The second layer is gone. It should stay, and not leak.", one_layer),
    ],
    alternatives=(by_library, by_places, zeroed),
    hints=(
        "Print both masks for four tokens, none crossed out. Which entries are 1 on "
        "the right of the diagonal?",
        "`tril(k)` keeps k diagonals more than the lower triangle. And what does the "
        "second layer use?",
        "One mask, `causal_mask(T) & keep[:, None, :]`, serves both layers.",
    ),
    section="attention-masks",
)
