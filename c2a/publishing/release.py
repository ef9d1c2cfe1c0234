"""Make the exercises from their solutions: `python -m c2a.publishing.release`.

`solutions/*.ipynb` are nbgrader source notebooks. nbgrader's own preprocessors take out
solutions, hidden tests and outputs, so that a school that runs nbgrader gets the same
notebooks. `exercises/*.ipynb` are generated and never edited.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    LockCells,
)

from c2a.errors import C2AError

STUB = "# Write your answer here.\nraise NotImplementedError"
KEPT_METADATA = ("kernelspec", "language_info")


class ReleaseError(C2AError):
    """A solved notebook is no valid nbgrader source."""


def release(solved: NotebookNode) -> NotebookNode:
    """Return the student's version of a solved notebook, which is left as it is.

    Raises ReleaseError if nbgrader does not accept the notebook.
    """
    preprocessors = [
        LockCells(),
        ClearSolutions(code_stub={"python": STUB}),
        ClearOutput(),
        CheckCellMetadata(),
        ClearHiddenTests(),
    ]
    notebook = nbformat.from_dict(solved)
    resources: dict = {}
    try:
        for preprocessor in preprocessors:
            notebook, resources = preprocessor.preprocess(notebook, resources)
    except (ValidationError, RuntimeError) as error:
        raise ReleaseError(f"nbgrader refuses this notebook: {error}") from error
    for name in set(notebook.metadata) - set(KEPT_METADATA):
        del notebook.metadata[name]
    for cell in notebook.cells:
        cell.source = cell.source.rstrip()
        cell.metadata.pop("execution", None)
    return notebook


def released_text(source: Path) -> str:
    """The file that belongs in exercises/ for a file of solutions/."""
    try:
        return nbformat.writes(release(nbformat.read(source, as_version=4))) + "\n"
    except ReleaseError as error:
        raise ReleaseError(f"{source}: {error}") from error


def release_all(root: Path) -> list[Path]:
    """Write exercises/ from solutions/ below `root`; return the files that changed."""
    changed = drifted(root)
    for target in changed:
        text = released_text(root / "solutions" / target.name)
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return changed


def drifted(root: Path) -> list[Path]:
    """The files of exercises/ that are missing or not what solutions/ makes."""
    sources = sorted((root / "solutions").glob("*.ipynb"))
    targets = {root / "exercises" / source.name: source for source in sources}
    return [
        target
        for target, source in targets.items()
        if not target.exists()
        or target.read_text(encoding="utf-8") != released_text(source)
    ]


def main(options: Sequence[str] | None = None) -> int:
    """Write the notebooks, or with --check only say which are out of date."""
    parser = argparse.ArgumentParser(description="Make exercises/ from solutions/.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository")
    arguments = parser.parse_args(options)
    try:
        run = drifted if arguments.check else release_all
        changed = run(arguments.root)
    except C2AError as error:
        print(error, file=sys.stderr)
        return 1
    for target in changed:
        print(f"{'out of date' if arguments.check else 'written'}: {target}")
    return int(arguments.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
