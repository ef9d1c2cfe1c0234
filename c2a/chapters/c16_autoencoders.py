"""Code shown to the reader in chapter 16, for later ones to build on.

Collected from the cells of book/16-autoencoders.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from scipy.cluster.vq import kmeans2
from torch import nn

from c2a.chapters import c07_resnet_to_convnext as c07
from c2a.data import load
from c2a.scale import pick
from c2a.training import fit
from c2a.weights import load_into


@cache
def garments(part):
    """Garments of "train" or "test": (N, 784), black 0 to white 1; labels (N,)."""
    data, count = load("fashion-mnist"), pick(smoke=600, cpu=None, gpu=None)
    images = torch.tensor(getattr(data, f"{part}_images")[:count])
    labels = torch.tensor(getattr(data, f"{part}_labels")[:count])
    return images.flatten(1) / 255, labels


@cache
def scrambled(part):
    """Each pixel's values dealt anew among the garments: pixels alike, no garments."""
    images = garments(part)[0].numpy()
    rng = np.random.default_rng(0)
    return torch.tensor(rng.permuted(images, axis=0))


def normal_like(codes, count):
    """Draws of the normal distribution with the mean and covariance of codes (N, m)."""
    values, vectors = torch.linalg.eigh(codes.T.cov())
    z = torch.randn(count, len(values)) * values.clamp(min=0).sqrt()
    return codes.mean(0) + z @ vectors.T


def mlp(*widths):
    """Dense layers with a ReLU between them."""
    layers = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Autoencoder(nn.Module):
    """784 pixels to m numbers, and back."""

    def __init__(self, m, heads=1):
        super().__init__()
        self.encoder = mlp(784, 160, 64, heads * m)
        self.decoder = mlp(m, 64, 160, 784)

    def encode(self, x):
        return self.encoder(x)  # (N, m)

    def decode(self, z):
        return self.decoder(z).sigmoid()  # (N, 784), each from 0 to 1


def squared_error(net, x):
    """Summed over the pixels of an image, averaged over the images."""
    return (net.decode(net.encode(x)) - x).square().sum(1).mean()


def train(net, objective, rate=0.003, images=None, seed=0, checkpoint=None):
    """Train on garments, by default the first five sixths."""
    x = garments("train")[0] if images is None else images
    torch.manual_seed(seed)
    steps = pick(smoke=5, cpu=600, gpu=600)
    options = {"steps": steps, "seed": seed, "checkpoint": checkpoint}
    x = x[: len(x) * 5 // 6]
    return fit(net, x, objective=objective, learning_rate=rate, **options).loss


SIZES, SEEDS, RATES = (2, 8, 16, 32), (0, 1, 2), (0.001, 0.003, 0.01, 0.03)


@torch.no_grad()
def left_over(net, x):
    """Share of the variance of x (N, 784) that the rebuilt images miss."""
    missed = (net.decode(net.encode(x)) - x).square().sum()
    return (missed / (x - x.mean(0)).square().sum()).item()


def trained(make, m, objective, rate=0.003, images=None, seed=0, checkpoint=None):
    """A net for codes of m numbers, trained; and its losses."""
    torch.manual_seed(seed)
    net = make(m)
    losses = train(net, objective, rate, images, seed, checkpoint)
    return net.eval(), losses


def pca(x, m):
    """Mean (D,) and the m directions (D, m) along which x (N, D) varies most."""
    _, vectors = torch.linalg.eigh(x.T.cov())  # by size, the smallest first
    return x.mean(0), vectors.flip(1)[:, :m]


@cache
def judge():
    """The book's small classifier of garments, which scores made pictures."""
    return load_into(c07.make_lenet_norm(), "garment-judge")


@torch.no_grad()
def features(x, net=None):
    """Last hidden layer of the judge: (N, 84).

    x: pictures from 0, black, to 1, white, (N, 784) or (N, 1, 28, 28).
    """
    x = (x.reshape(-1, 1, 28, 28).clamp(0, 1) - 0.286) / 0.353
    net = judge() if net is None else net
    return torch.cat([net[:-1](part) for part in x.split(500)])


@cache
def real_features(half):
    """Features of one half, 0 or 1, of the test garments: (2500, 84)."""
    images = garments("test")[0]
    return features(images.view(2, -1, 784)[half])


def feature_distance(features_a, features_b):
    """Squared Frechet distance of two normals fitted to features (N, d): a float.

    |mean_a - mean_b|^2 + trace(A + B - 2 (A B)^(1/2)), with A and B the covariances
    (Dowson & Landau 1982; for samples of networks Heusel et al. 2017).
    """
    a, b = features_a.double(), features_b.double()
    A, B = torch.atleast_2d(a.T.cov(), b.T.cov())
    values, vectors = torch.linalg.eigh(A)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T  # of A
    both = torch.linalg.eigvalsh(root @ B @ root).clamp(min=0).sqrt().sum()
    shift = (a.mean(0) - b.mean(0)).square().sum()
    return (shift + A.trace() + B.trace() - 2 * both).item()


WAYS = (
    "N(0, 1)", "each number", "one Gaussian", "30 Gaussians", "unseen garments",
    "halfway in code", "cross-faded",
)  # fmt: skip


def score(pictures):
    """Feature distance to one half of the test garments; pictures as in `features`."""
    return feature_distance(features(pictures), real_features(0))


def clustered(codes, count, k):
    """Draws of k normals, one for each cluster of the codes (N, m)."""
    labels = torch.tensor(kmeans2(codes.numpy(), k, seed=0, minit="++")[1])
    parts = [codes[labels == i] for i in range(k) if (labels == i).sum() > 1]
    shares = torch.tensor([len(part) for part in parts]).float()
    wanted = shares.multinomial(count, replacement=True).bincount(minlength=len(parts))
    return torch.cat([normal_like(*each) for each in zip(parts, wanted, strict=True)])


@torch.no_grad()
def code_sources(net, seed=0):
    """Codes to decode, by where they come from: (2500, m) each."""
    torch.manual_seed(seed)
    codes_of = net.sample if hasattr(net, "sample") else net.encode
    unseen = garments("test")[0].view(2, -1, 784)[1]
    codes, count = codes_of(garments("train")[0]), len(unseen)
    normal = torch.randn(count, codes.shape[1])
    return {
        "N(0, 1)": normal,
        "each number": codes.mean(0) + codes.std(0) * normal,
        "one Gaussian": normal_like(codes, count),
        "30 Gaussians": clustered(codes, count, pick(smoke=3, cpu=30, gpu=30)),
        "unseen garments": codes_of(unseen),
    }


@torch.no_grad()
def halfway(net, seed=0):
    """Between two unseen garments: mean code, decoded; and mean of both decoded."""
    unseen = garments("test")[0].view(2, -1, 784)[1]
    other = torch.randperm(len(unseen), generator=torch.Generator().manual_seed(seed))
    a, b = net.encode(unseen), net.encode(unseen[other])
    faded = (net.decode(a) + net.decode(b)) / 2
    return {"halfway in code": net.decode((a + b) / 2), "cross-faded": faded}


def sampled(net, seed=0):
    """Feature distance of the pictures of a net, by where their codes are from."""
    made = {name: net.decode(z) for name, z in code_sources(net, seed).items()}
    return {name: score(each.detach()) for name, each in (made | halfway(net)).items()}


def log_normal(x, mean, log_sigma):
    """Log density of x (N, D) under independent normals, one an image: (N,)."""
    z = (x - mean) * torch.exp(-log_sigma)
    return -(0.5 * z.square() + log_sigma + 0.5 * math.log(2 * math.pi)).sum(-1)


def kl_to_prior(mean, log_variance):
    """KL from N(mean, variance) to N(0, 1), summed over the code: (N,)."""
    each = mean.square() + log_variance.exp() - 1 - log_variance
    return 0.5 * each.sum(-1)


class VAE(Autoencoder):
    """An autoencoder whose encoder answers with a normal distribution."""

    def __init__(self, m):
        super().__init__(m, heads=2)
        self.log_sigma = nn.Parameter(torch.tensor(-1.0))  # of the decoder's pixels

    def posterior(self, x):
        return self.encoder(x).chunk(2, dim=-1)  # mean, log variance: (N, m) each

    def encode(self, x):
        return self.posterior(x)[0]

    def sample(self, x):
        mean, log_variance = self.posterior(x)
        return mean + (log_variance / 2).exp() * torch.randn_like(mean)


def elbo(net, x):
    """Both parts of the bound, in nats for each image: (N,) and (N,)."""
    mean, log_variance = net.posterior(x)
    noise = torch.randn_like(mean)
    z = mean + (log_variance / 2).exp() * noise
    rebuilt = log_normal(x, net.decode(z), net.log_sigma)
    return rebuilt, kl_to_prior(mean, log_variance)


def negative_elbo(net, x, beta=1.0, divisor=1):
    """The loss. A divisor of 784 averages over pixels what should be summed."""
    rebuilt, kl = elbo(net, x)
    return (beta * kl - rebuilt / divisor).mean()


ARMS = {
    "autoencoder": (Autoencoder, squared_error),
    "VAE": (VAE, negative_elbo),
    "VAE, beta 4": (VAE, lambda net, x: negative_elbo(net, x, beta=4)),
    "VAE, averaged": (VAE, lambda net, x: negative_elbo(net, x, divisor=784)),
}
BOUND = ("rebuilt", "KL", "active", "left")


@torch.no_grad()
def bound_of(net, x):
    """Nats for rebuilding and for the code, numbers in use, share left over."""
    torch.manual_seed(0)
    rebuilt, kl = (part.mean().item() for part in elbo(net, x))
    active = (net.encode(x).var(0) > 0.01).sum().item()  # Burda et al. 2016
    return [rebuilt, kl, active, left_over(net, x)]
