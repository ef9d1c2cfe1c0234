"""Data files beside a notebook that its code names: they come into the sandbox."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG

from c2a.grading.identity import own_name

MOST_BYTES = 8 << 20  # of all data files of one student


def named(
    sources: Sequence[str], notebook: Path, files: Sequence[Path]
) -> tuple[dict[str, str], list[Path]]:
    """The files that code names, by their place as seen from the notebook's folder.

    Args:
        sources: the code cells.
        notebook: the file that they are from.
        files: what lies beside it, as far as it is the same student's.

    Returns:
        the contents in base64, by relative path; and the files that are too many.
    """
    text = "\n".join(sources)
    found: dict[str, str] = {}
    left, beyond = MOST_BYTES, []
    for file in files:
        place = _place(file, notebook.parent)
        if place is None or place.as_posix() in found or not _names(text, place.name):
            continue
        try:
            status = file.lstat()
            if not S_ISREG(status.st_mode):
                continue
            left -= status.st_size
            if left < 0:
                beyond.append(file)
                continue
            found[place.as_posix()] = b64encode(file.read_bytes()).decode()
        except OSError:  # the code will say that it is not there
            continue
    return found, beyond


def _place(file: Path, folder: Path) -> Path | None:
    """Where a file lies from a folder on, without what a platform put before it."""
    if not file.is_relative_to(folder):
        return None
    return file.relative_to(folder).with_name(own_name(file.name))


def _names(text: str, name: str) -> bool:
    """Whether a file's name stands in code, and not as a part of a longer one."""
    return name in text and any(_alone(text, name))


def _alone(text: str, name: str) -> Iterator[bool]:
    for match in re.finditer(re.escape(name), text):
        around = text[match.start() - 1 : match.start()], text[match.end() :][:1]
        yield not any(re.match(r"[\w.-]", each) for each in around)
