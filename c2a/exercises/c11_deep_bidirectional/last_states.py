"""Exercise: one vector for each word, from the states of a padded batch."""

import numpy as np

from c2a.exercises.kit import FORMS, Draw, Group, after, declare


def last_states(states, lengths):
    """The last state of each direction: at length - 1, and at 0."""
    half = states.shape[-1] // 2
    rows = np.arange(len(states))
    return np.concatenate(
        [states[rows, lengths - 1, :half], states[:, 0, half:]], axis=-1
    )


def by_loop(states, lengths):
    """Right: word by word."""
    half = states.shape[-1] // 2
    return np.array(
        [
            [*word[n - 1, :half], *word[0, half:]]
            for word, n in zip(states, lengths, strict=True)
        ]
    )


def by_take(states, lengths):
    """Right: the ahead half gathered along time."""
    ahead, back = np.split(states, 2, axis=-1)
    at = (np.asarray(lengths) - 1)[:, None, None]
    taken = np.take_along_axis(
        ahead, np.broadcast_to(at, (len(at), 1, ahead.shape[2])), 1
    )
    return np.hstack([taken[:, 0], back[:, 0]])


def both_at_the_end(states, lengths):
    """Wrong: the last step of the word for both directions."""
    return states[np.arange(len(states)), lengths - 1]


def back_at_the_last_column(states, lengths):
    """Wrong: the reading back is looked up at the end of the batch."""
    half = states.shape[-1] // 2
    ahead = last_states(states, lengths)[:, :half]
    return np.concatenate([ahead, states[:, -1, half:]], axis=-1)


def ahead_at_the_last_column(states, lengths):
    """Wrong: the state after the padding."""
    half = states.shape[-1] // 2
    return np.concatenate([states[:, -1, :half], states[:, 0, half:]], axis=-1)


def one_too_far(states, lengths):
    """Wrong: the first step of the padding."""
    longest = states.shape[1]
    return last_states(states, np.minimum(lengths + 1, longest))


def last_column(states, lengths):
    """Wrong: the end of the batch for both directions."""
    return states[:, -1]


def swapped(states, lengths):
    """Wrong: the halves in the other order."""
    found = last_states(states, lengths)
    half = found.shape[-1] // 2
    return np.concatenate([found[:, half:], found[:, :half]], axis=-1)


def means(states, lengths):
    """Wrong: the mean over the word."""
    keep = np.arange(states.shape[1]) < lengths[:, None]
    return (states * keep[..., None]).sum(1) / lengths[:, None]


def batch(d: Draw, longest=None, same: bool = False):
    """States with something in the padding, too, so that it is seen when it is read."""
    longest = longest or d.int(3, 6)
    count = d.int(2, 4)
    lengths = d.whole(count, low=1, high=longest - 1)
    lengths[d.int(0, count - 1)] = longest
    if same:
        lengths[:] = longest
    return d.array(count, longest, 2 * d.int(1, 4)), lengths


def single(d: Draw):
    """Words of one sound."""
    count = d.int(1, 3)
    return d.array(count, 1, 4), np.ones(count, np.int64)


EXERCISE = declare(
    "last_states",
    "A word in one vector",
    last_states,
    difficulty=2,
    minutes=10,
    example=(
        np.array(
            [
                [[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]],
                [[4.0, 8.0], [9.0, 0.0], [0.0, 0.0]],
            ]
        ),
        np.array([3, 1]),
    ),
    groups={
        "equal lengths": Group(1, lambda d: batch(d, same=True)),
        "padded": Group(2, batch, lambda d: batch(d, d.int(4, 8))),
        "one step": Group(
            1,
            single,
            (np.array([[[3.0, 4.0]]]), np.array([1])),
        ),
    },
    mistakes={
        "Both halves are taken at the last step. There the layer that reads back has "
        "read one step only: it ends at step 0.": both_at_the_end,
        "The reading back is taken from the last column of the batch. It ends at step "
        "0.": back_at_the_last_column,
        "The last column is padding for the shorter words. The reading ahead ends at "
        "step lengths - 1.": ahead_at_the_last_column,
        "This is the last column of the batch, for both directions. Ask for each "
        "where it has read the whole word.": last_column,
        "This is step 0 for both directions. There only the reading back has seen the "
        "whole word.": lambda states, lengths: states[:, 0].copy(),
        "One step too far: the last of n steps has index n - 1.": one_too_far,
        "The halves are swapped: the reading ahead comes first.": swapped,
        "This is the mean over the word. Take the last state of each direction.": means,
        "One row is missing its second half: return 2 * d_h numbers a word.": after(
            last_states, lambda found: found[:, : found.shape[1] // 2]
        ),
    },
    alternatives=(by_loop, by_take),
    forms=FORMS,
    hints=(
        "Where does each direction stop? Draw a word of three sounds in a batch of "
        "five steps, with an arrow for each direction.",
        "The first d_h numbers of a state are from the reading ahead, which stops at "
        "the word's last sound. The others are from the reading back.",
        "states[np.arange(N), lengths - 1, :d_h] picks one step for each word. The "
        "other half is states[:, 0, d_h:].",
    ),
    section="padded-reversal",
)
