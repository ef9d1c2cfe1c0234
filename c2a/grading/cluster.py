"""Mark on the workers of a dask.distributed scheduler.

Every worker process owns a sandbox of its own. Only JSON crosses between machines: text
of submissions one way, marks the other; no object that a student made. When a worker
dies, the scheduler gives its batches to another.
"""

import asyncio
import atexit
import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from c2a.errors import C2AError
from c2a.grading.assignment import Assignment, load_assignment
from c2a.grading.local import LocalMarker
from c2a.grading.marking import Marked, Task
from c2a.grading.program import Answer, Piece, Program
from c2a.grading.records import Result
from c2a.grading.seed import Seed

PATIENCE = 30  # seconds to wait for the scheduler and a first worker


class ClusterError(C2AError):
    """The cluster cannot be reached, or its workers are not fit to grade."""


class ClusterMarker:
    """Marks batches of tasks on a cluster.

    Raises:
        ClusterError: when there is no scheduler or no worker.
    """

    batch = 50

    def __init__(
        self,
        address: str,
        assignment: Assignment,
        chapter: str | None,
        files: Sequence[Path],
        seed: Seed,
        unsafe: bool = False,
    ) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise ClusterError(
                "Grading on a cluster needs `pip install 'c2a[cluster]'`."
            ) from error
        try:
            # The thread of the caller may have a loop of its own, as in a notebook.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(lambda: asyncio.run(_reach(address))).result()
            self._client = Client(address, timeout=PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError, MemoryError) as error:
            raise ClusterError(
                f"There is no scheduler with a worker at {address}; start them with "
                "`dask scheduler` and `dask worker`."
            ) from error
        threads = sum(self._client.nthreads().values())
        self.ahead = 2 * threads + 1
        self.protection = ""
        self._executor = self._client.get_executor(pure=False)
        versions = {name: each.version for name, each in assignment.by_name.items()}
        self._order = {
            "chapter": chapter,
            "files": [[path.name, path.read_text("utf-8")] for path in files],
            "versions": versions,
            "seed": seed.secret.hex(),
            "unsafe": unsafe,
        }

    def submit(self, tasks: list[Task]) -> "Future[list[Marked]]":
        """Send a batch to the cluster."""
        plain = [asdict(task) for task in tasks]
        payload = json.dumps({"order": self._order, "tasks": plain})
        answer: Future[list[Marked]] = Future()
        self._executor.submit(mark_batch, payload).add_done_callback(
            lambda done: self._receive(done, answer)
        )
        return answer

    def close(self) -> None:
        """Leave the cluster; batches that it has not begun are given up."""
        self._executor.shutdown(wait=False)
        self._client.close()

    def _receive(self, done: "Future[str]", answer: "Future[list[Marked]]") -> None:
        """Turn a worker's text into marks."""
        try:
            reply = json.loads(done.result())
        except BaseException as error:
            answer.set_exception(_explained(error))
            return
        self.protection = reply["protection"]
        answer.set_result([_marked(each) for each in reply["marked"]])


async def _reach(address: str) -> None:
    """Connect and leave: a client that fails to connect cannot be closed in time."""
    from distributed.comm import connect

    comm = await connect(address, timeout=PATIENCE)
    comm.abort()


def mark_batch(payload: str) -> str:
    """Mark a batch on a worker; JSON in, JSON out.

    Raises:
        ClusterError: when this machine has other versions of the exercises.
    """
    request = json.loads(payload)
    marker = _marker(json.dumps(request["order"]))
    marked = [asdict(marker.mark(_task(each))) for each in request["tasks"]]
    return json.dumps({"marked": marked, "protection": marker.protection})


_markers: dict[str, LocalMarker] = {}
_starting = threading.Lock()
# The version of an exercise is its source, so the files stay while the process lives.
_folders: list[tempfile.TemporaryDirectory] = []


def _marker(order: str) -> LocalMarker:
    """Return this process's marker for an order, started the first time."""
    key = hashlib.sha256(order.encode()).hexdigest()
    with _starting:
        if key not in _markers:
            while _markers:  # of an earlier order
                _markers.popitem()[1].close()
            _markers[key] = _new_marker(json.loads(order))
            atexit.register(_markers[key].close)
        return _markers[key]


def _new_marker(order: dict[str, Any]) -> LocalMarker:
    from distributed import get_worker

    files = []
    _folders.append(tempfile.TemporaryDirectory(prefix="c2a-exercises-"))
    for name, text in order["files"]:
        path = Path(_folders[-1].name, Path(name).name)
        path.write_text(text, encoding="utf-8")
        files.append(path)
    assignment = load_assignment(order["chapter"], files)
    versions = {name: each.version for name, each in assignment.by_name.items()}
    if versions != order["versions"]:
        raise ClusterError(
            "A worker has other versions of the exercises; install the same c2a there."
        )
    seed = Seed(bytes.fromhex(order["seed"]))
    threads = get_worker().state.nthreads
    return LocalMarker(assignment.by_name, seed, threads, order["unsafe"])


def _task(plain: dict[str, Any]) -> Task:
    program = plain["program"]
    return Task(
        plain["submission"],
        Program(
            tuple(Piece(**piece) for piece in program["pieces"]),
            {name: _answer(each) for name, each in program["answers"].items()},
            {int(cell): error for cell, error in program["broken"].items()},
            program["modules"],
            program["data"],
        ),
        tuple(plain["exercises"]),
    )


def _answer(plain: dict[str, Any]) -> Answer:
    lists = ("cells", "unreadable")
    return Answer(**plain | {name: tuple(plain[name]) for name in lists})


def _marked(plain: dict[str, Any]) -> Marked:
    results = tuple(Result(**each) for each in plain["results"])
    return Marked(plain["submission"], results, plain["run"])


def _explained(error: BaseException) -> BaseException:
    """Say what to do when workers die again and again over the same batch."""
    if type(error).__name__ == "KilledWorker":
        return ClusterError(
            "A batch was given up after several workers died over it; give the workers "
            "more memory and run the same command again: what is marked is safe."
        )
    return error
