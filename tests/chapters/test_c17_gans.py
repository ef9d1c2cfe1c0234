"""What chapter 17 exports, against torch and exact mathematics."""

import math
from copy import deepcopy
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters import c17_gans as chapter
from c2a.scale import set_scale


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_points_of_the_ring_lie_on_all_modes_and_nothing_else_does() -> None:
    x = chapter.ring(4000, 0)
    covered, share = chapter.modes_covered(x)
    assert x.shape == (4000, 2)
    assert covered == 8
    # Within three deviations of the center, in two dimensions.
    assert share == pytest.approx(1 - math.exp(-4.5), abs=0.01)
    assert chapter.modes_covered(torch.zeros(100, 2)) == (0, 0)
    assert torch.equal(x, chapter.ring(4000, 0))
    assert not torch.equal(x, chapter.ring(4000, 1))


def test_a_mode_counts_from_a_fortieth_on() -> None:
    centers = chapter.CENTERS
    enough = torch.cat([centers[:1].repeat(1, 1), centers[1:2].repeat(39, 1)])
    assert chapter.modes_covered(enough) == (2, 1)
    too_few = torch.cat([enough, centers[1:2]])
    assert chapter.modes_covered(too_few)[0] == 1


def test_the_judge_is_torchs_cross_entropy() -> None:
    D = nn.Linear(3, 1)
    real, fake = torch.randn(2, 5, 3)
    logits = F.binary_cross_entropy_with_logits
    expected = logits(D(real), torch.ones(5, 1)) + logits(D(fake), torch.zeros(5, 1))
    torch.testing.assert_close(chapter.judge(D, real, fake), expected)


def test_the_generators_losses_are_the_formulas() -> None:
    a = torch.randn(6)
    torch.testing.assert_close(chapter.fool(a), -a.sigmoid().log().mean())
    saturating = (1 - a.sigmoid()).log().mean()
    torch.testing.assert_close(chapter.fool_saturating(a), saturating)


def test_the_best_discriminator_is_the_best() -> None:
    p, q = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.1, 0.3, 0.6])

    def value(answers: torch.Tensor) -> torch.Tensor:
        return (p * answers.log() + q * (1 - answers).log()).sum()

    best = chapter.best_discriminator(p, q)
    for change in (-0.05, 0.05):
        assert value(best + change) < value(best)


def test_games_side_by_side_are_games_by_themselves() -> None:
    both = chapter.Players(2, 2, 5, 1, leak=0.2)
    x = torch.randn(2, 7, 2)
    for game in range(2):
        h = x[game]
        for n, (weight, bias) in enumerate(zip(both.weight, both.bias, strict=True)):
            h = h @ weight[game] + bias[game]
            h = F.leaky_relu(h, 0.2) if n == 0 else h
        torch.testing.assert_close(both(x)[game], h)


def test_power_iteration_finds_the_largest_singular_value() -> None:
    weight, u = torch.randn(3, 6, 4), torch.randn(3, 4, 1)
    for _ in range(200):
        stretch, u = chapter.largest_stretch(weight, u)
    expected = torch.linalg.matrix_norm(weight, 2)
    torch.testing.assert_close(stretch.flatten(), expected)


def test_normed_players_stretch_nothing() -> None:
    net = chapter.Players(1, 3, 4, 1, leak=1.0, spectral=True)
    for _ in range(100):
        net(torch.randn(1, 1, 3))
    x, y = torch.randn(2, 1, 50, 3)
    apart = (net(x) - net(y)).abs() / (x - y).norm(dim=-1, keepdim=True)
    assert apart.max() <= 1 + 1e-3


def test_slopes_are_those_of_finite_differences() -> None:
    D = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1)).double()
    x, step = torch.randn(4, 2).double(), 1e-6
    parts = [(D(x + step * e) - D(x - step * e)) / (2 * step) for e in torch.eye(2)]
    expected = torch.cat(parts, dim=1).norm(dim=1)
    torch.testing.assert_close(chapter.slopes(D, x), expected, atol=1e-6, rtol=1e-6)


def test_the_penalties_of_a_line_are_known() -> None:
    real, fake = torch.randn(2, 9, 1)
    D = partial(torch.mul, 3.0)
    expected = 3 * (fake.mean() - real.mean()) + 10 * (3 - 1) ** 2
    torch.testing.assert_close(chapter.critic_loss(D, real, fake), expected)
    expected = chapter.judge(D, real, fake) + 9 / 2
    torch.testing.assert_close(chapter.judge_r1(D, real, fake), expected)


def test_a_step_moves_each_player_by_its_own_loss_alone() -> None:
    G, D = nn.Linear(2, 2), nn.Linear(2, 1)
    real, z = torch.randn(2, 6, 2)
    start = deepcopy(G.state_dict()), deepcopy(D.state_dict())
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.1) for net in (G, D)]
    chapter.train_step(G, D, real, lambda: z, optimizers)
    again = nn.Linear(2, 2), nn.Linear(2, 1)
    for net, state in zip(again, start, strict=True):
        net.load_state_dict(state)
    for net, loss in (
        (again[1], lambda: chapter.judge(again[1], real, again[0](z).detach())),
        (again[0], lambda: chapter.fool(again[1](again[0](z)))),
    ):
        slopes = torch.autograd.grad(loss(), list(net.parameters()))
        with torch.no_grad():
            for weight, slope in zip(net.parameters(), slopes, strict=True):
                weight -= 0.1 * slope
    for ours, theirs in zip((G, D), again, strict=True):
        torch.testing.assert_close(ours.weight, theirs.weight)
        torch.testing.assert_close(ours.bias, theirs.bias)


def test_a_new_classifier_knows_apart_what_is_apart_only() -> None:
    x, y, other = torch.randn(3, 2000, 2)
    assert chapter.told_apart(x, y) == pytest.approx(0.5, abs=0.06)
    assert chapter.told_apart(x, other + 2) > 0.85


def test_a_grown_player_agrees_with_the_small_one_before_it_fades_in() -> None:
    set_scale("smoke")
    G, D = chapter.GrowingGenerator().eval(), chapter.GrowingDiscriminator()
    z = torch.randn(3, 32)
    small, large = G(z, side=16), G(z, side=32, share=0.0)
    enlarged = F.interpolate(small.view(-1, 3, 16, 16), scale_factor=2)
    torch.testing.assert_close(large, enlarged.flatten(1))
    torch.testing.assert_close(D(large, share=0.0), D(small))
    set_scale("cpu")
