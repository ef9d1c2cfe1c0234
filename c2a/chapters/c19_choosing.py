"""Code shown to the reader in chapter 19, for later ones to build on.

Collected from the cells of book/19-choosing.ipynb that are tagged `export`.
Made by `make export`: change the notebook, not this file.
"""

import math
import time
from collections import Counter
from functools import cache, partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from c2a.chapters.c07_resnet_to_convnext import Results, split
from c2a.chapters.c07_resnet_to_convnext import conv as conv_norm
from c2a.chapters.c08_recurrent_networks import encode
from c2a.chapters.c12_seq2seq import END, START, Decoder, Seq2Seq, look_by_dot, write
from c2a.chapters.c13b_transformers import Block
from c2a.chapters.c14_vision_transformers import emoji
from c2a.data import load
from c2a.scale import pick
from c2a.training import (
    History,
    TrainingError,
    accuracy,
    count_parameters,
    fit,
    pad,
    predict,
)
from c2a.training.checkpoint import Checkpoint

BENCH_TASKS = "pictures", "text", "series", "table", "spelling"
CONTROLS = {"permuted pixels": "pictures", "shuffled columns": "table"}
ROWS = (*BENCH_TASKS, *CONTROLS)
KINDS = "MLP", "CNN", "RNN", "transformer"


class Task(NamedTuple):
    """What a net reads, (T, d) numbers or T of `symbols`; what it answers; parts."""

    shape: tuple[int, int]
    symbols: int
    answers: int
    parts: dict[str, Any]


def pictures_task(seed):
    """Garments of 14 x 14 pixels; which of ten kinds."""
    sizes = {"train": 4000, "choose": 1500, "test": 3000}
    parts = {
        part: (F.avg_pool2d(split()[part][0][:n], 2)[:, 0], split()[part][1][:n])
        for part, n in sizes.items()
    }
    return Task((14, 14), 0, 10, parts)


def text_task(seed):
    """24 characters of the plays; the next one."""
    plays, parts = load("plays"), {}
    sizes = {"train": (0, 20_000), "choose": (1_000_000, 2000), "test": (0, 4000)}
    for part, (start, count) in sizes.items():
        text = encode(plays.test if part == "test" else plays.train)[start:]
        gap = (len(text) if part != "train" else 1_000_000) // count
        rows = text.unfold(0, 25, 1)[::gap][:count]
        parts[part] = rows[:, :-1], rows[:, -1]
    return Task((24, 16), 64, 64, parts)


def series_task(seed):
    """The temperatures of 24 hours; the change over the next six."""
    hours = load("temperatures")
    place, there = np.arange(len(hours.values)), ~np.isnan(hours.values)
    values = np.interp(place, place[there], hours.values[there])
    values = torch.tensor((values - 60) / 18).float()
    rows = values.unfold(0, 30, 1)
    x, y = rows[:, :24, None], (rows[:, -1:] - rows[:, 23:24]) * 3
    cut, test = hours.test_start - 1030, hours.test_start
    spans = {"train": (0, cut - 30), "choose": (cut, test - 30), "test": (test, None)}
    return Task((24, 1), 0, 1, {p: (x[a:b], y[a:b]) for p, (a, b) in spans.items()})


def table_task(seed):
    """30 measurements of a tumor's cells; benign or malignant. Parts drawn by seed."""
    table = load("breast-cancer")
    x = np.concatenate([table.train_features, table.test_features])
    y = np.concatenate([table.train_targets, table.test_targets])
    order = np.random.default_rng(seed).permutation(len(y))
    x, y = torch.tensor(x[order]).float(), torch.tensor(y[order])
    x = ((x - x[:300].mean(0)) / x[:300].std(0))[..., None]
    spans = {"train": (0, 300), "choose": (300, 400), "test": (400, None)}
    return Task((30, 1), 0, 2, {p: (x[a:b], y[a:b]) for p, (a, b) in spans.items()})


def spelling_task(seed):
    """The letters of a word; the vowel under its main stress, one of 15."""
    d, vowels, parts = load("cmudict"), {}, {}
    for source in ("train", "test"):
        rows, sounds = [], []
        words, lines = getattr(d, f"{source}_words"), getattr(d, f"{source}_phones")
        for word, line in zip(words, lines, strict=True):
            stressed = [phone for phone in line.split() if phone.endswith("1")]
            if len(word) <= 14 and len(stressed) == 1:
                rows.append([0] * (14 - len(word)) + [ord(c) - 96 for c in word])
                sounds.append(vowels.setdefault(stressed[0], len(vowels)))
            if len(rows) == 18_000:
                break
        parts[source] = torch.tensor(rows), torch.tensor(sounds)
    x, y = parts["train"]
    parts["train"], parts["choose"] = (x[:16_000], y[:16_000]), (x[16_000:], y[16_000:])
    parts["test"] = tuple(each[:4000] for each in parts["test"])
    return Task((14, 16), 27, len(vowels), parts)


MAKERS = pictures_task, text_task, series_task, table_task, spelling_task


@cache
def bench_task(name, seed=0):
    """A task, or one whose pixels or columns are reordered, alike in all examples."""
    kind = CONTROLS.get(name, name)
    if seed and kind != "table":
        return bench_task(name)
    task = MAKERS[BENCH_TASKS.index(kind)](seed)
    if name in CONTROLS:
        places = task.parts["train"][0][0].numel()
        order = torch.randperm(places, generator=torch.Generator().manual_seed(0))
        for part, (x, y) in task.parts.items():
            task.parts[part] = x.flatten(1)[:, order].view(x.shape), y
    return task


class Do(nn.Module):
    """A step without weights, as a layer."""

    def __init__(self, step):
        super().__init__()
        self.step = step

    def forward(self, x):
        return self.step(x)


class Recurrent(nn.GRU):
    """Chapter 10's GRU: (B, T, d) to its states (B, T, w)."""

    def __init__(self, d, w):
        super().__init__(d, w, batch_first=True)

    def forward(self, x):
        return super().forward(x)[0]


class Attending(nn.Module):
    """Chapter 13's blocks, two of them: (B, T, d) to states (B, T, w)."""

    def __init__(self, T, d, w):
        super().__init__()
        self.enter = nn.Linear(d, w)
        self.places = nn.Parameter(0.02 * torch.randn(T, w))
        self.blocks = nn.Sequential(Block(w, 2), Block(w, 2))
        self.norm = nn.LayerNorm(w)

    def forward(self, x):
        return self.norm(self.blocks(self.enter(x) + self.places))


def two_by_two(x):
    """Pictures (B, 14, 14) as 49 patches of four pixels: (B, 49, 4)."""
    return F.unfold(x[:, None], 2, stride=2).mT


def mean_and_last(h):
    """What the head reads of states (B, T, w): (B, 2 w)."""
    return torch.cat([h.mean(1), h[:, -1]], -1)


def bench_layers(kind, task, w):
    """The layers of one architecture, w wide, in the input's usual form for it."""
    (T, d), picture = task.shape, task.shape == (14, 14)
    head = nn.Linear(2 * w, task.answers)
    if kind == "MLP":
        hidden = nn.Linear(T * d, w), nn.ReLU(), nn.Linear(w, w), nn.ReLU()
        return nn.Flatten(), *hidden, nn.Linear(w, task.answers)
    if kind == "RNN":  # rows of a picture, one after the other
        return Recurrent(d, w), Do(mean_and_last), head
    if kind == "transformer":
        form, T, d = (Do(two_by_two), 49, 4) if picture else (nn.Identity(), T, d)
        return form, Attending(T, d, w), Do(mean_and_last), head
    conv, pool = (nn.Conv2d, nn.MaxPool2d) if picture else (nn.Conv1d, nn.MaxPool1d)
    form, d = (nn.Unflatten(1, (1, T)), 1) if picture else (Do(lambda x: x.mT), d)
    places = (T // 4) ** 2 if picture else T // 4
    first = conv(d, w, 3, padding=1), nn.ReLU(), pool(2)
    second = conv(w, 2 * w, 3, padding=1), nn.ReLU(), pool(2)
    last = nn.Flatten(), nn.Linear(2 * w * places, task.answers)
    return form, *first, *second, *last


def bench_net(kind, task, budget=20_000):
    """The widest net of a kind for a task that has at most `budget` parameters."""
    enter = [nn.Embedding(task.symbols, task.shape[1])] if task.symbols else []
    step = 2 if kind == "transformer" else 1  # its two heads share the width
    w = step
    while True:
        with torch.device("meta"):
            wider = nn.Sequential(*enter, *bench_layers(kind, task, w + step))
        if count_parameters(wider) > budget:
            return nn.Sequential(*enter, *bench_layers(kind, task, w))
        w += step


def bench_loss(outputs, targets):
    """Cross-entropy for classes, squared error for numbers."""
    if targets.is_floating_point():
        return F.mse_loss(outputs, targets)
    return F.cross_entropy(outputs, targets)


def bench_score(net, x, y):
    """Share of right answers; for numbers, share of their variance explained."""
    if not y.is_floating_point():
        return accuracy(net, x, y)
    wrong = (predict(net, x) - y).square().mean()
    return 1 - (wrong / (y - y.mean()).square().mean()).item()


def bench_train(row, kind, steps, share, rate, seed):
    """A net trained on a share of a row's examples, drawn by seed; its losses."""
    task = bench_task(row, seed)
    x, y = task.parts["train"]
    drawn = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    drawn = drawn[: max(8, int(share * len(x)))]
    torch.manual_seed(seed)
    net = bench_net(kind, task)
    history = fit(
        net, x[drawn], y[drawn], steps=steps, batch_size=64, learning_rate=rate,
        loss=bench_loss, weight_decay=0.05, clip=1.0, seed=seed,
    )  # fmt: skip
    return net, history.loss


def bench_rate(score):
    """The best of three rates; as long as it is the first or last, tries one beyond.

    Each rate is 3.2 times the one before. score: from a rate to a number.
    """
    scores = {}
    trying = [-6, -5, -4]  # a rate of 10 to half of these
    while trying:
        for half in trying:
            try:
                scores[half] = score(10 ** (half / 2))
            except TrainingError:  # diverged
                scores[half] = -math.inf
        best = max(scores, key=scores.get)
        beyond = {best - 1, best + 1} - set(scores)
        trying = [half for half in beyond if -8 <= half <= -1]
    return 10 ** (best / 2)


BENCH_SEEDS = (0, 1, 2)


def run_bench(results, rows, steps, share, checkpoint):
    """Tune and repeat each kind of net on each row. Goes on if cut off.

    steps: from a row and a kind to the steps of a training. share: of the examples.
    """
    history = History()
    parts = [results, history]
    keeper = Checkpoint(checkpoint, {"arms": len(results.rate)}, parts)
    keeper.load()
    for place, (row, kind) in enumerate(product(rows, KINDS)):
        if results.rate[place] > 0:
            continue
        run = cache(partial(bench_train, row, kind, steps(row, kind), share))

        def score(rate, row=row, run=run):
            return bench_score(run(rate, 0)[0], *bench_task(row).parts["choose"])

        rate = bench_rate(score)
        for seed in BENCH_SEEDS:
            net, losses = run(rate, seed)
            test = bench_task(row, seed).parts["test"]
            results.score[3 * place + seed] = bench_score(net, *test)
            history.loss += losses
        results.rate[place] = rate
        keeper.save()
    return history


def build_bench(rows):
    """Room for one rate and three scores of each kind of net on each row."""
    arms = len(rows) * len(KINDS)
    return Results(rate=arms, score=3 * arms)


def measure_bench(rows, results):
    arms = [f"{row}, {kind}" for row, kind in product(rows, KINDS)]
    return dict(zip(arms, results.score.view(-1, 3).mean(-1), strict=True))


@cache
def clips(part):
    """Garments that move left (0) or right (1) on a ring: (N, 8, 14, 24), labels.

    The second half are the clips of the first, played backward.
    """
    count = pick(smoke=40, cpu=1000, gpu=1000)
    images = F.avg_pool2d(split()[part][0][:count], 2)[:, 0] + 0.81  # black is 0
    canvas = F.pad(images, (0, 10))  # (count, 14, 24)
    start = torch.randint(24, (count,), generator=torch.Generator().manual_seed(0))
    film = torch.zeros(count, 8, 14, 24)
    for t in range(8):
        for s in range(24):
            film[start == s, t] = canvas[start == s].roll(s + t, -1)
    right = torch.ones(count, dtype=torch.int64)
    return torch.cat([film, film.flip(1)]), torch.cat([right, 1 - right])


def eyes(frames=1):
    """What a convolution sees in each picture: (N, frames, 14, 24) -> (N, 32)."""
    return nn.Sequential(
        nn.Conv2d(frames, 8, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 4 * 6, 32), nn.ReLU(),
    )  # fmt: skip


class EveryFrame(nn.Module):
    """The same convolutions for each frame: (N, T, 14, 24) -> (N, T, 32)."""

    def __init__(self):
        super().__init__()
        self.eyes = eyes()

    def forward(self, film):
        return self.eyes(film.flatten(0, 1)[:, None]).unflatten(0, film.shape[:2])


def in_disorder(film):
    """Each clip's frames in an order of its own."""
    order = torch.rand(film.shape[:2]).argsort(1)  # (N, T)
    return film[torch.arange(len(film))[:, None], order]


def over_time(first=nn.Identity):
    """A CNN for each frame and a GRU over the frames."""
    return nn.Sequential(first(), EveryFrame(), Recurrent(32, 32), Do(last_one))


def last_one(h):
    return h[:, -1]


CLIP_ARMS = {
    "first frame": lambda: nn.Sequential(Do(lambda film: film[:, :1]), eyes()),
    "mean of frames": lambda: nn.Sequential(EveryFrame(), Do(lambda h: h.mean(1))),
    "CNN + RNN": over_time,
    "stacked frames": lambda: eyes(8),
    "differences": lambda: nn.Sequential(
        Do(lambda film: film.diff(dim=1)), EveryFrame(), Do(lambda h: h.mean(1))
    ),
    "CNN + RNN, shuffled": lambda: over_time(lambda: Do(in_disorder)),
}


def train_clips(arm, rate, seed):
    """A net for one arm, trained on 2,000 clips; its losses."""
    torch.manual_seed(seed)
    net = nn.Sequential(CLIP_ARMS[arm](), nn.Linear(32, 2))
    history = fit(
        net, *clips("train"), steps=pick(smoke=2, cpu=150, gpu=150), batch_size=32,
        learning_rate=rate, weight_decay=0.01, seed=seed,
    )  # fmt: skip
    return net, history.loss


def score_clips(net, part):
    torch.manual_seed(0)  # for the frames in disorder
    return accuracy(net, *clips(part))


@cache
def captions(part):
    """Pictures (N, 3, 32, 32), -1 to 1; names, as lists of words; categories (N,)."""
    shipped = load("emoji")
    names = getattr(shipped, f"{part}_names")
    words = ["".join(c if c.isalnum() else " " for c in n.lower()) for n in names]
    labels = torch.tensor(getattr(shipped, f"{part}_category_labels"))
    return emoji(part)[0], [name.split() for name in words], labels


@cache
def caption_words():
    """Words of two training names or more, numbered from 3: 1 starts, 2 ends."""
    counts = Counter(word for name in captions("train")[1] for word in set(name))
    kept = sorted(word for word, count in counts.items() if count > 1)
    return {word: number for number, word in enumerate(kept, 3)}


def caption_tokens(part):
    """START, the known words of each name, END: (N, T), padded with 0."""
    known = caption_words()
    rows = [[known[w] for w in name if w in known] for name in captions(part)[1]]
    return pad([torch.tensor([START, *row, END]) for row in rows])[0]


class PictureEncoder(nn.Module):
    """Pictures (B, 3, 32, 32) -> states (B, 16, d), mask (B, 1, 16), context (B, d)."""

    def __init__(self, d):
        super().__init__()
        plan = (3, d // 4), (d // 4, d // 2), (d // 2, d)
        layers = [nn.Sequential(conv_norm(c, o, 3, 2), nn.ReLU()) for c, o in plan]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        states = self.layers(x).flatten(2).mT  # a place is what a letter was
        mask = torch.ones(len(x), 1, states.shape[1], dtype=torch.bool, device=x.device)
        return states, mask, states.mean(1)


class LabelEncoder(nn.Module):
    """The null that knows the category alone: labels (B,) as one state."""

    def __init__(self, d):
        super().__init__()
        self.embed = nn.Embedding(9, d)

    def forward(self, labels):
        state = self.embed(labels)
        mask = torch.ones(len(labels), 1, 1, dtype=torch.bool, device=labels.device)
        return state[:, None], mask, state


def captioner(encoder, d=64):
    size = len(caption_words()) + 3
    return Seq2Seq(encoder(d), Decoder(d, look_by_dot, 32, 0.3, size))


def caption_loss(model, source, tokens):
    """Chapter 12's loss; pictures are moved a little."""
    if source.is_floating_point():
        source = source.roll(torch.randint(-2, 3, (2,)).tolist(), (-2, -1))
    logits = model(source, tokens[:, :-1]).flatten(0, 1)
    return F.cross_entropy(logits, tokens[:, 1:].flatten(), ignore_index=0)


def caption_source(arm, part):
    return captions(part)[2 if arm == "category" else 0]


def written_names(model, source):
    """Greedy captions, as lists of words."""
    words = {number: word for word, number in caption_words().items()}
    rows = write(model.eval(), source, longest=8)
    return [[words[t] for t in row if t in words] for row in rows]


def shared_words(written, names):
    """Mean F1 of the sets of words: twice the common ones over all of both."""
    pairs = [(set(a), set(b)) for a, b in zip(written, names, strict=True)]
    return sum(2 * len(a & b) / max(1, len(a) + len(b)) for a, b in pairs) / len(pairs)


def median_seconds(call, repeats=100):
    """Median time of a call without gradients."""
    took = []
    with torch.no_grad():
        for _ in range(repeats):
            start = time.perf_counter()
            call()
            took.append(time.perf_counter() - start)
    return float(np.median(took))
