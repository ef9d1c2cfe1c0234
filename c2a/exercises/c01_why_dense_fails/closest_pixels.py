"""Exercise: find the neighbors of pixels that somebody has shuffled."""

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, given, such_that


def closest_pixels(images):
    """NumPy's correlations, without each pixel's own; -1 for pixels that never vary."""
    varies = images.std(axis=0) > 0
    answer = np.full(images.shape[1], -1)
    correlations = np.corrcoef(images[:, varies].T)
    np.fill_diagonal(correlations, -np.inf)
    answer[varies] = np.flatnonzero(varies)[correlations.argmax(axis=1)]
    return answer


def by_products(images):
    """Right: products of standardized columns."""
    images = np.asarray(images, float)
    centered = images - images.mean(axis=0)
    length = np.sqrt((centered**2).sum(axis=0))
    alive = length > 1e-12 * max(1e-300, length.max())
    unit = centered / np.where(alive, length, 1)
    similar = unit.T @ unit
    similar[np.arange(len(similar)), np.arange(len(similar))] = -2
    similar[:, ~alive] = -2
    return np.where(alive, similar.argmax(axis=1), -1)


def by_loops(images):
    """Right: pair by pair."""
    pixels = images.shape[1]
    answer = []
    for i in range(pixels):
        best, found = -2.0, -1
        for j in range(pixels):
            flat = np.ptp(images[:, i]) == 0 or np.ptp(images[:, j]) == 0
            if i == j or flat:
                continue
            r = np.corrcoef(images[:, i], images[:, j])[0, 1]
            if r > best:
                best, found = r, j
        answer.append(found)
    return np.array(answer)


def itself(images):
    """Wrong: every pixel is closest to itself."""
    return np.where(images.std(axis=0) > 0, np.arange(images.shape[1]), -1)


def by_covariance(images):
    """Wrong: bright pixels win."""
    centered = images - images.mean(axis=0)
    covariances = centered.T @ centered
    np.fill_diagonal(covariances, -np.inf)
    covariances[:, images.std(axis=0) == 0] = -np.inf
    return np.where(images.std(axis=0) > 0, covariances.argmax(axis=1), -1)


def by_absolute(images):
    """Wrong: pixels that are opposite count as close."""
    varies = images.std(axis=0) > 0
    answer = np.full(images.shape[1], -1)
    correlations = np.abs(np.corrcoef(images[:, varies].T))
    np.fill_diagonal(correlations, -np.inf)
    answer[varies] = np.flatnonzero(varies)[correlations.argmax(axis=1)]
    return answer


def between_images(images):
    """Wrong: correlates images, not pixels."""
    correlations = np.corrcoef(images)
    np.fill_diagonal(correlations, -np.inf)
    return correlations.argmax(axis=1)


def flat_as_found(images):
    """Wrong: numbers the pixels that vary, and forgets the others."""
    varies = images.std(axis=0) > 0
    correlations = np.corrcoef(images[:, varies].T)
    np.fill_diagonal(correlations, -np.inf)
    return correlations.argmax(axis=1)


def waves(d: Draw, flat: int = 0):
    """Shuffled pixels of rows in which neighbors are alike, or opposite."""
    count, pixels = d.int(12, 20), d.int(6, 9)
    knots = d.rng.normal(size=(count, pixels + 2))
    rows = knots[:, :-2] + 2 * knots[:, 1:-1] + knots[:, 2:]
    rows = rows * d.rng.uniform(0.2, 3.0, pixels) * d.rng.choice([1, 1, 1, -1], pixels)
    rows[:, d.rng.permutation(pixels)[:flat]] = 0.5
    order = d.rng.permutation(pixels)
    return (rows[:, order].round(3),)


def drawn(most_flat: int):
    """Rows in which the covariance, where pixels that vary much win, is no way out."""
    return such_that(
        lambda d: waves(d, d.int(min(1, most_flat), most_flat)),
        lambda images: (
            not np.array_equal(by_covariance(images), closest_pixels(images))
        ),
    )


EXERCISE = declare(
    "closest_pixels",
    "Neighbors of shuffled pixels",
    closest_pixels,
    difficulty=4,
    minutes=35,
    groups={
        "all vary": Group(2, drawn(0), visible=3, hidden=6),
        "some never vary": Group(2, drawn(2), hidden=6),
    },
    mistakes={
        "Every pixel is closest to itself. Leave it out.": itself,
        "This is the covariance: pixels that vary much win. Divide by both standard "
        "deviations.": by_covariance,
        "You took the size of the correlation. A pixel that is dark where the other is "
        "bright is not close.": by_absolute,
        "You correlated images with one another. Correlate columns: pixels.": (
            between_images
        ),
        "Pixels that never vary are left out of your result. They get -1, and the "
        "others keep their numbers.": flat_as_found,
        "You looked at the first half of the images only.": given(
            closest_pixels, images=lambda images: images[: len(images) // 2]
        ),
    },
    alternatives=(by_products, by_loops),
    hints=(
        "`np.corrcoef` wants variables in rows: `np.corrcoef(images.T)` is a table of "
        "pixels by pixels.",
        "On its diagonal stands 1: every pixel is like itself. Overwrite it before you "
        "take `argmax`.",
        "A pixel that never varies has no correlation (0 / 0). Leave these columns out "
        "first, and translate the numbers back at the end.",
    ),
    section="neighbors",
)
