"""The exercises of chapter 2: their references are torch's, their groups are fair."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from c2a.exercises.c02_convolution import CHAPTER, by_hand, read_plot
from c2a.exercises.c02_convolution.fit import COPIES, SIDE, scattered
from c2a.exercises.kit.session import LocalSession


def judged(name, function, seed=0):
    exercise = CHAPTER.by_name[name]
    session = LocalSession({name: function})
    return exercise.judge(session, np.random.default_rng(seed))


def lost(name, function):
    """The groups that an answer earns nothing in."""
    points = CHAPTER.by_name[name].score(judged(name, function))
    return {group for group in points if not points[group]}


def mistake(name, part):
    """The wrong answer whose diagnosis holds some words."""
    (found,) = [m for m in CHAPTER.by_name[name].mistakes if part in m.diagnosis]
    return found.answer


@pytest.mark.parametrize("name", ["conv2d", "depthwise_conv2d", "kernel_gradient"])
def test_float32_is_as_good_as_float64(name):
    def single(*args):
        return CHAPTER.by_name[name].reference(*args).astype(np.float32)

    assert all(outcome.passed for outcome in judged(name, single))


@pytest.mark.parametrize("name", ["conv2d", "im2col", "kernel_gradient"])
def test_taking_a_kernel_for_square_costs_one_group(name):
    assert lost(name, mistake(name, "need not be square")) == {"not square"}


@pytest.mark.parametrize("name", ["conv2d", "kernel_gradient"])
def test_padding_all_axes_costs_only_the_padding(name):
    assert lost(name, mistake(name, "`np.pad(x, padding)`")) == {"padding"}


@pytest.mark.parametrize(
    ("name", "part", "groups"),
    [
        ("conv2d", "The stride is not used", {"stride"}),
        ("conv2d", "The padding is not used", {"padding"}),
        ("conv2d", "height is used for its width as well. Compute", {"not square"}),
        ("layer_cost", "counted apart", {"multiply-adds", "grouped", "depthwise"}),
        ("layer_cost", "biases are missing", {"parameters", "grouped", "depthwise"}),
        ("im2col", "transposed", {"one channel", "channels", "stride", "not square"}),
    ],
)
def test_one_slip_costs_its_own_groups(name, part, groups):
    assert groups == lost(name, mistake(name, part)) < set(CHAPTER.by_name[name].points)


def test_a_size_that_is_no_int_still_earns_something():
    def divided(n, k, s, p, d):
        return (n + 2 * p - d * (k - 1) - 1) / s + 1

    assert lost("output_size", divided) == {"stride", "dilation", "impossible"}


def test_a_flip_alone_still_earns_something():
    flipped = mistake("conv2d", "flipped")
    assert "symmetric kernel" not in lost("conv2d", flipped)


def test_a_kernel_a_little_too_large_is_impossible_at_every_stride():
    rounded = mistake("output_size", "`int` rounds toward 0")
    for seed in range(20):
        outcomes = judged("output_size", rounded, seed)
        assert any(not each.passed for each in outcomes if each.group == "impossible")
    strides = {
        case.args[2]
        for seed in range(5)
        for case in CHAPTER.by_name["output_size"].hidden(np.random.default_rng(seed))
        if case.group == "impossible"
    }
    assert len(strides - {1}) >= 3


class Impossible(ValueError):
    """An error of the student's own."""


@pytest.mark.parametrize("name", ["output_size", "layer_cost"])
def test_a_class_derived_from_the_right_error_is_right(name):
    def answer(*args):
        try:
            return CHAPTER.by_name[name].reference(*args)
        except ValueError as error:
            raise Impossible(str(error)) from None

    assert lost(name, answer) == set()


@pytest.mark.parametrize("convert", [float, np.array, lambda n: torch.tensor(n)])
def test_numbers_by_hand_may_come_in_any_type(convert):
    def answer(question):
        right = CHAPTER.by_name["by_hand"].reference(question)
        return right if convert is float and type(right) is list else convert(right)

    assert lost("by_hand", answer) == set()


def test_by_hand_every_number_tells_flipped_from_unflipped():
    flipped, unflipped, *_ = by_hand.SLIPS.values()
    others = {"size", "padded size", "flipped", "flipped last"}
    for question in set(by_hand.GROUPS) - others:
        assert flipped[question] != by_hand.RIGHT[question]
    for question in ("flipped", "flipped last"):
        assert unflipped[question] != by_hand.RIGHT[question]


def test_one_slip_by_hand_is_named_whatever_the_other_answers_are():
    flipped = next(iter(by_hand.SLIPS.values()))

    def one_slip(question):
        return flipped[question] if question == "first" else None

    found = {each.diagnosis for each in judged("by_hand", one_slip)}
    assert next(iter(by_hand.SLIPS)) in found


def test_the_plot_holds_every_number_of_its_responses(capsys):
    read_plot.show_responses()
    shown = capsys.readouterr().out
    for layer in read_plot.LAYERS.values():
        numbers = ", ".join(f"{value:.2g}" for value in layer.response)
        assert f": {numbers}." in shown


@pytest.mark.parametrize(
    "name", ["conv2d", "im2col", "depthwise_conv2d", "kernel_gradient"]
)
def test_edges_are_among_the_hidden_cases(name):
    cases = CHAPTER.by_name[name].hidden(np.random.default_rng(3))
    images = [case.args[0] for case in cases]
    assert {image.dtype.name for image in images} == {"float32", "float64"}
    assert any(not image.flags.c_contiguous for image in images)
    assert any(image.shape[1] != image.shape[2] for image in images)
    sizes = [np.abs(image).max() for image in images]
    assert max(sizes) > 1e11
    assert min(sizes) < 1e-11


def test_digits_are_scattered_over_the_whole_canvas():
    images = np.full((100, 28, 28), 7, np.uint8)
    labels = np.arange(100)
    canvas, answers = scattered(images, labels, np.random.default_rng(0))
    assert canvas.shape == (100 * COPIES, SIDE, SIDE)
    assert (canvas.sum((1, 2)) == 7 * 28 * 28).all()
    assert (np.bincount(answers) == COPIES).all()
    for axis in (1, 2):
        assert {*canvas.any(axis).argmax(1)} == set(range(SIDE - 28 + 1))


def small(low, high):
    return st.integers(low, high)


@settings(max_examples=60, deadline=None)
@given(small(1, 40), small(1, 7), small(1, 5), small(0, 4), small(1, 4))
def test_output_size_is_torch_s(size, kernel_size, stride, padding, dilation):
    reference = CHAPTER.by_name["output_size"].reference
    layer = torch.nn.Conv1d(1, 1, kernel_size, stride, padding, dilation)
    try:
        length = layer(torch.zeros(1, 1, size)).shape[-1]
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
