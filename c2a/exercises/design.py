"""Design tasks: reach an accuracy on unseen pictures within a budget of numbers.

Nothing that the student's code says about itself is believed. One process trains and
hands over arrays; they are counted here; another process, which has only these arrays
and the student's source, labels pictures that no one has seen. So all that was learned
passes through the counted numbers, or through the source, which is limited in length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from c2a.exercises.core import Exercise, Outcome, Reply, Session

PREDICT_SECONDS = 10.0


@dataclass(frozen=True)
class Trial:
    """What `fit` learns from and what `predict` is asked.

    train_images (N, H, W) uint8, train_labels (N,) int64; unseen_images (M, H, W)
    uint8 with unseen_labels (M,) int64, of the same classes.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    unseen_images: np.ndarray
    unseen_labels: np.ndarray


def no_cases(rng: np.random.Generator | None = None) -> list:
    """A design task has trials instead of cases."""
    return []


@dataclass(frozen=True, kw_only=True)
class DesignExercise(Exercise):
    """`fit(images, labels) -> arrays` and `predict(arrays, images) -> labels`.

    trial: draws the training data and the unseen pictures of one submission.
    thresholds: the accuracy that each group of points asks for.
    budget: the most numbers, all arrays together, that `fit` may return.
    """

    trial: Callable[[np.random.Generator], Trial]
    visible_trial: Callable[[], Trial]
    thresholds: dict[str, float]
    budget: int
    predictor: str = "predict"

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of the two functions."""
        return (self.name, self.predictor)

    def judge(self, session: Session, rng: np.random.Generator) -> list[Outcome]:
        """Train in one process, predict in another, count the right labels."""
        return self.run_trial(session, self.trial(rng))

    def check(self, session: Session) -> list[Outcome]:
        """The same on a part of the training pictures that `fit` is not given."""
        return self.run_trial(session, self.visible_trial())

    def run_trial(self, session: Session, trial: Trial) -> list[Outcome]:
        """One outcome per threshold."""
        arguments = trial.train_images, trial.train_labels
        fitted = session.call(self.name, *arguments, seconds=self.seconds)
        problem = self._failed(fitted, self.name) or self._over_budget(fitted.value)
        if problem:
            return self._all_fail(*problem)
        parameters = list(fitted.value)
        session.fresh()
        replied = session.call(
            self.predictor, parameters, trial.unseen_images, seconds=PREDICT_SECONDS
        )
        count = len(trial.unseen_labels)
        problem = self._failed(replied, self.predictor) or self._no_labels(
            replied.value, count
        )
        if problem:
            return self._all_fail(*problem)
        accuracy = float(np.mean(replied.value == trial.unseen_labels))
        return self._graded(accuracy, sum(each.size for each in parameters), count)

    def _graded(self, accuracy: float, numbers: int, count: int) -> list[Outcome]:
        """Compare one accuracy with every threshold."""
        outcomes = []
        for group, threshold in self.thresholds.items():
            passed = accuracy >= threshold
            message = (
                f"{accuracy:.3f} of {count:,} unseen pictures are right, with "
                f"{numbers:,} numbers. This step asks for {threshold:.2f}."
            )
            detail = {"problem": "accuracy", "message": message}
            outcomes.append(
                Outcome(
                    group,
                    passed,
                    "" if passed else _diagnose_accuracy(accuracy),
                    detail | {"got": f"{accuracy:.3f}"},
                )
            )
        return outcomes

    def _failed(self, reply: Reply, name: str) -> tuple[str, str, str] | None:
        """Problem, message and diagnosis of a call that gave nothing."""
        if reply.kind == "ok":
            return None
        class_name = reply.error.partition(":")[0]
        if class_name == "NotImplementedError":
            return "unwritten", f"`{name}` is not written yet.", ""
        diagnosis = ""
        if name == self.predictor and class_name in ("NameError", "UnboundLocalError"):
            diagnosis = (
                f"`{name}` runs in a fresh process: it knows its arguments and your "
                f"source, but no variable that `{self.name}` has set. "
                "Pass everything learned through the returned arrays."
            )
        messages = {
            "exception": f"`{name}` stops with an error: {reply.error}",
            "timeout": f"`{name}` did not return within its time limit.",
            "memory": f"`{name}` ran out of memory.",
            "died": f"`{name}` ended the whole process.",
            "missing": f"There is no function called `{name}`. Was it renamed?",
            "unsupported": f"`{name}` returns something else than arrays: "
            f"{reply.error}",
        }
        return reply.kind, messages[reply.kind], diagnosis

    def _over_budget(self, parameters: Any) -> tuple[str, str, str] | None:
        """Whether `fit` returned a list of float32 arrays within the budget."""
        if not isinstance(parameters, list | tuple) or not all(
            isinstance(each, np.ndarray) for each in parameters
        ):
            message = f"`{self.name}` must return a list of NumPy arrays."
            diagnosis = "Torch tensors become arrays with `tensor.detach().numpy()`."
            return "type", message, diagnosis
        wrong = {str(each.dtype) for each in parameters} - {"float32"}
        if wrong:
            names = ", ".join(sorted(wrong))
            message = f"The arrays must be float32; found {names}."
            return "dtype", message, "Convert each with `array.astype(np.float32)`."
        count = sum(each.size for each in parameters)
        if count > self.budget:
            message = (
                f"The arrays hold {count:,} numbers; at most {self.budget:,} are "
                "allowed, biases and running statistics included."
            )
            return "budget", message, "This network is larger than the budget allows."
        return None

    def _no_labels(self, labels: Any, count: int) -> tuple[str, str, str] | None:
        """Whether `predict` returned one whole number per picture."""
        if not isinstance(labels, np.ndarray):
            message = f"`{self.predictor}` must return a NumPy array of labels."
            return "type", message, "Use `tensor.numpy()` on the labels."
        if labels.shape != (count,):
            message = (
                f"`{self.predictor}` must return shape ({count},), one label per "
                f"picture; got {labels.shape}."
            )
            scores = labels.ndim == 2 and len(labels) == count
            diagnosis = "These are class scores. Return their argmax." if scores else ""
            return "shape", message, diagnosis
        if labels.dtype.kind not in "iu":
            message = f"Labels are whole numbers; got {labels.dtype}."
            return "dtype", message, "Return the index of the best class, an integer."
        return None

    def _all_fail(self, problem: str, message: str, diagnosis: str) -> list[Outcome]:
        """Nothing was reached: every threshold fails for the same reason."""
        detail = {"problem": problem, "message": message}
        return [Outcome(group, False, diagnosis, detail) for group in self.thresholds]


def _diagnose_accuracy(accuracy: float) -> str:
    """What a low accuracy tells."""
    if accuracy < 0.2:
        return (
            "This is no better than guessing. Is the order of the arrays the same in "
            "both functions, and are the labels the argmax over classes?"
        )
    if accuracy < 0.6:
        return (
            "The network has learned something that does not carry over. Are the "
            "pictures scaled in the same way in both functions?"
        )
    return ""
