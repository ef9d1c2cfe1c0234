"""Design tasks: reach a result on unseen data within a budget of numbers.

Nothing that the student's code says about itself is believed. One process trains and
hands over arrays; they are counted here; another process, which has only these arrays
and the student's source, answers for data that no one has seen. So all that was learned
passes through the counted numbers, or through the source, which is limited in length.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Answer, Outcome, Reply, Session
from c2a.exercises.kit.declare import as_mistakes, check_declaration, section_of
from c2a.exercises.kit.driver import DeclarationError
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.judge import class_name, is_unwritten, told, unwritten
from c2a.exercises.kit.values import Tensor

PREDICT_SECONDS = 10.0
#: So the second function ends where it looks for what the first has left behind.
GONE = ("NameError", "UnboundLocalError", "FileNotFoundError")

LEFT_BEHIND = (
    "The second function runs in a fresh process and an empty folder. It knows its "
    "arguments and your source, but no variable that the first one has set, and no "
    "file. Pass everything learned through the returned arrays."
)
TOO_LARGE = "This network is larger than the budget allows. Count before you train."
NO_LIST = "Return a list of arrays in a fixed order, not a dictionary or one array."
NO_RETURN = "The function returns None. Does it end without `return`?"
TENSORS = "Torch tensors become arrays with `tensor.detach().numpy()`."
NOT_SINGLE = "Convert each array with `array.astype(np.float32)`."
SCORES = "These are class scores. Return their argmax: one label each."
NOT_WHOLE = "Return the index of the best class, an integer."
SLOW = "Train for fewer steps, or make the network smaller."

Message = tuple[str, str, str]  # problem, message, diagnosis


@dataclass(frozen=True)
class Trial:
    """What the first function learns from, and what the second is asked.

    given: arguments of the first function. asked: arguments of the second, after the
    arrays. answers: the right answers, one row each; what is asked for has their
    dtype and, unless the metric says otherwise, their shape.
    """

    given: tuple
    asked: tuple
    answers: np.ndarray


@dataclass(frozen=True)
class Metric:
    """How good answers are: `measure(predicted, answers)`, a float.

    shape: of the predictions, of the answers' shape; None: the same.
    """

    name: str
    measure: Callable[[np.ndarray, np.ndarray], float]
    larger: bool = True
    shape: Callable[[tuple[int, ...]], tuple[int, ...]] | None = None
    whole: bool = False

    def reached(self, value: float, step: float) -> bool:
        """Whether a value is as good as a step asks for. NaN is not."""
        return value >= step if self.larger else value <= step


ACCURACY = Metric(
    "accuracy", lambda one, other: float(np.mean(one == other)), whole=True
)


@dataclass(frozen=True, kw_only=True)
class DesignExercise(Exercise):
    """An exercise of two functions that is judged by a result. See `design`."""

    trial: Callable[[np.random.Generator], Trial]
    practice: Callable[[], Trial]
    metric: Metric
    steps: Mapping[str, float]
    budget: int | None = None
    told: Mapping[float, str] = field(default_factory=dict)
    slow: str = SLOW
    trivial: tuple[Answer, ...] = ()
    #: What a submission learns from differs each time: train anew to grade.
    varies: bool = False

    def judge(self, session: Session, rng: np.random.Generator) -> list[Outcome]:
        """Train in one process, predict in another, measure the result."""
        return self.run_trial(session, self.trial(rng))

    def check(self, session: Session) -> list[Outcome]:
        """The same on data of which some is kept back to judge with."""
        return self.run_trial(session, self.practice())

    def run_trial(self, session: Session, trial: Trial) -> list[Outcome]:
        """One outcome for each step."""
        learner, predictor = self.functions
        fitted = session.call(learner, *trial.given, seconds=self.seconds)
        problem = self._failed(fitted, learner, self.seconds)
        problem = problem or self._over_budget(fitted.value)
        if problem:
            return self._all_fail(*problem)
        learned = list(fitted.value)
        session.fresh()
        replied = session.call(
            predictor, learned, *trial.asked, seconds=PREDICT_SECONDS
        )
        problem = self._failed(replied, predictor, PREDICT_SECONDS)
        problem = problem or self._no_answers(replied.value, trial.answers)
        if problem:
            return self._all_fail(*problem)
        result = float(self.metric.measure(replied.value, trial.answers))
        return self._graded(result, learned, len(trial.answers))

    def _graded(self, result: float, learned: list, count: int) -> list[Outcome]:
        """Compare one result with every step."""
        held = sum(each.size for each in learned)
        name = self.metric.name.capitalize()
        found = f"{name} {result:.3f} on {count:,} unseen ones, with {held:,} numbers."
        outcomes = []
        for group, step in self.steps.items():
            detail = {"problem": "result", "message": found, "got": f"{result:.3f}"}
            passed = self.metric.reached(result, step)
            if not passed:
                detail["message"] += f" This step asks for {step:g}."
            diagnosis = "" if passed else self._diagnosis(result)
            outcomes.append(Outcome(group, passed, diagnosis, detail))
        return outcomes

    def _diagnosis(self, result: float) -> str:
        """What a result tells that is worse than one of the told ones."""
        levels = sorted(self.told, reverse=not self.metric.larger)
        worse = (level for level in levels if not self.metric.reached(result, level))
        return self.told.get(next(worse, np.nan), "")

    def _failed(self, reply: Reply, name: str, seconds: float) -> Message | None:
        """What is wrong with a call that gave nothing."""
        if reply.kind == "ok":
            return None
        if is_unwritten(reply):
            return "unwritten", unwritten(name, reply), ""
        stopped = f"`{name}` stops with an error: {told(reply.error)}."
        diagnosis = ""
        if name != self.name:
            stopped += (
                f" `{name}` runs in a fresh process: what `{self.name}` put into "
                "globals or files is gone."
            )
            if class_name(reply.error) in GONE:
                diagnosis = LEFT_BEHIND
        messages = {
            "exception": stopped,
            "timeout": f"`{name}` did not return within {seconds:g} seconds, its time "
            f"limit. {self.slow}",
            "memory": f"`{name}` ran out of memory.",
            "died": f"`{name}` ended the whole process.",
            "missing": f"There is no function called `{name}`. Was it renamed?",
            "unsupported": f"`{name}` returns something else than arrays: "
            f"{reply.error}",
        }
        return reply.kind, messages[reply.kind], diagnosis

    def _over_budget(self, learned: Any) -> Message | None:
        """Whether the first function returned float32 arrays within the budget."""
        message = f"`{self.name}` must return a list of NumPy arrays."
        if not isinstance(learned, list | tuple):
            return "type", message, NO_RETURN if learned is None else NO_LIST
        if not all(isinstance(each, np.ndarray) for each in learned):
            tensors = any(isinstance(each, Tensor) for each in learned)
            return "type", message, TENSORS if tensors else ""
        wrong = {str(each.dtype) for each in learned} - {"float32"}
        if wrong:
            names = ", ".join(sorted(wrong))
            return "dtype", f"The arrays must be float32; found {names}.", NOT_SINGLE
        count = sum(each.size for each in learned)
        if self.budget is not None and count > self.budget:
            message = (
                f"The arrays hold {count:,} numbers; at most {self.budget:,} are "
                "allowed, biases and running statistics included."
            )
            return "budget", message, TOO_LARGE
        return None

    def _no_answers(self, predicted: Any, answers: np.ndarray) -> Message | None:
        """Whether the second function returned an array of the right kind."""
        name = self.functions[1]
        if not isinstance(predicted, np.ndarray):
            message = f"`{name}` must return a NumPy array."
            diagnosis = TENSORS if isinstance(predicted, Tensor) else ""
            return "type", message, NO_RETURN if predicted is None else diagnosis
        shape = self.metric.shape or (lambda shape: shape)
        wanted = shape(answers.shape)
        if predicted.shape != wanted:
            message = f"`{name}` must return shape {wanted}; got {predicted.shape}."
            scores = self.metric.whole and predicted.ndim == answers.ndim + 1
            return "shape", message, SCORES if scores else ""
        kinds = "iu" if self.metric.whole else "iuf"
        if predicted.dtype.kind not in kinds:
            message = f"`{name}` returns {predicted.dtype} numbers."
            return "dtype", message, NOT_WHOLE if self.metric.whole else ""
        if not np.isfinite(predicted).all():
            return "nan", f"`{name}` returns a NaN or an infinite number.", ""
        return None

    def _all_fail(self, problem: str, message: str, diagnosis: str) -> list[Outcome]:
        """Nothing was reached: every step fails for the same reason."""
        detail = {"problem": problem, "message": message}
        return [Outcome(group, False, diagnosis, detail) for group in self.steps]


def design(
    names: tuple[str, str],
    title: str,
    reference: tuple[Callable, Callable],
    *,
    trial: Callable[[np.random.Generator], Trial],
    practice: Callable[[], Trial],
    metric: Metric,
    steps: Mapping[str, tuple[float, float]],
    trivial: tuple[tuple[Callable, Callable], ...],
    mistakes: Mapping[str, tuple[Callable, Callable]],
    section: str,
    seconds: float = 60.0,
    memory_mb: int = 2048,
    forbidden: tuple[str, ...] = ("c2a",),
    instead: str = "Write it yourself; NumPy and PyTorch are there.",
    source_characters: int = 50_000,
    **rest: Any,
) -> DesignExercise:
    """A task of two functions, `fit(*given) -> arrays`, `predict(arrays, *asked)`.

    trial: draws what a submission learns from and is asked.
    practice: the same for `check`, from data that the reader may know.
    steps: group: (points, the result it asks for).
    trivial: pairs that miss the idea of the chapter: they must earn nothing.
    budget: the most float32 numbers that the first function may return, or None.
    told: what a result worse than a level says, by level.
    slow: what to do about a time-out, in a sentence.

    Raises DeclarationError, which says what to do.
    """
    module = sys._getframe(1).f_globals["__name__"]
    if not trivial:
        raise DeclarationError(
            f"{names[0]}: name trivial answers that earn nothing (trivial=...)."
        )
    exercise = DesignExercise(
        name=names[0],
        more=names[1:],
        title=title,
        points={group: points for group, (points, _) in steps.items()},
        steps={group: step for group, (_, step) in steps.items()},
        reference=reference,
        visible=_no_cases,
        hidden=_no_cases,
        trial=trial,
        practice=practice,
        metric=metric,
        trivial=trivial,
        mistakes=as_mistakes(mistakes),
        section=section_of(module, section),
        seconds=seconds,
        memory_mb=memory_mb,
        forbidden=forbidden,
        instead=instead,
        source_characters=source_characters,
        data=False,  # for the answers could be looked up there
        trains=True,
        module=module,
        **rest,
    )
    check_declaration(exercise)
    return exercise


def _no_cases(rng: np.random.Generator | None = None) -> list:
    """A design task has trials instead of cases."""
    return []
