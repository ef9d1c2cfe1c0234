"""One small training loop for all chapters.

It shuffles with a seed, keeps a history, stops when the loss is no longer a number, and
can continue an interrupted run from a checkpoint.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from c2a.errors import C2AError
from c2a.scale import device

Loss = Callable[[Tensor, Tensor], Tensor]


class TrainingError(C2AError):
    """The training can't go on: the loss diverged, or a checkpoint does not fit."""


@dataclass
class History:
    """What happened: one training loss a step, one validation value an epoch."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    @property
    def epochs(self) -> int:
        """The number of epochs that are complete, where accuracies were asked for."""
        return len(self.accuracy)


def seed_everything(seed: int) -> None:
    """Seed torch (all devices) and NumPy's global generator."""
    torch.manual_seed(seed)
    np.random.seed(seed)


def count_parameters(model: nn.Module) -> int:
    """The number of trainable parameters of a model."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


@torch.no_grad()
def predict(model: nn.Module, inputs: Tensor, batch_size: int = 1000) -> Tensor:
    """The model's outputs in evaluation mode, batch by batch, on the CPU.

    Args:
        model: any module that takes one batch of inputs.
        inputs: shape (N, ...).
        batch_size: examples in one forward pass.

    Returns:
        The outputs, shape (N, ...).
    """
    was_training = model.training
    model.eval().to(device())
    outputs = [model(batch.to(device())).cpu() for batch in inputs.split(batch_size)]
    model.train(was_training)
    return torch.cat(outputs)


def accuracy(model: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """The share of examples whose largest output is at their label, from 0 to 1."""
    return (predict(model, inputs).argmax(1) == labels).float().mean().item()


def fit(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int = 128,
    seed: int = 0,
    loss: Loss = nn.functional.cross_entropy,
    weight_decay: float = 0.0,
    validation: tuple[Tensor, Tensor] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    label: str = "training",
) -> History:
    """Train a model with AdamW and a one-cycle learning rate (Smith & Topin 2019).

    Args:
        model: trained in place, moved to ``c2a.scale.device()``.
        inputs, targets: shape (N, ...) each.
        epochs: passes over the data.
        learning_rate: the peak of the cycle.
        batch_size: examples a step; the last, smaller batch is dropped when N allows.
        seed: order of the examples, and dropout.
        loss: from (outputs, targets) to one number.
        weight_decay: AdamW's.
        validation: inputs and labels on which accuracy is measured after each epoch.
        checkpoint: a file; written after each epoch, and continued from if it exists.
        label: what the progress bar says.

    Returns:
        The history; ``history.loss`` has one value a step.

    Raises:
        TrainingError: the loss became NaN or infinite; or the checkpoint is damaged or
            belongs to another model.
    """
    model.train().to(device())
    torch.manual_seed(seed)
    batch_size = min(batch_size, len(inputs))
    steps = len(inputs) // batch_size
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=learning_rate, weight_decay=weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=learning_rate, total_steps=max(2, epochs * steps)
    )
    history = History()
    state = _State(model, optimizer, schedule, history)
    path = Path(checkpoint) if checkpoint is not None else None
    first = state.load(path) if path is not None and path.exists() else 0
    bar = _progress(total=epochs * steps, initial=first * steps, label=label)
    with bar:
        for epoch in range(first, epochs):
            for batch in _batches(len(inputs), batch_size, seed, epoch):
                value = loss(
                    model(inputs[batch].to(device())), targets[batch].to(device())
                )
                _require_finite(value, len(history.loss), learning_rate)
                optimizer.zero_grad(set_to_none=True)
                value.backward()
                optimizer.step()
                schedule.step()
                history.loss.append(value.item())
                bar.update()
            if validation is not None:
                history.accuracy.append(accuracy(model, *validation))
            if path is not None:
                state.save(path, epoch + 1)
    return history


def _batches(n: int, size: int, seed: int, epoch: int) -> Iterator[Tensor]:
    # One generator an epoch, so that a resumed run sees the same order.
    generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
    order = torch.randperm(n, generator=generator)
    for start in range(0, n - size + 1, size):
        yield order[start : start + size]


def _require_finite(value: Tensor, step: int, learning_rate: float) -> None:
    if not torch.isfinite(value):
        raise TrainingError(
            f"The loss is {value.item()} at step {step}: the training diverged. "
            f"Try a learning rate below {learning_rate:g}; check the inputs for NaN."
        )


def _progress(total: int, initial: int, label: str) -> tqdm:
    # On a terminal or in a live notebook only: a bar in a committed output would differ
    # from run to run, so whoever executes notebooks in bulk sets C2A_PROGRESS=0.
    live = sys.stderr.isatty() or "ipykernel" in sys.modules
    live = live and os.environ.get("C2A_PROGRESS") != "0"
    return tqdm(total=total, initial=initial, desc=label, leave=False, disable=not live)


@dataclass
class _State:
    """Everything that a resumed run needs to go on exactly where it stopped."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    history: History

    def save(self, path: Path, epochs: int) -> None:
        record = {
            "epochs": epochs,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "history": asdict(self.history),
            "random": torch.get_rng_state(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                torch.save(record, file)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def load(self, path: Path) -> int:
        try:
            record = torch.load(path, weights_only=True, map_location=device())
            steps = record["schedule"]["total_steps"]
            if steps != self.schedule.state_dict()["total_steps"]:
                raise ValueError(f"it is part of a run of {steps} steps")
            self.model.load_state_dict(record["model"])
            self.optimizer.load_state_dict(record["optimizer"])
            self.schedule.load_state_dict(record["schedule"])
            self.history.__init__(**record["history"])  # type: ignore[misc]
            torch.set_rng_state(record["random"].cpu())
            return int(record["epochs"])
        except Exception as error:
            raise TrainingError(
                f"The checkpoint {path} can't be continued ({error}): "
                "delete it to start again."
            ) from error
