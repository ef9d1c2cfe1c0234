"""Exercise: read a bench without believing too much of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from c2a.exercises.kit import Ask, questions

#: Share of right answers of three seeds. The last column: milliseconds for one answer.
BENCH: dict[str, tuple[list[float], float]] = {
    "A": ([0.84, 0.86, 0.85], 1.9),
    "B": ([0.83, 0.86, 0.84], 0.4),
    "C": ([0.79, 0.80, 0.80], 0.1),
    "D": ([0.86, 0.74, 0.83], 0.3),
}
PERMUTED = {"A": 0.71, "B": 0.84, "C": 0.80, "D": 0.80}


def show_table() -> None:
    """Print the bench, and the scores on permuted inputs."""
    print("     seed 0  seed 1  seed 2    mean      ms   permuted, mean")
    for name, (runs, ms) in BENCH.items():
        line = "".join(f"{run:>8.2f}" for run in runs)
        print(f"  {name} {line}{np.mean(runs):>8.3f}{ms:>8.1f}{PERMUTED[name]:>12.2f}")


def by_intervals(question: str) -> Any:
    """From the table alone, with scipy's t distribution."""
    from scipy.stats import ttest_rel

    runs = {name: np.array(values) for name, (values, _) in BENCH.items()}
    best = max(runs, key=lambda name: runs[name].mean())

    def level(name):
        interval = ttest_rel(runs[best], runs[name]).confidence_interval(0.95)
        return interval.low <= 0

    if question == "A or B":
        return "no difference" if level("B") else best
    if question == "A or C":
        return "no difference" if level("C") else best
    if question == "A or D":
        return "no difference" if level("D") else best
    if question == "neighbors":
        return max(PERMUTED, key=lambda name: runs[name].mean() - PERMUTED[name])
    if question == "within half a millisecond":
        quick = [n for n in runs if BENCH[n][1] <= 0.5]
        return max(quick, key=lambda name: runs[name].mean())
    return max(runs, key=lambda name: runs[name].std(ddof=1))


EXERCISE = questions(
    "read_table",
    "What the table says, and what not",
    points={"differences": 3, "choices": 2},
    ask={
        "A or B": Ask(
            "differences",
            "no difference",
            {
                "The differences are 0.01, 0.00 and 0.01: mean 0.007, and the interval "
                "goes from below 0 to above.": "A",
                "B has the lower mean. It may be no worse, but the table does not show "
                "it better.": "B",
            },
        ),
        "A or C": Ask(
            "differences",
            "A",
            {
                "The three differences are 0.05, 0.06 and 0.05: their interval is far "
                "from 0, since the seeds rise and fall together.": "no difference",
                "A minus C is positive for each seed.": "C",
            },
        ),
        "A or D": Ask(
            "differences",
            "no difference",
            {
                "The mean difference is large, but D's runs scatter so much that the "
                "interval holds 0.": "A",
                "D has the best single run, and the lowest one, too. Go by the "
                "mean.": "D",
            },
        ),
        "scatter": Ask(
            "choices",
            "D",
            {
                "Its three runs lie within 0.02. Look for the widest range.": "A",
                "Its three runs lie within 0.03. Look for the widest range.": "B",
                "The lowest mean is not the widest range.": "C",
            },
        ),
        "neighbors": Ask(
            "choices",
            "A",
            {
                "Permuting costs it nothing. So it makes no use of neighbors.": "B",
                "Its score is the same with permuted inputs: it knows nothing of "
                "neighbors.": "C",
                "It does not lose by permuting. Look for the largest fall.": "D",
            },
        ),
        "within half a millisecond": Ask(
            "choices",
            "B",
            {
                "It takes 1.9 milliseconds, more than you have.": "A",
                "It is the fastest, but B is within the half millisecond and clearly "
                "better.": "C",
                "Its mean is lower than B's; one lucky seed does not count.": "D",
            },
        ),
    },
    computed=by_intervals,
    hints=(
        "Subtract seed by seed. Three differences have a mean and a deviation.",
        "The interval is the mean plus or minus 4.3 times the deviation over the root "
        "of 3. If the deviation is 0, so is the width.",
        "A network that knows about neighbors falls when the inputs are permuted.",
    ),
    section="choosing-fair",
    sections={"choices": "choosing-controls"},
    difficulty=1,
    minutes=10,
)
