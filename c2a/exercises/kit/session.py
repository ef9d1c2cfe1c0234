"""Calls of a student's functions inside the student's own notebook.

This is what `check` uses. It protects a student from an endless loop, not a grader from
a student: the grader's sessions live in a sandbox.
"""

import contextlib
import ctypes
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FrameType
from typing import Any

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.values import UnsupportedValueError, duplicate, plain

WALL = 10.0  # times the limit that a call may take by the wall clock


class TimeUpError(BaseException):
    """Stops a call that takes too long; `except Exception` does not swallow it."""


class LocalSession:
    """A `Session` in this process: functions by name, each called with a time limit.

    Limits count processor time, and several times as much by the wall clock. On the
    main thread of Linux and macOS an interval timer (SIGALRM) watches them; elsewhere
    the call runs in a thread of its own, which is stopped from outside. Both
    stop Python code between two instructions, not a library call that never returns,
    nor an import: half a library cannot be loaded again.
    """

    def __init__(self, functions: Mapping[str, Callable]) -> None:
        self._functions = dict(functions)
        spaces = map(_globals_of, self._functions.values())
        self._globals = [space for space in spaces if space is not None]
        self._before = [dict(namespace) for namespace in self._globals]

    def call(
        self,
        function: str,
        *args: Any,
        seconds: float,
        driver: Driver | None = None,
    ) -> Reply:
        """Call a function with copies of `args`; never raises what the call raises.

        With a driver, that is called, with the answers before `args`.
        """
        names = driver.answers if driver else (function,)
        for name in names:
            if name not in self._functions:
                return Reply(kind="missing", error=f"`{name}`: found nothing")
        called = self._functions[function]
        if driver:
            called = partial(driver.function, *map(self._functions.get, names))
        arguments = duplicate(args)
        try:
            with _empty_folder():
                value = _limited(called, arguments, seconds)
            return Reply(plain(value), arguments=arguments)
        except TimeUpError:
            return Reply(kind="timeout", error=f"more than {seconds:g} seconds")
        except UnsupportedValueError as error:
            return Reply(kind="unsupported", error=str(error), arguments=arguments)
        except MemoryError as error:
            return Reply(kind="memory", error=str(error), arguments=arguments)
        except (SystemExit, GeneratorExit) as error:
            return Reply(kind="died", error=type(error).__name__)
        except Exception as error:
            bases = tuple(base.__name__ for base in type(error).__mro__[1:])
            text = _told(error, self._globals)
            return Reply(kind="exception", error=text, arguments=arguments, bases=bases)

    def fresh(self) -> None:
        """Take back every global variable that the calls so far have set.

        A process of its own would not know them; so an answer that passes data from one
        function to another by a global fails here as it does in the grader.
        """
        for namespace, before in zip(self._globals, self._before, strict=True):
            for name in set(namespace) - set(before):
                del namespace[name]
            namespace.update(before)


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    """A current folder of its own for each call: files pass nothing on, either."""
    temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with temporary as folder, contextlib.chdir(folder):
        yield


def _globals_of(answer: Any) -> dict | None:
    """The globals that an answer's code sees, if it is code of Python."""
    if isinstance(answer, type):
        module = sys.modules.get(answer.__module__)
        return getattr(module, "__dict__", None)
    return getattr(answer, "__globals__", None)


def _told(error: Exception, spaces: list[dict]) -> str:
    """An exception with its class, and the line of the student's code it came from."""
    text = f"{type(error).__name__}: {error}"
    steps = list(traceback.walk_tb(error.__traceback__))
    # The cells of a notebook share their globals; a library has others.
    own = [step for step in steps if any(step[0].f_globals is each for each in spaces)]
    if not own:
        return text
    place = traceback.StackSummary.extract(own[-1:])[0]
    where = f"line {place.lineno}, in {place.name}"
    return f"{text} ({where}: `{place.line}`)" if place.line else text


def _limited(function: Callable, arguments: tuple, seconds: float) -> Any:
    """Call with a time limit. Raises TimeUpError, or what the function raises."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and hasattr(signal, "setitimer"):
        with _alarm(seconds):
            return function(*arguments)
    return _limited_in_thread(function, arguments, seconds)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeUpError in the main thread when its time is up, and from then on.

    It repeats every 0.1 s because a bare `except:` in a loop would swallow a single
    one, and an import puts it off. A timer that was already running is set again.
    """
    over = _time_limit(seconds)

    def stop(signum: int, frame: FrameType | None) -> None:
        if over() and not _importing(frame):
            raise TimeUpError

    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if remaining:
            left = max(remaining - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


def _time_limit(seconds: float) -> Callable[[], bool]:
    """Tell, when asked, whether so much processor time has been used.

    On a busy machine nothing is lost by that. Sleep is bounded by the wall clock.
    """
    started, computed = time.monotonic(), time.process_time()

    def over() -> bool:
        used = time.process_time() - computed
        return used >= seconds or time.monotonic() - started >= WALL * seconds

    return over


def _importing(frame: FrameType | None) -> bool:
    """Whether the call that is limited here has come to an import."""
    importer = "<frozen importlib._bootstrap>"
    while frame and frame.f_code.co_filename not in (importer, __file__):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename == importer


def _limited_in_thread(function: Callable, arguments: tuple, seconds: float) -> Any:
    """The same limit where signals cannot be used: a thread, stopped from outside."""
    result: dict[str, Any] = {}

    def work() -> None:
        try:
            result["value"] = function(*arguments)
        except BaseException as error:
            result["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    over = _time_limit(seconds)
    thread.join(seconds)
    while thread.is_alive() and (
        not over() or _importing(sys._current_frames().get(thread.ident or 0))
    ):
        thread.join(0.1)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeUpError)
        )
        thread.join(1.0)
        raise TimeUpError
    if "error" in result:
        raise result["error"]
    return result["value"]
