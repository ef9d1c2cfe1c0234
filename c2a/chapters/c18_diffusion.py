"""Code shown to the reader in chapter 18, for later ones to build on.

Collected from the cells of book/18-diffusion.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
from functools import cache
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters import c14_vision_transformers as c14
from c2a.chapters import c16_autoencoders as c16
from c2a.chapters.c13b_transformers import Block
from c2a.data import load
from c2a.scale import device, pick
from c2a.training import fit


@cache
def garments(part):
    """Garments (N, 1, 28, 28), from -1, black, to 1, white; and labels (N,)."""
    name = pick(smoke="fashion-mnist", cpu="fashion-mnist", gpu="fashion-mnist-full")
    data, count = load(name), pick(smoke=300, cpu=None, gpu=None)
    images = torch.tensor(getattr(data, f"{part}_images")[:count])[:, None]
    return images / 127.5 - 1, torch.tensor(getattr(data, f"{part}_labels")[:count])


@cache
def emoji(part):
    """Emoji over white (N, 3, 32, 32), -1 to 1; and their categories (N,), 0 to 8."""
    count = pick(smoke=64, cpu=None, gpu=None)
    labels = torch.tensor(getattr(load("emoji"), f"{part}_category_labels"))
    return c14.emoji(part)[0][:count], labels[:count]


def linear_schedule(T):
    """alpha_bar after 1 to T steps: (T,)."""
    return (1 - torch.linspace(1e-4, 0.02, T)).cumprod(0)


def cosine_schedule(T):
    """The same, as the square of a cosine: (T,)."""
    t = torch.arange(T + 1) / T
    alpha_bar = torch.cos((t + 0.008) / 1.008 * torch.pi / 2) ** 2
    return (alpha_bar / alpha_bar[0])[1:].clamp(min=1e-5)


def best_guess(x, a, sigma, centers, deviation, weights):
    """Mean of the clean points that may have become x (N, d) = a x_0 + sigma noise.

    a, sigma: tensors, () or (N, 1). Clean points come from normal heaps: centers
    (K, d), one deviation, weights (K,).
    """
    variance = (a * deviation) ** 2 + sigma**2  # of a noisy heap
    away = (x[:, None] - a[..., None] * centers).square().sum(-1)  # (N, K)
    p = (weights.log() - away / (2 * variance)).softmax(dim=1)
    own = a * deviation**2 / variance  # how far to trust x itself
    return p @ centers * (1 - a * own) + own * x


class NoiseNet(nn.Module):
    """Guesses the noise in points (N, 2) at step t (N,), 1 to 100."""

    def __init__(self, width=64):
        super().__init__()
        self.net = c16.mlp(2 + 8, width, width, width, 2)

    def forward(self, x, t):
        angles = (
            t[:, None]
            / 100
            * torch.pi
            / 2
            * torch.tensor([1, 2, 4, 8], device=t.device)
        )
        return self.net(torch.cat([x, angles.sin(), angles.cos()], dim=1))


COSINE = torch.cat([torch.ones(1), cosine_schedule(100)])  # alpha_bar of 0 to 100


def noise_loss(net, x):
    """Mix clean points x (N, 2) with noise, each at a step of its own; guess it."""
    t = torch.randint(1, 101, (len(x),), device=x.device)
    alpha_bar, noise = COSINE.to(x.device)[t][:, None], torch.randn_like(x)
    x_t = alpha_bar.sqrt() * x + (1 - alpha_bar).sqrt() * noise
    return F.mse_loss(net(x_t, t), noise)


def step_back(x, noise, now, then, eta=0.0, draw=None):
    """From alpha_bar `now` to `then`, larger. eta 0: DDIM; 1: DDPM."""
    clean = (x - (1 - now).sqrt() * noise) / now.sqrt()
    fresh = eta**2 * (1 - then) / (1 - now) * (1 - now / then)  # v
    kept = (1 - then - fresh).clamp(min=0).sqrt()
    z = torch.randn(x.shape, generator=draw)
    return then.sqrt() * clean + kept * noise + fresh.sqrt() * z


@torch.no_grad()
def walk_back(noise_of, steps, eta=0.0, count=2000, seed=0, alpha_bar=COSINE):
    """From noise to points (count, 2) in `steps` steps; noise_of(x, t) guesses."""
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 2, generator=draw)
    times = torch.linspace(len(alpha_bar) - 1, 0, steps + 1).round().long()
    for t, s in pairwise(times):
        guess = noise_of(x, t.expand(count))
        x = step_back(x, guess, alpha_bar[t], alpha_bar[s], eta, draw)
    return x


class Condition(nn.Module):
    """Time t (N,), 0 to 1, and class y (N,) as 64 numbers. Class `classes`: any."""

    def __init__(self, classes, width=64):
        super().__init__()
        layers = nn.Linear(32, width), nn.SiLU(), nn.Linear(width, width)
        self.time, self.label = (
            nn.Sequential(*layers),
            nn.Embedding(classes + 1, width),
        )

    def forward(self, t, y):
        speeds = torch.exp(-math.log(1e4) * torch.arange(16, device=t.device) / 16)
        angles = 1000 * t[:, None] * speeds  # (N, 16)
        return self.time(torch.cat([angles.sin(), angles.cos()], 1)) + self.label(y)


class TimedBlock(nn.Module):
    """A residual block of two 3 x 3 convolutions that is told time and class."""

    def __init__(self, c_in, c_out):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, c_in), nn.GroupNorm(8, c_out)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.told = nn.Linear(64, c_out)
        self.skip = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()

    def forward(self, x, c):  # (N, c_in, H, W), (N, 64)
        y = self.conv1(F.silu(self.norm1(x))) + self.told(c)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(y)))


class UNet(nn.Module):
    """An arrow for every pixel of x (N, C, H, W), at time t (N,), for class y (N,)."""

    def __init__(self, channels, width, classes):
        super().__init__()
        self.anything, self.condition = classes, Condition(classes)
        self.enter = nn.Conv2d(4 * channels, width, 3, padding=1)
        self.down1 = TimedBlock(width, width)
        self.shrink = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.down2 = TimedBlock(2 * width, 2 * width)
        self.middle = TimedBlock(2 * width, 2 * width)
        self.up2 = TimedBlock(4 * width, 2 * width)
        self.grow = nn.Conv2d(2 * width, width, 3, padding=1)
        self.up1 = TimedBlock(2 * width, width)
        self.leave = nn.Conv2d(width, 4 * channels, 3, padding=1)

    def forward(self, x, t, y):
        c = self.condition(t, y)
        x = F.pixel_unshuffle(x, 2)  # (N, 4 C, H / 2, W / 2)
        fine = self.down1(self.enter(x), c)
        coarse = self.down2(self.shrink(fine), c)
        x = self.up2(torch.cat([self.middle(coarse, c), coarse], 1), c)
        x = self.grow(F.interpolate(x, scale_factor=2))
        x = self.up1(torch.cat([x, fine], 1), c)
        return F.pixel_shuffle(self.leave(x), 2)  # (N, C, H, W)


class DiTBlock(Block):
    """A transformer block; c (N, 64) scales, shifts and gates its two parts."""

    def __init__(self, width, heads):
        super().__init__(width, heads)
        self.told = nn.Linear(64, 6 * width)
        nn.init.zeros_(self.told.weight)  # all gates shut: x passes unchanged
        nn.init.zeros_(self.told.bias)

    def forward(self, x, c):  # (N, T, width), (N, 64)
        scale1, shift1, gate1, scale2, shift2, gate2 = (
            self.told(c)[:, None].chunk(6, dim=-1)
        )  # fmt: skip
        x = x + gate1 * self.attention(self.norm1(x) * (1 + scale1) + shift1)
        return x + gate2 * self.mlp(self.norm2(x) * (1 + scale2) + shift2)


class DiT(nn.Module):
    """A diffusion transformer over patches of 4 x 4; called as the U-Net is."""

    def __init__(self, channels, width, depth, classes, patches=49, heads=4):
        super().__init__()
        self.anything, self.condition = classes, Condition(classes)
        self.enter = nn.Linear(16 * channels, width)
        self.positions = nn.Parameter(0.02 * torch.randn(1, patches, width))
        self.blocks = nn.ModuleList(DiTBlock(width, heads) for _ in range(depth))
        self.norm, self.leave = nn.LayerNorm(width), nn.Linear(width, 16 * channels)

    def forward(self, x, t, y):
        c, x = self.condition(t, y), F.pixel_unshuffle(x, 4)  # (N, 16 C, H/4, W/4)
        h = self.enter(x.flatten(2).mT) + self.positions  # (N, T, width)
        for block in self.blocks:
            h = block(h, c)
        return F.pixel_shuffle(self.leave(self.norm(h)).mT.reshape(x.shape), 4)


def flow_loss(net, x, y):
    """Squared error of the velocity; one class in ten is left out."""
    y = torch.where(torch.rand(len(y), device=y.device) < 0.1, net.anything, y)
    t = torch.randn(len(x), device=x.device).sigmoid()  # mostly in the middle
    noise = torch.randn_like(x)
    x_t = torch.lerp(x, noise, t[:, None, None, None])  # (1 - t) x + t noise
    return F.mse_loss(net(x_t, t, y), noise - x)


class RunningMean:
    """A mean of the weights over the last steps, which samples better than the last."""

    def __init__(self, net):
        self.mean = {name: v.detach().clone() for name, v in net.state_dict().items()}

    @torch.no_grad()
    def __call__(self, step, net):
        new = 1 - min(0.9995, (1 + step) / (10 + step))
        for name, value in net.state_dict().items():
            self.mean[name] = self.mean[name].to(value.device).lerp_(value, new)

    def state_dict(self):
        return self.mean

    def load_state_dict(self, state):
        self.mean = dict(state)


def train_flow(net, x, y, steps, rate, batch=32, seed=0, checkpoint=None):
    """Train a net with the flow loss, and give it the mean of its weights."""
    average = RunningMean(net)
    history = fit(
        net, x, y, objective=flow_loss, steps=steps, batch_size=batch, seed=seed,
        learning_rate=rate, clip=1.0, after_step=average, every=200,
        checkpoint=checkpoint,
    )  # fmt: skip
    net.load_state_dict(average.mean)
    return history


@torch.no_grad()
def held_out_loss(net, x, y):
    """The flow loss at fixed noise: a float."""
    torch.manual_seed(1)
    parts = zip(x.split(250), y.split(250), strict=True)
    losses = [flow_loss(net, *(each.to(device()) for each in part)) for part in parts]
    return torch.stack(losses).mean().item()


def guided(net, x, t, y, w):
    """The velocity, pushed away from that of no class in particular."""
    v = net(x, t, y)
    if w == 1:
        return v
    v_any = net(x, t, torch.full_like(y, net.anything))
    return v_any + w * (v - v_any)


@torch.no_grad()
def sample(net, y, steps=10, w=1.0, seed=0, shape=(1, 28, 28)):
    """Walk from noise to a picture of each class in y (N,): (N, *shape)."""
    x = torch.randn(len(y), *shape, generator=torch.Generator().manual_seed(seed))
    for i in range(steps):
        t = torch.full((len(y),), 1 - i / steps)  # from 1 down to 1 / steps
        x = x - guided(net, x, t, y, w) / steps
    return x


def nearest_few(x, k=3):
    """Distance of each of x (N, d) to its k-th neighbor in x: (N,)."""
    return torch.cdist(x, x).kthvalue(k + 1).values  # the first is the point itself


def share_near(x, y):
    """Share of x (N, d) no farther from some y (M, d) than its third neighbor is."""
    return (torch.cdist(x, y) <= nearest_few(y)).any(1).float().mean().item()


@torch.no_grad()
def marks(pictures, y):
    """Feature distance, recall, precision, and how often the judge sees class y.

    pictures: (N, 1, 28, 28), -1 to 1; recall: share of real garments near a made one.
    """
    made, real = c16.features(pictures / 2 + 0.5), c16.real_features(0)
    near = real[: len(made)]
    agreed = (c16.judge()[-1](made).argmax(1) == y).float().mean().item()
    return [
        c16.feature_distance(made, real), share_near(near, made),
        share_near(made, near), agreed,
    ]  # fmt: skip


MARKS = ("distance", "recall", "precision", "class")


def every_class(count):
    """Classes 0 to 9, in turn: (count,)."""
    return torch.arange(count) % 10


ARCHITECTURES = {"U-Net": lambda: UNet(1, 16, 10), "DiT": lambda: DiT(1, 64, 3, 10)}
SHORT = {"U-Net": 420, "DiT": 350}  # steps in equal seconds
SEEDS, RATES = (0, 1, 2), (0.002, 0.005, 0.0125)


class WithoutTime(UNet):
    """A U-Net that is never told how much noise there is."""

    def forward(self, x, t, y):
        return super().forward(x, torch.zeros_like(t), y)


def short_run(kind, rate, seed, make=None, shuffled=False):
    """A net after a short run on 10,000 garments; its losses, and its mean loss
    on 2,000 others.
    """
    torch.manual_seed(seed)
    net = (make or ARCHITECTURES[kind])()
    x, y = garments("train")
    kept = len(x) * 5 // 6
    given = y[torch.randperm(len(y))] if shuffled else y
    steps = pick(smoke=2, cpu=SHORT[kind], gpu=SHORT[kind])
    history = train_flow(net, x[:kept], given[:kept], steps, rate, seed=seed)
    return net.eval(), history.loss, held_out_loss(net, x[kept:], y[kept:])


# Steps, w, count, seed.
SAMPLED = [(length, 1.0, 1000, 0) for length in (1, 2, 4, 8, 16)]
SAMPLED += [(8, pull, 1000, 0) for pull in (0.0, 2.0, 4.0)]
SAMPLED += [(8, 1.0, 1000, start) for start in (1, 2)]
