"""Exercise: places by turning, with the pairs that many libraries make."""

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, declare

Tensor = torch.Tensor


def table(z: Tensor, places: Tensor) -> Tensor:
    """Angles (T, d / 2)."""
    d = z.shape[-1]
    return places[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)


def turned(z: Tensor, angle: Tensor) -> Tensor:
    a, b = z.chunk(2, -1)
    first = a * angle.cos() - b * angle.sin()
    return torch.cat([first, a * angle.sin() + b * angle.cos()], -1)


def rotate_halves(z: Tensor, places: Tensor) -> Tensor:
    """Number c and number c + d / 2 are a pair."""
    return turned(z, table(z, places))


def by_complex(z: Tensor, places: Tensor) -> Tensor:
    """Right: each pair as a complex number, times one of size 1."""
    angle = table(z, places)
    pairs = torch.complex(*(half.contiguous() for half in z.chunk(2, -1)))
    pairs = pairs * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([pairs.real, pairs.imag], -1)


def by_shuffling(z: Tensor, places: Tensor) -> Tensor:
    """Right: the chapter's function on numbers in another order, and back."""
    order = torch.arange(z.shape[-1]).view(2, -1).T.flatten()
    return neighbors(z[..., order], places)[..., order.argsort()]


def by_swapping(z: Tensor, places: Tensor) -> Tensor:
    """Right: z cos + (z with its halves swapped, one negated) sin."""
    angle = table(z, places).repeat(1, 2)
    half = z.shape[-1] // 2
    swapped = torch.cat([-z[..., half:], z[..., :half]], -1)
    return z * angle.cos() + swapped * angle.sin()


def neighbors(z: Tensor, places: Tensor) -> Tensor:
    """Wrong here: the chapter's pairs."""
    angle = table(z, places)
    a, b = z[..., 0::2], z[..., 1::2]
    pair = a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()
    return torch.stack(pair, -1).flatten(-2)


def woven(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: pairs of halves, but the results woven as in the chapter."""
    a, b = rotate_halves(z, places).chunk(2, -1)
    return torch.stack([a, b], -1).flatten(-2)


def backwards(z: Tensor, places: Tensor) -> Tensor:
    return turned(z, -table(z, places))


def counted(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: places 0, 1, 2, ... whatever was given."""
    return rotate_halves(z, torch.arange(len(places)))


def one_speed(z: Tensor, places: Tensor) -> Tensor:
    return turned(z, places[:, None] * torch.ones(z.shape[-1] // 2))


def slow_speeds(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: exponent c / d for 2c / d."""
    d = z.shape[-1]
    return turned(z, places[:, None] * 10000.0 ** (-torch.arange(d // 2) / d))


def fast_speeds(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: the sign of the exponent is lost."""
    d = z.shape[-1]
    return turned(z, places[:, None] * 10000.0 ** (torch.arange(0, d, 2) / d))


def mirrored(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: both terms added."""
    angle = table(z, places)
    a, b = z.chunk(2, -1)
    first = a * angle.cos() + b * angle.sin()
    return torch.cat([first, a * angle.sin() + b * angle.cos()], -1)


def added(z: Tensor, places: Tensor) -> Tensor:
    """Wrong: a table of sines, added."""
    angle = table(z, places)
    return z + torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)


def vectors(d: Draw, first: int, last: int, lead: tuple[int, ...] = ()) -> tuple:
    count, pairs = d.int(3, 5), d.int(2, 4)
    z = d.tensor(*lead, count, 2 * pairs)
    return z, torch.arange(count) + d.int(first, last)


EXERCISE = declare(
    "rotate_halves",
    "Turned by their places, in other pairs",
    rotate_halves,
    difficulty=2,
    minutes=20,
    forms=FORMS32,
    rtol=1e-4,
    atol=1e-4,
    example=(torch.tensor([[1.0, 0, 0, 0], [1, 0, 0, 0]]), torch.tensor([0, 1])),
    groups={
        "from place 0": Group(2, lambda d: vectors(d, 0, 0)),
        "from a later place": Group(1, lambda d: vectors(d, 3, 40)),
        "heads and batches": Group(1, lambda d: vectors(d, 1, 9, (2, 3))),
    },
    mistakes={
        "These are the chapter's pairs of neighbors. Here number c and number c + d/2 "
        "are a pair.": neighbors,
        "The pairs are turned rightly, but then woven: a, b, a, b. Leave them in two "
        "halves.": woven,
        "You turn the other way: look at the two signs.": backwards,
        "The places given are ignored. They need not start at 0: think of a text that "
        "goes on.": counted,
        "All pairs turn equally fast. Pair c turns by 10000^(-2c/d).": one_speed,
        "The speeds fall too slowly: the exponent is -2c/d for pair c.": slow_speeds,
        "The speeds grow from pair to pair: the exponent is negative.": fast_speeds,
        "This is no turn: one of the two sums needs a minus.": mirrored,
        "Sines are added to the vector. A turn leaves lengths as they are.": added,
    },
    alternatives=(by_complex, by_shuffling, by_swapping),
    hints=(
        "One pair first: (a, b) turned by an angle is (a cos - b sin, a sin + b cos).",
        "`a, b = z.chunk(2, -1)` are the first and the second numbers of all pairs. "
        "The angles are a table (T, d/2): a row a place, a column a pair.",
        "`torch.cat([first, second], -1)` puts the halves side by side again.",
    ),
    section="attention-positions",
)
