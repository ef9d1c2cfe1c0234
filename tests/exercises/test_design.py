"""The design task: budget, fresh process, thresholds, and pictures no one has seen."""

from dataclasses import replace

import numpy as np
import pytest

from c2a.data import load
from c2a.exercises.c02_convolution import CHAPTER
from c2a.exercises.c02_convolution.fit import (
    LARGEST_SHIFT,
    fit_least_squares,
    moved,
    predict_least_squares,
)
from c2a.exercises.kit.design import BELOW_A_STEP, LEFT_BEHIND
from c2a.exercises.kit.session import LocalSession

EXERCISE = CHAPTER.by_name["fit"]


def judged(fit, predict, seed=0):
    session = LocalSession({"fit": fit, "predict": predict})
    # What is judged here is the answer, not how busy this machine is.
    exercise = replace(EXERCISE, seconds=1200.0)
    return exercise.judge(session, np.random.default_rng(seed))


@pytest.mark.parametrize("mistake", EXERCISE.mistakes, ids=lambda m: m.diagnosis[:24])
def test_every_mistake_fails_and_is_named(mistake):
    outcomes = judged(*mistake.function)
    assert [outcome.passed for outcome in outcomes] == [False] * 3
    assert {outcome.diagnosis for outcome in outcomes} == {mistake.diagnosis}


def test_thresholds_give_partial_credit():
    outcomes = judged(fit_least_squares, predict_least_squares)
    assert [outcome.passed for outcome in outcomes] == [True, False, False]
    assert EXERCISE.score(outcomes)["accuracy 0.60"] == 2
    assert "of 4,000 unseen pictures" in outcomes[-1].detail["message"]
    assert {each.diagnosis for each in outcomes} == {"", BELOW_A_STEP}


@pytest.mark.slow
@pytest.mark.parametrize(
    "functions", [EXERCISE.reference, *EXERCISE.alternatives], ids=("ref", "a", "b")
)
def test_right_answers_reach_the_top(functions):
    outcomes = judged(*functions)
    assert [outcome.passed for outcome in outcomes] == [True] * 3
    assert EXERCISE.score(outcomes) == EXERCISE.points


@pytest.mark.parametrize(
    ("parameters", "problem", "said"),
    [
        ([np.zeros(10_001, np.float32)], "budget", "10,001 numbers"),
        ([np.zeros(6000, np.float32)] * 2, "budget", "12,000 numbers"),
        ([np.zeros(3, np.complex64)], "dtype", "complex64"),
        ([np.zeros(3, np.float32), 1], "type", "list of NumPy arrays"),
        (None, "type", "list of NumPy arrays"),
        ({}, "type", "list of NumPy arrays"),
    ],
)
def test_parameters_are_counted_outside(parameters, problem, said):
    def predict(parameters, images):
        raise AssertionError("must not be reached")

    outcomes = judged(lambda images, labels: parameters, predict)
    assert {outcome.detail["problem"] for outcome in outcomes} == {problem}
    assert said in outcomes[0].detail["message"]


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (lambda n: np.zeros(n - 1, int), "shape"),
        (lambda n: np.zeros((n, 1), int), "shape"),
        (lambda n: np.zeros(n), "dtype"),
        (lambda n: [0] * n, "type"),
    ],
)
def test_labels_must_be_one_whole_number_per_picture(labels, problem):
    outcomes = judged(
        lambda images, y: [np.zeros(1, np.float32)],
        lambda parameters, images: labels(len(images)),
    )
    assert {outcome.detail["problem"] for outcome in outcomes} == {problem}


def test_fit_and_predict_run_in_different_processes():
    calls = []

    class Session:
        def call(self, function, *args, seconds):
            calls.append(function)
            names = {"fit": fit_least_squares, "predict": predict_least_squares}
            return LocalSession(names).call(function, *args, seconds=seconds)

        def fresh(self):
            calls.append("fresh")

    EXERCISE.judge(Session(), np.random.default_rng(0))
    assert calls == ["fit", "fresh", "predict"]


def test_unwritten_functions_are_told():
    def stub(*args):
        raise NotImplementedError

    outcomes = judged(stub, stub)
    assert {each.detail["problem"] for each in outcomes} == {"unwritten"}

    def predict(parameters, images):
        raise NotImplementedError

    outcomes = judged(lambda *_: [np.zeros(1, np.float32)], predict)
    assert "`predict` is not written yet" in outcomes[0].detail["message"]


def test_what_fit_has_left_behind_is_gone():
    kept = {"kept": None}
    exec(
        "import numpy as np\n"
        "def fit(images, labels):\n"
        "  global kept\n"
        "  kept = [3]\n"
        "  np.save('kept.npy', kept)\n"
        "  return [np.zeros(1, np.float32)]\n"
        "def by_global(parameters, images):\n  return kept[0]\n"
        "def by_file(parameters, images):\n  return np.load('kept.npy')\n",
        kept,
    )
    for name, diagnosis in (("by_global", ""), ("by_file", LEFT_BEHIND)):
        outcomes = judged(kept["fit"], kept[name])
        assert {each.diagnosis for each in outcomes} == {diagnosis}
        message = outcomes[0].detail["message"]
        assert "what `fit` put into globals or files is gone" in message


def test_unseen_pictures_are_new_for_every_submission():
    first, second = (EXERCISE.trial(np.random.default_rng(n)) for n in (1, 2))
    same = (first.unseen_images[:500] == second.unseen_images[:500]).all((1, 2))
    assert same.mean() < 0.05
    originals = {image.tobytes() for image in load("fashion-mnist").test_images}
    answered = [each.tobytes() in originals for each in first.unseen_images]
    assert np.mean(answered) < 0.1
    assert len(first.train_images) == len(load("fashion-mnist").train_images)


def test_check_judges_on_training_pictures_that_fit_is_not_given():
    data = load("fashion-mnist")
    trial = EXERCISE.visible_trial()
    assert len(trial.train_images) + len(trial.unseen_images) == len(data.train_images)
    assert trial.unseen_labels.max() == 9


def test_moved_pictures_are_shifted_and_mirrored():
    images = np.zeros((400, 9, 9), np.uint8)
    images[:, 4, 3] = 200  # left of the center: a mirror image puts it to the right
    result = moved(images, np.random.default_rng(0))
    assert (result.sum((1, 2)) == 200).all()
    rows, columns = (np.argwhere(result)[:, axis] for axis in (1, 2))
    assert set(rows) == set(range(4 - LARGEST_SHIFT, 4 + LARGEST_SHIFT + 1))
    reached = range(3 - LARGEST_SHIFT, 5 + LARGEST_SHIFT + 1)
    assert set(columns) == set(reached)
    assert images[:, 4, 3].all()
