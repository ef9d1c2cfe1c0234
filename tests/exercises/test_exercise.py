"""Judging: what passes, what a failure says, and what is asked of a session."""

import dataclasses

import numpy as np
import pytest

from c2a.errors import C2AError
from c2a.exercises import chapter
from c2a.exercises.kit.cases import Case, Mistake, Reply
from c2a.exercises.kit.exercise import COSTLY_FAILURES, Exercise
from c2a.exercises.kit.judge import smallest_failure, told, unwritten
from c2a.exercises.kit.session import LocalSession
from c2a.exercises.kit.values import Raises


def double(x):
    if x.size == 0:
        raise ValueError("nothing to double")
    return 2 * x


def half(x):
    return x / 2


def square(x):
    return x * x


def cases(rng=None):
    rng = rng or np.random.default_rng(0)
    return [Case((rng.uniform(1, 2, n),), "some") for n in (3, 1, 2)] + [
        Case((np.zeros(0),), "empty"),
        Case((np.array([5.0]),), "empty"),
    ]


EXERCISE = Exercise(
    name="double",
    title="Double",
    points={"some": 2, "empty": 1},
    reference=double,
    visible=cases,
    hidden=cases,
    mistakes=(
        Mistake("You halve.", half),
        Mistake("You square.", square),
    ),
    alternatives=(lambda x: x + double(x) / 2, lambda x: double(x) * 1.0),
    hints=("Twice.",),
    section="x.html#y",
)


class Recorder:
    """A session that gives the same reply to every call, and counts."""

    def __init__(self, reply):
        self.reply = reply
        self.calls = 0

    def call(self, function, *args, seconds):
        self.calls += 1
        return self.reply

    def fresh(self):
        raise AssertionError("not needed here")


def judge(function):
    rng = np.random.default_rng(1)
    return EXERCISE.judge(LocalSession({"double": function}), rng)


def test_the_reference_earns_everything():
    outcomes = judge(double)
    assert all(outcome.passed for outcome in outcomes)
    assert EXERCISE.score(outcomes) == {"some": 2, "empty": 1}
    assert smallest_failure(outcomes) is None


def test_a_group_earns_its_points_as_a_whole():
    outcomes = judge(lambda x: 2 * x)  # no error for an empty array
    assert EXERCISE.score(outcomes) == {"some": 2, "empty": 0}
    failure = smallest_failure(outcomes)
    assert failure is not None
    assert failure.detail["problem"] == "no-error"
    assert "raise ValueError before you return" in failure.detail["message"]
    assert failure.detail["expected"] == "ValueError"


def test_nothing_was_run_earns_nothing():
    assert EXERCISE.score([]) == {"some": 0, "empty": 0}


def test_a_known_mistake_is_named_on_its_smallest_case():
    failure = smallest_failure(judge(half))
    assert failure is not None
    assert failure.diagnosis == "You halve."
    assert failure.detail["size"] == 0 or len(failure.detail["input"]) == 1


def test_an_impossible_input_is_shown_last_and_says_what_is_expected():
    def divides(x):
        return double(x) if x.size else 1 // x.size

    failure = smallest_failure(judge(lambda x: divides(x) + 1))
    assert failure.detail["problem"] == "value"
    failure = smallest_failure(judge(divides))
    assert failure.detail["problem"] == "exception"
    assert "ZeroDivisionError" in failure.detail["message"]
    assert "impossible: raise ValueError." in failure.detail["message"]
    assert failure.detail["expected"] == "ValueError"


def test_an_error_is_a_known_mistake_s_only_with_the_same_words():
    def one_too_many(x):
        return double(x) + np.zeros(len(x) + 1)

    def otherwise(x):
        return double(x) if x.size == 0 else int("one")

    mistake = Mistake("One too many.", one_too_many)
    exercise = dataclasses.replace(EXERCISE, mistakes=(mistake,))
    for function, diagnosis in ((one_too_many, "One too many."), (otherwise, "")):
        outcomes = exercise.check(LocalSession({"double": function}))
        errors = [e for e in outcomes if e.detail.get("problem") == "exception"]
        assert {each.diagnosis for each in errors} == {diagnosis}


def test_a_mistake_of_the_whole_code_is_named_only_if_all_is_alike():
    whole = Mistake("All of it.", half, whole=True)
    exercise = dataclasses.replace(EXERCISE, mistakes=(whole,))

    def mended_in_part(x):
        return double(x) if x.size == 1 else half(x)

    for function, diagnosis in ((half, "All of it."), (mended_in_part, "")):
        outcomes = exercise.check(LocalSession({"double": function}))
        assert {e.diagnosis for e in outcomes if not e.passed} == {diagnosis}


def test_one_chance_match_names_no_mistake():
    def mostly_wrong(x):
        return half(x) if x.size == 1 else np.zeros(len(x) + 7)

    assert {outcome.diagnosis for outcome in judge(mostly_wrong)} == {""}


@pytest.mark.parametrize(
    ("wrong", "problem", "said"),
    [
        (lambda x: None, "type", "without `return`"),
        (lambda x: double(x)[:-1], "shape", "Wrong shape"),
        (lambda x: double(x).astype(int), "dtype", "Wrong dtype"),
        (lambda x: double(x) * np.nan, "nan", "NaN"),
        (lambda x: double(x) + 1, "value", "numbers are wrong"),
        (lambda x: x.__iadd__(x), "mutation", "input `x` is changed"),
        (lambda x: x.no_such, "exception", "AttributeError"),
        (lambda x, y: x, "exception", "TypeError"),
        (lambda x: (_ for _ in ()).throw(NotImplementedError), "unwritten", "written"),
        (lambda x: object(), "unsupported", "object"),
        (lambda x: exit(), "died", "ended the whole process"),
    ],
)
def test_every_problem_has_a_message(wrong, problem, said):
    outcomes = [each for each in judge(wrong) if each.group == "some"]
    assert {each.detail["problem"] for each in outcomes} == {problem}
    assert said in outcomes[0].detail["message"]


def test_half_an_answer_is_not_called_unwritten():
    def half_written(x):
        if x.size == 1:
            return double(x)
        raise NotImplementedError

    outcomes = judge(half_written)
    assert [outcome.passed for outcome in outcomes] == [False, True, False, False, True]
    failure = smallest_failure(outcomes)
    assert failure.detail["problem"] == "exception"
    assert "does not answer this case yet" in failure.detail["message"]
    assert failure.detail["expected"].startswith("array of shape (2,)")


def test_the_helper_that_is_still_a_stub_is_named():
    def helper(x):
        raise NotImplementedError

    outcomes = judge(lambda x: helper(x))
    assert {e.detail["message"] for e in outcomes} == {"`helper` is not written yet."}


def test_errors_are_read_alike_in_the_notebook_and_in_the_grader():
    local = " (line 4, in helper: `raise X`)"
    sandbox = "\ncell 3, line 4, in helper: raise X"
    for place in (local, sandbox):
        assert told(f"X: {place}") == f"X{place}"
        assert told(f"X: why{place}") == f"X: why{place}"
        stub = Reply(kind="exception", error=f"NotImplementedError: {place}")
        assert unwritten("fit", stub) == "`helper` is not written yet."
    assert told("X: ") == "X"


def test_where_an_answer_raises_it_is_told_what_was_expected():
    def never(x):
        raise ValueError

    failure = smallest_failure(judge(never))
    message = failure.detail["message"]
    assert message.startswith("This input is possible, but `double` stops")
    assert "ValueError (line" in message
    assert failure.detail["expected"].startswith("array of shape (1,)")


def test_a_returned_exception_is_to_be_raised():
    for returned in (ValueError, ValueError("empty")):
        failure = smallest_failure(
            judge(lambda x, r=returned: double(x) if x.size else r)
        )
        assert failure.detail["problem"] == "no-error"
        assert "raise ValueError, do not return it" in failure.detail["message"]


def test_details_are_plain():
    for outcome in judge(square):
        for part in outcome.detail.values():
            assert isinstance(part, str | int | list)


def test_after_a_few_calls_that_hang_the_rest_is_not_run():
    session = Recorder(Reply(kind="timeout", error="too slow"))
    outcomes = EXERCISE.judge(session, np.random.default_rng(0))
    assert session.calls == COSTLY_FAILURES
    assert {each.detail["problem"] for each in outcomes} == {"timeout"}
    assert "not run" in outcomes[-1].detail["error"]


def test_a_missing_function_is_asked_for_once():
    session = Recorder(Reply(kind="missing"))
    outcomes = EXERCISE.judge(session, np.random.default_rng(0))
    assert session.calls == 1
    assert "renamed" in outcomes[0].detail["message"]


def test_expected_values_may_be_declared():
    declared = [
        Case((np.ones(1),), "some", np.array([2.0])),
        Case((np.ones(0),), "empty", Raises("ValueError")),
    ]
    outcomes = EXERCISE.run(LocalSession({"double": double}), declared)
    assert all(outcome.passed for outcome in outcomes)


def test_what_is_not_revealed_is_not_in_the_details():
    from dataclasses import replace

    secret = replace(EXERCISE, reveal=False)
    outcomes = secret.run(
        LocalSession({"double": square}), [Case((np.ones(2),), "some")]
    )
    assert "expected" not in outcomes[0].detail
    assert "expected" not in outcomes[0].detail["message"]


def test_the_version_is_a_hash_of_the_declaration():
    assert len(EXERCISE.version) == 16
    versions = {each.version for each in chapter("02").exercises}
    assert len(versions) == len(chapter("02").exercises)


def test_a_refusal_says_what_to_do_instead():
    exercise = dataclasses.replace(
        EXERCISE, forbidden=("numpy",), instead="Write it yourself."
    )
    source = "import numpy as np\ndef double(x): return np.add(x, np.abs(x))"
    assert exercise.source_problems(source) == [
        "The answer uses what this task does not allow: `numpy.abs`, `numpy.add`. "
        "Write it yourself."
    ]


def test_a_source_may_be_too_long():
    assert EXERCISE.source_problems("x = 1") == []
    problem = EXERCISE.source_problems(["#" * 60_000, "#" * 60_000])[0]
    assert "120,000 characters" in problem


def test_chapters_are_found_by_number_and_slug():
    assert chapter("2") is chapter("02") is chapter("02-convolution")
    with pytest.raises(C2AError, match=r"Chapters with some: .*02"):
        chapter("99")


def test_a_reply_far_too_large_is_not_kept():
    outcomes = judge(lambda x: np.zeros(10**6))
    failure = smallest_failure(outcomes)
    assert failure is not None
    assert "1,000,000 numbers or letters, where 1 are right" in failure.detail["error"]
    assert judge(lambda x: [10**9])[0].detail["problem"] != "unsupported"
