"""Makes all shipped files again, or those of the sets that are named.

Run `python -m c2a.data.extract [NAME ...]` with the network (for Fashion-MNIST on a
Debian system, for emoji where npm is): it fetches packages into a temporary folder,
installs none of them, and writes the extracts, the license texts and LICENSES.md. Where
a digest is not the one in the registry, it says so and exits with 1.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

from c2a.data import DATASETS, DataSet, find
from c2a.data.extract.licenses_page import licenses_page
from c2a.data.extract.packages import Packages
from c2a.data.locations import SHIPPED_FOLDER, folder_of, is_sound


def extract(data_set: DataSet, packages: Packages) -> None:
    """Write the files of one shipped set and the license text that goes with them."""
    module = importlib.import_module(
        f"c2a.data.extract.{data_set.name.replace('-', '_')}"
    )
    folder = folder_of(data_set)
    folder.mkdir(parents=True, exist_ok=True)
    module.make(packages, folder)
    if data_set.license_file:
        text = module.license_text(packages)
        path = SHIPPED_FOLDER / "licenses" / data_set.license_file
        path.write_text(text, encoding="utf-8")


def main(names: list[str]) -> int:
    wanted = [find(name) for name in names] or list(DATASETS.values())
    shipped = [data_set for data_set in wanted if data_set.ships]
    with tempfile.TemporaryDirectory(prefix="c2a-extract-") as work:
        packages = Packages(Path(work))
        for data_set in shipped:
            extract(data_set, packages)
    page = SHIPPED_FOLDER / "LICENSES.md"
    page.write_text(licenses_page(), encoding="utf-8")
    changed = [
        folder_of(data_set) / file.name
        for data_set in shipped
        for file in data_set.files
        if not is_sound(folder_of(data_set) / file.name, file)
    ]
    for path in changed:
        print(f"{path} is not what the registry says: update its size and SHA-256.")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
