"""Figures that compute in JavaScript: live in a notebook and on the static page.

A figure is a folder with a `widget.js`; `kernel_playground` holds the class
`KernelPlayground`, which loads when it is asked for. Importing this package needs
neither torch nor matplotlib.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from c2a.widgets.toolkit import InteractiveFigure

# Names of all figures, in alphabetical order.
FIGURES = sorted(file.parent.name for file in Path(__file__).parent.glob("*/widget.js"))
_CLASSES = {
    "".join(part.capitalize() for part in name.split("_")): name for name in FIGURES
}


def figure_class(name: str) -> type[InteractiveFigure]:
    """The class of the figure in the folder `name`.

    Raises:
        LookupError: there is no such figure.
    """
    for class_name, folder in _CLASSES.items():
        if folder == name:
            return getattr(importlib.import_module(f"{__name__}.{name}"), class_name)
    raise LookupError(f"There is no figure {name!r}; there are {', '.join(FIGURES)}.")


def __getattr__(name: str) -> Any:
    if name in _CLASSES:
        return figure_class(_CLASSES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_CLASSES]
