"""Exercise: the gradient of an average over draws, through the draws."""

from __future__ import annotations

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def drive(reparameterized_gradient, A, b, mean, log_variance, noise):
    """Two arrays (m,), for f(z) = z A z / 2 + b z with a symmetric A."""
    both = reparameterized_gradient(lambda z: z @ A + b, mean, log_variance, noise)
    return list(both) if isinstance(both, np.ndarray) and both.ndim else both


def reparameterized_gradient(slope, mean, log_variance, noise):
    """The chain rule, draw by draw, then the average."""
    deviation = np.exp(log_variance / 2)
    g = slope(mean + deviation * noise)
    return g.mean(0), (g * noise * deviation / 2).mean(0)


def by_torch(slope, mean, log_variance, noise):
    """Right: torch differentiates z, and gets the slope from above."""
    import torch

    leaves = [torch.tensor(each, requires_grad=True) for each in (mean, log_variance)]
    z = leaves[0] + torch.exp(leaves[1] / 2) * torch.tensor(noise)
    z.backward(torch.tensor(slope(z.detach().numpy()) / len(noise)))
    return tuple(each.grad.numpy() for each in leaves)


def by_loop(slope, mean, log_variance, noise):
    """Right: one draw after the other."""
    sums = np.zeros((2, len(mean)))
    for epsilon in noise:
        deviation = np.sqrt(np.exp(log_variance))
        g = slope((mean + deviation * epsilon)[None])[0]
        sums += g, g * epsilon * 0.5 * deviation
    return list(sums / len(noise))


def by_stacking(slope, mean, log_variance, noise):
    """Right: both in one array."""
    return np.stack(reparameterized_gradient(slope, mean, log_variance, noise))


def apart(slope, mean, log_variance, noise):
    """Wrong: two averages, then their product."""
    deviation = np.exp(log_variance / 2)
    g = slope(mean + deviation * noise).mean(0)
    return g, g * (noise * deviation / 2).mean(0)


def variant(*, half=0.5, power=0.5, at_mean=False, use_noise=True, average=True,
            chain=True):  # fmt: skip
    """Wrong: one thing done otherwise."""

    def gradient(slope, mean, log_variance, noise):
        deviation = np.exp(power * log_variance)
        g = slope(mean + (0 if at_mean else deviation) * noise)
        second = g * (noise if use_noise else 1) * (half * deviation if chain else 1)
        count = 1 if average else len(g)
        return g.mean(0) * count, second.mean(0) * count

    return gradient


def inputs(d: Draw, draws: int, flat: bool = False) -> tuple:
    m = d.int(1, 3)
    A = d.array(m, m)
    A = 0 * A if flat else A + A.T
    return A, d.array(m), d.array(m), d.array(m), d.array(draws, m)


EXERCISE = declare(
    "reparameterized_gradient",
    "A gradient through the draws",
    reparameterized_gradient,
    drive=drive,
    difficulty=2,
    minutes=20,
    forms=("float64",),
    groups={
        "one draw": Group(1, lambda d: inputs(d, 1)),
        "draws": Group(2, lambda d: inputs(d, d.int(3, 6))),
        "constant slope": Group(1, lambda d: inputs(d, d.int(2, 5), flat=True)),
    },
    mistakes={
        "This is the gradient for the deviation. The variance's logarithm v makes it "
        "exp(v / 2), whose own derivative is half of it.": variant(chain=False),
        "The second gradient is twice too large: the derivative of exp(v / 2) is "
        "exp(v / 2) / 2.": variant(half=1.0),
        "You used the variance where the deviation, exp(log_variance / 2), belongs.": (
            variant(power=1.0)
        ),
        "You took the slope at the mean. Take it at each z that was drawn.": variant(
            at_mean=True
        ),
        "The noise is missing in the second gradient: dz / d deviation is the noise.": (
            variant(use_noise=False)
        ),
        "You summed over the draws. The average is asked for.": variant(average=False),
        "You took exp(v) for the deviation throughout. It is the variance; the "
        "deviation is exp(v / 2).": variant(power=1.0, half=1.0),
        "You averaged slope and noise apart. Multiply them draw by draw, then "
        "average.": apart,
    },
    alternatives=(by_torch, by_loop, by_stacking),
    hints=(
        "First write z: mean + exp(log_variance / 2) * noise, an array (draws, m).",
        "g = slope(z) says how f changes with z. By the chain rule multiply it by how "
        "z changes with the mean, which is 1, and average over the draws.",
        "How does z change with log_variance? By noise * exp(log_variance / 2) / 2.",
    ),
    section="vae-reparameterization",
    forbidden=("torch",),
    instead="NumPy is enough; the point is to write the chain rule yourself.",
)
