"""What chapter 18 exports does what the chapter says, by other means."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch import nn

from c2a.chapters import c18_diffusion as chapter
from c2a.weights import load_into

LINE = torch.tensor([[-1.0], [2.0]]), 0.3, torch.tensor([0.25, 0.75])


@pytest.mark.parametrize("a", [0.9, 0.3])
@pytest.mark.parametrize("x", [-1.5, 0.2, 1.0])
def test_the_best_guess_is_the_mean_by_integration(a, x):
    sigma = (1 - a**2) ** 0.5
    (low, high), deviation, weights = LINE[0].flatten().tolist(), LINE[1], LINE[2]

    def joint(clean):
        heaps = weights[0] * norm.pdf(clean, low, deviation)
        heaps += weights[1] * norm.pdf(clean, high, deviation)
        return heaps.item() * norm.pdf(x, a * clean, sigma)

    top = quad(lambda clean: clean * joint(clean), -4, 5, points=[low, high])[0]
    expected = top / quad(joint, -4, 5, points=[low, high])[0]
    found = chapter.best_guess(
        torch.tensor([[x]]), torch.tensor(a), torch.tensor(sigma), *LINE
    )
    assert found.item() == pytest.approx(expected, abs=1e-3)


def test_both_schedules_fall_and_only_whole_ones_end_in_noise():
    for schedule in (chapter.linear_schedule(1000), chapter.cosine_schedule(100)):
        assert (schedule.diff() <= 0).all()
        assert schedule[-1] < 1e-4
    assert chapter.linear_schedule(100)[-1] > 0.3


def test_a_step_with_true_noise_and_nothing_drawn_stays_on_the_line():
    torch.manual_seed(0)
    clean, noise = torch.randn(2, 50, 2)
    now, then = torch.tensor(0.3), torch.tensor(0.7)
    x = now.sqrt() * clean + (1 - now).sqrt() * noise
    expected = then.sqrt() * clean + (1 - then).sqrt() * noise
    assert torch.allclose(chapter.step_back(x, noise, now, then), expected, atol=1e-5)


def test_what_a_step_draws_keeps_the_variance_of_the_noise():
    now, then = torch.tensor(0.3), torch.tensor(0.5)
    noise = torch.randn(200_000, 1, generator=torch.Generator().manual_seed(0))
    found = chapter.step_back((1 - now).sqrt() * noise, noise, now, then, eta=1.0)
    assert found.var().item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("make", chapter.ARCHITECTURES.values())
def test_nets_answer_with_pictures_and_hear_time_and_class(make):
    torch.manual_seed(0)
    net = make()
    for part in net.modules():  # a DiT starts with shut gates, so that nothing is heard
        if isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, std=0.1)
    x, t, y = torch.randn(2, 1, 28, 28), torch.tensor([0.2, 0.9]), torch.tensor([3, 10])
    answer = net(x, t, y)
    assert answer.shape == x.shape
    for other in (net(x, t.flip(0), y), net(x, t, y.flip(0))):
        assert not torch.allclose(other, answer, atol=1e-4)


def test_a_fresh_dit_block_lets_its_input_pass():
    x, c = torch.randn(2, 5, 16), torch.randn(2, 64)
    assert torch.equal(chapter.DiTBlock(16, 4)(x, c), x)


class Straight(nn.Module):
    """Velocities toward one picture a class: from anywhere, exactly there."""

    anything = 10

    def forward(self, x, t, y):
        target = y[:, None, None, None].float() / 10 * torch.ones_like(x)
        return (x - target) / t[:, None, None, None]


def test_sampling_follows_the_velocity_and_guidance_goes_beyond():
    y = torch.tensor([0, 5])
    made = chapter.sample(Straight(), y, steps=7)
    assert torch.allclose(made[1], torch.full((1, 28, 28), 0.5), atol=1e-5)
    pushed = chapter.sample(Straight(), y, steps=7, w=2.0)
    assert torch.allclose(pushed[1], torch.zeros(1, 28, 28), atol=1e-5)


def test_marks_tell_real_garments_from_noise_and_copies_from_variety():
    x, y = chapter.garments("test")
    real, labels = x[2500:3000], y[2500:3000]
    good = chapter.marks(real, labels)
    noise = chapter.marks(torch.randn_like(real), labels)
    few = chapter.marks(real[:10].repeat(50, 1, 1, 1), labels[:10].repeat(50))
    assert good[0] < 5 < noise[0]
    assert good[3] > 0.8
    assert few[1] < 0.5 * good[1]


def test_the_long_run_draws_the_class_that_it_is_asked_for():
    net = load_into(chapter.UNet(1, 40, 10), "garment-flow")
    y = torch.tensor([1, 5, 8, 9]).repeat(5)  # trousers, sandals, bags, boots
    seen = chapter.marks(chapter.sample(net, y, steps=6), y)[3]
    assert seen > 0.7
    assert chapter.marks(chapter.sample(net, y, steps=6), y.roll(1))[3] < 0.3


def test_the_mean_of_weights_follows_them():
    net = nn.Linear(1, 1)
    mean = chapter.RunningMean(net)
    with torch.no_grad():
        net.weight.fill_(3.0)
    for step in range(400):
        mean(step, net)
    np.testing.assert_allclose(mean.mean["weight"].item(), 3.0, atol=0.01)
