"""Run the chapters at a scale: ``python -m c2a.publishing.execute --scale cpu 02``.

At the cpu scale, which is the one published, outputs go back into the notebooks of
``book/`` and ``solutions/``; nothing else in them changes, so that running a chapter
twice gives the same file. At the other scales the notebooks stay as they are and the
ones with outputs go to ``_build/notebooks``. A notebook that fails is left untouched.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import resource
import sys
import time
import uuid
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import nbformat
from nbformat import NotebookNode

from c2a.book import NOTEBOOKS
from c2a.environment import ROOT, dotted, output_of
from c2a.errors import C2AError
from c2a.publishing.changes import changed_files, concerned
from c2a.publishing.stored_figures import without_live_figures
from c2a.scale import Scale

CELL_SECONDS = {"smoke": 600, "cpu": 1800, "gpu": None}
START_SECONDS = 600  # for a kernel, on a busy machine
WIDGETS = "application/vnd.jupyter.widget-state+json"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionError(C2AError):
    """A notebook could not be run to its end; the message says which cell and why."""


def read(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises:
        ExecutionError: the file is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat lets many kinds through
        raise ExecutionError(
            f"{path} is not a valid notebook ({type(error).__name__}): "
            f"bring it back with `git restore {path}`."
        ) from None


def run(path: Path, scale: Scale, draft: Path, *, progress: bool) -> NotebookNode:
    """Run a notebook with papermill; return it with outputs.

    Args:
        path: the notebook, which is not changed.
        scale: what the cell tagged ``parameters`` is told, where there is one.
        draft: where papermill keeps what has run so far.
        progress: whether to show a bar that counts cells.

    Raises:
        ExecutionError: a cell failed, took too long, or the kernel died.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    draft.parent.mkdir(parents=True, exist_ok=True)
    notebook = read(path)
    has_parameters = any("parameters" in _tags(cell) for cell in notebook.cells)
    os.environ |= {"OMP_NUM_THREADS": "1", "C2A_PROGRESS": "0"}
    try:
        return papermill.execute_notebook(
            str(path),
            str(draft),
            parameters={"SCALE": scale} if has_parameters else {},
            cwd=str(path.parent),
            # This one's, whatever the name of the kernel that saved the notebook.
            kernel_name="python3",
            language="python",
            progress_bar=progress,
            execution_timeout=CELL_SECONDS[scale],
            start_timeout=START_SECONDS,
            request_save_on_cell_execute=True,
            extra_arguments=[
                "--IPKernelApp.log_level=40"
            ],  # no word about loopback TCP
        )
    except PapermillExecutionError as error:
        trace = "\n".join(error.traceback)
        plain = trace if sys.stderr.isatty() else ESCAPES.sub("", trace)
        reason = f" raised {error.ename}:\n\n{plain}\n"
    except DeadKernelError:
        reason = ": the kernel died, as it does when memory runs out."
    except CellTimeoutError:
        reason = f" ran for more than {CELL_SECONDS[scale]} seconds."
    raise ExecutionError(
        f"{path}: {_running_cell(draft)}{reason}\n"
        f"The notebook is as it was; what ran is in {draft}."
    )


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _running_cell(draft: Path) -> str:
    """Words for the cell at which a run ended: the last one that was started."""
    cells = [cell for cell in without_injected(read(draft)) if cell.cell_type == "code"]
    started = [
        number
        for number, cell in enumerate(cells, 1)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    if not started:
        return "the kernel"
    first = next(iter(cells[started[-1] - 1].source.splitlines()), "")
    return f"code cell {started[-1]} of {len(cells)} (`{first}`)"


def without_injected(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells of an executed notebook less the one that papermill put in."""
    return [cell for cell in notebook.cells if "injected-parameters" not in _tags(cell)]


def with_outputs(original: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """The original with the outputs of the executed copy and nothing else of it."""
    result = nbformat.from_dict(original)
    count = 0
    for cell, done in zip(result.cells, without_injected(executed), strict=True):
        if cell.cell_type != "code":
            continue
        cell.outputs = done.outputs
        cell.execution_count = None
        if cell.source.strip():
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    result.metadata.pop("widgets", None)
    if "widgets" in executed.metadata:
        result.metadata.widgets = executed.metadata.widgets
    result.metadata.get("language_info", {}).pop("version", None)
    return result


def with_stable_models(notebook: NotebookNode, name: str) -> NotebookNode:
    """Number widget models by their order: their random names change with every run."""
    models = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    if not models:
        return notebook
    stable = {
        model: uuid.uuid5(uuid.NAMESPACE_URL, f"{name}#{number}").hex
        for number, model in enumerate(models)
    }
    pattern = re.compile("|".join(map(re.escape, stable)))
    text = pattern.sub(lambda match: stable[match[0]], json.dumps(notebook))
    return nbformat.from_dict(json.loads(text))


def record_of(scale: Scale, seconds: float) -> dict[str, Any]:
    """What the page says about a run: how long it took, on what, and when."""
    return {
        "seconds": round(seconds),
        "processor": graphics_card() if scale == "gpu" else processor(),
        "date": datetime.date.today().isoformat(),
        "torch": version("torch").partition("+")[0],
        "python": dotted(sys.version_info),
        "scale": scale,
        "threads": 1,
    }


def processor() -> str:
    """The model of this machine's processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        match = re.search(r"model name\s*: (.+)", cpuinfo.read_text())
        if match:
            return " ".join(match[1].split())
    brand = output_of(["sysctl", "-n", "machdep.cpu.brand_string"]).strip()
    return brand or platform.processor() or platform.machine()


def graphics_card() -> str:
    """The name of the GPU that torch uses, empty where there is none."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""


def write(notebook: NotebookNode, path: Path) -> None:
    """Put a notebook in its place, wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    draft.replace(path)


def _processor_seconds() -> float:
    """Processor time of all kernels that have ended: of one thread, about its seconds.

    Unlike a clock on the wall it does not count what else a busy machine does.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def execute(path: Path, scale: Scale, root: Path, *, progress: bool = False) -> float:
    """Run one notebook and keep its outputs; return the seconds that it took.

    Raises:
        ExecutionError: it did not run to its end.
    """
    name = path.relative_to(root)
    draft = root / "_build/running" / scale / name
    original = read(path)
    clock = time.perf_counter if scale == "gpu" else _processor_seconds
    start = clock()
    executed = run(path, scale, draft, progress=progress)
    seconds = clock() - start
    result = without_live_figures(with_outputs(original, executed))
    result = with_stable_models(result, str(name))
    result.metadata["c2a"] = record_of(scale, seconds)
    built = root / "_build/notebooks" / scale / name
    write(result, path if scale == "cpu" else built)
    draft.unlink()
    return seconds


def chosen(root: Path, chapter: str, scale: Scale) -> list[Path]:
    """The notebooks to run: chapters and, at the published scale, solutions.

    Args:
        root: the book's folder.
        chapter: a number such as ``02`` or ``2``, or empty for all; ``13`` is both of
            ``13a`` and ``13b``.
        scale: solutions know no scales, so they run at the published one only.

    Raises:
        ExecutionError: there is no such chapter.
    """
    wanted = f"{chapter.zfill(2)}*-*.ipynb" if chapter else NOTEBOOKS
    folders = ("book", "solutions") if scale == "cpu" else ("book",)
    found = [
        path for folder in folders for path in sorted((root / folder).glob(wanted))
    ]
    if not found:
        there = sorted(path.stem for path in (root / "book").glob(NOTEBOOKS))
        raise ExecutionError(
            f"There is no chapter {chapter}; there are: {', '.join(there)}."
        )
    return found


def execute_all(paths: list[Path], scale: Scale, root: Path) -> int:
    """Run notebooks, two or more side by side on a CPU; return how many failed."""
    workers = 1 if scale == "gpu" else max(1, min(len(paths), os.cpu_count() or 1))
    bar = workers == 1 and sys.stderr.isatty()
    failed = 0
    with ProcessPoolExecutor(workers) as pool:
        futures = {
            pool.submit(execute, path, scale, root, progress=bar): path
            for path in paths
        }
        for future in as_completed(futures):
            name = futures[future].relative_to(root)
            try:
                print(f"{name}: {future.result():.0f} s ({scale})", flush=True)
            except ExecutionError as error:
                failed += 1
                print(error, file=sys.stderr, flush=True)
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line names; exit status 1 if any notebook failed."""
    parser = argparse.ArgumentParser(description="Run the chapters of the book.")
    parser.add_argument("--scale", choices=get_args(Scale), default="cpu")
    parser.add_argument("chapter", nargs="?", default="", help="such as 02; or all")
    parser.add_argument(
        "--changed", action="store_true", help="only what differs from the main branch"
    )
    options = parser.parse_args(arguments)
    if options.scale == "gpu" and not graphics_card():
        print("There is no GPU that torch can see: nothing was run at the gpu scale.")
        return 0
    try:
        paths = chosen(ROOT, options.chapter, options.scale)
        changed = changed_files(ROOT) if options.changed else None
        if changed is not None:
            paths = concerned(paths, changed, ROOT)
            print(f"{len(paths)} notebooks differ from the main branch.", flush=True)
        return 1 if execute_all(paths, options.scale, ROOT) else 0
    except ExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: no unfinished notebook was changed.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
