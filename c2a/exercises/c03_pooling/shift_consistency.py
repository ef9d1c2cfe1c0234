"""Exercise: how often a classifier says the same after a shift."""

from itertools import pairwise

import numpy as np

from c2a.exercises.kit import Draw, Group, declare


def shift_consistency(predict, images, shifts):
    """Every shifted set against the one at rest."""
    rest = predict(images)
    same = [predict(np.roll(images, shift, (1, 2))) == rest for shift in shifts]
    return float(np.mean(same))


def by_index(predict, images, shifts):
    """Right: pixels moved by their indices, all sets at once."""
    n, rows, columns = images.shape
    i, j = np.arange(rows), np.arange(columns)
    moved = [images[:, (i - r)[:, None] % rows, (j - c) % columns] for r, c in shifts]
    answers = predict(np.concatenate([images, *moved])).reshape(-1, n)
    return (answers[1:] == answers[0]).sum() / (n * len(shifts))


def one_by_one(predict, images, shifts):
    """Right: image by image, counting."""
    kept = 0
    for image in images:
        rest = predict(image[None])[0]
        for rows, columns in shifts:
            moved = np.roll(np.roll(image, rows, 0), columns, 1)
            kept += int(predict(moved[None])[0] == rest)
    return kept / (len(images) * len(shifts))


def step_by_step(predict, images, shifts):
    """Wrong: compares with the set before, not with the one at rest."""
    sets = [images, *(np.roll(images, shift, (1, 2)) for shift in shifts)]
    answers = [predict(each) for each in sets]
    same = [a == b for a, b in pairwise(answers)]
    return float(np.mean(same))


def never_wavering(predict, images, shifts):
    """Wrong: counts an image only if all of its shifts agree."""
    rest = predict(images)
    same = [predict(np.roll(images, shift, (1, 2))) == rest for shift in shifts]
    return float(np.all(same, axis=0).mean())


def with_axes(axes):
    def wrong(predict, images, shifts):
        rest = predict(images)
        moved = (np.roll(images, shift, axes) for shift in shifts)
        return float(np.mean([predict(each) == rest for each in moved]))

    return wrong


def backward(predict, images, shifts):
    """Wrong: up and to the left."""
    return shift_consistency(predict, images, [(-r, -c) for r, c in shifts])


def emptied(predict, images, shifts):
    """Wrong: what leaves is lost, and zeros come in."""
    rest, same = predict(images), []
    for rows, columns in shifts:
        moved = np.roll(images, (rows, columns), (1, 2))
        moved[:, slice(rows) if rows >= 0 else slice(rows, None)] = 0
        moved[:, :, slice(columns) if columns >= 0 else slice(columns, None)] = 0
        same.append(predict(moved) == rest)
    return float(np.mean(same))


def flattened(predict, images, shifts):
    """Wrong: `np.roll` without axes rolls through the flattened pixels."""
    rest = predict(images)
    same = [predict(np.roll(images, sum(shift))) == rest for shift in shifts]
    return float(np.mean(same))


def counted(predict, images, shifts):
    """Wrong: a count, not a share."""
    return shift_consistency(predict, images, shifts) * len(images) * len(shifts)


def changed(predict, images, shifts):
    """Wrong: the share that changed."""
    return 1 - shift_consistency(predict, images, shifts)


def drive(shift_consistency, images, shifts, weights):
    """A linear classifier of the pixels, and the share it keeps."""
    flat = weights.reshape(-1, weights.shape[-1])

    def predict(images):
        return (images.reshape(len(images), -1) @ flat).argmax(1)

    return shift_consistency(predict, images, [tuple(map(int, s)) for s in shifts])


def task(d: Draw, shifts: int, wider: int = 0):
    """Images, shifts that are not all zero, and weights of a classifier."""
    n, side = d.int(6, 9), d.int(3, 5)
    moves = np.stack([d.rng.integers(-2, 3, shifts), d.rng.integers(1, 3, shifts)], 1)
    images = d.array(n, side, side + wider)
    return images, moves, d.array(side, side + wider, 3)


EXERCISE = declare(
    "shift_consistency",
    "How steady is a classifier?",
    shift_consistency,
    drive=drive,
    difficulty=2,
    minutes=15,
    groups={
        "one shift": Group(1, lambda d: task(d, 1)),
        "several shifts": Group(2, lambda d: task(d, d.int(3, 5)), visible=3, hidden=5),
        "not square": Group(1, lambda d: task(d, 2, d.int(1, 3))),
    },
    mistakes={
        "Each set is compared with the one before it. Compare all with the images at "
        "rest.": step_by_step,
        "You count an image only if it keeps its class under every shift. Each pair of "
        "image and shift counts by itself.": never_wavering,
        "Rows and columns are swapped: a shift is (rows down, columns right).": (
            with_axes((2, 1))
        ),
        "The images are rolled among each other. Axis 0 counts images; shift axes 1 "
        "and 2.": with_axes((0, 1)),
        "The images move up and to the left. A shift is rows down and columns to the "
        "right.": backward,
        "What leaves on one side is lost in your shift. It comes in at the other: roll "
        "the images.": emptied,
        "Without `axis`, `np.roll` moves the pixels through the flattened array, from "
        "one image into the next.": flattened,
        "This is a count. Divide by the number of images and of shifts.": counted,
        "This is the share that changed. Asked is the share that stayed.": changed,
    },
    alternatives=(by_index, one_by_one),
    hints=(
        "Ask `predict` once about the images at rest, and once for each shift.",
        "`np.roll(images, (rows, columns), axis=(1, 2))` moves every image and leaves "
        "their order alone.",
        "Each comparison gives N times True or False. The mean of all of them is the "
        "share.",
    ),
    section="how-steady-is-an-answer",
)
