"""Exercise: the loss of a VAE, averaged wrongly."""

from __future__ import annotations

from functools import partial

import torch

from c2a.exercises.kit import Draw, Group, Mistake, Tensor, after, declare


def mend_vae(x, decode, mean, log_variance, noise, sigma):
    """Summed over pixels and over the code, averaged over images."""
    z = mean + (log_variance / 2).exp() * noise
    missed = (x - decode(z)).square().sum(1) / (2 * sigma**2)
    kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1)
    return (missed + kl).mean()


def by_distributions(x, decode, mean, log_variance, noise, sigma):
    """Right: with torch's densities; the constant of the pixels is taken off."""
    from torch.distributions import Normal, kl_divergence

    q = Normal(mean, torch.sqrt(log_variance.exp()))
    pixels = Normal(decode(q.mean + q.stddev * noise), sigma)
    lost = pixels.log_prob(pixels.mean).sum() - pixels.log_prob(x).sum()
    prior = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return (lost + kl_divergence(q, prior).sum()) / len(x)


def by_image(x, decode, mean, log_variance, noise, sigma):
    """Right: image by image."""
    total = 0.0
    for n in range(len(x)):
        z = mean[n] + torch.exp(0.5 * log_variance[n]) * noise[n]
        total = total + 0.5 * torch.sum((x[n] - decode(z[None])[0]) ** 2) / sigma**2
        total = total - 0.5 * torch.sum(
            1 + log_variance[n] - mean[n] ** 2 - torch.exp(log_variance[n])
        )
    return total / len(x)


def variant(*, deviation=True, pixels="sum", code="sum", images="mean"):
    """The loss with one thing or several done otherwise."""

    def loss(x, decode, mean, log_variance, noise, sigma):
        z = mean + (log_variance / 2 if deviation else log_variance).exp() * noise
        missed = getattr((x - decode(z)).square(), pixels)(1) / (2 * sigma**2)
        each = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
        return getattr(missed + getattr(each, code)(1), images)()

    return loss


def drive(mend_vae, x, weight, mean, log_variance, noise, sigma):
    """The loss, and its gradients for mean and log variance, by name."""
    mean, log_variance = (
        each.clone().requires_grad_() for each in (mean, log_variance)
    )
    loss = mend_vae(
        x, lambda z: torch.sigmoid(z @ weight), mean, log_variance, noise, sigma
    )
    slopes = torch.autograd.grad(loss, (mean, log_variance))
    names = "gradient for mean", "gradient for log_variance"
    return {"loss": loss.item()} | dict(zip(names, slopes, strict=True))


def inputs(d: Draw, images: int = 1, pixels: int = 1, m: int = 1, noisy=True) -> tuple:
    x, weight = d.tensor(images, pixels), d.tensor(m, pixels)
    mean, log_variance, noise = (d.tensor(images, m) for _ in range(3))
    sigma = d.choose(0.5, 0.25, 2.0)
    if not noisy:
        noise = Tensor(0 * noise.array)
    return x, weight, mean, log_variance, noise, sigma


near = partial(Group, rtol=1e-4, atol=1e-4)

EXERCISE = declare(
    "mend_vae",
    "A VAE whose pictures are all alike",
    mend_vae,
    drive=drive,
    difficulty=3,
    minutes=20,
    forms=("float32", "strided"),
    groups={
        # One bug at a time: an average of one is a sum, and no noise is no draw.
        "the draw": near(1, inputs),
        "the pixels": near(1, lambda d: inputs(d, pixels=d.int(3, 9), noisy=False)),
        "the code": near(1, lambda d: inputs(d, m=d.int(2, 4), noisy=False)),
        "a batch": near(1, lambda d: inputs(d, d.int(2, 5), d.int(5, 9), d.int(2, 4))),
    },
    mistakes=[
        Mistake(
            "This is the given code, all three bugs still in it.",
            variant(deviation=False, pixels="mean", code="mean"),
            whole=True,
        ),
        Mistake(
            "The squared error is averaged over the pixels, so the KL weighs many "
            "times too much. Sum over the pixels.",
            variant(pixels="mean"),
        ),
        Mistake(
            "The KL is averaged over the numbers of the code, so beta is not 1. Sum "
            "over them.",
            variant(code="mean"),
        ),
        Mistake(
            "exp(log_variance) is the variance. The noise is multiplied by the "
            "deviation, exp(log_variance / 2).",
            variant(deviation=False),
        ),
        Mistake(
            "The draw is mended. Both averages are left: over the pixels, and over "
            "the code.",
            variant(pixels="mean", code="mean"),
        ),
        Mistake(
            "The averages are mended, but you sum over the images as well. Average "
            "over those, or the loss grows with the batch.",
            variant(images="sum"),
        ),
        Mistake(
            "You return a float. Return the tensor itself, without .item(): its "
            "gradients are checked.",
            after(mend_vae, lambda loss: loss.item()),
        ),
        Mistake(
            "The loss has lost its gradients. Leave out .detach(), torch.no_grad() and "
            "NumPy.",
            after(mend_vae, lambda loss: loss.detach()),
        ),
        Mistake(
            "Two are left: the draw uses the variance, and the squared error is "
            "averaged over the pixels.",
            variant(deviation=False, pixels="mean"),
        ),
        Mistake(
            "Two are left: the draw uses the variance, and the KL is averaged over the "
            "numbers of the code.",
            variant(deviation=False, code="mean"),
        ),
    ],
    alternatives=(by_distributions, by_image),
    hints=(
        "Three lines hold one bug each. Ask of each mean() over what it averages.",
        "Which axis may be averaged? Images, and nothing else. So first .sum(1), then "
        "add the two terms, then .mean().",
        "The third bug is in the draw: what does exp(log_variance) give, a variance or "
        "a deviation?",
    ),
    section="vae-collapse",
)
