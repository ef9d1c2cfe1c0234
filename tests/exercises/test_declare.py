"""Declaring: cases by group, mistakes as changes, and slips that say what to do."""

import sys

import numpy as np
import pytest

from c2a.exercises.kit import (
    FORMS,
    FORMS32,
    Ask,
    DeclarationError,
    Draw,
    Group,
    after,
    declare,
    given,
    questions,
    raising_like,
    such_that,
    with_methods,
)
from c2a.exercises.kit.declare import section_of
from c2a.exercises.kit.proof import prove
from c2a.exercises.kit.version import version_of


def scale(x, factor):
    return x * factor


def declared(**changes):
    options = {
        "groups": {
            "small": Group(2, lambda d: (d.array(d.int(2, 9)), d.int(2, 9))),
            "fixed": Group(
                1,
                (np.array([1.0, -3.0]), 0.5),
                (np.array([2.0, -7.0]), 0.5),
                rtol=0.1,
                section="stride",
            ),
        },
        "mistakes": {
            "The factor is added.": lambda x, factor: x + factor,
            "The factor is not used.": given(scale, factor=1),
            "The sign is lost.": after(scale, np.abs),
            "The order is reversed.": after(scale, lambda y: y[::-1]),
        },
        "alternatives": (lambda x, f: f * x, lambda x, f: np.multiply(x, f)),
        "hints": ("a", "b", "c"),
        "section": "02-convolution.html#definition",
        "difficulty": 1,
        "minutes": 5,
    }
    return declare("scale", "Scale", scale, **(options | changes))


def test_one_declaration_gives_small_fixed_and_fresh_cases():
    exercise = declared()
    assert exercise.points == {"small": 2, "fixed": 1}
    shown = [case.args[0] for case in exercise.visible() if case.group == "small"]
    assert len(shown) == 2
    assert all((x == np.round(x)).all() and len(x) <= 4 for x in shown)
    first, again, other = (
        repr([case.args for case in exercise.hidden(np.random.default_rng(seed))])
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert [each for each in prove(exercise) if each.level != "pass"] == []


def test_a_group_has_tolerances_and_a_section_of_its_own():
    exercise = declared()
    fixed = [case for case in exercise.visible() if case.group == "fixed"]
    assert {case.rtol for case in fixed} == {0.1}
    assert exercise.sections == {"fixed": "stride"}
    assert section_of("c2a.exercises.c03_pooling.x", "sum") == "03-pooling.html#sum"


def test_the_task_s_line_says_difficulty_minutes_and_points():
    assert declared().summary == "*Easy · 5 minutes · 3 points:* `small` 2, `fixed` 1."


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (lambda: declared(difficulty=7), "difficulty is one of 1 Easy"),
        (lambda: declared(minutes=0), "minutes > 0"),
        (lambda: declared(hints="one"), "tuples"),
        (lambda: declared(alternatives=(3,)), "must be a function"),
        (lambda: declared(forbidden=("torch",)), "what to do instead"),
        (lambda: declared(example=(1,)), "The example gives (1,)"),
        (lambda: declared(groups={"a": Group(1, (1, 2, 3))}), "a tuple of (x, factor)"),
        (lambda: Group(0, (1,)), "points above 0"),
        (lambda: Group(1, 3), "One argument alone is `(argument,)`"),
        (lambda: given(scale, size=1), "no argument 'size', only x, factor"),
        (lambda: with_methods(dict, step=scale), "`dict` has no 'step'"),
        (lambda: declare(("a", "b"), "t", (scale, scale), **REST), "need `drive"),
        (lambda: such_that(lambda d: (1,), lambda n: n > 1)(DRAW), "let the draw"),
    ],
)
def test_a_slip_in_a_declaration_says_what_to_do(slip, said):
    with pytest.raises(DeclarationError) as error:
        slip()
    assert said.lower() in str(error.value).lower()


DRAW = Draw(np.random.default_rng(0))
REST = {
    "groups": {"g": Group(1, (1, 2))},
    "mistakes": {},
    "alternatives": (),
    "hints": (),
    "section": "x.html#y",
    "difficulty": 1,
    "minutes": 1,
}


@pytest.mark.parametrize("form", [*FORMS, *FORMS32, "whole", "float32 whole"])
def test_a_draw_has_its_form(form):
    x = Draw(np.random.default_rng(0), form).array(3, 4)
    assert x.shape == (3, 4)
    assert x.dtype == ("float32" if "float32" in form else "float64")
    contiguous = not any(word in form for word in ("strided", "fortran"))
    assert x.flags.c_contiguous == contiguous
    if "whole" in form:
        assert (x == np.round(x)).all()
        assert np.abs(x).max() <= 4


def test_other_inputs_are_drawn_in_their_bounds():
    d = Draw(np.random.default_rng(0))
    assert d.mask(50, 3).any(-1).all()
    assert set(d.text(90, "ab")) == {"a", "b"}
    tokens = d.whole(200, low=2, high=4)
    assert (tokens.dtype, set(tokens)) == (np.int64, {2, 3, 4})
    assert d.tensor(2).array.shape == (2,)
    assert {d.int(3, 5) for _ in range(60)} == {3, 4, 5}
    assert {Draw(d.rng, "whole").int(3, 50) for _ in range(60)} == {3, 4, 5}


def test_a_wrong_answer_may_refuse_what_the_right_one_refuses():
    def right(n):
        if n < 0:
            raise ValueError("negative")
        return n

    wrong = raising_like(right, lambda n: n + 1)
    assert wrong(1) == 2
    with pytest.raises(ValueError, match="negative"):
        wrong(-1)


def asked(**changes):
    ask = {
        "size": Ask("numbers", [2, 3], {"Rows come first.": [3, 2]}),
        "first": Ask("numbers", 1.5, {"The sign is lost.": -1.5}),
        "layer": Ask("names", "B", {"A is too flat.": "A"}),
        "other": Ask("names", "left", {"It is mirrored.": "right"}),
    }
    options = {
        "points": {"numbers": 1, "names": 1},
        "ask": ask,
        "computed": lambda question: ask[question].right,
        "hints": ("a", "b", "c"),
        "section": "02-convolution.html#definition",
        "difficulty": 1,
        "minutes": 5,
    }
    return questions("by_hand", "By hand", **(options | changes))


def test_questions_prove_themselves():
    assert [each for each in prove(asked()) if each.level != "pass"] == []


def test_a_group_of_one_question_is_refused():
    with pytest.raises(DeclarationError, match="two questions or more"):
        asked(points={"numbers": 1, "names": 1, "alone": 1})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((2.0, 3.0), ""),
        (np.array([2, 3]), ""),
        ([3, 2], "Rows come first."),
        ([2, 3, 4], "another shape"),
        ("two", "Answer with a list of numbers"),
        ([[1], [2, 3]], "Answer with a list of numbers"),
        (None, "Is there a `return`?"),
        ([2, float("nan")], "NaN"),
    ],
)
def test_numbers_by_hand_are_taken_in_any_type(value, said):
    exercise = asked()
    case = exercise.visible()[0]
    (outcome,) = exercise.run(_Saying(value), [case])
    assert outcome.passed == (said == "")
    assert said in outcome.detail.get("message", "")


@pytest.mark.parametrize(
    ("right", "value", "passed"),
    [
        (37_752_832, 37_748_736, False),  # a count without its 4,096 biases
        (37_752_832, 37_752_832.0, True),
        (0.3334, 0.3333, True),  # rounded on paper
    ],
)
def test_a_whole_number_is_exact_and_a_broken_one_may_be_rounded(right, value, passed):
    ask = {name: Ask("numbers", right) for name in ("one", "two")}
    exercise = asked(
        ask=ask, points={"numbers": 1}, computed=lambda question: ask[question].right
    )
    (outcome,) = exercise.run(_Saying(value), exercise.visible()[:1])
    assert outcome.passed == passed


class _Saying:
    def __init__(self, value):
        self.value = value

    def call(self, function, *args, seconds):
        from c2a.exercises.kit.cases import Reply

        return Reply(self.value)


def test_a_folder_may_carry_a_letter_after_its_digits(tmp_path, monkeypatch):
    import c2a.exercises

    folder = tmp_path / "c13b_transformers"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from c2a.exercises.kit.sheet import find_sheet\n"
        "CHAPTER = find_sheet(__name__)\n"
    )
    monkeypatch.setattr(c2a.exercises, "__path__", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "c2a.exercises.c13b_transformers", raising=False)
    assert c2a.exercises.numbers() == ["13b"]
    assert c2a.exercises.chapter("13b-transformers").slug == "13b-transformers"
    monkeypatch.delitem(sys.modules, "c2a.exercises.c13b_transformers")


def test_the_version_covers_what_a_declaration_imports(tmp_path, monkeypatch):
    """A helper beside it, the kit, but not the display of results."""
    import c2a.exercises

    folder = tmp_path / "c99_nothing"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "helper.py").write_text("SIZE = 1\n")
    (folder / "other.py").write_text("SIZE = 1\n")
    (folder / "task.py").write_text(
        "from c2a.exercises.c99_nothing.helper import SIZE\n"
        "from c2a.exercises.kit import declare\n"
    )
    monkeypatch.setattr(
        c2a.exercises, "__path__", [*c2a.exercises.__path__, str(tmp_path)]
    )
    task = "c2a.exercises.c99_nothing.task"

    def version():
        for name in [each for each in sys.modules if "c99_nothing" in each]:
            del sys.modules[name]
        for function in (version_of.__globals__["_path"], IMPORTED):
            function.cache_clear()
        return version_of(task)

    before = version()
    (folder / "other.py").write_text("SIZE = 2\n")
    assert version() == before
    (folder / "helper.py").write_text("SIZE = 2\n")
    assert version() != before


IMPORTED = version_of.__globals__["_imported"]
