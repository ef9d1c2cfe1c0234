"""Exercise: a loss with teacher forcing that leaks the future, and two more bugs."""

import torch
import torch.nn.functional as F
from torch import nn

from c2a.exercises.kit import FORMS32, Draw, Group, Mistake, declare


def mend_teaching(model, source, tokens):
    """Reads all but the last, writes all but START; padding does not count."""
    logits = model(source, tokens[:, :-1])
    wanted = tokens[:, 1:]
    return F.cross_entropy(logits.transpose(1, 2), wanted, ignore_index=0)


def by_gathering(model, source, tokens):
    """Right: the log odds of the wanted tokens, averaged where there is a token."""
    odds = model(source, tokens[:, :-1]).log_softmax(-1)
    wanted = tokens[:, 1:]
    taken = odds.gather(2, wanted[..., None])[..., 0]
    return -taken[wanted > 0].mean()


def after_reading_all(model, source, tokens):
    """Right: reads everything, and drops the answer to the last token."""
    logits, wanted = model(source, tokens)[:, :-1], tokens[:, 1:]
    keep = wanted != 0
    return nn.CrossEntropyLoss()(logits[keep], wanted[keep]).item()


def as_given(model, source, tokens):
    """Wrong: the code of the task."""
    odds = model(source, tokens).softmax(dim=-1)
    return F.cross_entropy(odds.flatten(0, 1), tokens.flatten())


def leaks(model, source, tokens):
    """Wrong: reads what it shall write."""
    logits = model(source, tokens)
    return F.cross_entropy(logits.flatten(0, 1), tokens.flatten(), ignore_index=0)


def leaks_without_start(model, source, tokens):
    """Wrong: reads what it shall write, START left out."""
    logits = model(source, tokens[:, 1:])
    return F.cross_entropy(
        logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=0
    )


def backward(model, source, tokens):
    """Wrong: reads the later token and writes the one before."""
    logits = model(source, tokens[:, 1:])
    return F.cross_entropy(
        logits.flatten(0, 1), tokens[:, :-1].flatten(), ignore_index=0
    )


def padding_counts(model, source, tokens):
    """Wrong: padding is a token like any other."""
    logits = model(source, tokens[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def softmax_twice(model, source, tokens):
    """Wrong: cross-entropy of odds instead of logits."""
    odds = model(source, tokens[:, :-1]).softmax(-1)
    return F.cross_entropy(odds.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=0)


def end_forgotten(model, source, tokens):
    """Wrong: END is not asked for."""
    logits, wanted = model(source, tokens[:, :-1]), tokens[:, 1:]
    wanted = wanted.masked_fill(wanted == 2, 0)
    return F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=0)


def word_by_word(model, source, tokens):
    """Wrong: the mean over words of their own means."""
    losses = [
        mend_teaching(model, source[n : n + 1], tokens[n : n + 1])
        for n in range(len(source))
    ]
    return sum(losses) / len(losses)


def drive(mend_teaching, source, tokens, weights):
    """The loss of a small recurrent decoder whose state starts from the source."""
    size, width = weights["embed"].shape
    embed, gru = nn.Embedding(size, width), nn.GRU(width, width, batch_first=True)
    out = nn.Linear(width, size)
    with torch.no_grad():
        embed.weight.copy_(weights["embed"])
        gru.weight_ih_l0.copy_(weights["input"])
        gru.weight_hh_l0.copy_(weights["state"] / 2)
        gru.bias_ih_l0.zero_()
        gru.bias_hh_l0.zero_()
        out.weight.copy_(weights["out"])
        out.bias.zero_()

    def model(source, past):
        state = torch.as_tensor(source)[None].contiguous()
        return out(gru(embed(torch.as_tensor(past)), state)[0])

    with torch.no_grad():
        return float(mend_teaching(model, source, torch.as_tensor(tokens)))


def batch(d: Draw, padded: bool = True):
    """Answers of START 1, tokens from 3 on, END 2, and padding 0."""
    count, T, size, width = d.int(2, 4), d.int(4, 6), d.int(6, 8), d.int(2, 4)
    lengths = d.whole(count, low=3, high=T - 1)
    lengths[0] = T
    if not padded:
        lengths[:] = T
    tokens = d.whole(count, T, low=3, high=size - 1)
    for row, n in zip(tokens, lengths, strict=True):
        row[0], row[n - 1], row[n:] = 1, 2, 0
    weights = {
        "embed": d.tensor(size, width),
        "input": d.tensor(3 * width, width),
        "state": d.tensor(3 * width, width),
        "out": d.tensor(size, width),
    }
    return d.tensor(count, width), tokens, weights


EXERCISE = declare(
    "mend_teaching",
    "Mend a loss that leaks the future",
    mend_teaching,
    drive=drive,
    difficulty=2,
    minutes=15,
    forms=FORMS32,
    groups={
        "equal lengths": Group(2, lambda d: batch(d, padded=False)),
        "padded": Group(2, batch),
    },
    mistakes=[
        Mistake(
            "This is the given code. What does the decoder read at the step at which "
            "it shall write K, and what does `cross_entropy` expect?",
            as_given,
            whole=True,
        ),
        Mistake(
            "The decoder reads at each step the token that it shall write: it learns "
            "to copy. Move its input by one place.",
            leaks,
        ),
        Mistake(
            "START is gone from both sides, and the decoder still reads what it shall "
            "write.",
            leaks_without_start,
        ),
        Mistake(
            "The move goes the wrong way: the decoder reads a token and shall write "
            "the one before.",
            backward,
        ),
        Mistake(
            "The padding counts: the decoder is taught to write 0 after END.",
            padding_counts,
        ),
        Mistake(
            "`cross_entropy` takes logits, and does the softmax itself.", softmax_twice
        ),
        Mistake(
            "END is not asked for, so the decoder never learns to stop.", end_forgotten
        ),
        Mistake(
            "Each word counts the same. Take the mean over all tokens.", word_by_word
        ),
    ],
    alternatives=(by_gathering, after_reading_all),
    hints=(
        "Write the row START K AE T END on paper. Below each token that is read, write "
        "the one that shall be written.",
        "tokens[:, :-1] is read, tokens[:, 1:] is wanted. Which of the wanted ones are "
        "padding?",
        "cross_entropy wants logits, and has an argument ignore_index.",
    ),
    section="right-past",
)
