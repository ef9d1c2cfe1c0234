"""Drivers: classes, modules, generators and several functions become plain values."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from c2a.exercises.kit import DeclarationError, Group, declare, with_methods
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.proof import prove
from c2a.exercises.kit.session import LocalSession
from c2a.exercises.kit.values import Tensor

SCALE = 0.5


def attend(q, keys, values):
    scores = np.stack(keys) @ q / np.sqrt(len(q))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ np.stack(values)


class Reference:
    """A cache of keys and values."""

    def __init__(self):
        self.keys, self.values = [], []

    def step(self, q, k, v):
        self.keys.append(k)
        self.values.append(v)
        return attend(q, self.keys, self.values)


def drive(Cache, queries, keys, values):
    cache = Cache()
    return [cache.step(*each) for each in zip(queries, keys, values, strict=True)]


def steps(d, count):
    return d.array(count, 4), d.array(count, 4), d.array(count, 3)


def changed(**methods):
    return with_methods(Reference, **methods)


def late(self, q, k, v):
    answer = attend(q, self.keys, self.values) if self.keys else 0 * v
    Reference.step(self, q, k, v)
    return answer


def cache_exercise(**options):
    return declare(
        "KVCache",
        "A cache",
        Reference,
        drive=drive,
        groups={
            "one step": Group(1, lambda d: steps(d, 1)),
            "steps": Group(2, lambda d: steps(d, d.int(2, 5))),
        },
        mistakes={
            "Nothing is kept.": changed(step=lambda s, q, k, v: attend(q, [k], [v])),
            "The new key is missing from its own step.": changed(step=late),
            "Divide by the root of the length.": changed(
                step=lambda self, q, k, v: Reference.step(self, 2 * q, k, v)
            ),
            "Keys and values are swapped.": changed(
                step=lambda self, q, k, v: Reference.step(self, q, -k, v)
            ),
        },
        alternatives=(changed(__init__=Reference.__init__), Reference),
        hints=("a", "b", "c"),
        section="02-convolution.html#definition",
        difficulty=3,
        minutes=20,
        **options,
    )


def judged(exercise, *answers):
    session = LocalSession(dict(zip(exercise.functions, answers, strict=True)))
    return exercise.judge(session, np.random.default_rng(0))


def test_a_stateful_class_is_proved_like_a_function():
    findings = prove(cache_exercise())
    assert [each.text for each in findings if each.level == "fail"] == []
    exercise = cache_exercise()
    assert exercise.parameters == ("queries", "keys", "values")
    found = judged(exercise, changed(step=lambda s, q, k, v: attend(q, [k], [v])))
    assert {each.diagnosis for each in found if not each.passed} == {"Nothing is kept."}
    assert exercise.score(found) == {"one step": 1, "steps": 0}


class Stub:
    def __init__(self):
        raise NotImplementedError


def test_a_class_that_is_a_stub_is_not_written_yet():
    found = judged(cache_exercise(), Stub)
    assert {each.detail["message"] for each in found} == {
        "`KVCache` is not written yet."
    }


def test_an_error_names_the_line_of_the_answer_not_of_the_driver():
    def step(self, q, k, v):
        return self.nothing

    found = judged(cache_exercise(), changed(step=step))
    assert "`return self.nothing`" in found[0].detail["error"]


def encode(text):
    return [ord(letter) - 97 for letter in text]


def decode(tokens):
    return "".join(chr(token + 97) for token in tokens)


def drive_pair(encode, decode, text):
    tokens = encode(text)
    return tokens, decode(tokens)


def test_several_functions_are_one_exercise():
    exercise = declare(
        ("encode", "decode"),
        "Letters as tokens",
        (encode, decode),
        drive=drive_pair,
        groups={"text": Group(1, lambda d: (d.text(d.int(0, 9)),), ("",))},
        mistakes={"One too many.": (lambda t: [1 + n for n in encode(t)], decode)},
        alternatives=((encode, decode),) * 2,
        hints=("a", "b", "c"),
        section="02-convolution.html#definition",
        difficulty=1,
        minutes=5,
    )
    assert exercise.functions == ("encode", "decode")
    assert all(each.passed for each in judged(exercise, encode, decode))
    missing = exercise.judge(LocalSession({"encode": encode}), np.random.default_rng(0))
    assert "`decode`" in missing[0].detail["message"]


def rows_sum_to_one(value, scores, seed):
    """A property that many answers have."""
    if value.shape != scores.shape:
        return "The shape changes."
    good = np.allclose(value.sum(-1), 1)
    return "" if good else "The rows do not add up to 1."


def drive_random(noisy_softmax, scores, seed):
    torch.manual_seed(seed)
    return noisy_softmax(scores)


def noisy_softmax(scores):
    return torch.softmax(scores + torch.rand_like(scores), -1)


def test_a_random_answer_is_judged_by_a_property():
    exercise = declare(
        "noisy_softmax",
        "Noise",
        noisy_softmax,
        drive=drive_random,
        groups={
            "sums": Group(
                1, lambda d: (d.tensor(2, d.int(2, 4)), d.seed()), judge=rows_sum_to_one
            )
        },
        mistakes={"The rows do not add up to 1.": lambda scores: scores.exp()},
        alternatives=(lambda s: torch.softmax(s - torch.rand(len(s), 1), -1),) * 2,
        hints=("a", "b", "c"),
        section="02-convolution.html#definition",
        difficulty=1,
        minutes=5,
    )
    for answer in (exercise.reference, *exercise.alternatives):
        assert all(each.passed for each in judged(exercise, answer))
    wrong = judged(exercise, lambda scores: scores.exp())
    assert {each.diagnosis for each in wrong} == {"The rows do not add up to 1."}
    nan = judged(exercise, lambda scores: scores * float("nan"))
    assert {each.detail["problem"] for each in nan} == {"nan"}
    odd = judged(exercise, lambda scores: "text")
    assert "has not the form" in odd[0].detail["message"]


def build(width):
    return nn.Linear(width, 1)


def drive_built(answer, x):
    return answer(build(len(x)), x * SCALE, math.pi, np.ones(1))


def test_the_source_holds_what_the_driver_uses_and_nothing_else():
    space = {}
    exec(Driver(drive_built, ("answer",)).source, space)
    model, x, *rest = space["drive_built"](lambda *args: args, np.full(3, 2.0))
    assert isinstance(model, nn.Linear)
    assert np.array_equal(x, np.ones(3))
    assert rest == [math.pi, 1]
    names = {name for name in space if not name.startswith("__")}
    assert names == {"nn", "build", "SCALE", "math", "np", "drive_built"}


def drive_secret(answer, queries):
    return Reference()


def drive_file(answer, x):
    return pytest.skip


def test_a_driver_that_cannot_be_sent_is_refused():
    with pytest.raises(DeclarationError, match="students could read it"):
        assert Driver(drive_secret, ("answer",), (Reference,)).source
    with pytest.raises(DeclarationError, match="`pytest`"):
        assert Driver(drive_file, ("answer",)).source


def test_tensors_arrive_as_torch_s_in_their_layout():
    def answer(x):
        assert isinstance(x, torch.Tensor)
        return x.stride()

    strided = np.zeros((2, 4), np.float32)[:, ::2]
    reply = LocalSession({"answer": answer}).call("answer", Tensor(strided), seconds=1)
    assert reply.value == (4, 2)
