"""A figure's code as one JavaScript module and one style sheet.

Live, a widget's code travels as one string; on the static page it is one file.
"""

from __future__ import annotations

import re
from pathlib import Path

TOOLKIT = Path(__file__).parent

_IMPORT = re.compile(
    r'^import\s*\{(?P<names>[^}]*)\}\s*from\s*"(?P<path>\.[^"]+)";\n', re.MULTILINE
)
_OTHER_IMPORT = re.compile(r"^(?:import\b|export\s*[*{]).*", re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE
)


def bundle(path: Path) -> str:
    """One JavaScript module from a file and the files it imports by relative path.

    Each imported file becomes a function that returns its exports, so that names may
    repeat from file to file. Imports name what they take: ``{ a, b as c }``.

    Raises:
        ValueError: an import of another form, or files that import each other.
    """
    parts: dict[Path, str] = {}
    names: dict[Path, str] = {}

    def read(file: Path, importers: tuple[Path, ...]) -> str:
        if file in importers:
            raise ValueError(f"{file.name} imports itself through other files.")
        text = file.read_text(encoding="utf-8")
        for match in _IMPORT.finditer(text):
            add((file.parent / match["path"]).resolve(), (*importers, file))

        def taken(match: re.Match[str]) -> str:
            source = names[(file.parent / match["path"]).resolve()]
            bound = " ".join(match["names"].replace(" as ", ": ").split())
            return f"const {{ {bound} }} = {source};\n"

        text = _IMPORT.sub(taken, text)
        if other := _OTHER_IMPORT.search(text):
            raise ValueError(f"{file.name}: a bundle cannot hold `{other[0]}`.")
        return text

    def add(file: Path, importers: tuple[Path, ...]) -> None:
        if file in parts:
            return
        text = read(file, importers)
        names[file] = f"module{len(names)}"
        given = ", ".join(_EXPORT.findall(text))
        parts[file] = (
            f"const {names[file]} = (() => {{\n{_EXPORT.sub('', text)}"
            f"return {{ {given} }};\n}})();\n"
        )

    main = read(path.resolve(), ())
    return "".join(parts.values()) + main


def stylesheet(folder: Path) -> str:
    """The style of the toolkit, and the figure's own where its folder has one."""
    sheets = [TOOLKIT / "toolkit.css", TOOLKIT / "drawings.css", folder / "widget.css"]
    there = [sheet for sheet in sheets if sheet.exists()]
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in there)
