"""How far right answers to the design tasks lie from the steps they must reach.

`python bench/design_margins.py [--draws 12] [CHAPTER ...]`: each right answer learns
from as many draws as asked, and so does each one that must earn nothing. The last step
of a task belongs about four deviations below every right answer: then one honest
student in ten thousand fails it by bad luck.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from c2a import exercises
from c2a.exercises.kit.design import Answer, DesignExercise


def tasks(numbers: list[str]) -> Iterator[tuple[str, DesignExercise]]:
    """The design tasks of the chapters."""
    for number in numbers or exercises.numbers():
        for each in exercises.chapter(number).exercises:
            if isinstance(each, DesignExercise):
                yield number, each


def result(task: DesignExercise, answer: Answer, draw: int) -> float:
    """What one answer reaches, in this process and without limits."""
    fit, predict = answer
    trial = task.trial(np.random.default_rng(draw))
    predicted = predict(list(fit(*trial.given)), *trial.asked)
    return float(task.metric.measure(predicted, trial.answers))


def table(task: DesignExercise, draws: int) -> Iterator[str]:
    """A line for each answer: mean, deviation, and how many of them to the step."""
    sign = 1 if task.metric.larger else -1
    steps = sorted(task.steps.values(), reverse=not task.metric.larger)
    right = [(answer, steps[-1], 1) for answer in (task.reference, *task.alternatives)]
    wrong = [(answer, steps[0], -1) for answer in task.trivial]
    for answer, step, side in (*right, *wrong):
        found = np.array([result(task, answer, draw) for draw in range(draws)])
        mean, deviation = found.mean(), found.std(ddof=1)
        margin = side * sign * (mean - step) / max(deviation, 1e-9)
        kind = "right" if side == 1 else "trivial"
        line = f"  {kind:8}{mean:7.4f} ±{deviation:7.4f}"
        yield f"{line}  step {step:g}: {min(margin, 99):5.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*")
    parser.add_argument("--draws", type=int, default=12)
    chosen = parser.parse_args()
    for number, task in tasks(chosen.chapters):
        print(f"{number} {task.title}", flush=True)
        for line in table(task, chosen.draws):
            print(line, flush=True)


if __name__ == "__main__":
    main()
