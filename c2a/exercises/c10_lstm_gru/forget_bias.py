"""Exercise: the forget bias that makes a cell remember long enough."""

import math

from scipy.special import logit

from c2a.exercises.kit import Draw, Group, after, declare


def reference(steps: int, share: float) -> float:
    """SciPy's inverse of the logistic function, of the gate that is needed."""
    return float(logit(share ** (1 / steps)))


def by_logarithms(steps: int, share: float) -> float:
    """Right: from the logarithm of the gate, exact near 1."""
    log_f = math.log(share) / steps
    return log_f - math.log(-math.expm1(log_f))


def by_halving(steps: int, share: float) -> float:
    """Right: halve the interval until the share comes out."""
    low, high = -800.0, 40.0
    for _ in range(200):
        middle = (low + high) / 2
        kept = -steps * math.log1p(math.exp(-middle))  # log of the share kept
        low, high = (middle, high) if kept < math.log(share) else (low, middle)
    return low


def draw(d: Draw, low: int, high: int) -> tuple:
    return d.int(low, high), round(d.int(2, 19) / 20, 2)


EXERCISE = declare(
    "forget_bias",
    "Remember long enough",
    reference,
    difficulty=1,
    minutes=10,
    example=(1, 0.5),
    groups={
        "one step": Group(1, lambda d: draw(d, 1, 1)),
        "many steps": Group(2, lambda d: draw(d, 2, 60), lambda d: (d.int(3, 9), 0.5)),
        "hardly a leak": Group(1, lambda d: (d.int(100, 900), 0.99)),
    },
    mistakes={
        "This is the forget gate, not its bias. Which number does the sigmoid turn "
        "into it?": (lambda steps, share: share ** (1 / steps)),
        "The gate is raised to the power of the steps, so take the root, not a "
        "share of it: share ** (1 / steps).": lambda steps, share: float(
            logit(share / steps)
        ),
        "f to the power of the steps is the share. So f is a root of it, not a "
        "power.": lambda steps, share: float(logit(share**steps)),
        "What is lost at a step is a part of what is left, not of what there was: "
        "gates multiply.": lambda steps, share: float(logit(1 - (1 - share) / steps)),
        "`share` is what is left. You let it be lost.": lambda steps, share: float(
            logit((1 - share) ** (1 / steps))
        ),
        "The sign is turned round: a large bias opens the gate.": after(
            reference, lambda bias: -bias
        ),
        "This keeps the share at every step. It is to be left after all of them.": (
            lambda steps, share: float(logit(share))
        ),
        "This is the logarithm of the gate. The sigmoid's inverse is "
        "ln(f / (1 - f)).": lambda steps, share: math.log(share) / steps,
    },
    alternatives=(by_logarithms, by_halving),
    hints=(
        "With nothing added, what is left of c after k steps, if every gate is f?",
        "Solve f^k = share for f first.",
        "f = 1 / (1 + exp(-b)). Solve for b: b = ln(f / (1 - f)).",
    ),
    section="lstm-half-life",
)
