"""From runs to evidence: several seeds, tuned learning rates, a budget of seconds."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from c2a.scale import current_scale
from c2a.training.loop import TrainingError


@dataclass(frozen=True, eq=False)
class Result:
    """What a run gave under several seeds. Prints as ``0.881 ± 0.003``.

    Attributes:
        values: one value a seed, shape (seeds,); or (seeds, ...) where a run gives an
            array.
    """

    values: np.ndarray

    @property
    def mean(self) -> float | np.ndarray:
        """The mean over seeds."""
        return self.values.mean(0)

    @property
    def std(self) -> float | np.ndarray:
        """The sample standard deviation over seeds; NaN where there is only one."""
        if len(self.values) < 2:
            return self.mean * math.nan
        return self.values.std(0, ddof=1)

    @property
    def interval(self) -> tuple[float | np.ndarray, float | np.ndarray]:
        """The 95% confidence interval of the mean, after Student's t distribution."""
        from scipy.stats import t

        n = len(self.values)
        half = t.ppf(0.975, n - 1) * self.std / math.sqrt(n)
        return self.mean - half, self.mean + half

    def __sub__(self, other: Result) -> Result:
        """The differences, seed by seed: the same seeds must stand behind both."""
        return Result(self.values - other.values)

    def __format__(self, spec: str) -> str:
        if self.values.ndim > 1:
            return f"Result of {len(self.values)} runs, shape {self.values.shape[1:]}"
        spec = spec or ".3f"
        if len(self.values) == 1:
            return f"{self.mean:{spec}} (one run)"
        return f"{self.mean:{spec}} ± {self.std:{spec}}"

    def __repr__(self) -> str:
        return format(self)


def repeat(run: Callable[[int], float | np.ndarray], seeds: Iterable[int]) -> Result:
    """Do a run once with each seed.

    Args:
        run: from a seed to a number, or to an array that is equally large every time.
        seeds: the same ones for every side of a comparison.
    """
    return Result(np.array([run(seed) for seed in seeds], dtype=float))


@dataclass(frozen=True)
class Tuning:
    """What each learning rate gave.

    Attributes:
        rate: the best one.
        scores: from rate to score, NaN where the training diverged.
    """

    rate: float
    scores: dict[float, float]

    def __str__(self) -> str:
        return ", ".join(
            f"{rate:g}: {score:.3f}" + " (best)" * (rate == self.rate)
            for rate, score in self.scores.items()
        )


def tune(
    run: Callable[[float], float],
    rates: Iterable[float],
    best: Callable[[Iterable[float]], float] = max,
) -> Tuning:
    """Choose a learning rate, and warn where the choice has no neighbor on one side.

    Args:
        run: from a rate to a score on held-out data. It trains as long as the final run
            does: the best rate for a short run is another one.
        rates: the grid.
        best: ``max``, or ``min`` where a lower score is better.

    Raises:
        TrainingError: every run diverged.
    """
    scores = {rate: _score(run, rate) for rate in sorted(rates)}
    sound = [score for score in scores.values() if not math.isnan(score)]
    if not sound:
        raise TrainingError("Every run diverged: try lower learning rates.")
    winner = next(rate for rate in scores if scores[rate] == best(sound))
    if winner in (min(scores), max(scores)) and current_scale() != "smoke":
        warnings.warn(
            f"The best learning rate, {winner:g}, is at the edge of the grid: "
            "there may be a better one beyond.",
            stacklevel=2,
        )
    return Tuning(winner, scores)


def _score(run: Callable[[float], float], rate: float) -> float:
    try:
        return float(run(rate))
    except TrainingError:
        return math.nan


def calibrate(
    train: Callable[[int], object], seconds: float, sample: float = 3.0
) -> int:
    """How many steps fit into a budget: for authors, who then write the number down.

    A chapter that timed itself would take other steps on every machine, and give other
    numbers. So this is called once, in a scratch cell, and its answer goes into `pick`.

    Args:
        train: from a number of steps to a training of so many.
        seconds: the budget in seconds of one thread.
        sample: how many seconds to try it for.

    Returns:
        The number of steps, rounded down to two digits.
    """
    train(2)  # the first steps pay for what is loaded and allocated
    steps, spent = 2, 0.0
    while spent < min(sample, seconds):
        steps *= 2
        start = clock()
        train(steps)
        spent = clock() - start
    exact = steps * seconds / spent
    unit = 10 ** max(0, math.floor(math.log10(max(exact, 1))) - 1)
    count = max(1, int(exact // unit) * unit)
    print(f"{seconds:g} s of one thread: steps={count}")
    return count


def clock() -> float:
    """Seconds that this process has used: of its thread, or with a GPU by the wall.

    Processor seconds do not count what other programs on a busy machine take.
    """
    return time.perf_counter() if current_scale() == "gpu" else time.process_time()
