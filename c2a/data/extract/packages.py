"""Packages from public registries, downloaded and unpacked but never installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Packages:
    """Unpacks each package once, into a folder of its own in the empty folder `work`.

    Every method returns the folder that holds what the package holds.
    """

    work: Path
    _unpacked: dict[str, Path] = field(default_factory=dict)

    def debian(self, name: str) -> Path:
        """A package of the Debian system that this runs on."""
        return self._once(f"{name}.deb", ["apt-get", "download", name])

    def npm(self, requirement: str) -> Path:
        """A package of npm, as name@version."""
        command = ["npm", "pack", "--silent", requirement]
        return self._once(requirement, command) / "package"

    def wheel(self, requirement: str) -> Path:
        """A wheel of PyPI, as name==version."""
        return self._pip(requirement, "--only-binary=:all:")

    def source(self, requirement: str) -> Path:
        """A source distribution of PyPI, as name==version."""
        (folder,) = self._pip(requirement, "--no-binary=:all:").iterdir()
        return folder

    def _pip(self, requirement: str, kind: str) -> Path:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        return self._once(requirement, [*pip, kind, requirement])

    def _once(self, name: str, command: list[str]) -> Path:
        if name not in self._unpacked:
            folder = self.work / name
            folder.mkdir()
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
            (archive,) = folder.iterdir()
            self._unpacked[name] = _unpack(archive, folder / "root")
        return self._unpacked[name]


def _unpack(archive: Path, folder: Path) -> Path:
    if archive.suffix == ".deb":
        subprocess.run(["dpkg", "-x", archive, folder], check=True)
    elif archive.suffix == ".whl":
        shutil.unpack_archive(archive, folder, "zip")
    else:
        shutil.unpack_archive(archive, folder, "gztar", filter="data")
    return folder
