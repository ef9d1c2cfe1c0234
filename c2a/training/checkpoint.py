"""A training's state in a file, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from c2a.errors import C2AError
from c2a.scale import device


class CheckpointError(C2AError):
    """The file can't be continued from: it is damaged or belongs to another run."""


class Checkpoint:
    """Saves and loads everything that a run needs to go on exactly where it stopped.

    Args:
        path: the file.
        run: what tells this run from others, such as its number of steps.
        parts: objects with ``state_dict`` and ``load_state_dict``, in a fixed order.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        run: Mapping[str, int],
        parts: Sequence[Any],
    ) -> None:
        self.path, self.run, self.parts = Path(path), dict(run), parts

    def save(self) -> None:
        """Write the file, wholly or not at all."""
        states = [part.state_dict() for part in self.parts]
        record = {"run": self.run, "parts": states, "random": torch.get_rng_state()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                torch.save(record, file)
            os.replace(draft, self.path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise

    def load(self) -> None:
        """Put the parts into the state of the file, where there is one.

        Raises:
            CheckpointError: the file is damaged, or belongs to another run.
        """
        if not self.path.exists():
            return
        try:
            record = torch.load(self.path, weights_only=True, map_location=device())
            if record["run"] != self.run:
                raise ValueError(f"it belongs to another run, {record['run']}")
            for part, state in zip(self.parts, record["parts"], strict=True):
                part.load_state_dict(state)
            torch.set_rng_state(record["random"].cpu())
        except Exception as error:  # a damaged file fails in many ways
            raise CheckpointError(
                f"The checkpoint {self.path} can't be continued ({error}): "
                "delete it to start again."
            ) from error
