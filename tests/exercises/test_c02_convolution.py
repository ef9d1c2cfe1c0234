"""The exercises of chapter 2: right answers pass, known mistakes are named."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from c2a.exercises.c02_convolution import CHAPTER, by_hand, depthwise_conv2d, read_plot
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.design import DesignExercise
from c2a.exercises.kit.session import LocalSession

EXERCISES = [each for each in CHAPTER.exercises if not isinstance(each, DesignExercise)]
SEEDS = range(3)
ROOT = Path(__file__).parents[2]


def judged(exercise, function, seed):
    session = LocalSession({exercise.name: function})
    return exercise.judge(session, np.random.default_rng(seed))


def by_name(exercise: Exercise) -> str:
    return exercise.name


@pytest.mark.parametrize("exercise", CHAPTER.exercises, ids=by_name)
def test_a_declaration_is_complete(exercise):
    assert len(exercise.mistakes) >= 4
    assert len({each.diagnosis for each in exercise.mistakes}) == len(exercise.mistakes)
    assert len(exercise.alternatives) >= 2
    assert len(exercise.hints) >= 3
    assert exercise.section.startswith("02-convolution.html#")


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_name)
def test_right_answers_pass(exercise):
    for function in (exercise.reference, *exercise.alternatives):
        session = LocalSession({exercise.name: function})
        assert all(outcome.passed for outcome in exercise.check(session))
        for seed in SEEDS:
            outcomes = judged(exercise, function, seed)
            failed = [each.detail for each in outcomes if not each.passed]
            assert failed == [], function
            assert exercise.score(outcomes) == exercise.points


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_name)
def test_every_mistake_fails_and_is_named(exercise):
    for mistake in exercise.mistakes:
        for seed in SEEDS:
            outcomes = judged(exercise, mistake.function, seed)
            failed = [each for each in outcomes if not each.passed]
            assert {each.diagnosis for each in failed} == {mistake.diagnosis}
        session = LocalSession({exercise.name: mistake.function})
        failed = [each for each in exercise.check(session) if not each.passed]
        assert {each.diagnosis for each in failed} == {mistake.diagnosis}


@pytest.mark.parametrize("exercise", CHAPTER.exercises, ids=by_name)
def test_sections_are_in_the_book_and_belong_to_groups(exercise):
    book = (ROOT / "book" / "02-convolution.ipynb").read_text(encoding="utf-8")
    assert set(exercise.sections) <= set(exercise.points)
    for section in (exercise.section, *exercise.sections.values()):
        page, _, anchor = section.partition("#")
        assert page == "02-convolution.html"
        assert f'"({anchor})=' in book


@pytest.mark.parametrize("name", ["conv2d", "depthwise_conv2d", "kernel_gradient"])
def test_float32_is_as_good_as_float64(name):
    exercise = CHAPTER.by_name[name]

    def single(*args):
        return exercise.reference(*args).astype(np.float32)

    assert all(outcome.passed for outcome in judged(exercise, single, 0))


def test_what_sums_over_other_axes_is_told_apart():
    exercise = CHAPTER.by_name["depthwise_conv2d"]
    told = set()
    for axes in (0, 1, 2, (0, 1), (0, 2)):
        function = depthwise_conv2d._summed(axes)
        session = LocalSession({exercise.name: function})
        found = {e.diagnosis for e in exercise.check(session) if not e.passed}
        assert len(found) == 1
        told |= found
    assert len(told) == 5


@pytest.mark.parametrize("name", ["conv2d", "im2col", "kernel_gradient"])
def test_taking_a_kernel_for_square_costs_one_group(name):
    exercise = CHAPTER.by_name[name]
    slips = [m for m in exercise.mistakes if "need not be square" in m.diagnosis]
    assert len(slips) >= 3
    for mistake in slips:
        for seed in SEEDS:
            earned = exercise.score(judged(exercise, mistake.function, seed))
            allowed = {"not square"}
            if "kernel" not in mistake.diagnosis.lower():
                allowed.add("padding")  # a padded image has sides of its own
            lost = {group for group in earned if earned[group] == 0}
            assert "not square" in lost <= allowed


def test_padding_all_axes_costs_only_the_padding():
    for name in ("conv2d", "kernel_gradient"):
        exercise = CHAPTER.by_name[name]
        padded = [m for m in exercise.mistakes if "`np.pad(x, padding)`" in m.diagnosis]
        assert padded
        for mistake in padded:
            earned = exercise.score(judged(exercise, mistake.function, 0))
            assert {group for group in earned if not earned[group]} == {"padding"}


def test_by_hand_every_number_tells_flipped_from_unflipped():
    exercise = CHAPTER.by_name["by_hand"]
    flipped, *_, not_flipped = (mistake.function for mistake in exercise.mistakes)
    for question in set(by_hand.QUESTIONS) - {"size"}:
        assert flipped(question) != exercise.reference(question)
    for question in ("flipped", "flipped last"):
        assert not_flipped(question) != exercise.reference(question)


@pytest.mark.parametrize("left", [("size",), ("step",), ("sum",)])
def test_mended_in_part_is_not_called_the_given_code(left):
    exercise = CHAPTER.by_name["depthwise_conv2d"]
    bugs = {"size", "step", "sum"} - set(left)
    for mended in (left, tuple(bugs)):
        function = depthwise_conv2d._with(*mended)
        for outcomes in (
            judged(exercise, function, 0),
            exercise.check(LocalSession({exercise.name: function})),
        ):
            told = " ".join(each.diagnosis for each in outcomes)
            assert "given code" not in told


def test_every_argument_has_an_impossible_setting_that_is_shown():
    cases = CHAPTER.by_name["output_size"].visible()
    possible = (5, 3, 1, 0, 1)
    shown = [case.args for case in cases if case.group == "impossible"]
    lowest = (1, 1, 1, 0, 1)
    for position in range(len(possible)):
        assert any(args[position] < lowest[position] for args in shown)


def test_the_plot_holds_every_number_of_its_responses(capsys):
    read_plot.show_responses()
    shown = capsys.readouterr().out
    for layer in read_plot.LAYERS.values():
        numbers = ", ".join(f"{value:.2g}" for value in layer.response)
        assert f": {numbers}." in shown


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_name)
def test_constants_and_stubs_earn_nothing(exercise):
    cases = exercise.hidden(np.random.default_rng(0))
    assert {case.group for case in cases} == set(exercise.points)
    assert {case.group for case in exercise.visible()} == set(exercise.points)

    def fail(*args):
        raise ValueError("always")

    answers = [exercise.expectation(case) for case in cases[::4]]
    constants = [lambda *args, v=answer.value: v for answer in answers]
    for function in (*constants, fail, lambda *args: args[0]):
        outcomes = judged(exercise, function, 0)
        assert sum(exercise.score(outcomes).values()) == 0


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_name)
def test_hidden_cases_differ_from_submission_to_submission(exercise):
    drawn = [
        repr([case.args for case in exercise.hidden(np.random.default_rng(seed))])
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@pytest.mark.parametrize(
    "name", ["conv2d", "im2col", "depthwise_conv2d", "kernel_gradient"]
)
def test_edges_are_among_the_hidden_cases(name):
    cases = CHAPTER.by_name[name].hidden(np.random.default_rng(3))
    images = [case.args[0] for case in cases]
    assert any(image.dtype == np.float32 for image in images)
    assert any(image.dtype == np.float64 for image in images)
    assert any(not image.flags.c_contiguous for image in images)
    assert any(image[0].size == 1 for image in images)
    assert any(image.shape[1] != image.shape[2] for image in images)
    sizes = [np.abs(image).max() for image in images]
    assert max(sizes) > 1e11
    assert min(sizes) < 1e-11


def small(low, high):
    return st.integers(low, high)


@settings(max_examples=60, deadline=None)
@given(small(1, 40), small(1, 7), small(1, 5), small(0, 4), small(1, 4))
def test_output_size_is_torch_s(size, kernel_size, stride, padding, dilation):
    reference = CHAPTER.by_name["output_size"].reference
    layer = torch.nn.Conv1d(1, 1, kernel_size, stride, padding, dilation)
    layer = layer.to("meta")
    try:
        length = layer(torch.empty(1, 1, size, device="meta")).shape[-1]
    except RuntimeError:
        with pytest.raises(ValueError, match="larger"):
            reference(size, kernel_size, stride, padding, dilation)
    else:
        assert reference(size, kernel_size, stride, padding, dilation) == length


@settings(max_examples=60, deadline=None)
@given(small(1, 30), small(1, 9), small(1, 5))
def test_same_padding_keeps_the_size(size, kernel_size, dilation):
    before, after = CHAPTER.by_name["same_padding"].reference(kernel_size, dilation)
    x = torch.nn.functional.pad(torch.ones(1, 1, size), (before, after))
    w = torch.ones(1, 1, kernel_size)
    y = torch.nn.functional.conv1d(x, w, dilation=dilation)
    assert y.shape[-1] == size
    assert after - before in (0, 1)


@settings(max_examples=40, deadline=None)
@given(small(1, 4), small(1, 3), small(1, 3), small(1, 4), small(2, 6), small(2, 6))
def test_layer_cost_is_torch_s(groups, per_in, per_out, k, height, width):
    layer = torch.nn.Conv2d(groups * per_in, groups * per_out, k, groups=groups)
    cost = CHAPTER.by_name["layer_cost"].reference(
        groups * per_in, groups * per_out, k, height, width, groups
    )
    parameters = sum(each.numel() for each in layer.parameters())
    assert cost == (parameters, layer.weight.numel() * height * width)


SHAPES = st.tuples(small(1, 3), small(1, 3), small(4, 7), small(4, 7), small(1, 3))


@settings(max_examples=40, deadline=None)
@given(SHAPES, small(1, 3), small(0, 2), small(0, 1000))
def test_conv2d_and_its_gradient_are_torch_s(shapes, stride, padding, seed):
    c, o, height, width, k = shapes
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(c, height, width)), rng.normal(size=(o, c, k, k))
    weight = torch.tensor(w, requires_grad=True)
    y = torch.nn.functional.conv2d(torch.tensor(x)[None], weight, None, stride, padding)
    grad_y = rng.normal(size=y.shape[1:])
    y[0].backward(torch.tensor(grad_y))
    conv2d = CHAPTER.by_name["conv2d"].reference
    np.testing.assert_allclose(conv2d(x, w, stride, padding), y[0].detach(), atol=1e-12)
    gradient = CHAPTER.by_name["kernel_gradient"].reference
    found = gradient(x, grad_y, (k, k), stride, padding)
    np.testing.assert_allclose(found, weight.grad, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(SHAPES, small(1, 3), small(0, 1000))
def test_im2col_is_torch_s_unfold(shapes, stride, seed):
    c, _, height, width, k = shapes
    x = np.random.default_rng(seed).normal(size=(c, height, width))
    unfolded = torch.nn.functional.unfold(torch.tensor(x)[None], k, stride=stride)[0]
    found = CHAPTER.by_name["im2col"].reference(x, (k, k), stride)
    assert np.array_equal(found, unfolded.numpy())


@settings(max_examples=40, deadline=None)
@given(small(1, 3), small(1, 3), small(1, 3), small(1, 3), small(0, 1000))
def test_depthwise_conv2d_is_torch_s(c, k, stride, dilation, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(c, 8, 9)), rng.normal(size=(c, k, k))
    y = torch.nn.functional.conv2d(
        torch.tensor(x)[None],
        torch.tensor(w)[:, None],
        stride=stride,
        dilation=dilation,
        groups=c,
    )
    found = CHAPTER.by_name["depthwise_conv2d"].reference(x, w, stride, dilation)
    np.testing.assert_allclose(found, y[0], atol=1e-12)
