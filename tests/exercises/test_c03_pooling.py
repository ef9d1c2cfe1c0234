"""The references of chapter 3's exercises are torch's, and keep what the tasks say."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from c2a.exercises.c03_pooling import (
    CHAPTER,
    blur_pool2d,
    max_pool2d,
    max_pool2d_backward,
)
from c2a.exercises.c03_pooling import pooled_size as sizes
from c2a.exercises.c03_pooling.steady_pool import steady_pool
from c2a.exercises.kit.session import LocalSession

SETTINGS = [
    (k, s, p) for k in (1, 2, 3, 4) for s in (1, 2, 3) for p in range(k // 2 + 1)
]


def maps(seed=0, values=None):
    rng = np.random.default_rng(seed)
    if values is None:
        return rng.normal(size=(2, 7, 8))
    return rng.choice(values, (2, 7, 8)).astype(float)


@pytest.mark.parametrize("setting", SETTINGS)
def test_max_pooling_is_torchs(setting):
    x = maps() - 3  # below zero, so that padding with zeros would show
    expected = F.max_pool2d(torch.tensor(x), *setting)
    np.testing.assert_array_equal(max_pool2d.reference(x, *setting), expected)


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s[2] == 0])
def test_the_gradient_is_torchs_with_ties_too(setting):
    k, s, _ = setting
    for x in (maps(), maps(values=[0, 1])):
        leaf = torch.tensor(x, requires_grad=True)
        y = F.max_pool2d(leaf, k, s)
        g = torch.randn(y.shape, generator=torch.Generator().manual_seed(0)).double()
        y.backward(g)
        found = max_pool2d_backward.reference(x, g.numpy(), k, s)
        np.testing.assert_allclose(found, leaf.grad, atol=1e-12)


def test_sizes_are_torchs_where_a_window_fits():
    for n, k, s, p, ceil in product(
        range(1, 14), range(1, 5), range(1, 6), range(3), (False, True)
    ):
        if 2 * p > k or n + 2 * p < k:
            with pytest.raises(ValueError, match="padding"):
                sizes.reference(n, k, s, p, ceil)
            continue
        pooled = F.max_pool1d(torch.zeros(1, n), k, s, p, ceil_mode=ceil)
        assert sizes.reference(n, k, s, p, ceil) == pooled.shape[-1]


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_blur_is_torchs(stride):
    x = maps()
    row = torch.tensor([1.0, 2, 1]).double() / 4
    kernel = (row[:, None] * row).expand(2, 1, 3, 3)
    padded = F.pad(torch.tensor(x)[None], (1, 1, 1, 1), mode="reflect")
    expected = F.conv2d(padded, kernel, stride=stride, groups=2)[0]
    np.testing.assert_allclose(blur_pool2d.reference(x, stride), expected)


def test_a_steady_pool_only_moves_when_its_input_is_shifted():
    x = np.random.default_rng(0).normal(size=(2, 8, 8))
    rest = steady_pool(x, 2)
    for shift in product(range(3), range(3)):
        moved = steady_pool(np.roll(x, shift, (1, 2)), 2)
        places = product(range(4), range(4))
        assert any(np.array_equal(moved, np.roll(rest, at, (1, 2))) for at in places)
    plain = [np.roll(x, 1, 2)[:, ::2, ::2], x[:, ::2, ::2]]
    assert not np.array_equal(np.sort(plain[0], None), np.sort(plain[1], None))


@pytest.mark.parametrize(
    ("name", "part", "groups"),
    [
        ("max_pool2d", "made of zeros", {"padding"}),
        ("max_pool2d", "The padding is not used", {"padding"}),
        ("max_pool2d_backward", "the gradient is split", {"ties"}),
        ("max_pool2d_backward", "the last gets", {"ties"}),
        ("max_pool2d_backward", "+=, not =", {"overlap"}),
    ],
)
def test_one_slip_costs_its_own_group(name, part, groups):
    exercise = CHAPTER.by_name[name]
    (found,) = [m for m in exercise.mistakes if part in m.diagnosis]
    session = LocalSession({name: found.answer})
    points = exercise.score(exercise.judge(session, np.random.default_rng(0)))
    assert {group for group in points if not points[group]} == groups


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_of_sizes_is_no_way_to_a_steady_pool(seed):
    exercise = CHAPTER.by_name["steady_pool"]
    (found,) = [m for m in exercise.mistakes if "sum of sizes" in m.diagnosis]
    session = LocalSession({"steady_pool": found.answer})
    points = exercise.score(exercise.judge(session, np.random.default_rng(seed)))
    assert not points["stride 2"]
