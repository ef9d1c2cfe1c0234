"""Curves of training runs that a task asks to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from c2a.exercises.kit.report import in_notebook

Curves = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def show_runs(curves: Curves, color: str, caption: str, **axes_settings: Any) -> None:
    """Draw five runs side by side; in a script, print them.

    curves: losses by name of the run, of training and of validation, one an epoch.
    color: the name in `figures.COLORS` of what was trained. The alt text holds every
    number: who does not see the plot can read it, too.
    """
    alt = " ".join(
        f"Run {name}: training {', '.join(f'{v:g}' for v in train)}; validation "
        f"{', '.join(f'{v:g}' for v in valid)}."
        for name, (train, valid) in curves.items()
    )
    if not in_notebook():
        print(alt)
        return
    from c2a import figures

    figure, axes = figures.subplots(2, 3, size=(7.5, 5))
    for ax, (name, (train, valid)) in zip(axes.flat, curves.items(), strict=False):
        epochs = range(1, len(train) + 1)
        ax.plot(epochs, train, "o-", color=figures.COLORS[color], label="training")
        ax.plot(epochs, valid, "s--", color=figures.COLORS["mlp"], label="validation")
        ax.set(title=name, xlabel="epoch", **axes_settings)
        ax.grid(alpha=0.3)
    axes.flat[0].legend(loc="lower left")
    axes.flat[0].set_ylabel("loss")
    axes.flat[-1].axis("off")
    figures.show(figure, alt=alt, caption=caption)
