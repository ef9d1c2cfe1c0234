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

from c2a.exercises.comparing import Tensor
from c2a.exercises.core import Exercise, Outcome, Reply, Session, module_hash
from c2a.exercises.judging import class_name, is_unwritten, told, unwritten

PREDICT_SECONDS = 10.0
#: So `predict` ends where it looks for what `fit` has left behind.
GONE = ("NameError", "UnboundLocalError", "FileNotFoundError")

GUESSING = (
    "This is no better than guessing. Is the order of the arrays the same in both "
    "functions, and are the labels the argmax over classes?"
)
NOT_CARRIED_OVER = (
    "The network has learned something that does not carry over. Are the pictures "
    "scaled in the same way in both functions? With BatchNorm: are the running "
    "statistics returned by the first function and loaded by the second? Did you "
    "shift and mirror the pictures you train on?"
)
NOT_MOVED = (
    "About this far comes a network that has seen no moved pictures. The unseen ones "
    "are shifted and mirrored: did you shift and mirror those you train on? Are the "
    "pictures scaled in the same way in both functions? With BatchNorm: are the "
    "running statistics returned and loaded?"
)
BELOW_A_STEP = (
    "The network works; this step asks for more. Did you shift and mirror the pictures "
    "you train on? With BatchNorm: are the running statistics returned and loaded? If "
    "so, train for more epochs, let the learning rate fall to 0 at the end, and "
    "compare two networks on pictures that you keep back."
)
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
SCORES = "These are class scores. Return their argmax: one label per picture."
NOT_WHOLE = "Return the index of the best class, an integer."


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
    data: no, for the labels of the unseen pictures could be looked up there.
    """

    trial: Callable[[np.random.Generator], Trial]
    visible_trial: Callable[[], Trial]
    thresholds: dict[str, float]
    budget: int
    predictor: str = "predict"
    data: bool = False
    trains: bool = True

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

    @property
    def version(self) -> str:
        """Hash of the source of the module that declares this exercise."""
        return module_hash(self.trial)

    def _graded(self, accuracy: float, numbers: int, count: int) -> list[Outcome]:
        """Compare one accuracy with every threshold."""
        found = (
            f"{accuracy:.3f} of {count:,} unseen pictures are right, with {numbers:,} "
            "numbers."
        )
        outcomes = []
        for group, threshold in self.thresholds.items():
            detail = {"problem": "accuracy", "message": found, "got": f"{accuracy:.3f}"}
            passed = accuracy >= threshold
            if not passed:
                detail["message"] += f" This step asks for {threshold:.2f}."
            diagnosis = "" if passed else _diagnose_accuracy(accuracy)
            outcomes.append(Outcome(group, passed, diagnosis, detail))
        return outcomes

    def _failed(self, reply: Reply, name: str) -> tuple[str, str, str] | None:
        """Problem, message and diagnosis of a call that gave nothing."""
        if reply.kind == "ok":
            return None
        if is_unwritten(reply):
            return "unwritten", unwritten(name, reply), ""
        stopped = f"`{name}` stops with an error: {told(reply.error)}."
        diagnosis = ""
        if name == self.predictor:
            stopped += (
                f" `{name}` runs in a fresh process: what `{self.name}` put into "
                "globals or files is gone."
            )
            if class_name(reply.error) in GONE:
                diagnosis = LEFT_BEHIND
        messages = {
            "exception": stopped,
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
        message = f"`{self.name}` must return a list of NumPy arrays."
        if not isinstance(parameters, list | tuple):
            return "type", message, NO_RETURN if parameters is None else NO_LIST
        if not all(isinstance(each, np.ndarray) for each in parameters):
            tensors = any(isinstance(each, Tensor) for each in parameters)
            return "type", message, TENSORS if tensors else ""
        wrong = {str(each.dtype) for each in parameters} - {"float32"}
        if wrong:
            names = ", ".join(sorted(wrong))
            message = f"The arrays must be float32; found {names}."
            return "dtype", message, NOT_SINGLE
        count = sum(each.size for each in parameters)
        if count > self.budget:
            message = (
                f"The arrays hold {count:,} numbers; at most {self.budget:,} are "
                "allowed, biases and running statistics included."
            )
            return "budget", message, TOO_LARGE
        return None

    def _no_labels(self, labels: Any, count: int) -> tuple[str, str, str] | None:
        """Whether `predict` returned one whole number per picture."""
        if not isinstance(labels, np.ndarray):
            message = f"`{self.predictor}` must return a NumPy array of labels."
            diagnosis = TENSORS if isinstance(labels, Tensor) else ""
            return "type", message, NO_RETURN if labels is None else diagnosis
        if labels.shape != (count,):
            message = (
                f"`{self.predictor}` must return shape ({count},), one label per "
                f"picture; got {labels.shape}."
            )
            scores = labels.ndim == 2 and len(labels) == count
            return "shape", message, SCORES if scores else ""
        if labels.dtype.kind not in "iu":
            message = f"Labels are whole numbers; got {labels.dtype}."
            return "dtype", message, NOT_WHOLE
        return None

    def _all_fail(self, problem: str, message: str, diagnosis: str) -> list[Outcome]:
        """Nothing was reached: every threshold fails for the same reason."""
        detail = {"problem": problem, "message": message}
        return [Outcome(group, False, diagnosis, detail) for group in self.thresholds]


def _diagnose_accuracy(accuracy: float) -> str:
    """What a low accuracy tells."""
    if accuracy < 0.15:
        return GUESSING
    if accuracy < 0.5:
        return NOT_CARRIED_OVER
    return NOT_MOVED if accuracy < 0.6 else BELOW_A_STEP
