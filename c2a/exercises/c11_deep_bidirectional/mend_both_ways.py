"""Exercise: a bidirectional layer with three bugs in it."""

import torch
from torch import nn

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare


def reverse(x, lengths):
    """Each sequence turned round within its length."""
    t = torch.arange(x.shape[1])
    source = lengths[:, None] - 1 - t
    source = torch.where(source < 0, t, source)
    return x[torch.arange(len(x))[:, None], source]


def mend_both_ways(ahead, back, x, lengths):
    """Two layers; the second reads the reversed words, and is turned back."""
    backward = reverse(back(reverse(x, lengths)), lengths)
    return torch.cat([ahead(x), backward], dim=-1)


def word_by_word(ahead, back, x, lengths):
    """Right: each word alone, without its padding."""
    width = ahead(x[:1]).shape[-1]
    states = torch.zeros(len(x), x.shape[1], 2 * width)
    for n, length in enumerate(lengths.tolist()):
        word = x[n : n + 1, :length]
        states[n, :length, :width] = ahead(word)[0]
        states[n, :length, width:] = back(word.flip(1))[0].flip(0)
    return states


def by_rolling(ahead, back, x, lengths):
    """Right: the flipped batch, rolled so that the padding comes last."""
    T = x.shape[1]

    def turn(z):
        rows = [
            row.flip(0).roll(int(n) - T, 0) for row, n in zip(z, lengths, strict=True)
        ]
        return torch.stack(rows)

    return torch.cat((ahead(x), turn(back(turn(x)))), 2)


def as_given(ahead, back, x, lengths):
    """Wrong: the code of the task."""
    return torch.cat([back(x.flip(1)), ahead(x)], dim=-1)


def padding_first(ahead, back, x, lengths):
    """Wrong: the padding is turned, too."""
    return torch.cat([ahead(x), back(x.flip(1)).flip(1)], dim=-1)


def not_turned_back(ahead, back, x, lengths):
    """Wrong: the states stay in the order in which they were read."""
    return torch.cat([ahead(x), back(reverse(x, lengths))], dim=-1)


def swapped(ahead, back, x, lengths):
    """Wrong: the halves in the other order."""
    found = mend_both_ways(ahead, back, x, lengths)
    return torch.cat(found.chunk(2, dim=-1)[::-1], dim=-1)


def shared(ahead, back, x, lengths):
    """Wrong: one layer for both directions."""
    return mend_both_ways(ahead, ahead, x, lengths)


def turned_with_a_flip(ahead, back, x, lengths):
    """Wrong: turned within the length, turned back over the batch."""
    return torch.cat([ahead(x), back(reverse(x, lengths)).flip(1)], dim=-1)


def flipped_first(ahead, back, x, lengths):
    """Wrong: turned over the batch, turned back within the length."""
    backward = reverse(back(x.flip(1)), lengths)
    return torch.cat([ahead(x), backward], dim=-1)


def summed(ahead, back, x, lengths):
    """Wrong: one sum instead of two halves."""
    return sum(mend_both_ways(ahead, back, x, lengths).chunk(2, dim=-1))


def drive(mend_both_ways, x, lengths, weights):
    """Two torch layers from given weights; what comes out in the padding is wiped."""
    layers = []
    for end in ("ahead", "back"):
        layer = nn.RNN(x.shape[-1], weights[end].shape[0], batch_first=True)
        with torch.no_grad():
            layer.weight_ih_l0.copy_(weights[end])
            layer.weight_hh_l0.copy_(weights[f"{end} again"] / 2)
            layer.bias_ih_l0.fill_(0.5)
            layer.bias_hh_l0.fill_(0.25)
        layers.append(lambda z, layer=layer: layer(z)[0])
    sizes = torch.as_tensor(lengths)
    with torch.no_grad():
        states = mend_both_ways(*layers, x, sizes)
    keep = torch.arange(x.shape[1]) < sizes[:, None]
    return states * keep[..., None]


def batch(d: Draw, same: bool = False):
    """Padding of zeros, as an embedding gives it."""
    count, longest, d_x, d_h = d.int(2, 4), d.int(3, 6), d.int(1, 3), d.int(1, 3)
    lengths = d.whole(count, low=1, high=longest - 1)
    lengths[0] = longest
    lengths[1] = 2
    if same:
        lengths[:] = longest
    x = d.tensor(count, longest, d_x)
    for row, n in zip(x.array, lengths, strict=True):
        row[n:] = 0
    weights = {end: d.tensor(d_h, d_x) for end in ("ahead", "back")}
    weights |= {f"{end} again": d.tensor(d_h, d_h) for end in ("ahead", "back")}
    return x, lengths, weights


EXERCISE = declare(
    "mend_both_ways",
    "Both ways, with three bugs",
    mend_both_ways,
    drive=drive,
    difficulty=2,
    minutes=15,
    forms=FORMS32,
    groups={
        "equal lengths": Group(2, lambda d: batch(d, same=True), section="both-ways"),
        "padded": Group(2, batch),
    },
    mistakes=[
        Mistake(
            "This is the given code. Follow one word of two sounds through a batch of "
            "three steps, and write down what each line reads.",
            as_given,
            whole=True,
        ),
        Mistake(
            "The padding is turned round with the word, so the layer that reads back "
            "starts in it.",
            padding_first,
        ),
        Mistake(
            "The states that were read back are not turned round again: they stand "
            "beside the wrong sounds.",
            not_turned_back,
        ),
        Mistake(
            "The halves are swapped: the states that read ahead come first.", swapped
        ),
        Mistake(
            "One layer reads in both directions. The two have weights of their own.",
            shared,
        ),
        Mistake(
            "The word is turned within its length, and turned back over the whole "
            "batch.",
            turned_with_a_flip,
        ),
        Mistake(
            "The batch is flipped with its padding, and the states are turned back "
            "within each word. Turn within the length both times.",
            flipped_first,
        ),
        Mistake("The states are added. Put them side by side.", summed),
    ],
    alternatives=(word_by_word, by_rolling),
    hints=(
        "Two of the bugs show even where all words are equally long. In which order do "
        "the halves come, and in which order the states of the second half?",
        "`flip(1)` turns the padding, too. Which step of the input must come first for "
        "a word of length n?",
        "For a word of length n, step t of the reversed word is step n - 1 - t. The "
        "same turn is needed before `back` and after it.",
    ),
    section="padded-reversal",
)
