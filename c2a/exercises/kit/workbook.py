"""What a reader calls in an exercise notebook: check, example, hint and progress."""

import difflib
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from c2a.exercises.kit.cases import Outcome, Reply, Session
from c2a.exercises.kit.design import DesignExercise
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.exercise import Exercise
from c2a.exercises.kit.judge import evaluate, smallest_failure
from c2a.exercises.kit.picture import compared, drawn, inputs
from c2a.exercises.kit.progress import ProgressFile
from c2a.exercises.kit.report import Block, Report, display
from c2a.exercises.kit.section import link, place
from c2a.exercises.kit.session import LocalSession
from c2a.exercises.kit.sheet import Sheet, find_sheet
from c2a.exercises.kit.syntax import run_imports


def open_workbook(
    package: str,
) -> tuple[Sheet, Callable, Callable, Callable, Callable, Callable]:
    """A chapter's exercises, and what its notebook calls.

    package: `__name__` of the chapter's folder. Returns the sheet, and the functions
    check, example, hint, progress and grade.
    """
    sheet = find_sheet(package)
    book = Workbook(sheet)
    return sheet, book.check, book.example, book.hint, book.progress, book.grade


class WrongObjectError(Exception):
    """Something was passed to `check` or `hint` that names no exercise."""


class Workbook:
    """The exercises of one chapter, as a reader meets them.

    `check`, `hint` and `progress` show a message and return nothing. They do not raise,
    so that a notebook can be run from top to bottom with exercises still unsolved.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._progress = ProgressFile()
        self._hints_given: dict[str, int] = {}
        self._trained: _Trained | None = None

    def check(self, *functions: Callable) -> None:
        """Run the visible cases of an exercise and say what is right or wrong.

        Pass the function itself: `check(output_size)`. An exercise of two functions
        takes both: `check(fit, predict)`. An endless loop is stopped: by a signal on
        the main thread, where notebooks run cells; elsewhere by ending a helper thread.
        """
        display(self.report(*functions))

    def report(self, *functions: Callable) -> Report:
        """What `check` shows."""
        try:
            exercise, named = self._resolve(functions)
        except WrongObjectError as error:
            return Report("Nothing was checked.", False, [Block(str(error))])
        refused, session = _ready(exercise, named)
        if exercise.trains and not refused:
            print("Training …", flush=True)
        if isinstance(exercise, DesignExercise) and not exercise.varies:
            session = self._trained = _Trained(session, named, exercise.name)
        outcomes = [] if refused else exercise.check(session)
        points = sum(exercise.score(outcomes).values())
        saved = self._progress.record(self._sheet.slug, exercise.name, points)
        if refused:
            blocks = [Block(sentence) for sentence in refused]
            report = Report(f"{exercise.name}: not accepted.", False, blocks)
        else:
            report = _report(exercise, outcomes)
        told = [] if saved else [f"could not be saved in {self._progress.path}"]
        if self._progress.spoiled:
            told.append(f"before is in {self._progress.spoiled}: the file was damaged")
            self._progress.spoiled = None
        more = [Block(f"(Progress {each}.)") for each in told]
        return Report(report.headline, report.passed, [*report.blocks, *more])

    def example(self, *functions: Callable | str) -> None:
        """Show the worked example of an exercise: what goes in, and what comes out."""
        display(self.worked_example(*functions))

    def worked_example(self, *functions: Callable | str) -> Report:
        """What `example` shows."""
        try:
            exercise = self._meant(functions, "example")
        except WrongObjectError as error:
            return Report("No example.", False, [Block(str(error))])
        if not exercise.example:
            return Report(f"{exercise.name}: no example.", None)
        args = exercise.example
        result = evaluate(exercise.reference, args, exercise.driver).value
        blocks = [*inputs(exercise.parameters, args), drawn("result", result)]
        return Report(f"{exercise.name}: an example", None, blocks)

    def hint(self, *functions: Callable | str) -> None:
        """Show the next hint of an exercise, one step further each time."""
        display(self.next_hint(*functions))

    def next_hint(self, *functions: Callable | str) -> Report:
        """What `hint` shows."""
        try:
            exercise = self._meant(functions, "hint")
        except WrongObjectError as error:
            return Report("No hint.", False, [Block(str(error))])
        given = self._hints_given.get(exercise.name, 0)
        self._hints_given[exercise.name] = given + 1
        count = len(exercise.hints)
        which = min(given, count - 1)
        headline = f"{exercise.name}: hint {which + 1} of {count}"
        if given >= count:
            headline += " (the last one)"
        return Report(headline, None, [Block(exercise.hints[which])])

    def progress(self) -> None:
        """Show what is solved, and the points of the visible cases."""
        display(self.overview())

    def overview(self) -> Report:
        """What `progress` shows."""
        points = self._progress.points(self._sheet.slug)
        exercises = self._sheet.exercises
        width = max((len(exercise.name) for exercise in exercises), default=0)
        lines = []
        for exercise in exercises:
            best, latest = points.get(exercise.name, (0.0, 0.0))
            earned = min(max(best, 0.0), exercise.total)
            mark = "begun" if earned else "open"
            mark = "done" if earned == exercise.total else mark
            line = f"{exercise.name:<{width}}  {mark:<5}  "
            line += f"{earned:g} of {exercise.total:g} points"
            if latest < earned:
                line += f"; your latest check: {latest:g}"
            lines.append(line)
        done = sum(" done " in line for line in lines)
        headline = f"{self._sheet.title}: {done} of {len(exercises)} exercises done"
        note = (
            "These are the points of your best check, on the visible cases. The grader "
            "draws its own cases, except where all of them stand in the task."
        )
        table = Block("\n".join(lines), "Exercises")
        return Report(headline, done == len(lines) or None, [table, Block(note)])

    def grade(self, *functions: Callable) -> float:
        """Points on freshly drawn hidden cases: what nbgrader's test cells return.

        It runs in the notebook's own process, so it is as open to cheating as nbgrader
        is; `c2a grade` is not. Right after `check` of a design task it takes what that
        has trained, for nbgrader gives a cell 30 seconds. Shows what failed, if
        anything did.
        """
        exercise, named = self._resolve(functions)
        refused, session = _ready(exercise, named)
        if self._trained and self._trained.functions == named:
            session, self._trained = self._trained, None
        if refused:
            display(
                Report(f"{exercise.name}: not accepted.", False, [Block(refused[0])])
            )
            return 0.0
        outcomes = exercise.judge(session, np.random.default_rng())
        if smallest_failure(outcomes):
            display(_report(exercise, outcomes))
        return float(sum(exercise.score(outcomes).values()))

    def _resolve(
        self, functions: Sequence[Callable]
    ) -> tuple[Exercise, dict[str, Callable]]:
        """The exercise that these functions answer, and the functions by name."""
        if not functions:
            raise WrongObjectError("Pass your function, for example check(conv2d).")
        exercise = self._find(functions[0], called=True)
        named = {getattr(each, "__name__", repr(each)): each for each in functions}
        if set(named) != set(exercise.functions):
            wanted = ", ".join(exercise.functions)
            raise WrongObjectError(f"Check this exercise with: check({wanted})")
        return exercise, named

    def _meant(self, functions: Sequence[Any], asked: str) -> Exercise:
        """The one exercise that `hint` or `example` is asked for."""
        if not functions:
            first = self._sheet.exercises[0].name
            raise WrongObjectError(f"Say of which exercise: {asked}({first}).")
        found = {id(each): each for each in map(self._find, functions)}
        if len(found) > 1:
            names = ", ".join(each.name for each in found.values())
            raise WrongObjectError(f"These are several exercises: {names}. Pass one.")
        return next(iter(found.values()))

    def _find(self, function: Any, called: bool = False) -> Exercise:
        """The exercise that a function, or, unless it is called, a name stands for."""
        names = {n: each for each in self._sheet.exercises for n in each.functions}
        if isinstance(function, str) and (called or function not in names):
            raise WrongObjectError(
                f"Pass the function itself, without quotes: check({function})."
                if called
                else _unknown(function, names)
            )
        if not isinstance(function, str) and not callable(function):
            raise WrongObjectError(
                f"Pass the function itself, not its result: this is "
                f"{type(function).__name__}. Write check(name), without parentheses "
                "after the name."
            )
        name = function if isinstance(function, str) else _name(function)
        if name not in names:
            raise WrongObjectError(_unknown(name, names))
        return names[name]


class _Trained:
    """A session in which a design task trains once, whatever it is asked then."""

    def __init__(
        self, session: Session, functions: Mapping[str, Callable], learner: str
    ) -> None:
        self.functions = dict(functions)
        self._session, self._learner = session, learner
        self._learned: Reply | None = None

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        if function != self._learner:
            return self._session.call(function, *args, seconds=seconds, driver=driver)
        if self._learned is None:
            self._learned = self._session.call(
                function, *args, seconds=seconds, driver=driver
            )
        return self._learned

    def fresh(self) -> None:
        self._session.fresh()


def _ready(
    exercise: Exercise, named: Mapping[str, Callable]
) -> tuple[list[str], Session]:
    """Why the answer is not accepted, and a session to call it.

    Imports come first, for they would use up the time limit of the first call.
    """
    sources, aliases = _source(named)
    cells = _history(named)
    refused = exercise.forbidden_problems(cells or sources, aliases)
    refused += exercise.too_long(sources)
    if not refused:
        run_imports(sources)
    return refused, LocalSession(named)


def _report(exercise: Exercise, outcomes: Sequence[Outcome]) -> Report:
    """Say what is right, or show the smallest failing case and what it tells."""
    failure = smallest_failure(outcomes)
    name, count = exercise.name, len(outcomes)
    if failure is None:
        headline = f"{name}: all {count} checks pass."
        found = {each.detail["message"]: "" for each in outcomes if each.detail}
        closing = (
            "The grader runs the same ones."
            if exercise.same_cases
            else "The grader runs others of the same kind."
        )
        return Report(headline, True, [Block(text) for text in (*found, closing)])
    detail = failure.detail
    if detail["problem"] == "unwritten":
        text = detail["message"].replace(f"`{name}` is ", "")
        return Report(f"{name}: {text}", False)
    blocks = [Block(failure.diagnosis)] if failure.diagnosis else []
    if detail["message"] != failure.diagnosis:
        blocks.append(Block(detail["message"]))
    blocks += _smallest(failure)
    points = exercise.score(outcomes)
    passed = sum(outcome.passed for outcome in outcomes)
    earned = f"{sum(points.values()):g} of {exercise.total:g} points"
    if any(points.values()):
        lost = ", ".join(group for group in points if not points[group])
        earned += f"; open: {lost}"
    section = exercise.sections.get(failure.group, exercise.section)
    blocks += [_section(section), Block(f"Stuck? `hint({name})`")]
    headline = f"{name}: not yet. {passed} of {count} checks pass: {earned}."
    return Report(headline, False, blocks)


def _smallest(failure: Outcome) -> list[Block]:
    """The smallest failing case: its input, what is expected, and what came."""
    shown = failure.shown
    if shown is None:
        return []
    return [
        Block("", "Smallest failing case"),
        *inputs(shown.names, shown.args),
        *compared(shown.expected, shown.got, shown.rtol, shown.atol),
    ]


def _section(section: str) -> Block:
    """Where to read again: a link if the chapter lies where the book has it."""
    beside = link(section)
    if not beside:
        return Block(f"Read again: {place(section)}")
    return Block(place(section), "Read again", beside)


def _name(function: Callable) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "a lambda" if name == "<lambda>" else name


def _unknown(name: str, names: Mapping[str, Exercise]) -> str:
    """Say that no exercise has this name, and which one may be meant."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    meant = f" Did you rename `{close[0]}`?" if close else ""
    known = ", ".join(names)
    return f"No exercise is called `{name}`.{meant} The functions are: {known}."


def _source(functions: Mapping[str, Callable]) -> tuple[list[str], dict[str, str]]:
    """Source of the functions and of others beside them, and the modules they know."""
    namespace = _namespace(functions)
    module = getattr(next(iter(functions.values())), "__module__", None)
    neighbors = [
        each
        for each in namespace.values()
        if (inspect.isfunction(each) or inspect.isclass(each))
        and each.__module__ == module
    ]
    sources = []
    known: list[Any] = [*neighbors, *functions.values()]
    for each in dict.fromkeys(known):
        try:
            sources.append(textwrap.dedent(inspect.getsource(each)))
        except (OSError, TypeError):
            continue
    aliases = {name: _dotted(value) for name, value in namespace.items()}
    return sources, {name: dotted for name, dotted in aliases.items() if dotted}


def _history(functions: Mapping[str, Callable]) -> list[str]:
    """The cells that a notebook has run, or a script: by these the grader judges."""
    namespace = _namespace(functions)
    if namespace.get("__name__") == "__main__" and "__file__" in namespace:
        return ["".join(linecache.getlines(namespace["__file__"]))]
    cells = namespace.get("In") if "get_ipython" in namespace else None
    return [cell for cell in cells if cell] if isinstance(cells, list) else []


def _namespace(functions: Mapping[str, Callable]) -> dict[str, Any]:
    """The global names that the functions see."""
    first = next(iter(functions.values()))
    module = sys.modules.get(getattr(first, "__module__", None) or "")
    return dict(getattr(first, "__globals__", getattr(module, "__dict__", {})))


def _dotted(value: Any) -> str:
    """Public dotted name of a module or of a library's function, else ''."""
    if inspect.ismodule(value):
        return value.__name__
    module = getattr(value, "__module__", None)
    if not callable(value) or not isinstance(module, str) or module == "__main__":
        return ""
    parts = [*module.split("."), getattr(value, "__name__", "")]
    return ".".join(part for part in parts if part and not part.startswith("_"))
