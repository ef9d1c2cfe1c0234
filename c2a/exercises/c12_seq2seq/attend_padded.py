"""Exercise: dot-product attention over a padded batch."""

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, such_that


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def scores_of(q, k):
    return q @ k.swapaxes(1, 2) / np.sqrt(k.shape[-1])


def hidden(k, lengths):
    return (np.arange(k.shape[1]) >= np.asarray(lengths)[:, None])[:, None]


def attend_padded(q, k, v, lengths):
    """Scores of minus infinity in the padding, softmax over the places."""
    scores = np.where(hidden(k, lengths), -np.inf, scores_of(q, k))
    weights = softmax(scores)
    return weights @ v, weights


def one_by_one(q, k, v, lengths):
    """Right: word by word, without its padding."""
    weights = np.zeros((len(q), q.shape[1], k.shape[1]))
    for n, length in enumerate(lengths):
        scores = q[n] @ k[n, :length].T / k.shape[-1] ** 0.5
        weights[n, :, :length] = softmax(scores.astype(float))
    return weights @ v, weights


def by_sums(q, k, v, lengths):
    """Right: exponentials, wiped in the padding before they are summed."""
    scores = np.einsum("ntd,nsd->nts", q, k) * k.shape[-1] ** -0.5
    shown = ~hidden(k, lengths)
    scores = scores - np.where(shown, scores, -np.inf).max(-1, keepdims=True)
    powers = np.exp(np.minimum(scores, 0)) * shown
    weights = powers / powers.sum(-1, keepdims=True)
    return [np.einsum("nts,nse->nte", weights, v), weights]


def not_masked(q, k, v, lengths):
    """Wrong: the padding is read."""
    weights = softmax(scores_of(q, k))
    return weights @ v, weights


def times_zero(q, k, v, lengths):
    """Wrong: scores of 0 in the padding."""
    weights = softmax(scores_of(q, k) * ~hidden(k, lengths))
    return weights @ v, weights


def wiped_after(q, k, v, lengths):
    """Wrong: weights wiped after the softmax."""
    weights = softmax(scores_of(q, k)) * ~hidden(k, lengths)
    return weights @ v, weights


def over_steps(q, k, v, lengths):
    """Wrong: the softmax runs over the queries, and padding becomes NaN."""
    with np.errstate(invalid="ignore"):
        scores = np.where(hidden(k, lengths), -np.inf, scores_of(q, k))
        weights = softmax(scores, axis=1)
        return weights @ v, weights


def not_scaled(q, k, v, lengths):
    """Wrong: the root is missing."""
    return attend_padded(q * np.sqrt(k.shape[-1]), k, v, lengths)


def by_d(q, k, v, lengths):
    """Wrong: divided by d."""
    return attend_padded(q / np.sqrt(k.shape[-1]), k, v, lengths)


def by_places(q, k, v, lengths):
    """Wrong: divided by the root of S."""
    return attend_padded(q * np.sqrt(k.shape[2] / k.shape[1]), k, v, lengths)


def hidden_shown(q, k, v, lengths):
    """Wrong: the mask the other way round."""
    shown = ~hidden(k, lengths)
    shown[..., 0] = False  # something has to be left
    scores = np.where(shown, -np.inf, scores_of(q, k))
    weights = softmax(scores)
    return weights @ v, weights


def overflows(q, k, v, lengths):
    """Wrong: exponentials of large numbers."""
    with np.errstate(all="ignore"):
        powers = np.exp(scores_of(q, k)) * ~hidden(k, lengths)
        weights = powers / powers.sum(-1, keepdims=True)
    return weights @ v, weights


def largest_hidden(q, k, v, lengths):
    """Wrong: the largest score is looked for in the padding, too."""
    scores = scores_of(q, k)
    with np.errstate(invalid="ignore"):
        powers = np.exp(scores - scores.max(-1, keepdims=True)) * ~hidden(k, lengths)
        weights = powers / powers.sum(-1, keepdims=True)
        return weights @ v, weights


def drive(attend_padded, q, k, v, lengths, wanted):
    """What is read, or the weights."""
    found = attend_padded(q, k, v, lengths)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise TypeError("return two arrays, what is read and the weights")
    shapes = [np.shape(each)[2:] for each in found]
    sizes = [v.shape[2:], k.shape[1:2]]
    if shapes != sizes and shapes[::-1] == sizes:
        raise TypeError("return what is read first, and then the weights")
    return found[["read", "weights"].index(wanted)]


def batch(d: Draw, padded: bool, far: float = 1.0):
    count, T, S, width = d.int(2, 3), d.int(1, 4), d.int(3, 5), d.choose(2, 3, 4)
    lengths = d.whole(count, low=1, high=S - 1)
    lengths[0] = S
    if not padded:
        lengths[:] = S
    q, k = d.array(count, T, width), d.array(count, S, width)
    v = d.array(count, S, d.int(1, 3))
    if not d.shown:
        q, k = 3 * q, 3 * k
    if far > 1:  # and the largest score stands in the padding
        q, k = (far * q).astype(q.dtype), k.copy()
        k[lengths < S, -1] = 2 * np.abs(k).max() * np.sign(q[lengths < S, 0])
    return q, k, v, lengths, d.choose("read", "weights")


def far_and_hidden(q, k, v, lengths, wanted):
    """Whether a maximum over all places leaves a query nothing, and no other does."""
    weights = largest_hidden(q, k, v, lengths)[1]
    over = overflows(q, k, v, lengths)[1]
    return np.isnan(weights[1:]).any() and np.isnan(over[0]).any()


SMALL = ("float64", "float32", "strided", "fortran")

EXERCISE = declare(
    "attend_padded",
    "Attention that does not read padding",
    attend_padded,
    drive=drive,
    difficulty=2,
    minutes=20,
    forms=SMALL,
    example=(
        np.array([[[2.0, 0.0, 2.0, 0.0]]]),
        np.array([[[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]]]),
        np.array([[[10.0], [20.0], [30.0]]]),
        np.array([2]),
        "weights",
    ),
    groups={
        "nothing hidden": Group(2, lambda d: batch(d, padded=False)),
        "padded": Group(2, lambda d: batch(d, padded=True)),
        "large scores": Group(
            1, such_that(lambda d: batch(d, True, far=2e3), far_and_hidden), visible=1
        ),
    },
    mistakes={
        "The padding is read: its weights are not 0.": not_masked,
        "The scores of the padding are 0. The exponential of 0 is 1, so it is read. "
        "Make them minus infinity.": times_zero,
        "The weights no longer sum to 1: the padding was wiped after the softmax. Hide "
        "its scores before.": wiped_after,
        "The softmax runs over the queries. For each query the weights sum to 1 over "
        "the places, the last axis. (Over the queries a place of padding has nothing "
        "but minus infinity, which gives NaN.)": over_steps,
        "The scores are not divided by the root of d.": not_scaled,
        "The scores are divided by d. It is the root of d.": by_d,
        "The scores are divided by the root of S, the number of places. It is the root "
        "of d, the width of the keys.": by_places,
        "The mask is the wrong way round: the padding is read, and the letters are "
        "not.": hidden_shown,
        "The exponential overflows. Subtract the largest score that is in sight "
        "first: it changes nothing in the weights.": overflows,
        "The largest score stands in the padding, and yours is subtracted from all: "
        "the letters in sight are left with exponentials of 0. Hide first, then look "
        "for the largest.": largest_hidden,
    },
    alternatives=(one_by_one, by_sums),
    hints=(
        "Scores first: q @ k.swapaxes(1, 2) has shape (N, T, S). Divide it by the root "
        "of d.",
        "np.arange(S) < lengths[:, None] is True at the letters, shape (N, S). Give it "
        "an axis for the T steps, and put -np.inf where it is False.",
        "Subtract the maximum along the last axis, take exponentials, divide by their "
        "sum along the last axis.",
    ),
    section="look-back",
    forbidden=("torch", "scipy"),
    instead="Write the softmax yourself, with NumPy.",
)
