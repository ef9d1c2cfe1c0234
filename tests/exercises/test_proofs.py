"""Every exercise of the book tells right from wrong. Found by themselves: no list."""

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from c2a import exercises
from c2a.exercises.kit.design import DesignExercise
from c2a.exercises.kit.judge import evaluate
from c2a.exercises.kit.proof import prove

ROOT = Path(__file__).parents[2]
#: Of the processor's time; usual is 0.5. Where the machine is slow or busy, so many
#: times as long as the proof of a usual exercise takes at that moment.
SECONDS, TIMES = 3.0, 12

FOUND = [
    pytest.param(each, id=f"c{number}-{each.name}")
    for number in exercises.numbers()
    for each in exercises.chapter(number).exercises
]


def told(findings, *levels):
    return [finding.text for finding in findings if finding.level in levels]


def timed(exercise):
    """The seconds of processor time that a proof takes, and what it finds."""
    start = time.process_time()
    findings = prove(exercise, trained=False)
    return time.process_time() - start, findings


@pytest.mark.parametrize("exercise", FOUND)
def test_right_passes_and_each_mistake_is_named(exercise):
    # The first step of an optimizer loads modules: no cost of this exercise.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1).step()
    spent, findings = timed(exercise)
    assert told(findings, "fail", "warn") == []
    assert told(findings, "pass")
    if spent > SECONDS and not isinstance(exercise, DesignExercise):
        usual, _ = timed(exercises.chapter("02").by_name["conv2d"])
        assert spent < TIMES * usual


@pytest.mark.slow
@pytest.mark.parametrize(
    "exercise",
    [each for each in FOUND if not isinstance(each.values[0], DesignExercise)],
)
def test_right_answers_pass_whatever_is_drawn(exercise):
    """No student is unlucky: 25 students with each right answer."""
    for student in range(100, 125):
        cases = exercise.hidden(np.random.default_rng(student))
        for answer in exercise.alternatives:
            replies = [evaluate(answer, case.args, exercise.driver) for case in cases]
            for outcome in exercise.outcomes(cases, replies):
                assert outcome.passed, (student, answer, outcome)


@pytest.mark.slow
@pytest.mark.parametrize(
    "exercise",
    [each for each in FOUND if isinstance(each.values[0], DesignExercise)],
)
def test_right_designs_earn_all_points(exercise):
    assert told(prove(exercise), "fail") == []


@pytest.mark.parametrize("exercise", FOUND)
def test_its_sections_are_headings_of_the_book(exercise):
    for section in (exercise.section, *exercise.sections.values()):
        page, _, anchor = section.partition("#")
        notebook = ROOT / "book" / page.replace(".html", ".ipynb")
        assert f'"({anchor})=' in notebook.read_text(encoding="utf-8"), section


@pytest.mark.parametrize("number", exercises.numbers())
def test_a_chapter_has_five_exercises_or_more(number):
    assert len(exercises.chapter(number).exercises) >= 5
