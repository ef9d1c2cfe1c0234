"""Exercise: queries and keys turned by their places."""

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, declare

Tensor = torch.Tensor


def speeds(d: int) -> Tensor:
    return 10000.0 ** (-torch.arange(0, d, 2) / d)


def rotate(z: Tensor, places: Tensor) -> Tensor:
    """The chapter's: neighbors are a pair."""
    angle = places[:, None] * speeds(z.shape[-1])
    a, b = z[..., 0::2], z[..., 1::2]
    turned = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(turned, -1).flatten(-2)


def by_complex(z: Tensor, places: Tensor) -> Tensor:
    """Right: each pair as a complex number, times one of size 1."""
    pairs = torch.view_as_complex(z.contiguous().unflatten(-1, (-1, 2)))
    angle = places[:, None] * speeds(z.shape[-1])
    return torch.view_as_real(
        pairs * torch.polar(torch.ones_like(angle), angle)
    ).flatten(-2)


def by_matrices(z: Tensor, places: Tensor) -> Tensor:
    """Right: pair by pair and place by place, with the matrix of a turn."""
    y = torch.zeros(z.shape)
    for t, place in enumerate(places.tolist()):
        for c, speed in enumerate(speeds(z.shape[-1]).tolist()):
            angle = torch.tensor(place * speed)
            cos, sin = angle.cos(), angle.sin()
            turn = torch.stack([torch.stack([cos, -sin]), torch.stack([sin, cos])])
            y[..., t, 2 * c : 2 * c + 2] = z[..., t, 2 * c : 2 * c + 2] @ turn.T
    return y


def by_halves(z: Tensor, places: Tensor) -> Tensor:
    """Wrong here: number c is paired with number c + d / 2."""
    angle = places[:, None] * speeds(z.shape[-1])
    a, b = z.chunk(2, -1)
    return torch.cat(
        [a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1
    )


def not_woven(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: pairs of neighbors, but the results stand in two blocks."""
    angle = places[:, None] * speeds(z.shape[-1])
    a, b = z[..., 0::2], z[..., 1::2]
    return torch.cat(
        [a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1
    )


def backwards(z: Tensor, places: Tensor) -> Tensor:
    return rotate(z, -places)


def counted(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: places 0, 1, 2, ... whatever was given."""
    return rotate(z, torch.arange(len(places)))


def one_speed(z: Tensor, places: Tensor) -> Tensor:
    angle = places[:, None] * torch.ones(z.shape[-1] // 2)
    a, b = z[..., 0::2], z[..., 1::2]
    turned = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(turned, -1).flatten(-2)


def slow_speeds(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: exponent c / d for 2c / d."""
    d = z.shape[-1]
    angle = places[:, None] * 10000.0 ** (-torch.arange(d // 2) / d)
    a, b = z[..., 0::2], z[..., 1::2]
    turned = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(turned, -1).flatten(-2)


def mirrored(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: both terms added."""
    angle = places[:, None] * speeds(z.shape[-1])
    a, b = z[..., 0::2], z[..., 1::2]
    turned = a * angle.cos() + b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(turned, -1).flatten(-2)


def added(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: a table of sines, added."""
    angle = places[:, None] * speeds(z.shape[-1])
    return z + torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)


def vectors(d: Draw, first: int, last: int, lead: tuple[int, ...] = ()) -> tuple:
    count, pairs = d.int(3, 5), d.int(2, 4)
    z = d.tensor(*lead, count, 2 * pairs)
    places = torch.arange(count) + d.int(first, last)
    return z, places


EXERCISE = declare(
    "rotate",
    "Turned by their places",
    rotate,
    difficulty=2,
    minutes=20,
    forms=FORMS32,
    rtol=1e-4,
    atol=1e-4,
    example=(torch.tensor([[1.0, 0, 1, 0], [1, 0, 1, 0]]), torch.tensor([0, 1])),
    groups={
        "from place 0": Group(2, lambda d: vectors(d, 0, 0)),
        "from a later place": Group(1, lambda d: vectors(d, 3, 40)),
        "heads and batches": Group(1, lambda d: vectors(d, 1, 9, (2, 3))),
    },
    mistakes={
        "Number c is paired with number c + d/2, as some libraries do. Here neighbors "
        "are a pair: 0 and 1, 2 and 3.": by_halves,
        "The turned pairs are right, but they stand in two blocks. Weave them again: "
        "a, b, a, b.": not_woven,
        "You turn the other way: look at the two signs.": backwards,
        "The places given are ignored. They need not start at 0: think of a cache.": (
            counted
        ),
        "All pairs turn equally fast. Pair c turns by 10000^(-2c/d).": one_speed,
        "The speeds fall too slowly: the exponent is -2c/d for pair c.": slow_speeds,
        "This is no turn: one of the two sums needs a minus.": mirrored,
        "Sines are added to the vector. A turn leaves lengths as they are.": added,
    },
    alternatives=(by_complex, by_matrices),
    hints=(
        "One pair first: (a, b) turned by an angle is (a cos - b sin, a sin + b cos).",
        "`z[..., 0::2]` are the first numbers of all pairs. The angles are a table "
        "(T, d/2): a row for each place, a column for each pair.",
        "`torch.stack([first, second], -1).flatten(-2)` weaves two tables into one.",
    ),
    section="attention-positions",
)
