"""Exercise: read networks off a plot of what is left of their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from c2a.exercises.kit import Ask, questions
from c2a.exercises.kit.report import in_notebook

STEPS = 60
TENTH = 10 ** (-1 / 10)  # a power of ten is lost every ten steps
#: Recurrent matrices of linear networks.
MATRICES = {
    "A": TENTH * np.eye(2),
    "B": np.array([[TENTH, 12.0], [0.0, TENTH]]),
    "C": np.array([[0.0, -1.0], [1.0, 0.0]]),
    "D": 10 ** (1 / 20) * np.array([[0.6, 0.8], [-0.8, 0.6]]),
    "E": 10 ** (-1 / 5) * np.eye(2),
}


def sizes(U: np.ndarray) -> np.ndarray:
    """Largest singular values of the powers 0 to STEPS, (STEPS + 1,)."""
    powers = [np.linalg.matrix_power(U, n) for n in range(STEPS + 1)]
    return np.array([np.linalg.norm(power, 2) for power in powers])


PROFILES = {name: sizes(U) for name, U in MATRICES.items()}


def show_profiles() -> None:
    """Draw what is left of the gradients of five networks; in a script, print.

    The alt text holds the numbers: who does not see the plot can read it, too.
    """
    numbers = (
        f"{name}: {', '.join(f'{size:.1e}' for size in profile[::5])}"
        for name, profile in PROFILES.items()
    )
    alt = (
        "Five curves on a logarithmic axis, what is left of a gradient after 0, 5, 10 "
        f"steps and so on up to {STEPS}. {'. '.join(numbers)}."
    )
    if not in_notebook():
        print(alt)
        return
    from c2a import figures

    names = ("rnn", "gru", "lstm", "convnext", "data")
    figure, ax = figures.subplots(1, 1, size=(7, 4))
    ax.set_yscale("log")
    ax.set_xlim(0, STEPS)
    ax.set_ylim(1e-12, 1e4)
    colors = {
        f"network {each}": figures.COLORS[name]
        for each, name in zip(PROFILES, names, strict=True)
    }
    curves = {f"network {name}": profile for name, profile in PROFILES.items()}
    figures.curves(ax, range(STEPS + 1), curves, colors)
    ax.set_xticks(range(0, STEPS + 1, 10))
    ax.set_yticks([10.0**power for power in range(-12, 5, 2)])
    ax.set_xlabel("steps back")
    ax.set_ylabel("largest gradient left")
    ax.grid(alpha=0.3)
    caption = (
        "What is left of a gradient of length 1, in the direction that keeps most."
    )
    figures.show(figure, alt=alt, caption=caption)


def by_reading(question: str) -> Any:
    """The answers from the curves alone, as a reader finds them."""
    logs = {name: np.log10(profile) for name, profile in PROFILES.items()}
    slopes = {name: (log[60] - log[50]) / 10 for name, log in logs.items()}
    answers = {
        "steps": 1 / -slopes["A"],
        "threshold": int(np.argmax(logs["E"] < -5.9999)),
        "explodes": max(slopes, key=lambda name: slopes[name]),
        "stretches": next(n for n, log in logs.items() if log[1] > 1 > 0 > slopes[n]),
        "radius": 10 ** slopes["D"],
        "orthogonal": min(logs, key=lambda name: abs(logs[name]).max()),
    }
    return answers[question]


def by_eigenvalues(question: str) -> Any:
    """The answers from the matrices."""
    radii = {n: abs(np.linalg.eigvals(U)).max() for n, U in MATRICES.items()}
    norms = {n: np.linalg.norm(U, 2) for n, U in MATRICES.items()}
    answers = {
        "steps": np.log(0.1) / np.log(radii["A"]),
        "threshold": round(np.log(1e-6) / np.log(radii["E"])),
        "explodes": max(radii, key=lambda name: radii[name]),
        "stretches": next(n for n in radii if radii[n] < 1 < norms[n]),
        "radius": radii["D"],
        "orthogonal": next(
            n for n, U in MATRICES.items() if np.allclose(U @ U.T, np.eye(2))
        ),
    }
    return answers[question]


EXERCISE = questions(
    "read_profiles",
    "Five networks in one plot",
    difficulty=1,
    minutes=10,
    rtol=0.02,
    points={"rates": 1, "limits": 1, "kinds": 1},
    ask={
        "steps": Ask(
            "rates",
            10,
            {
                "This is the step at which two powers of ten are lost.": 20,
                "This is network E. A is the flatter of the two straight lines that "
                "fall.": 5,
            },
        ),
        "radius": Ask(
            "rates",
            1.122,
            {
                "This is what the gradient has grown to after 60 steps. Asked is the "
                "factor of a single step: the 60th root.": 1000,
                "The growth is spread over the steps by division. Factors need a root: "
                "the 60th.": 1000 / 60,
                "This is the power of ten gained in a step. The factor is 10 to that "
                "power.": 0.05,
            },
        ),
        "threshold": Ask(
            "limits",
            30,
            {
                "This is network A. Look for E, which falls twice as fast.": 60,
                "A power of ten takes E five steps; you read one of them off. How many "
                "powers is a millionth?": 5,
            },
        ),
        "explodes": Ask(
            "limits",
            "D",
            {
                "B rises at first, by much, and falls in the end. Look at the far "
                "right.": "B",
                "C neither grows nor shrinks.": "C",
            },
        ),
        "stretches": Ask(
            "kinds",
            "B",
            {
                "D stretches, but it never stops: its radius is above 1.": "D",
                "A falls from the first step on.": "A",
            },
        ),
        "orthogonal": Ask(
            "kinds",
            "C",
            {
                "A loses the same share in every direction, so its matrix is a "
                "multiple of an orthogonal one; but it does shrink.": "A",
                "D turns, and grows at every step.": "D",
            },
        ),
    },
    computed=(by_reading, by_eigenvalues),
    hints=(
        "On a logarithmic axis a constant factor a step is a straight line. How many "
        "steps does a power of ten take?",
        "The long run is the slope at the right, the first step the slope at the left. "
        "They need not agree.",
        "D gains three powers of ten in 60 steps: 10**(3 / 60) a step.",
    ),
    section="jacobians",
    instead="Read the numbers off the plot and write them into the function.",
)
