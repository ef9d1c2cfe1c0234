"""What a reader has solved so far, kept in a small file beside the notebook."""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FILE_NAME = ".c2a-progress.json"
WAIT = 2.0  # seconds for another notebook to finish writing
STALE = 10.0  # seconds after which a lock was left by a process that is gone


class ProgressFile:
    """Points by chapter and exercise, in a JSON file of the current folder.

    Jupyter runs a notebook in the notebook's own folder, so the file lies beside it,
    and several notebooks, or the members of a group, may write to it. A file that is
    damaged is kept under another name; one that cannot be written is let be: progress
    is a comfort, and must never stop an exercise.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.spoiled: Path | None = None  # where a damaged file was kept, once

    @property
    def path(self) -> Path:
        """Where the file is."""
        return (self._folder or Path.cwd()) / FILE_NAME

    def points(self, chapter: str) -> dict[str, tuple[float, float]]:
        """Points on the visible cases, best and latest, by exercise of a chapter."""
        return _points(self._read(), chapter)

    def record(self, chapter: str, exercise: str, points: float) -> bool:
        """Write down the points of a check; False if that is impossible."""
        try:
            with _locked(self.path.with_name(f"{FILE_NAME}.lock")):
                everything = self._read(keep=True)
                known = _points(everything, chapter)
                best, _ = known.get(exercise, (0.0, 0.0))
                known[exercise] = max(points, best), points
                everything[chapter] = known
                self._write(json.dumps(everything, indent=1, sort_keys=True))
        except OSError:
            return False
        return True

    def _read(self, keep: bool = False) -> dict:
        """What the file holds; `keep`: put a damaged one aside before it is lost.

        Raises OSError if it is there and cannot be read, when it would be lost.
        """
        try:
            text = self.path.read_text(encoding="utf-8-sig")
            everything = json.loads(text) if text.strip() else {}
            if isinstance(everything, dict):
                return everything
        except FileNotFoundError:
            return {}
        except OSError:
            if keep:
                raise
            return {}
        except (ValueError, RecursionError):
            pass
        if keep:
            aside = self.path.with_name(f"{FILE_NAME}.damaged-{time.time_ns()}")
            os.replace(self.path, aside)
            self.spoiled = aside
        return {}

    def _write(self, text: str) -> None:
        """Write a new file, then put it in the place of the old one in one step.

        It may be read and written by whom the old one, or else the umask, allows.
        """
        try:
            mode = self.path.stat().st_mode & 0o777
        except FileNotFoundError:
            mode = 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=FILE_NAME)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, mode)
            os.replace(name, self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _points(everything: dict, chapter: str) -> dict[str, tuple[float, float]]:
    recorded = everything.get(chapter)
    if not isinstance(recorded, dict):
        return {}
    return {
        name: (float(pair[0]), float(pair[1]))
        for name, pair in recorded.items()
        if isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(each, int | float) for each in pair)
    }


@contextlib.contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock that works on every system: a file that only one can make.

    Raises OSError if the folder cannot be written.
    """
    until = time.monotonic() + WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            if time.monotonic() > until or _age(lock) > STALE:
                lock.unlink(missing_ok=True)
                until = time.monotonic() + WAIT
            time.sleep(0.005)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
