"""Downloads a file of a data set once: whole, checked, and safely beside others.

A file appears under its final name only after its size and SHA-256 were found right;
until then it grows under a hidden name in the same folder, from where an interrupted
download goes on. One process at a time works on a file; the others wait and find it.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import shutil
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from c2a.data.connection import (
    AlreadyWhole,
    FailedForGood,
    FailedForNow,
    Response,
    open_url,
)
from c2a.data.dataset import DataError, DataFile, DataSet
from c2a.data.locations import is_sound

_BLOCK = 1 << 18


@dataclass(frozen=True)
class Patience:
    """How long to bear with a server.

    stall_seconds: silence after which a connection counts as dead.
    attempts: connections made to one address before giving it up.
    backoff_seconds: pause before the second attempt; it doubles with each further one.
    """

    stall_seconds: float = 30.0
    attempts: int = 4
    backoff_seconds: float = 1.0


class _Corrupted(FailedForNow):
    """What arrived is not what the registry promises."""


PATIENCE = Patience()


def fetch(
    data_set: DataSet, file: DataFile, folder: Path, patience: Patience = PATIENCE
) -> Path:
    """The path of `file` in `folder`, downloaded if it is not there or not sound.

    Raises DataError, saying what to do, when the file cannot be had or written.
    """
    path = folder / file.name
    if is_sound(path, file):
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _only_one(path):
            # Another process may have fetched it while this one waited.
            if not is_sound(path, file):
                with _tidy_when_full(path):
                    _require_space(file, path)
                    _download(data_set, file, path, patience)
    except OSError as error:
        raise _cannot_write(data_set, folder, error) from error
    return path


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Hold the lock of `path`; the system frees it should this process die."""
    from filelock import FileLock, Timeout

    lock = FileLock(_hidden(path, "lock"))
    try:
        lock.acquire(timeout=0.5)
    except Timeout:
        print(f"Waiting for another process that fetches {path.name}", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _hidden(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}.{suffix}")


def _download(
    data_set: DataSet, file: DataFile, path: Path, patience: Patience
) -> None:
    """Try the addresses of `file` in turn until one gives it."""
    reasons: dict[str, str] = {}
    for url in file.urls:
        try:
            _download_from(url, file, path, patience)
            return
        except (FailedForGood, FailedForNow) as failure:
            host = urlsplit(url).hostname
            if host:  # That a copy on this machine is absent is no news.
                reasons[host] = str(failure)
    told = "; ".join(f"{host} {reason}" for host, reason in reasons.items())
    raise DataError(
        f"{data_set.title} is not on this machine ({file.name} is missing or damaged) "
        f"and could not be downloaded: {told}. It comes from {data_set.source}. "
        f"With a working network, run `c2a data fetch {data_set.name}`; or put the "
        f"{'uncompressed ' if file.compressed else ''}file {file.name} "
        f"({file.size:,} bytes) into {path.parent} yourself."
    )


def _download_from(url: str, file: DataFile, path: Path, patience: Patience) -> None:
    """Download `file` from one address, with retries.

    Raises FailedForGood or FailedForNow with the reason once patience is exhausted.
    """
    part = _hidden(path, "part")
    pause = patience.backoff_seconds
    fresh_and_corrupted = 0
    for attempt in range(1, patience.attempts + 1):
        fresh = not part.exists()
        try:
            _receive(url, file, part, patience)
            _install(file, part, path)
            return
        except FailedForNow as failure:
            if isinstance(failure, _Corrupted):
                # Nothing of it can be trusted. A part left by an earlier run may be
                # the cause; wrong twice from the start, the file itself is another.
                part.unlink(missing_ok=True)
                fresh_and_corrupted += fresh
            if attempt == patience.attempts or fresh_and_corrupted == 2:
                raise
        time.sleep(pause)
        pause *= 2


def _receive(url: str, file: DataFile, part: Path, patience: Patience) -> None:
    """Append to `part` what it lacks, or write it anew if the server knows no Range."""
    start = part.stat().st_size if part.exists() else 0
    try:
        response = open_url(url, start, patience.stall_seconds)
    except AlreadyWhole:
        return
    with response, open(part, "ab" if response.start else "wb") as stream:
        for block in _with_progress(response, file):
            stream.write(block)
            if stream.tell() > _most_bytes(file):
                raise _Corrupted("sent more than the file holds")
        received = stream.tell()
    expected = response.total if file.compressed else file.size
    if expected is not None and received < expected:
        raise FailedForNow(f"sent only {received:,} of {expected:,} bytes")


def _most_bytes(file: DataFile) -> int:
    """Bytes that may arrive: gzip makes incompressible content a little longer."""
    return file.size + file.size // 1000 + 1024 if file.compressed else file.size


def _with_progress(response: Response, file: DataFile) -> Iterator[bytes]:
    """The blocks of `response`, with a progress bar where there is a terminal."""
    from tqdm import tqdm

    with tqdm(
        desc=file.name,
        total=response.total,
        initial=response.start,
        unit="B",
        unit_scale=True,
        disable=None,  # None: no bar unless standard error is a terminal.
    ) as bar:
        for block in response.blocks(_BLOCK):
            yield block
            bar.update(len(block))


def _install(file: DataFile, part: Path, path: Path) -> None:
    """Check what was received and give it its final name, all at once."""
    whole = _hidden(path, "whole") if file.compressed else part
    try:
        if file.compressed:
            _decompress(file, part, whole)
        if not is_sound(whole, file):
            raise _Corrupted("sent a file whose SHA-256 is not the one expected")
        os.replace(whole, path)
    finally:
        if file.compressed:
            whole.unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def _decompress(file: DataFile, part: Path, whole: Path) -> None:
    """Write the content of gzip file `part` to `whole`, no more than is expected."""
    try:
        with gzip.open(part) as source, open(whole, "wb") as target:
            while target.tell() <= file.size and (block := source.read(_BLOCK)):
                target.write(block)
    except EOFError as error:
        raise _Corrupted("sent a file that ends too early") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _Corrupted("sent a file that is damaged or no gzip file") from error


def _require_space(file: DataFile, path: Path) -> None:
    part = _hidden(path, "part")
    there = part.stat().st_size if part.exists() else 0
    if shutil.disk_usage(path.parent).free < file.size - there:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def _tidy_when_full(path: Path) -> Iterator[None]:
    """Give a full disk back what the download of `path` took from it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            _hidden(path, "part").unlink(missing_ok=True)
        raise


def _cannot_write(data_set: DataSet, folder: Path, error: OSError) -> DataError:
    """The sentence for an error of the file system."""
    elsewhere = "set the environment variable C2A_DATA to a folder"
    if error.errno in _FULL:
        return DataError(
            f"The disk is full: {data_set.title} needs {data_set.size:,} bytes in "
            f"{folder}. Free some space or {elsewhere} on a disk that has it."
        )
    return DataError(
        f"{data_set.title} cannot be kept in {folder} ({error.strerror or error}). "
        f"Make that folder writable or {elsewhere} that is."
    )
