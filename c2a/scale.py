"""Three scales, one notebook: how much work a chapter does when it runs.

``smoke`` takes seconds and only proves that every cell runs; ``cpu`` is what the book
publishes; ``gpu`` uses full data sets and published settings.
"""

from __future__ import annotations

from typing import Literal, TypeVar, cast, get_args

from c2a.errors import C2AError

Scale = Literal["smoke", "cpu", "gpu"]
T = TypeVar("T")

_current: Scale = "cpu"


def set_scale(scale: str) -> None:
    """Choose the scale for everything that runs after this call.

    Args:
        scale: ``"smoke"``, ``"cpu"`` or ``"gpu"``.

    Raises:
        C2AError: the name is unknown, or ``"gpu"`` was asked for where there is none.
    """
    global _current
    if scale not in get_args(Scale):
        known = ", ".join(get_args(Scale))
        raise C2AError(f"Unknown scale {scale!r}: choose one of {known}.")
    if scale == "gpu":
        _require_gpu()
    _current = cast(Scale, scale)


def current_scale() -> Scale:
    """The scale in force."""
    return _current


def pick(*, smoke: T, cpu: T, gpu: T) -> T:
    """The value that belongs to the scale in force."""
    return {"smoke": smoke, "cpu": cpu, "gpu": gpu}[_current]


def device() -> str:
    """``"cuda"`` at the gpu scale, else ``"cpu"``, for ``tensor.to(device())``."""
    return "cuda" if _current == "gpu" else "cpu"


def _require_gpu() -> None:
    import torch

    if not torch.cuda.is_available():
        raise C2AError(
            'SCALE = "gpu" needs an NVIDIA GPU that torch can see, and there is none: '
            'run with SCALE = "cpu", or choose a runtime with a GPU.'
        )
