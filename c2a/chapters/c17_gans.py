"""Code shown to the reader in chapter 17, for later ones to build on.

Collected from the cells of book/17-gans.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import time
from functools import cache, partial
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters import c15_transfer_learning as c15
from c2a.chapters import c16_autoencoders as c16
from c2a.data import load, over_background
from c2a.scale import pick
from c2a.training import batches, fit


def garment_players():
    """Chapter 16's decoder, (N, 16) -> (N, 784), and a discriminator, (N, 1)."""
    G = nn.Sequential(c16.mlp(16, 64, 160, 784), nn.Sigmoid())
    D = nn.Sequential(
        nn.Linear(784, 160), nn.LeakyReLU(0.2),
        nn.Linear(160, 64), nn.LeakyReLU(0.2),
        nn.Linear(64, 1),
    )  # fmt: skip
    return G, D


@torch.no_grad()
def garments_made(G, count=2500, seed=0):
    """Garments from the first draws of a seed: (count, 784)."""
    draw = torch.Generator().manual_seed(seed)
    return G(torch.randn(count, 16, generator=draw))


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
    return [
        torch.optim.Adam(net.parameters(), lr=rate, betas=betas) for net in nets
    ]  # fmt: skip


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
    """Eight games of an arm: modes and shares (POINTS, 8), seconds, generator."""
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
        if arm == "WGAN-GP":  # the critic moves twice
            move(optimizers[1], losses["judge"](D, real(), G(noise()).detach()))
        train_step(G, D, real(), noise, optimizers, **losses)
        seconds += time.process_time() - began
        if step % (steps // POINTS) == 0:
            with torch.no_grad():
                found.append([modes_covered(x) for x in G(probe)])
    return *torch.tensor(found).float().movedim(-1, 0), seconds, G


def play_garments(G, D, steps, rate=0.001, judge=judge_r1, momentum=0.5, seed=0):
    """Train on garments, 64 real ones a step."""
    x = c16.garments("train")[0]
    optimizers = adam(G, D, rate=rate, momentum=momentum)

    def noise():
        return torch.randn(64, 16)

    for _, rows in zip(range(steps), batches(len(x), 64, seed=seed)):  # noqa: B905
        train_step(G, D, x[rows], noise, optimizers, judge=judge)


GARMENT_ARMS = {"plain": judge, "R1": judge_r1}
GARMENT_RATES = 0.0003, 0.001, 0.003


def garment_game(arm, rate, seed, steps):
    """A generator after a game of an arm."""
    torch.manual_seed(seed)
    G, D = garment_players()
    play_garments(G, D, steps, rate, GARMENT_ARMS[arm], seed=seed)
    return G


def told_apart(real, made, seed=0):
    """How often a new classifier is right on points not seen: 0.5 is chance.

    real, made: points or pictures, (N, d) each; the first halves are for training.
    """
    torch.manual_seed(seed)
    n, net = len(real) // 2, c16.mlp(real.shape[1], 64, 64, 1)
    labels = torch.arange(2.0).repeat_interleave(n)[:, None]
    seen = torch.cat([real[:n], made[:n]])
    steps = pick(smoke=5, cpu=400, gpu=400)
    logistic = F.binary_cross_entropy_with_logits
    fit(net, seen, labels, steps=steps, learning_rate=0.003, loss=logistic)
    with torch.no_grad():
        right = torch.cat([-net(real[n : 2 * n]), net(made[n : 2 * n])]) > 0
    return right.float().mean().item()


def up(c_in, c_out):
    """Twice the side: (N, c_in, s, s) -> (N, c_out, 2 s, 2 s)."""
    double = nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1)
    return nn.Sequential(double, nn.BatchNorm2d(c_out), nn.ReLU())


def down(c_in, c_out):
    """Half the side: (N, c_in, s, s) -> (N, c_out, s / 2, s / 2)."""
    half = nn.Conv2d(c_in, c_out, 4, stride=2, padding=1)
    return nn.Sequential(half, nn.LeakyReLU(0.2))


class GrowingDiscriminator(nn.Module):
    """Pictures of 16 x 16 or 32 x 32 pixels, flat, to logits (N, 1)."""

    def __init__(self):
        super().__init__()
        self.see16, self.see32 = nn.Conv2d(3, 16, 1), nn.Conv2d(3, 8, 1)
        self.from32 = down(8, 16)
        self.from16 = nn.Sequential(
            down(16, 32), down(32, 64), nn.Flatten(), nn.Linear(64 * 16, 1)
        )

    def forward(self, x, share=1.0):
        side = 16 if x.shape[1] == 3 * 16 * 16 else 32
        x = x.view(-1, 3, side, side)
        if side == 16:
            return self.from16(F.leaky_relu(self.see16(x), 0.2))
        old = F.leaky_relu(self.see16(F.avg_pool2d(x, 2)), 0.2)
        new = self.from32(F.leaky_relu(self.see32(x), 0.2))
        return self.from16(share * new + (1 - share) * old)


class GrowingGenerator(nn.Module):
    """Noise (N, 32) to colored pictures, flat, of 16 x 16 or 32 x 32 pixels."""

    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(32, 64 * 16), nn.Unflatten(1, (64, 4, 4)))
        self.to16, self.paint16 = (
            nn.Sequential(up(64, 32), up(32, 16)),
            nn.Conv2d(16, 3, 1),
        )
        self.to32, self.paint32 = up(16, 8), nn.Conv2d(8, 3, 1)

    def forward(self, z, side=32, share=1.0):
        h = self.to16(self.first(z))  # (N, 16, 16, 16)
        picture = self.paint16(h)
        if side == 32:
            new, old = (
                self.paint32(self.to32(h)),
                F.interpolate(picture, scale_factor=2),
            )
            picture = share * new + (1 - share) * old
        return picture.sigmoid().flatten(1)


@cache
def emoji_pictures(side):
    """Training emoji over white, flat: (N, 3 * side * side), 0 to 1."""
    white = torch.tensor(over_background(load("emoji").train_images))
    x = white.movedim(-1, 1).float() / 255
    return F.avg_pool2d(x, 32 // side).flatten(1)


@cache
def borrowed():
    """The layers of chapter 15's backbone, whose features judge emoji."""
    return c15.body()


def emoji_features(x):
    """Features (N, 112) of flat pictures of 16 x 16 or 32 x 32 pixels."""
    side = 16 if x.shape[1] == 3 * 16 * 16 else 32
    x = F.interpolate(x.view(-1, 3, side, side), scale_factor=32 // side)
    pictures = (255 * x).round().byte().movedim(1, -1).numpy()
    return c15.features(borrowed(), pictures)


@cache
def real_emoji():
    return emoji_features(emoji_pictures(32)[: pick(smoke=150, cpu=600, gpu=600)])


@torch.no_grad()
def emoji_made(G, side=32):
    """The first draws of seed 0, as many as `real_emoji` has."""
    draw = torch.Generator().manual_seed(0)
    made = G.eval()(torch.randn(len(real_emoji()), 32, generator=draw), side)
    G.train()
    return made


def play_emoji(grow, seconds, seed):
    """A game by the clock; distances after each half, steps of each, generator."""
    torch.manual_seed(seed)
    G, D = GrowingGenerator(), GrowingDiscriminator()
    optimizers, scores, steps = adam(G, D, rate=0.002), [], []
    for half in (0, 1):
        side = 16 if grow and half == 0 else 32
        x, spent, count = emoji_pictures(side), 0.0, 0
        for rows in batches(len(x), 32, seed=seed):
            began, share = time.process_time(), 1.0
            if grow and half == 1:  # fades in during the third quarter
                share = min(1.0, 4 * spent / seconds)
            train_step(
                partial(G, side=side, share=share), partial(D, share=share), x[rows],
                partial(torch.randn, 32, 32), optimizers, judge=judge_r1,
            )  # fmt: skip
            spent, count = spent + time.process_time() - began, count + 1
            if spent > seconds / 2:
                break
        made = emoji_features(emoji_made(G, side))
        scores.append(c16.feature_distance(made, real_emoji()))
        steps.append(count)
    return scores, steps, G
