"""The code that chapter 19 exports: a fair bench, right scores, nulls that fail."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch

from c2a.chapters import c19_choosing as chapter
from c2a.scale import set_scale
from c2a.training import TrainingError, count_parameters


@pytest.fixture(autouse=True)
def small():
    set_scale("smoke")
    yield
    set_scale("cpu")


@pytest.mark.parametrize(
    ("row", "kind"), list(product(("pictures", "table"), chapter.KINDS))
)
def test_every_net_fills_the_same_budget(row: str, kind: str) -> None:
    task = chapter.bench_task(row)
    net = chapter.bench_net(kind, task)
    assert 17_000 < count_parameters(net) <= 20_000
    assert net(task.parts["test"][0][:5]).shape == (5, task.answers)


def test_a_control_reorders_all_examples_alike_and_leaves_the_labels() -> None:
    plain, mixed = (chapter.bench_task(row) for row in ("pictures", "permuted pixels"))
    x, y = plain.parts["test"]
    z, labels = mixed.parts["test"]
    assert torch.equal(y, labels)
    assert not torch.equal(x, z)
    order = torch.randperm(196, generator=torch.Generator().manual_seed(0))
    assert torch.equal(x.flatten(1)[:, order], z.flatten(1))


def test_the_mean_explains_no_variance_and_half_the_error_three_quarters() -> None:
    y = torch.randn(50, 1)
    mean = y.mean().expand(50, 1)
    identity = torch.nn.Identity()
    assert chapter.bench_score(identity, mean, y) == pytest.approx(0, abs=1e-5)
    assert chapter.bench_score(identity, (y + mean) / 2, y) == pytest.approx(0.75)
    assert chapter.bench_score(identity, y, y) == 1


def test_the_rate_is_never_at_the_edge_of_what_was_tried() -> None:
    tried = []

    def score(rate: float) -> float:
        tried.append(rate)
        if rate > 0.2:
            raise TrainingError("diverged")
        return -abs(math.log10(rate) + 1.5)  # best at 10 ** -1.5

    assert chapter.bench_rate(score) == pytest.approx(10**-1.5)
    assert min(tried) < 10**-1.5 < max(tried)


def test_a_clip_and_its_reversal_hold_the_same_frames() -> None:
    film, labels = chapter.clips("test")
    half = len(film) // 2
    assert torch.equal(film[:half], film[half:].flip(1))
    assert labels[:half].all()
    assert not labels[half:].any()
    mean = film.mean(1)
    assert torch.allclose(mean[:half], mean[half:], atol=1e-6)


def test_disorder_keeps_the_frames_of_each_clip() -> None:
    film = torch.randn(4, 8, 2, 3)
    mixed = chapter.in_disorder(film)
    assert torch.equal(mixed.flatten(2).sort(1).values, film.flatten(2).sort(1).values)


def test_shared_words_is_the_mean_f1_of_sets() -> None:
    written, names = [["red", "heart"], ["dog"]], [["heart"], ["cat", "face"]]
    assert chapter.shared_words(written, names) == pytest.approx((2 / 3 + 0) / 2)
    assert chapter.shared_words(names, names) == 1


def test_the_captioner_reads_pictures_and_labels_alike() -> None:
    for encoder, source in (
        (chapter.PictureEncoder, torch.randn(3, 3, 32, 32)),
        (chapter.LabelEncoder, torch.tensor([0, 4, 8])),
    ):
        states, mask, context = encoder(16)(source)
        assert states.shape[::2] == (3, 16)
        assert mask.shape == (3, 1, states.shape[1])
        assert context.shape == (3, 16)
