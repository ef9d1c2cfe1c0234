"""Write files whole or not at all."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from c2a.errors import C2AError


class ResultsError(C2AError):
    """The folder of results cannot be written."""


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that readers see the old file or the new one.

    A process killed in between leaves at most a file that begins with ".part-".

    Raises:
        ResultsError: when the disk is full or the folder is not writable.
    """
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".part-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    except OSError as error:
        if part is not None:
            Path(part).unlink(missing_ok=True)
        raise ResultsError(
            f"{path} could not be written ({error.strerror}); make room and run the "
            "same command again: nothing that is graded is lost."
        ) from error


def remove_parts(folder: Path, older: float = 600.0) -> None:
    """Remove what killed processes left half-written, `older` seconds ago or more.

    Younger files may belong to another run that is writing right now.
    """
    for part in folder.glob(".part-*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime >= older:
                part.unlink()


def _umask() -> int:
    """Return the process's mask for new files, which mkstemp ignores."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
