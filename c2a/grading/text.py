"""Make text that a student's code produced fit to be stored and shown."""

import re
from typing import Any

LONGEST = 4_000  # characters of one text

# Control sequences: CSI (colors, cursor), OSC (titles, links), and short escapes.
_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]|\x1b"
)
# Other control characters, and those that reorder the text around them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_OVERWRITTEN = re.compile(r"^.*\r(?!\n)", re.MULTILINE)


def clean(text: str, longest: int = LONGEST) -> str:
    """Remove what steers a terminal or a page, keep what a progress bar left, and cut.

    >>> clean("\\x1b[31mred\\x1b[0m 10%\\r100%")
    '100%'
    """
    # Cut first: the patterns then work on a text of bounded length.
    cut = text[: 4 * longest]
    cut = cut.encode("utf-8", "replace").decode()
    cut = _OVERWRITTEN.sub("", _ANSI.sub("", cut).replace("\r\n", "\n"))
    cut = _CONTROL.sub("", cut)
    if len(cut) > longest or len(text) > 4 * longest:
        return cut[:longest] + " … (cut)"
    return cut


def clean_all(value: Any, longest: int = LONGEST) -> Any:
    """Clean every text in nested lists and dictionaries of plain values."""
    if isinstance(value, str):
        return clean(value, longest)
    if isinstance(value, list | tuple):
        return [clean_all(item, longest) for item in value]
    if isinstance(value, dict):
        return {clean(str(key), 200): clean_all(item) for key, item in value.items()}
    return value
