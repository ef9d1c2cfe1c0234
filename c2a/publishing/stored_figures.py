"""What an executed notebook keeps of interactive figures: state and a still picture.

It holds no code of theirs, so that mending a figure reaches every page without running
a chapter again.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from c2a.publishing.mime import FIGURE, WIDGET_STATE, WIDGET_VIEW


def without_live_figures(notebook: NotebookNode) -> NotebookNode:
    """The notebook with no code of figures: their views and models are left out.

    A view without a kernel would hide the still picture; the output keeps the state.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if FIGURE in output.get("data", {}):
                output.data.pop(WIDGET_VIEW, None)
    models = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    kept = _reachable(_viewed(notebook), models)
    for model in set(models) - kept:
        del models[model]
    if not models:
        notebook.metadata.pop("widgets", None)
    return notebook


def _viewed(notebook: NotebookNode) -> set[str]:
    """Models that an output shows."""
    return {
        output.data[WIDGET_VIEW]["model_id"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if WIDGET_VIEW in output.get("data", {})
    }


def _reachable(wanted: set[str], models: dict[str, Any]) -> set[str]:
    """These models and those that they refer to."""
    found: set[str] = set()
    while wanted:
        model = wanted.pop()
        if model not in models or model in found:
            continue
        found.add(model)
        text = str(models[model])
        wanted |= {other for other in models if f"IPY_MODEL_{other}" in text}
    return found
