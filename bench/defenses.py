"""Take away each defense of the grader in turn, and demand that a test notices.

    python bench/defenses.py [--only WORD]

`defenses.txt` lists them. Each is removed in a copy of the package and the tests. The
named tests must pass in an unchanged copy, and one of them must fail in the changed
one: fail, not break down, for a sandbox that cannot start shows nothing. Exit code 1
when a defense is no longer found, or nobody misses it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
LISTED = Path(__file__).with_suffix(".txt")
COPIED = ("c2a", "tests/grading", "tests/exercises", "tests/conftest.py")
SECONDS = 600  # for the tests of one defense


@dataclass(frozen=True)
class Defense:
    """One defense, and how it is taken away.

    Attributes:
        name: what it is called here.
        file: where it stands, from the root.
        tests: the file with its tests, from the root.
        chosen: which of them, as `pytest -k` has it.
        root: whether only root, who could do more, has it.
        changes: lines that are there, and lines in their place.
    """

    name: str
    file: str
    tests: str
    chosen: str
    root: bool
    changes: tuple[tuple[str, str], ...]

    def take_away(self, copy: Path) -> bool:
        """Change the file in a copy; false when it does not say this, once."""
        path = copy / self.file
        if not path.exists():
            return False
        text = path.read_text(encoding="utf-8")
        for old, new in self.changes:
            if text.count(f"\n{old}") != 1:
                return False
            text = text.replace(f"\n{old}", f"\n{new}")
        path.write_text(text, encoding="utf-8")
        return True


def listed() -> Iterator[Defense]:
    """Read the list of all defenses."""
    for block in LISTED.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        name, file, tests, chosen, *root = lines[0].split(" | ")
        file = file if file.startswith("c2a/") else f"c2a/grading/{file}"
        tests = tests if tests.startswith("tests/") else f"tests/grading/{tests}"
        changes = tuple(_changes(lines[1:]))
        yield Defense(name, file, tests, chosen, bool(root), changes)


def _changes(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pair the lines that go with those that come, which may be none."""
    old, new = "", ""
    for line in lines:
        if line[0] == "-" and new:
            yield old, new
            old, new = "", ""
        if line[0] == "-":
            old += line[1:] + "\n"
        else:
            new += line[1:] + "\n"
    yield old, new


def copied(folder: Path) -> Path:
    """Copy what the tests need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            skipped = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, ignore=skipped)
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run_tests(copy: Path, file: str, chosen: str, *options: str) -> dict[str, str]:
    """Run some tests of a copy; by test, "passed", "failed", "error" or "skipped"."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        words += ["--timeout=120", f"--junitxml={report.name}", *options]
        subprocess.run(
            [*words, "-k", chosen, file],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
        text = Path(report.name).read_text(encoding="utf-8")
    cases = ElementTree.fromstring(text).iter("testcase") if text else ()
    return {case.attrib["name"]: _result(case) for case in cases}


def _result(case: ElementTree.Element) -> str:
    """Read how a test went from its element in a report."""
    tags = {child.tag for child in case}
    words = {"error": "error", "failure": "failed", "skipped": "skipped"}
    return next((word for tag, word in words.items() if tag in tags), "passed")


def unchanged(defenses: list[Defense], threads: ThreadPoolExecutor) -> dict[str, set]:
    """Run all the tests with every defense in place; those that pass, by file."""
    files = sorted({each.tests for each in defenses})
    chosen = [
        " or ".join(f"({each.chosen})" for each in defenses if each.tests == file)
        for file in files
    ]
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        runs = threads.map(lambda *which: run_tests(copy, *which), files, chosen)
        return {
            file: {name for name, result in run.items() if result == "passed"}
            for file, run in zip(files, runs, strict=True)
        }


def tried(defense: Defense, passing: set[str]) -> str:
    """Take one defense away; return the test that noticed, "" if none did."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        if not defense.take_away(copy):
            return f"NOT FOUND in {defense.file}"
        results = run_tests(copy, defense.tests, defense.chosen, "-x")
    failed = [name for name, result in results.items() if result == "failed"]
    noticed = [name for name in failed if name in passing]
    if noticed:
        return noticed[0]
    return f"NOT NOTICED: {results or 'no tests'}"


def main() -> None:
    """Try all defenses and print which test misses each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="defenses whose name holds this")
    only = parser.parse_args().only
    root = os.getuid() == 0
    defenses = [each for each in listed() if only in each.name and root >= each.root]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        passing = unchanged(defenses, threads)
        verdicts = threads.map(lambda d: tried(d, passing[d.tests]), defenses)
        found = []
        for defense, verdict in zip(defenses, verdicts, strict=True):
            found.append(not verdict.startswith("NOT "))
            print(f"{defense.name:32} {verdict[:100]}", flush=True)
    print(f"{sum(found)} of {len(found)} defenses are missed when they are gone")
    if not all(found):
        sys.exit(1)


if __name__ == "__main__":
    main()
