"""Exercise: an LSTM over a sequence, with three bugs in it."""

from collections.abc import Callable

import torch

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare

Tensor = torch.Tensor


def mend_cell(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
    """The cell of the chapter, from an empty state."""
    n = w_h.shape[1]
    h = c = torch.zeros(len(x), n)
    outputs = []
    for t in range(x.shape[1]):
        i, f, candidate, o = (x[:, t] @ w_x.T + h @ w_h.T + b).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * candidate.tanh()
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return torch.stack(outputs, 1)


def by_torch(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
    """Right: torch's own layer with these weights."""
    lstm = torch.nn.LSTM(x.shape[2], w_h.shape[1], batch_first=True)
    with torch.no_grad():
        given = (w_x, w_h, b, torch.zeros_like(b))
        for own, theirs in zip(lstm.parameters(), given, strict=True):
            own.copy_(theirs)
        return lstm(x)[0]


def by_double(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
    """Right: in double precision, all inputs first."""
    x, w_x, w_h, b = (part.double() for part in (x, w_x, w_h, b))
    from_x, n = x @ w_x.T + b, w_h.shape[1]
    h = c = x.new_zeros(len(x), n)
    outputs = x.new_zeros(*x.shape[:2], n)
    for t in range(x.shape[1]):
        sums = from_x[:, t] + h @ w_h.T
        gates = torch.sigmoid(sums)
        c = c * gates[:, n : 2 * n] + torch.tanh(sums[:, 2 * n : 3 * n]) * gates[:, :n]
        h = torch.tanh(c) * gates[:, 3 * n :]
        outputs[:, t] = h
    return outputs


def broken(
    reset: bool = False, forgot: bool = False, early: bool = False
) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
    """The given code with some of its three bugs left."""

    def cell(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
        n = w_h.shape[1]
        h = c = torch.zeros(len(x), n)
        outputs = []
        for t in range(x.shape[1]):
            i, f, g, o = (x[:, t] @ w_x.T + h @ w_h.T + b).chunk(4, dim=-1)
            if reset:
                c = torch.zeros(len(x), n)
            kept = i.sigmoid() if forgot else f.sigmoid()
            new = kept * c + (f if forgot else i).sigmoid() * g.tanh()
            h = o.sigmoid() * (c if early else new).tanh()
            c = new
            outputs.append(h)
        return torch.stack(outputs, 1)

    return cell


def last_only(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
    """Wrong: the state after the last step."""
    return mend_cell(x, w_x, w_h, b)[:, -1]


def time_first(x: Tensor, w_x: Tensor, w_h: Tensor, b: Tensor) -> Tensor:
    """Wrong: stacked along the first axis."""
    return mend_cell(x, w_x, w_h, b).transpose(0, 1)


def sequence(d: Draw, steps: int) -> tuple:
    # Three sequences, so that no axis is mistaken for another.
    n, width = d.int(2, 4), d.int(2, 3)
    shapes = (3, steps, width), (4 * n, width), (4 * n, n), (4 * n,)
    return tuple(d.tensor(*shape) for shape in shapes)


def drive(mend_cell, x, w_x, w_h, b):
    """Weights a third as large, so that no gate is stuck; whole numbers stay drawn."""
    return mend_cell(x, w_x / 3, w_h / 3, b / 3)


EXERCISE = declare(
    "mend_cell",
    "An LSTM with three bugs",
    mend_cell,
    drive=drive,
    difficulty=2,
    minutes=15,
    forms=FORMS32,
    groups={
        "one step": Group(1, lambda d: sequence(d, 1), atol=1e-4),
        "many steps": Group(3, lambda d: sequence(d, d.int(4, 8)), atol=1e-4),
    },
    mistakes=[
        Mistake(
            "The output is 0 throughout: it shows a cell that was emptied just before. "
            "At least two of the bugs are still there.",
            broken(reset=True, forgot=True, early=True),
            whole=True,
        ),
        Mistake(
            "The cell is emptied at every step: what is it to remember then?",
            broken(reset=True),
        ),
        Mistake(
            "Two gates have changed places: which multiplies the old cell, which the "
            "candidate?",
            broken(forgot=True),
        ),
        Mistake(
            "Two bugs are left: the cell is emptied at every step, and two gates have "
            "changed places.",
            broken(reset=True, forgot=True),
        ),
        Mistake(
            "Two bugs are left: the output shows the old cell, and two gates have "
            "changed places.",
            broken(forgot=True, early=True),
        ),
        Mistake("The output shows the cell before it was renewed.", broken(early=True)),
        Mistake(
            "Only the last state comes back. Give one for every step: (N, T, n).",
            last_only,
        ),
        Mistake(
            "Time came first: stack along axis 1, for (N, T, n).",
            time_first,
        ),
    ],
    alternatives=(by_torch, by_double),
    hints=(
        "Write the six equations down, and lay each line of the code beside its own.",
        "Follow c through two steps. Where does it come from in the second?",
        "In which order do c and h change within a step? Which of the two is shown?",
    ),
    section="lstm-step",
    forbidden=("torch.nn.LSTM", "torch.nn.LSTMCell"),
    instead="Mend the given loop.",
)
