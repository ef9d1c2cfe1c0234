"""The page of origins and licenses that goes with the shipped files."""

from __future__ import annotations

from c2a.data import DATASETS
from c2a.data.dataset import DataFile, DataSet

_INTRODUCTION = """\
# Origins and licenses of the shipped data

Made from the registry `c2a.data.DATASETS` by `python -m c2a.data.extract`, which also
makes the files again from the packages they come from. License texts that must go with
the data are in `licenses/`. The photographs are unchanged; CC BY 2.0 is at
<https://creativecommons.org/licenses/by/2.0/>, CC0 1.0 at
<https://creativecommons.org/publicdomain/zero/1.0/>, CC BY 4.0 at
<https://creativecommons.org/licenses/by/4.0/>.
"""


def licenses_page() -> str:
    """The Markdown of `c2a/data/files/LICENSES.md`."""
    shipped = [_section(entry) for entry in DATASETS.values() if entry.ships]
    return "\n".join([_INTRODUCTION, *shipped])


def _section(entry: DataSet) -> str:
    license_text = entry.license
    if entry.license_file:
        license_text += f" ([text](licenses/{entry.license_file}))"
    lines = [
        f"## {entry.title}\n",
        f"{entry.description}\n",
        f"- Registry name: `{entry.name}`",
        f"- Source: <{entry.source}>",
        f"- License: {license_text}",
        f"- Cite: {entry.citation}\n",
        *(line for file in entry.files for line in _file_lines(entry, file)),
    ]
    return "\n".join(lines) + "\n"


def _file_lines(entry: DataSet, file: DataFile) -> list[str]:
    lines = [f"- `{entry.name}/{file.name}`, {file.size:,} bytes"]
    if file.author:
        lines.append(f"  - {file.author}, {file.license}, <{file.source}>")
    lines.append(f"  - SHA-256 `{file.sha256}`")
    return lines
