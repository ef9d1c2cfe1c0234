"""Exercise: the rival that counts, with a way out for what it has never seen."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import NamedTuple

from c2a.exercises.c08_recurrent_networks.inputs import LIBRARIES, WITH_NUMPY
from c2a.exercises.kit import Draw, Group, declare, such_that


class Slip(NamedTuple):
    """What a wrong counter does otherwise."""

    longer: int = 0  # characters of context too many
    kinds: Callable[[Counter], int] = len  # r, from what followed a context
    log: Callable[[float], float] = math.log2
    mean: bool = True
    mixed: bool = True  # False: 1 is added to each count instead
    peeks: bool = False  # counts the test text, too
    uniform: bool = True
    found: bool = False  # the context's count is how often the text holds it


RIGHT = Slip()


def counter(slip: Slip = RIGHT) -> Callable[[str, str, int, str], float]:
    """Witten and Bell's model, right by default."""

    def bits(train: str, test: str, n: int, symbols: str) -> float:
        memory = n - 1 + slip.longer
        followed: dict[str, Counter] = defaultdict(Counter)
        text = train + test if slip.peeks else train
        for place, symbol in enumerate(text):
            for k in range(min(place, memory) + 1):
                followed[text[place - k : place]][symbol] += 1
        total = 0.0
        for place, symbol in enumerate(test):
            p = 1 / len(symbols) if slip.uniform else 1e-9
            for k in range(min(place, memory) + 1):
                seen = followed[test[place - k : place]]
                count, r = sum(seen.values()), slip.kinds(seen)
                if slip.found and count and k:
                    count = train.count(test[place - k : place])
                if not slip.mixed:
                    p = (seen[symbol] + 1) / (count + len(symbols))
                elif count:
                    p = (seen[symbol] + r * p) / (count + r)
            total -= slip.log(p)
        return total / len(test) if slip.mean else total

    return bits


reference = counter()


def by_recursion(train: str, test: str, n: int, symbols: str) -> float:
    """Right: the formula as it stands, counted by looking through the text."""

    def p(symbol: str, context: str) -> float:
        shorter = p(symbol, context[1:]) if context else 1 / len(symbols)
        k = len(context)
        next_ones = [
            train[i + k] for i in range(len(train) - k) if train[i : i + k] == context
        ]
        if not next_ones:
            return shorter
        r = len(set(next_ones))
        return (next_ones.count(symbol) + r * shorter) / (len(next_ones) + r)

    surprises = [
        -math.log(p(symbol, test[max(0, i - n + 1) : i]), 2)
        for i, symbol in enumerate(test)
    ]
    return sum(surprises) / len(surprises)


def by_tables(train: str, test: str, n: int, symbols: str) -> float:
    """Right: a table of pairs and one of contexts for each length."""
    pairs = [
        Counter(train[i : i + k + 1] for i in range(len(train) - k)) for k in range(n)
    ]
    logs = 0.0
    for i in range(len(test)):
        p = 1 / len(symbols)
        for k in range(min(i, n - 1) + 1):
            gram = test[i - k : i + 1]
            row = [pairs[k][gram[:-1] + symbol] for symbol in symbols]
            if sum(row):
                r = sum(count > 0 for count in row)
                p = (pairs[k][gram] + r * p) / (sum(row) + r)
        logs += math.log2(p)
    return -logs / len(test)


def texts(d: Draw, n: int, size: int) -> tuple:
    """Two texts in which some letters follow others more often."""
    alphabet = "abcdefg"[:size]

    def draw(length: int) -> str:
        text = d.text(1, alphabet)
        for _ in range(length - 1):
            after = alphabet[(alphabet.index(text[-1]) + 1) % size]
            text += after if d.rng.random() < 0.5 else d.text(1, alphabet)
        return text

    return draw(d.int(8, 40)), draw(d.int(4, 12)), n, "abcdefgh"[: size + 1]


def apart(train: str, test: str, n: int, symbols: str) -> bool:
    """No slip gives the right number by luck."""
    slips = [
        Slip(longer=1),
        Slip(kinds=lambda seen: sum(seen.values())),
        Slip(mixed=False),
    ]
    if n > 1:  # without a context there is nothing to find
        slips.append(Slip(found=True))
    right = reference(train, test, n, symbols)
    return all(
        abs(counter(slip)(train, test, n, symbols) - right) > 1e-3 for slip in slips
    )


EXERCISE = declare(
    "ngram_bits",
    "The rival that counts",
    reference,
    difficulty=3,
    minutes=30,
    example=("abab", "aba", 2, "ab"),
    groups={
        "no memory": Group(1, such_that(lambda d: texts(d, 1, 3), apart)),
        "one letter": Group(2, such_that(lambda d: texts(d, 2, 3), apart)),
        "more letters": Group(
            2, such_that(lambda d: texts(d, d.int(3, 4), d.int(2, 4)), apart)
        ),
        "never seen": Group(
            1,
            lambda d: ("aaa" + d.text(4, "ab"), d.text(4, "cd"), 3, "abcd"),
            lambda d: ("", d.text(3, "ab"), 2, "abcd"),
        ),
    },
    mistakes={
        "An n-gram has n letters in all: n - 1 of context, and the one to be "
        "forecast.": counter(Slip(longer=1)),
        "r is how many different letters have followed the context, not how often "
        "any did.": counter(Slip(kinds=lambda seen: sum(seen.values()))),
        "These are nats: take logarithms to the base 2.": counter(Slip(log=math.log)),
        "This is the sum. Divide by the number of letters of the test text.": counter(
            Slip(mean=False)
        ),
        "This adds 1 to each count. Mix with the shorter context instead.": counter(
            Slip(mixed=False)
        ),
        "The test text is counted, too. It must stay unread until it is forecast.": (
            counter(Slip(peeks=True))
        ),
        "Count a context only where a letter follows it, and where it overlaps with "
        "itself, too: train.count(context) does neither.": counter(Slip(found=True)),
        "Below the empty context there is one more: all symbols equally likely.": (
            counter(Slip(uniform=False))
        ),
    },
    alternatives=(by_recursion, by_tables),
    hints=(
        "Count first: for each context of 0 to n - 1 letters of the training text, how "
        "often each letter followed it. A dictionary of Counters will do.",
        "Start each letter of the test text with p = 1 / len(symbols). Then go from "
        "the empty context to the longest: p = (count + r * p) / (total + r). A "
        "context that was never seen leaves p as it is.",
        "At the start of the test text there are fewer than n - 1 letters before: use "
        "those that there are.",
    ),
    section="does-it-beat-counting",
    forbidden=LIBRARIES,
    instead=WITH_NUMPY,
)
