"""Exercise: beam search for any decoder that can be asked step by step."""

from __future__ import annotations

from functools import cache

import numpy as np

from c2a.exercises.kit import Draw, Group, declare, such_that

START, END = 0, 1


def search(step, state, width, longest, over=None, gain=None, key=None, after=None):
    """Beam search with parts that may go wrong."""
    over = over or (lambda tokens: tokens[-1] == END)
    gain = gain or (lambda score, log_p: score + log_p)
    key = key or (lambda beginning: beginning[1])
    beams = [([START], 0.0, state)]
    for _ in range(longest):
        if all(over(tokens) for tokens, _, _ in beams):
            break
        grown = []
        for tokens, score, now in beams:
            if over(tokens):
                grown.append((tokens, score, now))
                continue
            log_p, later = step(tokens[-1], now)
            for token, value in enumerate(log_p):
                grown.append(([*tokens, token], gain(score, float(value)), later))
        beams = sorted(grown, key=key, reverse=True)[:width]
        if after:
            beams = after(beams)
    best = max(beams, key=key)
    return [token for token in best[0] if token not in (START, END)], best[1]


def beam_search(step, state, width, longest):
    """The best beginnings at each step; those that have ended stay as they are."""
    return search(step, state, width, longest)


def by_arrays(step, state, width, longest):
    """Right: scores of all continuations in one array."""
    rows, scores, states = [[]], np.zeros(1), [state]
    ended = np.zeros(1, bool)
    for _ in range(longest):
        if ended.all():
            break
        answers = [
            (None, old) if done else step(row[-1] if row else START, old)
            for row, old, done in zip(rows, states, ended, strict=True)
        ]
        size = next(len(log_p) for log_p, _ in answers if log_p is not None)
        total = np.full((len(rows), size), -np.inf)
        for i, (log_p, _) in enumerate(answers):
            if log_p is None:
                total[i, END] = scores[i]
            else:
                total[i] = scores[i] + np.asarray(log_p)
        order = np.argsort(-total, axis=None, kind="stable")[:width]
        order = [i for i in order if total.flat[i] > -np.inf]
        parents, tokens = np.unravel_index(order, total.shape)
        rows = [
            rows[p] if ended[p] else [*rows[p], int(t)]
            for p, t in zip(parents, tokens, strict=True)
        ]
        states = [answers[p][1] for p in parents]
        scores = total[parents, tokens]
        ended = np.array([bool(row) and row[-1] == END for row in rows])
    best = int(scores.argmax())
    return [t for t in rows[best] if t > END], float(scores[best])


def by_heap(step, state, width, longest):
    """Right: ended answers aside in a list, counted among the width."""
    import heapq

    alive, done = [(0.0, (), state)], []
    for _ in range(longest):
        if not alive:
            break
        grown = [(score, row, None) for score, row in done]
        for score, row, now in alive:
            log_p, later = step(row[-1] if row else START, now)
            grown += [
                (score + p, (*row, token), later) for token, p in enumerate(log_p)
            ]
        kept = heapq.nlargest(width, grown, key=lambda each: each[0])
        done = [(s, row) for s, row, _ in kept if row[-1] == END]
        alive = [each for each in kept if each[1][-1] != END]
    everything = done + [(score, row) for score, row, _ in alive]
    score, row = max(everything)
    return np.array([t for t in row if t > END], int), score


def tied(order):
    """Right: of equally likely beginnings, those with smaller or larger tokens first.

    The same odds in another order make the same sum, up to rounding.
    """

    def answer(step, state, width, longest):
        def key(beam):
            return round(beam[1], 9), [order * token for token in beam[0]]

        return search(step, state, width, longest, key=key)

    return answer


def greedy(step, state, width, longest):
    """Wrong: one beginning."""
    return beam_search(step, state, 1, longest)


def goes_on(step, state, width, longest):
    """Wrong: answers go on after END."""
    return search(step, state, width, longest, over=lambda tokens: False)


def of_probabilities(step, state, width, longest):
    """Wrong: probabilities are added."""
    return search(
        step, state, width, longest, gain=lambda score, log_p: score + np.exp(log_p)
    )


def set_aside(step, state, width, longest, cut=True):
    """Wrong here: an answer that has ended frees its place, and is never lost."""
    alive, done = [([START], 0.0, state)], []
    for _ in range(longest):
        grown = []
        for tokens, score, now in alive:
            log_p, later = step(tokens[-1], now)
            for token, value in enumerate(log_p):
                grown.append(([*tokens, token], score + float(value), later))
        kept = sorted(grown, key=lambda b: b[1], reverse=True)[:width]
        done += [b for b in kept if b[0][-1] == END]
        alive = [b for b in kept if b[0][-1] != END]
        if not alive or (not cut and len(done) >= width):
            break
    best = max(done + alive * cut or alive, key=lambda b: b[1])
    return [token for token in best[0] if token not in (START, END)], best[1]


def set_aside_few(step, state, width, longest):
    """The same, until `width` answers have ended; what has not ended is dropped."""
    return set_aside(step, state, width, longest, cut=False)


def first_ended(step, state, width, longest):
    """Wrong: stops as soon as one of them has ended, and takes it."""
    kept = []

    def look(beams):
        ended = [beam for beam in beams if beam[0][-1] == END]
        kept[:] = kept or ended[:1]
        return kept or beams

    return search(step, state, width, longest, after=look)


def by_mean(step, state, width, longest):
    """Wrong: the mean a token decides."""
    return search(
        step, state, width, longest, key=lambda b: b[1] / max(len(b[0]) - 1, 1)
    )


def shared_state(step, state, width, longest):
    """Wrong: all beginnings go on from the state of the best."""
    return search(
        step,
        state,
        width,
        longest,
        after=lambda beams: [
            (tokens, score, beams[0][2]) for tokens, score, _ in beams
        ],
    )


def a_best_each(step, state, width, longest):
    """Wrong: every beginning goes on with its own best token."""
    beams = [([START], 0.0, state)]
    for number in range(longest):
        grown = []
        for tokens, score, now in beams:
            if tokens[-1] == END:
                grown.append((tokens, score, now))
                continue
            log_p, later = step(tokens[-1], now)
            best = np.argsort(-np.asarray(log_p))[: width if number == 0 else 1]
            grown += [([*tokens, int(t)], score + float(log_p[t]), later) for t in best]
        beams = sorted(grown, key=lambda b: b[1], reverse=True)[:width]
    best = max(beams, key=lambda b: b[1])
    return [token for token in best[0] if token not in (START, END)], best[1]


def end_is_free(step, state, width, longest):
    """Wrong: the odds of END are left out of the score."""
    tokens, score = beam_search(step, state, width, longest)
    now, last = state, START
    for token in tokens:
        _, now = step(last, now)
        last = token
    log_p, _ = step(last, now)
    return tokens, score - float(log_p[END])


def with_end(step, state, width, longest):
    """Wrong: END is handed back, too."""
    tokens, score = beam_search(step, state, width, longest)
    return [*tokens, END], score


def drive(beam_search, table, width, longest):
    """A decoder whose state is a row of a table of logits; START is never written."""

    logits = np.array(table, float)
    logits[:, 0] = -1e9
    logits -= logits.max(1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))

    def step(token, state):
        row = (5 * state + 3 * token + 1) % len(log_p)
        return log_p[row].copy(), row

    tokens, score = beam_search(step, 0, width, longest)
    if score > 0:
        raise ValueError("a sum of logarithms of odds is never above 0")
    return [int(token) for token in tokens], float(score)


def decoder(low: int, high: int, *slips, alike=()):
    """Draws a beam's width and a table in which these slips lead elsewhere.

    alike: other ways to make the first slip; they shall lead to the same place.
    """

    def tables(d: Draw):
        table = np.round(d.rng.normal(size=(7, d.int(4, 6))), 2)
        table[:, END] -= 0.5
        return table, d.int(low, high), 8

    def telling(table, width, longest):
        right = drive(beam_search, table, width, longest)
        ties = [drive(tied(order), table, width, longest)[0] for order in (1, -1)]
        if not right[0] or ties != [right[0]] * 2:
            return False
        same = [drive(slips[0], table, width, longest)]
        if right == same[0]:
            return False
        return all(
            drive(slip, table, width, longest) != right for slip in slips[1:]
        ) and all(drive(f, table, width, longest) in same for f in alike)

    @cache  # most tables tell nothing: look for each one once
    def found(seed: int, form: str):
        d = Draw(np.random.default_rng(seed), form)
        return such_that(tables, telling)(d)

    return lambda d: found(d.seed(), "whole" if d.shown else "float64")


EXERCISE = declare(
    "beam_search",
    "A beam for any decoder",
    beam_search,
    drive=drive,
    difficulty=3,
    minutes=40,
    groups={
        "a beam of 1": Group(1, decoder(1, 1, goes_on)),
        "a beam of 2": Group(
            2,
            decoder(2, 2, greedy, shared_state),
            decoder(2, 2, by_mean, a_best_each, first_ended),
            decoder(2, 2, set_aside, by_mean, alike=(set_aside_few,)),
        ),
        "wider": Group(
            2,
            decoder(3, 4, goes_on, shared_state),
            decoder(3, 4, greedy, a_best_each),
            decoder(3, 4, set_aside, first_ended, alike=(set_aside_few,)),
        ),
    },
    mistakes={
        "This is greedy decoding: only one beginning is kept.": greedy,
        "Answers go on after END. One that has ended stays as it is, with its score.": (
            goes_on
        ),
        "The score is no sum of logarithms: add those, not the probabilities, and "
        "return their sum, not its exponential.": of_probabilities,
        "Ended answers are set aside. Many libraries do so, and it can find a likelier "
        "answer; but here an ended answer keeps its place among the `width`, and is "
        "lost if better beginnings push it out.": set_aside,
        "The first answer that ends is taken. Others may still be likelier: go on "
        "until all that are kept have ended.": first_ended,
        "The best mean a token wins. Here it is the best sum.": by_mean,
        "All beginnings go on from the state of one of them. Each has a state of its "
        "own.": shared_state,
        "Every beginning goes on with its own best token. All continuations of all "
        "beginnings compete for the places.": a_best_each,
        "The odds of END are not in the score.": end_is_free,
        "END is handed back, too. Return what stands between START and END.": with_end,
    },
    alternatives=(by_arrays, by_heap),
    hints=(
        "Keep a list of beginnings: tokens so far, score so far, state. At first there "
        "is one: START, 0, the given state.",
        "At each step make a new list: an ended beginning goes over as it is; any "
        "other is asked once, and gives one continuation for each token.",
        "Sort the new list by score, keep the best, and stop when all have ended.",
    ),
    section="which-answer",
)
