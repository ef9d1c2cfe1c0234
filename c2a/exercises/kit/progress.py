"""What a reader has solved so far, kept in a small file beside the notebook."""

import json
import os
import tempfile
from pathlib import Path

FILE_NAME = ".c2a-progress.json"


class ProgressFile:
    """Points by chapter and exercise, in a JSON file of the current folder.

    Jupyter runs a notebook in the notebook's own folder, so the file lies beside it. A
    file that is missing or damaged counts as empty; one that cannot be written is let
    be: progress is a comfort, and must never stop an exercise.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def path(self) -> Path:
        """Where the file is."""
        return (self._folder or Path.cwd()) / FILE_NAME

    def points(self, chapter: str) -> dict[str, tuple[float, float]]:
        """Points on the visible cases, best and latest, by exercise of a chapter."""
        recorded = self._read().get(chapter)
        if not isinstance(recorded, dict):
            return {}
        return {
            name: (float(pair[0]), float(pair[1]))
            for name, pair in recorded.items()
            if isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(each, int | float) for each in pair)
        }

    def record(self, chapter: str, exercise: str, points: float) -> bool:
        """Write down the points of a check; False if that is impossible."""
        everything, known = self._read(), self.points(chapter)
        best, _ = known.get(exercise, (0.0, 0.0))
        known[exercise] = max(points, best), points
        everything[chapter] = known
        try:
            self._write(json.dumps(everything, indent=1, sort_keys=True))
        except OSError:
            return False
        return True

    def _read(self) -> dict:
        try:
            everything = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return everything if isinstance(everything, dict) else {}

    def _write(self, text: str) -> None:
        """Write a new file, then put it in the place of the old one in one step."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=FILE_NAME)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
