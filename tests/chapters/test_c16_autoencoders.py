"""What chapter 16 exports, against torch, scipy and exact mathematics."""

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from torch.distributions import Independent, Normal, kl_divergence

from c2a.chapters import c16_autoencoders as chapter


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def normal(mean, log_sigma):
    return Independent(Normal(mean, log_sigma.exp()), 1)


def test_log_normal_is_torchs_density() -> None:
    x, mean, log_sigma = torch.randn(3, 5, 4)
    expected = normal(mean, log_sigma).log_prob(x)
    torch.testing.assert_close(chapter.log_normal(x, mean, log_sigma), expected)


def test_kl_to_prior_is_torchs_divergence() -> None:
    mean, log_variance = torch.randn(2, 5, 4)
    zero = torch.zeros_like(mean)
    expected = kl_divergence(normal(mean, log_variance / 2), normal(zero, zero))
    torch.testing.assert_close(chapter.kl_to_prior(mean, log_variance), expected)


def test_the_elbo_of_a_linear_decoder_is_below_the_exact_density() -> None:
    """With dec(z) = z W + c, ln p(x) is that of one Gaussian."""
    net, sigma = chapter.VAE(2), 0.5
    weight, offset = torch.randn(2, 784) / 28, torch.rand(784)
    net.decode = lambda z: z @ weight + offset
    with torch.no_grad():
        net.log_sigma.fill_(math.log(sigma))
        x = net.decode(torch.randn(4, 2)) + sigma * torch.randn(4, 784)
        covariance = weight.T @ weight + sigma**2 * torch.eye(784)
        exact = torch.distributions.MultivariateNormal(offset, covariance).log_prob(x)
        rebuilt, kl = chapter.elbo(net, x.expand(200, -1, -1).flatten(0, 1))
        bound = (rebuilt - kl).view(200, 4).mean(0)
        assert (bound < exact + 0.01).all()
        # With the true posterior as the encoder's answer, nothing is lost.
        precision = torch.eye(2) + weight @ weight.T / sigma**2
        root = torch.linalg.cholesky(torch.linalg.inv(precision))
        mean = (x - offset) @ weight.T @ torch.linalg.inv(precision) / sigma**2
        z = mean + torch.randn(4, 2) @ root.T
        q = torch.distributions.MultivariateNormal(mean, scale_tril=root).log_prob(z)
        zero = torch.zeros_like(z)
        joint = chapter.log_normal(x, net.decode(z), net.log_sigma)
        joint = joint + chapter.log_normal(z, zero, zero)
        torch.testing.assert_close(joint - q, exact, atol=0.02, rtol=1e-4)


def test_feature_distance_is_scipys_formula() -> None:
    a, b = torch.randn(60, 4), torch.randn(50, 4) @ torch.randn(4, 4) + 1
    A, B = (np.cov(each.double().numpy(), rowvar=False) for each in (a, b))
    root = scipy.linalg.sqrtm(A @ B).real
    shift = (a.double().mean(0) - b.double().mean(0)).square().sum().item()
    expected = shift + np.trace(A + B - 2 * root)
    assert chapter.feature_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_feature_distance_of_one_feature_is_that_of_means_and_deviations() -> None:
    a, b = torch.randn(90, 1).double(), (3 * torch.randn(70, 1) + 2).double()
    expected = (a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2
    assert chapter.feature_distance(a, b) == pytest.approx(expected.item())


def test_feature_distance_is_a_distance() -> None:
    a, b = torch.randn(40, 3), torch.randn(40, 3) + 1
    assert chapter.feature_distance(a, a) == pytest.approx(0, abs=1e-6)
    there, back = chapter.feature_distance(a, b), chapter.feature_distance(b, a)
    assert there == pytest.approx(back)


def test_features_take_pictures_flat_or_square_and_clip_them() -> None:
    x = torch.rand(3, 784)
    expected = chapter.features(x)
    assert expected.shape == (3, 84)
    torch.testing.assert_close(chapter.features(x.view(3, 1, 28, 28)), expected)
    white, brighter = torch.ones(1, 784), 1 + torch.rand(1, 784)
    torch.testing.assert_close(chapter.features(brighter), chapter.features(white))


def test_real_garments_score_low_and_noise_high() -> None:
    floor = chapter.feature_distance(*map(chapter.real_features, (0, 1)))
    assert 0 < floor < 1 < 20 * floor < chapter.score(torch.rand(500, 784))


def test_pca_is_numpys_singular_vectors() -> None:
    x = torch.randn(50, 6, dtype=torch.float64) * torch.arange(1, 7)
    mean, directions = chapter.pca(x, 3)
    expected = np.linalg.svd((x - x.mean(0)).numpy())[2][:3].T
    torch.testing.assert_close(mean, x.mean(0))
    agree = np.abs(directions.numpy().T @ expected)
    np.testing.assert_allclose(agree, np.eye(3), atol=1e-9)


def test_draws_have_the_covariance_of_the_codes() -> None:
    codes = torch.randn(500, 3) @ torch.randn(3, 3) + 2
    draws = chapter.normal_like(codes, 20_000)
    torch.testing.assert_close(draws.mean(0), codes.mean(0), atol=0.1, rtol=0)
    torch.testing.assert_close(draws.T.cov(), codes.T.cov(), atol=0.3, rtol=0.1)


def test_a_draw_from_clusters_stays_with_its_cluster() -> None:
    codes = torch.cat([torch.randn(300, 2) * 0.1 - 5, torch.randn(100, 2) * 0.1 + 5])
    draws = chapter.clustered(codes, 1000, 2)
    assert draws.shape == (1000, 2)
    assert ((draws.abs() - 5).abs() < 1).all()
    assert (draws[:, 0] < 0).float().mean().item() == pytest.approx(0.75, abs=0.06)


def test_scrambling_keeps_every_pixels_values() -> None:
    x, mixed = chapter.garments("test")[0], chapter.scrambled("test")
    assert not torch.equal(x, mixed)
    torch.testing.assert_close(mixed.sort(0).values, x.sort(0).values)
