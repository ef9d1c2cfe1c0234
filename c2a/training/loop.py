"""One small training loop for all chapters.

It shuffles with a seed, keeps a history, stops when the loss is no longer a number, and
can continue an interrupted run from a checkpoint.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR
from tqdm.auto import tqdm

from c2a.errors import C2AError
from c2a.scale import device
from c2a.training.checkpoint import Checkpoint
from c2a.training.evaluation import accuracy, on_device

Column = Tensor | Sequence[Tensor]
Loss = Callable[[Any, Tensor], Tensor]
Objective = Callable[..., Tensor]
Schedule = Callable[[Optimizer, int], LRScheduler]


class TrainingError(C2AError):
    """The training can't go on: the loss diverged, or the arguments do not fit."""


@dataclass
class History:
    """What happened.

    Attributes:
        loss: the training loss, one a step.
        metric: the metric on the validation data, one a measurement.
    """

    loss: list[float] = field(default_factory=list)
    metric: list[float] = field(default_factory=list)

    def state_dict(self) -> dict[str, list[float]]:
        """The lists by name."""
        return asdict(self)

    def load_state_dict(self, state: dict[str, list[float]]) -> None:
        """Take over what `state_dict` gave."""
        self.loss, self.metric = list(state["loss"]), list(state["metric"])


def seed_everything(seed: int) -> None:
    """Seed torch (all devices) and NumPy's global generator."""
    torch.manual_seed(seed)
    np.random.seed(seed)


def batches(n: int, size: int, seed: int, start: int = 0) -> Iterator[Tensor]:
    """Batch after batch without end, shuffled anew in each pass over the data.

    Args:
        n: the number of examples.
        size: examples in a batch; what is left over at the end of a pass is dropped.
        seed: of the order.
        start: how many batches to leave out, as a run that is continued does.

    Yields:
        Indices of examples, shape (size,).
    """
    first, skipped = divmod(start, n // size)
    epoch = first
    while True:
        # A generator of its own, so that nothing else moves the order.
        generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
        order = torch.randperm(n, generator=generator)[: n // size * size]
        yield from order.split(size)[skipped if epoch == first else 0 :]
        epoch += 1


def one_cycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Up to the optimizer's rates in the first third, then down (Smith & Topin 2019).

    AdamW's momentum, its first beta, moves the other way.
    """
    return OneCycleLR(
        optimizer,
        max_lr=[group["lr"] for group in optimizer.param_groups],
        total_steps=max(2, steps),
        cycle_momentum="betas" in optimizer.defaults,
    )


def constant(optimizer: Optimizer, steps: int) -> LRScheduler:
    """The same rate from the first step to the last."""
    return LambdaLR(optimizer, lambda step: 1.0)


def fit(
    model: nn.Module,
    *tensors: Column,
    learning_rate: float,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int = 128,
    seed: int = 0,
    loss: Loss = nn.functional.cross_entropy,
    objective: Objective | None = None,
    optimizer: Callable[..., Optimizer] = torch.optim.AdamW,
    weight_decay: float = 0.0,
    parameters: list[dict[str, Any]] | None = None,
    schedule: Schedule = one_cycle,
    clip: float | None = None,
    collate: Callable[..., Sequence[Tensor]] | None = None,
    validation: Sequence[Any] | None = None,
    metric: Callable[..., float] = accuracy,
    every: int | None = None,
    after_step: Callable[[int, nn.Module], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    label: str = "training",
) -> History:
    """Train a model, by default with AdamW and a one-cycle learning rate.

    The core is the loop that a textbook prints: loss of a batch, gradient, step.

    Args:
        model: trained in place, on ``c2a.scale.device()``; then back where it was.
        tensors: N examples each: the model's inputs, and last the targets. A single one
            is both. Lists of tensors of unequal length go through ``collate``.
        learning_rate: the peak of the schedule.
        epochs, steps: passes over the data, or steps; one of the two.
        batch_size: examples a step; the last, smaller batch is dropped when N allows.
        seed: order of the examples, and dropout.
        loss: from (outputs, targets) to one number.
        objective: from (model, batch of each tensor) to one number, instead of ``loss``
            where the loss is more than a comparison of outputs with targets.
        optimizer: called with parameters, ``lr`` and ``weight_decay``.
        parameters: torch's parameter groups; by default all of the model in one.
        schedule: from (optimizer, steps) to one of torch's schedulers.
        clip: the largest norm that the whole gradient may have.
        collate: from a batch of each column to tensors.
        validation: what ``metric`` gets after the model, usually inputs and labels.
        metric: from (model, *validation) to one number.
        every: steps from one measurement and checkpoint to the next; by default an
            epoch. The last step is always measured.
        after_step: called with step and model after each update, while the gradients
            are still there. If it has ``state_dict``, checkpoints keep that too.
        checkpoint: a file; written from time to time, and continued from if it exists.
        label: what the progress bar says.

    Returns:
        The history; ``history.loss`` has one value a step.

    Raises:
        TrainingError: the loss became NaN or infinite; or the arguments do not fit.
        CheckpointError: the checkpoint is damaged or belongs to another run.
    """
    n = _common_length(tensors)
    batch_size = min(batch_size, n)
    epoch = n // batch_size
    steps = _steps(epochs, steps, epoch)
    every = every or epoch
    compute = objective or _supervised(loss)

    with on_device(model):
        model.train()
        torch.manual_seed(seed)
        optimize = optimizer(
            parameters or model.parameters(),
            lr=learning_rate,
            weight_decay=weight_decay,
        )
        scheduler = schedule(optimize, steps)
        history = History()
        saved = None
        if checkpoint is not None:
            run = {
                "steps": steps,
                "batch size": batch_size,
                "examples": n,
                "seed": seed,
            }
            parts = [model, optimize, scheduler, history]
            parts += [after_step] if hasattr(after_step, "state_dict") else []
            saved = Checkpoint(checkpoint, run, parts)
            saved.load()
        first = len(history.loss)

        with _progress(steps, first, label) as bar:
            for step, rows in zip(
                range(first, steps), batches(n, batch_size, seed, first), strict=False
            ):
                value = compute(model, *_batch(tensors, rows, collate))
                _require_finite(value, step, learning_rate)
                optimize.zero_grad()
                value.backward()
                if clip is not None:
                    clip_grad_norm_(model.parameters(), clip)
                optimize.step()
                scheduler.step()
                if after_step is not None:
                    after_step(step, model)
                history.loss.append(value.item())
                bar.set_postfix_str(f"loss {history.loss[-1]:.3f}", refresh=False)
                bar.update()
                if (step + 1) % every == 0 or step + 1 == steps:
                    if validation is not None:
                        history.metric.append(metric(model, *validation))
                        model.train()
                    if saved is not None:
                        saved.save()
    return history


def _common_length(columns: Sequence[Column]) -> int:
    lengths = [len(column) for column in columns]
    if len(set(lengths)) != 1 or lengths[0] == 0:
        raise TrainingError(
            f"The tensors hold {lengths} examples: each needs the same number, at "
            "least one."
        )
    return lengths[0]


def _steps(epochs: int | None, steps: int | None, epoch: int) -> int:
    if (epochs is None) == (steps is None):
        raise TrainingError("Say how long to train: either epochs or steps.")
    if epochs is not None:
        return epochs * epoch
    assert steps is not None
    return steps


def _supervised(loss: Loss) -> Objective:
    def objective(model: nn.Module, *batch: Tensor) -> Tensor:
        *inputs, targets = batch
        return loss(model(*inputs or [targets]), targets)

    return objective


def _batch(
    columns: Sequence[Column],
    rows: Tensor,
    collate: Callable[..., Sequence[Tensor]] | None,
) -> list[Tensor]:
    chosen: Any = [
        column[rows] if isinstance(column, Tensor) else [column[i] for i in rows]
        for column in columns
    ]
    return [tensor.to(device()) for tensor in (collate(*chosen) if collate else chosen)]


def _require_finite(value: Tensor, step: int, learning_rate: float) -> None:
    if not torch.isfinite(value):
        raise TrainingError(
            f"The loss is {value.item()} at step {step}: the training diverged. "
            f"Try a learning rate below {learning_rate:g}; check the inputs for NaN."
        )


def _progress(total: int, initial: int, label: str) -> tqdm:
    # On a terminal or in a live notebook only: a bar in a committed output would differ
    # from run to run, so whoever executes notebooks in bulk sets C2A_PROGRESS=0. With
    # C2A_PROGRESS=1 a long run tells every minute how far it is, even into a file.
    wish = os.environ.get("C2A_PROGRESS")
    terminal = sys.stderr.isatty() or "ipykernel" in sys.modules
    shown = wish == "1" or (terminal and wish != "0")
    return tqdm(
        total=total,
        initial=initial,
        desc=label,
        leave=False,
        disable=not shown,
        mininterval=0.1 if terminal else 60,
    )
