"""Exercise: phoneme and word error where several answers are right."""

from __future__ import annotations

from functools import cache

from c2a.exercises.kit import Draw, Group, declare, such_that


def distance(a, b, replace=1):
    """Edit distance; a replacement costs `replace`."""
    return _distance(tuple(a), tuple(b), replace)


@cache  # every slip asks for the same few
def _distance(a, b, replace):
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = replace * (x != y)
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + cost))
        above = row
    return above[-1]


def nearest(row, answers, replace=1):
    """Distance to the nearest answer, and the length of that one."""
    return min((distance(row, answer, replace), len(answer)) for answer in answers)


def error_rates(written, accepted):
    """Sum of distances over sum of lengths, and the share of words not right."""
    pairs = [nearest(*pair) for pair in zip(written, accepted, strict=True)]
    wrong = sum(d for d, _ in pairs)
    return wrong / sum(n for _, n in pairs), sum(d > 0 for d, _ in pairs) / len(pairs)


def by_recursion(written, accepted):
    """Right: the distance from its definition, the nearest found by a loop."""

    def far(a, b):
        if not a or not b:
            return len(a) + len(b)
        if a[0] == b[0]:
            return far(a[1:], b[1:])
        return 1 + min(far(a[1:], b), far(a, b[1:]), far(a[1:], b[1:]))

    mistakes = sounds = bad = 0
    for row, answers in zip(written, accepted, strict=True):
        best = answers[0]
        for answer in answers[1:]:
            if far(tuple(row), tuple(answer)) < far(tuple(row), tuple(best)):
                best = answer
        found = far(tuple(row), tuple(best))
        mistakes, sounds, bad = mistakes + found, sounds + len(best), bad + bool(found)
    return [mistakes / sounds, bad / len(written)]


def by_table(written, accepted):
    """Right: the whole table as a dictionary."""
    import numpy as np

    found = []
    for row, answers in zip(written, accepted, strict=True):
        options = []
        for answer in answers:
            table = np.add.outer(np.arange(len(row) + 1), np.arange(len(answer) + 1))
            for i in range(1, len(row) + 1):
                for j in range(1, len(answer) + 1):
                    table[i, j] = min(
                        table[i - 1, j] + 1,
                        table[i, j - 1] + 1,
                        table[i - 1, j - 1] + (row[i - 1] != answer[j - 1]),
                    )
            options.append((table[-1, -1], len(answer)))
        found.append(min(options))
    found = np.array(found)
    return np.array([found[:, 0].sum() / found[:, 1].sum(), (found[:, 0] > 0).mean()])


def mean_of_rates(written, accepted):
    """Wrong: the mean of the words' own rates."""
    pairs = [nearest(*pair) for pair in zip(written, accepted, strict=True)]
    mean = sum(d / n for d, n in pairs) / len(pairs)
    return mean, error_rates(written, accepted)[1]


def first_only(written, accepted):
    """Wrong: one pronunciation a word."""
    return error_rates(written, [answers[:1] for answers in accepted])


def first_length(written, accepted):
    """Wrong: the distance to the nearest, over the length of the first."""
    wrong = sum(nearest(*pair)[0] for pair in zip(written, accepted, strict=True))
    total = sum(len(answers[0]) for answers in accepted)
    return wrong / total, error_rates(written, accepted)[1]


def nearest_by_share(written, accepted):
    """Wrong: the nearest is the one with the smallest share."""
    best = [
        [min(answers, key=lambda a: distance(row, a) / len(a))]
        for row, answers in zip(written, accepted, strict=True)
    ]
    return error_rates(written, best)


def percent(written, accepted):
    """Wrong: in percent."""
    return tuple(100 * rate for rate in error_rates(written, accepted))


def place_by_place(written, accepted):
    """Wrong: no insertions, no deletions."""

    def differ(a, b):
        return sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))

    pairs = [
        min((differ(row, answer), len(answer)) for answer in answers)
        for row, answers in zip(written, accepted, strict=True)
    ]
    wrong = sum(d for d, _ in pairs)
    return wrong / sum(n for _, n in pairs), sum(d > 0 for d, _ in pairs) / len(pairs)


def over_written(written, accepted):
    """Wrong: over the sounds that were written."""
    pairs = [nearest(*pair) for pair in zip(written, accepted, strict=True)]
    total = max(sum(map(len, written)), 1)
    return sum(d for d, _ in pairs) / total, error_rates(written, accepted)[1]


def dear_replacements(written, accepted):
    """Wrong: a replacement costs two."""
    pairs = [nearest(*pair, replace=2) for pair in zip(written, accepted, strict=True)]
    wrong = sum(d for d, _ in pairs)
    return wrong / sum(n for _, n in pairs), error_rates(written, accepted)[1]


def all_answers(written, accepted):
    """Wrong: every accepted answer counts as a word."""
    rows = [
        row for row, answers in zip(written, accepted, strict=True) for _ in answers
    ]
    return error_rates(rows, [[answer] for answers in accepted for answer in answers])


def words_right(written, accepted):
    """Wrong: the share of right words."""
    phoneme, word = error_rates(written, accepted)
    return phoneme, 1 - word


def a_word(d: Draw, answers: int, empty: bool = False):
    """What was written, and what is accepted: the first answer is not the nearest."""
    base = d.whole(d.int(3, 5), high=4).tolist()
    others = [d.whole(d.int(2, 6), high=4).tolist() for _ in range(answers - 1)]
    row = [token for token in base if d.rng.random() > 0.25]
    if d.rng.random() < 0.5:
        row.insert(d.int(0, len(row)), d.int(0, 4))
    return [] if empty else row, [*others, base]


def drive(error_rates, written, accepted, which):
    """One of the two rates, so that a slip in one costs only its points."""
    return float(error_rates(written, accepted)[which])


def words(which: int, answers: int = 1, empty: bool = False, share: bool = False):
    """Draws a few words; the slips show in all of them together."""
    wrong = [words_right, all_answers] if which else [mean_of_rates, place_by_place]
    wrong += [] if which else [over_written, dear_replacements]
    wrong += [first_only] * (answers > 1)
    wrong += [first_length] * (answers > 1 and not which)
    wrong += [nearest_by_share] * share

    def draw(d: Draw):
        pairs = [a_word(d, answers, empty and i == 0) for i in range(d.int(3, 5))]
        return [row for row, _ in pairs], [found for _, found in pairs], which

    def telling(written, accepted, which):
        right = error_rates(written, accepted)[which]
        clear = all(  # which of two equally near answers counts makes no difference
            len({len(a) for a in found if distance(row, a) == nearest(row, found)[0]})
            == 1
            for row, found in zip(written, accepted, strict=True)
        )
        return clear and all(f(written, accepted)[which] != right for f in wrong)

    return such_that(draw, telling)


EXERCISE = declare(
    "error_rates",
    "Wrong, and by how much",
    error_rates,
    drive=drive,
    difficulty=2,
    minutes=25,
    example=([[1, 2, 3], [4, 1]], [[[1, 3]], [[4, 2], [2, 1, 1, 1]]], 0),
    groups={
        "phoneme error": Group(2, words(0)),
        "several answers": Group(
            2,
            words(0, answers=2),
            words(0, answers=2, share=True),
            visible=1,
            hidden=2,
        ),
        "nothing written": Group(1, words(0, empty=True), visible=1),
        "word error": Group(1, words(1, answers=2)),
    },
    mistakes={
        "This is the mean of the words' own rates. A short word then counts as much as "
        "a long one. Sum first, divide once.": mean_of_rates,
        "Only the first accepted answer is looked at. The nearest one counts.": (
            first_only
        ),
        "The distance is that to the nearest answer, but the length is that of the "
        "first. Take both from the nearest.": first_length,
        "The nearest answer is the one with the smallest distance, not with the "
        "smallest share of mistakes.": nearest_by_share,
        "These are percent. Return shares between 0 and 1.": percent,
        "Places are compared one by one, so that a single missing sound makes all "
        "later ones wrong. Use the edit distance.": place_by_place,
        "The mistakes are divided by the sounds that were written. Divide by those of "
        "the nearest right answers.": over_written,
        "A replacement counts as two. It is one step, like leaving out.": (
            dear_replacements
        ),
        "Every accepted answer counts as a word of its own. Each word counts once, "
        "with its nearest answer.": all_answers,
        "This is the share of words that are right. The word error is the rest.": (
            words_right
        ),
    },
    alternatives=(by_recursion, by_table),
    hints=(
        "Write a function for the edit distance of two lists first, with a table or "
        "row by row as in the chapter, and try it on two short lists.",
        "For each word, find the accepted answer with the smallest distance. Keep both "
        "this distance and the length of this answer.",
        "phoneme error = sum of distances / sum of lengths; word error = words with a "
        "distance above 0 / words.",
    ),
    section="edit-errors",
)
