"""What one submission may use, and what the sandbox says when it cannot be had."""

from dataclasses import dataclass

from c2a.errors import C2AError
from c2a.grading.sandbox.inside.wire import FrameLimits


class SandboxError(C2AError):
    """The sandbox cannot be set up or has failed; no fault of a student's."""


@dataclass(frozen=True)
class Limits:
    """Bounds for one process of one submission.

    Seconds are those that its process computes or sleeps; see `clock.py`.

    Attributes:
        memory_mb: address space beyond what the warmed libraries take.
        cpu_seconds: processor time of the process, all cells and calls together.
        seconds: for all that a submission does, restarts of its process included.
        cell_seconds: for one cell.
        cells_seconds: for all cells together; what then remains is not run.
        start_seconds: wall time to set up a process, no matter of the student's.
        tmp_mb, tmp_files: size of /tmp, which is the process's own, and files in it.
        file_mb: size of one file.
        open_files: descriptors open at once.
        processes: threads at once (processes cannot be started at all).
        reply_mb: numbers in one returned value.
        reply_arrays: arrays in one returned value.
        header_kb: everything else in a returned value: its lists, texts and scalars.
        printed_bytes: output kept of one cell or call.
        data: whether the data sets that ship with c2a can be read. Say no where the
            answer is judged on a part of them: `predict` could look its labels up.
    """

    memory_mb: int = 2048
    cpu_seconds: int = 300
    seconds: float = 180.0
    cell_seconds: float = 10.0
    cells_seconds: float = 60.0
    start_seconds: float = 30.0
    tmp_mb: int = 64
    tmp_files: int = 2000
    file_mb: int = 16
    open_files: int = 64
    processes: int = 32
    reply_mb: int = 16
    reply_arrays: int = 1024
    header_kb: int = 1024
    printed_bytes: int = 20_000
    data: bool = True

    def frame(self, extra_bytes: int = 0, extra_arrays: int = 0) -> FrameLimits:
        """The largest reply to accept; the extras are what was sent and may return."""
        return FrameLimits(
            header=self.header_kb << 10,
            blocks=(self.reply_mb << 20) + extra_bytes,
            count=self.reply_arrays + extra_arrays,
        )
