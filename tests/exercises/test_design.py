"""The design task: budget, fresh process, metric and steps, data no one has seen."""

from dataclasses import replace

import numpy as np
import pytest

from c2a.exercises.kit import ACCURACY, DeclarationError, Metric, Trial, design
from c2a.exercises.kit.design import LEFT_BEHIND, NOT_SINGLE, SCORES, TOO_LARGE
from c2a.exercises.kit.proof import prove
from c2a.exercises.kit.session import LocalSession
from c2a.exercises.kit.sheet import Sheet
from c2a.exercises.kit.workbook import Workbook

CLASSES = 3


def trial(rng):
    """Points around three centers, to be told apart."""
    labels = rng.integers(0, CLASSES, 600)
    points = rng.normal(size=(600, 2)) + 4 * np.eye(CLASSES)[labels][:, :2]
    return Trial((points[:300], labels[:300]), (points[300:],), labels[300:])


def fit(points, labels):
    means = [points[labels == k].mean(0) for k in range(CLASSES)]
    return [np.array(means, np.float32)]


def predict(learned, points):
    return ((points[:, None] - learned[0]) ** 2).sum(-1).argmin(1)


def nothing(points, labels):
    return [np.zeros(1, np.float32)]


def first(learned, points):
    return np.zeros(len(points), int)


GUESS = "This is a guess."
EXERCISE = design(
    ("fit", "predict"),
    "Centers",
    (fit, predict),
    trial=trial,
    practice=lambda: trial(np.random.default_rng(0)),
    metric=ACCURACY,
    steps={"accuracy 0.50": (1, 0.5), "accuracy 0.80": (2, 0.8), "all": (1, 1.0)},
    trivial=((nothing, first),),
    mistakes={
        GUESS: (nothing, first),
        TOO_LARGE: (lambda *_: [np.zeros(11, np.float32)], first),
        NOT_SINGLE: (lambda *_: [np.zeros(3)], first),
        SCORES: (nothing, lambda learned, p: np.zeros((len(p), CLASSES))),
    },
    alternatives=((fit, predict),) * 2,
    budget=10,
    told={0.5: GUESS, 0.9: "Nearly."},
    slow="Take fewer points.",
    hints=("a", "b", "c"),
    section="02-convolution.html#train",
    difficulty=2,
    minutes=10,
)


def judged(fit, predict, exercise=EXERCISE):
    session = LocalSession({"fit": fit, "predict": predict})
    return exercise.judge(session, np.random.default_rng(0))


def test_steps_give_partial_credit_and_say_what_was_reached():
    outcomes = judged(fit, predict)
    assert [outcome.passed for outcome in outcomes] == [True, True, False]
    assert EXERCISE.score(outcomes) == {
        "accuracy 0.50": 1,
        "accuracy 0.80": 2,
        "all": 0,
    }
    assert "on 300 unseen ones, with 6 numbers" in outcomes[0].detail["message"]
    assert "This step asks for 1." in outcomes[-1].detail["message"]


def test_what_is_worse_than_a_level_is_told_the_lowest_one():
    assert judged(nothing, first)[0].diagnosis == GUESS

    def half_right(learned, points):
        right = predict(fit(*trial(np.random.default_rng(0)).given), points)
        return np.where(np.arange(len(points)) % 4, right, (right + 1) % CLASSES)

    assert judged(nothing, half_right)[-1].diagnosis == "Nearly."


def test_a_metric_may_be_better_when_smaller():
    error = Metric("error", lambda a, b: float(np.mean(np.abs(a - b))), larger=False)
    exercise = replace(
        EXERCISE, metric=error, steps={"all": 0.5}, told={2.0: "Far.", 0.7: "Near."}
    )
    assert judged(fit, predict, exercise)[0].passed
    found = judged(nothing, lambda learned, p: np.full(len(p), 9), exercise)[0]
    assert (found.passed, found.diagnosis) == (False, "Far.")


def test_the_proof_knows_design_tasks():
    levels = {each.text: each.level for each in prove(EXERCISE)}
    # The last step cannot be reached, so the right answers do not pass.
    failed = [text for text, level in levels.items() if level == "fail"]
    assert len(failed) == 3
    assert all("This step asks for 1" in text for text in failed)
    assert levels["The trivial answer nothing earns nothing."] == "pass"
    lenient = replace(EXERCISE, trivial=((fit, predict),))
    assert any("earns 3 points" in each.text for each in prove(lenient))


def test_a_task_without_trivial_answers_is_refused():
    with pytest.raises(DeclarationError, match="trivial"):
        design(
            ("fit", "predict"),
            "x",
            (fit, predict),
            trial=trial,
            practice=lambda: trial(np.random.default_rng(0)),
            metric=ACCURACY,
            steps={"a": (1, 0.5)},
            trivial=(),
            mistakes={},
            section="x.html#y",
        )


@pytest.mark.parametrize(
    ("learned", "problem", "said"),
    [
        ([np.zeros(11, np.float32)], "budget", "11 numbers"),
        ([np.zeros(6, np.float32)] * 2, "budget", "12 numbers"),
        ([np.zeros(3, np.complex64)], "dtype", "complex64"),
        ([np.zeros(3, np.float32), 1], "type", "list of NumPy arrays"),
        (None, "type", "list of NumPy arrays"),
        ({}, "type", "list of NumPy arrays"),
    ],
)
def test_what_was_learned_is_counted_outside(learned, problem, said):
    def predict(learned, points):
        raise AssertionError("must not be reached")

    outcomes = judged(lambda points, labels: learned, predict)
    assert {outcome.detail["problem"] for outcome in outcomes} == {problem}
    assert said in outcomes[0].detail["message"]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        (lambda n: np.zeros(n - 1, int), "shape"),
        (lambda n: np.zeros((n, 1), int), "shape"),
        (lambda n: np.zeros(n), "dtype"),
        (lambda n: [0] * n, "type"),
    ],
)
def test_answers_must_have_the_form_of_the_right_ones(answers, problem):
    outcomes = judged(nothing, lambda learned, points: answers(len(points)))
    assert {outcome.detail["problem"] for outcome in outcomes} == {problem}


def test_the_two_functions_run_in_different_processes():
    calls = []

    class Session:
        def call(self, function, *args, seconds):
            calls.append(function)
            names = {"fit": fit, "predict": predict}
            return LocalSession(names).call(function, *args, seconds=seconds)

        def fresh(self):
            calls.append("fresh")

    EXERCISE.judge(Session(), np.random.default_rng(0))
    assert calls == ["fit", "fresh", "predict"]


def test_a_time_out_names_its_limit_and_what_to_do():
    def endless(points, labels):
        while True:
            pass

    outcomes = judged(endless, predict, replace(EXERCISE, seconds=0.2))
    message = outcomes[0].detail["message"]
    assert "within 0.2 seconds, its time limit. Take fewer points." in message


def test_unwritten_functions_are_told():
    def stub(*args):
        raise NotImplementedError

    outcomes = judged(stub, stub)
    assert {each.detail["problem"] for each in outcomes} == {"unwritten"}

    def predict(learned, points):
        raise NotImplementedError

    message = judged(nothing, predict)[0].detail["message"]
    assert "`predict` is not written yet" in message


def test_what_the_first_has_left_behind_is_gone():
    kept = {"kept": None}
    exec(
        "import numpy as np\n"
        "def fit(points, labels):\n"
        "  global kept\n"
        "  kept = [3]\n"
        "  np.save('kept.npy', kept)\n"
        "  return [np.zeros(1, np.float32)]\n"
        "def by_global(learned, points):\n  return kept[0]\n"
        "def by_file(learned, points):\n  return np.load('kept.npy')\n",
        kept,
    )
    for name, diagnosis in (("by_global", ""), ("by_file", LEFT_BEHIND)):
        outcomes = judged(kept["fit"], kept[name])
        assert {each.diagnosis for each in outcomes} == {diagnosis}
        message = outcomes[0].detail["message"]
        assert "what `fit` put into globals or files is gone" in message


def test_grade_after_check_does_not_train_again(tmp_path, monkeypatch):
    """nbgrader runs both in one cell, and gives it 30 seconds."""
    monkeypatch.chdir(tmp_path)
    trained = []

    def counted(points, labels):
        trained.append(len(points))
        return fit(points, labels)

    counted.__name__ = "fit"
    sheet = Sheet("02-convolution", "A chapter", (EXERCISE,))
    book = Workbook(sheet)
    assert book.report(counted, predict).headline
    assert book.grade(counted, predict) == 3
    assert len(trained) == 1
    assert book.grade(counted, predict) == 3  # trained anew, for other data
    assert len(trained) == 2
