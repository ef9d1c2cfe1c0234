"""Which cells a reader sees: ideas stay in sight, machinery is one click away."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from typing import Any

from c2a.publishing.mime import FIGURE, WIDGET_VIEW

FOLD, FOLDING_TAGS = "hide-input", {"hide-input", "parameters"}
WEIGHTS = "weights-"
# What only plots, judges a claim, tunes, switches scales or offers a control.
MACHINERY = {"figures.show", "claim", "set_scale", "tune"}
CONTROLS = {"interact", "interact_manual", "interactive"}


def folded(cell: Mapping[str, Any]) -> bool:
    """Whether the page closes the code of this cell; its outputs always show.

    A cell is folded if its author tagged it, if it calls a piece of machinery, if it
    does nothing but assert, or if it shows an interactive figure or a control.

    Args:
        cell: a code cell, as in the notebook's JSON.
    """
    tags = cell.get("metadata", {}).get("tags", [])
    if FOLDING_TAGS.intersection(tags) or any(tag.startswith(WEIGHTS) for tag in tags):
        return True
    kinds = {
        kind for output in cell.get("outputs", []) for kind in output.get("data", {})
    }
    if kinds & {FIGURE, WIDGET_VIEW}:
        return True
    return _is_machinery("".join(cell["source"]))


@functools.cache
def _is_machinery(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic or a shell command
        return False
    return bool(_calls(tree) & (MACHINERY | CONTROLS)) or _only_asserts(tree.body)


def _calls(tree: ast.AST) -> set[str]:
    """Names of what is called, whole and last parts: ``figures.show``, ``fit``."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            names |= {name, name.rpartition(".")[2]} - {"show"}
    return names


def _only_asserts(body: list[ast.stmt]) -> bool:
    """Whether statements assert and do nothing else, also below if, for and with."""
    return bool(body) and all(
        isinstance(each, ast.Assert)
        or (
            isinstance(each, ast.If | ast.For | ast.With)
            and _only_asserts([*each.body, *getattr(each, "orelse", [])])
        )
        for each in body
    )
