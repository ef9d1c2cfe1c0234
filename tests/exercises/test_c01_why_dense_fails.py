"""The exercises of chapter 1: their groups are fair, their references a library's."""

import numpy as np
import pytest
import torch

from c2a.exercises.c01_why_dense_fails import CHAPTER
from c2a.exercises.c01_why_dense_fails.locally_connected import locally_connected
from c2a.exercises.kit.session import LocalSession


def earned(name, part, seed):
    """Groups in which the mistake whose diagnosis holds some words earns points."""
    exercise = CHAPTER.by_name[name]
    (found,) = [m for m in exercise.mistakes if part in m.diagnosis]
    session = LocalSession({name: found.answer})
    points = exercise.score(exercise.judge(session, np.random.default_rng(seed)))
    return {group for group in points if points[group]}


@pytest.mark.parametrize("seed", range(5))
def test_neighbors_are_not_found_without_the_idea_of_a_correlation(seed):
    assert earned("closest_pixels", "This is the covariance", seed) == set()


def test_one_bias_a_channel_costs_only_what_has_local_layers():
    found = earned("count_parameters", "A local layer has a bias at every place", 0)
    assert found == {"dense", "convolutions"}


def test_equal_weights_at_every_place_are_torchs_convolution():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 7, 6, generator=generator)
    conv = torch.nn.Conv2d(2, 3, 3)
    weight, bias = (each.detach() for each in conv.parameters())
    found = locally_connected(
        x.numpy(), weight.expand(5, 4, 3, 2, 3, 3).numpy(), bias.expand(5, 4, 3).numpy()
    )
    np.testing.assert_allclose(found, conv(x).detach(), atol=1e-5)
