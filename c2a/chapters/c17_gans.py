"""Code shown to the reader in chapter 17, for later ones to build on.

Collected from the cells of book/17-gans.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import time
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def conv_generator(width=24):
    """64 numbers to a garment: (N, 64) -> (N, 784), 0 black to 1 white."""
    return nn.Sequential(
        nn.Linear(64, 49 * 2 * width),
        nn.Unflatten(1, (2 * width, 7, 7)),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),  # 14 x 14
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),  # 28 x 28
        nn.Sigmoid(),
        nn.Flatten(),
    )


def conv_discriminator(width=24):
    """A garment to a logit, (N, 784) -> (N, 1); spectral norm in each layer."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        spectral_norm(nn.Conv2d(1, width, 4, stride=2, padding=1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        spectral_norm(nn.Linear(49 * 2 * width, 1)),
    )


def best_discriminator(p, q):
    """The best answer at points where real ones have density p, and fakes q."""
    return p / (p + q)


def judge(D, real, fake):
    """Loss of the discriminator: cross-entropy, real is 1 and fake is 0."""
    return F.softplus(-D(real)).mean() + F.softplus(D(fake)).mean()


class Players(nn.Module):
    """Dense layers, for several games at a time: (games, N, in) -> (games, N, out)."""

    def __init__(self, games, *widths, leak=0.0, spectral=False):
        super().__init__()
        self.leak, self.spectral = leak, spectral
        shapes = [(games, *pair) for pair in pairwise(widths)]
        self.weight = nn.ParameterList(
            (2 * torch.rand(shape) - 1) / shape[1] ** 0.5 for shape in shapes
        )
        self.bias = nn.ParameterList(torch.zeros(games, 1, n) for n in widths[1:])
        self.u = [F.normalize(torch.randn(games, n, 1), dim=1) for n in widths[1:]]

    def forward(self, x):
        for n, (weight, bias) in enumerate(zip(self.weight, self.bias, strict=True)):
            if self.spectral:  # explained below
                sigma, self.u[n] = largest_stretch(weight, self.u[n])
                weight = weight / sigma
            x = torch.baddbmm(bias, x, weight)  # x @ weight + bias, game by game
            x = F.leaky_relu(x, self.leak) if n < len(self.weight) - 1 else x
        return x


def move(optimizer, loss):
    """One step of one player."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def fool(logits):
    """Loss of the generator: -ln D(G(z)), for logits of fakes."""
    return F.softplus(-logits).mean()


def train_step(G, D, real, noise, optimizers, judge=judge, fool=fool):
    """A move of the discriminator, then one of the generator."""
    fake = G(noise()).detach()  # G holds still
    move(optimizers[1], judge(D, real, fake))
    move(optimizers[0], fool(D(G(noise()))))  # through D into G


def adam(*nets, rate, momentum=0.5):
    """An Adam for each net; `momentum` is its first decay rate, beta 1."""
    betas = (momentum, 0.999)
    return [torch.optim.Adam(net.parameters(), lr=rate, betas=betas) for net in nets]


def fool_saturating(logits):
    """The generator's side of the value of the game: ln(1 - D(G(z)))."""
    return -F.softplus(logits).mean()


ANGLES = torch.arange(8) * torch.pi / 4
CENTERS = 2 * torch.stack([ANGLES.cos(), ANGLES.sin()], dim=1)  # (8, 2)
DEVIATION = 0.05


def ring(count, seed):
    """Points around the eight modes, each mode equally likely: (count, 2)."""
    draw = torch.Generator().manual_seed(seed)
    mode = torch.randint(8, (count,), generator=draw)
    return CENTERS[mode] + DEVIATION * torch.randn(count, 2, generator=draw)


def modes_covered(x):
    """How many modes hold a fortieth of x (N, 2) or more; the share on any mode."""
    near = torch.cdist(x, CENTERS) < 3 * DEVIATION  # (N, 8)
    shares = near.float().mean(0)
    return int((shares >= 1 / 40).sum()), shares.sum().item()


def largest_stretch(weight, u):
    """A round of power iteration on weight (..., m, n) with u (..., n, 1)."""
    with torch.no_grad():
        v = F.normalize(weight @ u, dim=-2)  # (..., m, 1)
        u = F.normalize(weight.mT @ v, dim=-2)
    return v.mT @ weight @ u, u  # the stretch (..., 1, 1), and the new direction


def slopes(D, x):
    """Length of the gradient of D at points x (..., d): (...)."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    return gradient.norm(dim=-1)


def judge_r1(D, real, fake):
    """Cross-entropy, and a price on slopes at real points."""
    return judge(D, real, fake) + slopes(D, real).square().mean() / 2


def critic_loss(D, real, fake):
    """Fake minus real, and the penalty at points between them."""
    share = torch.rand(*real.shape[:-1], 1)
    between = share * real + (1 - share) * fake
    penalty = (slopes(D, between) - 1).square().mean()
    return D(fake).mean() - D(real).mean() + 10 * penalty


ARMS, MOMENTA, RING_RATES = (
    ("plain", "R1", "spectral norm", "WGAN-GP"), (0.9, 0.5), (0.001, 0.003, 0.01)
)  # fmt: skip
POINTS = 40  # how often modes are counted in a game


def play_ring(arm, momentum, rate, steps, seed=0):
    """Eight games of an arm: modes and shares (POINTS, 8), seconds of the moves."""
    torch.manual_seed(seed)
    G = Players(8, 2, 64, 64, 2)
    D = Players(8, 2, 64, 64, 1, leak=0.2, spectral=arm == "spectral norm")
    optimizers = adam(G, D, rate=rate, momentum=momentum)
    losses = {"judge": judge, "fool": fool}
    if arm == "R1":
        losses["judge"] = judge_r1
    elif arm == "WGAN-GP":
        losses = {"judge": critic_loss, "fool": lambda scores: -scores.mean()}
    elif arm == "saturating":
        losses["fool"] = fool_saturating

    def noise(count=64):
        return torch.randn(8, count, 2)

    def real():
        return ring(8 * 64, torch.randint(2**40, ()).item()).view(8, 64, 2)

    probe, found, seconds = noise(1000), [], 0.0
    for step in range(1, steps + 1):
        began = time.process_time()
        for _ in range(4 if arm == "WGAN-GP" else 0):
            move(optimizers[1], losses["judge"](D, real(), G(noise()).detach()))
        train_step(G, D, real(), noise, optimizers, **losses)
        seconds += time.process_time() - began
        if step % (steps // POINTS) == 0:
            with torch.no_grad():
                found.append([modes_covered(x) for x in G(probe)])
    return *torch.tensor(found).float().movedim(-1, 0), seconds
