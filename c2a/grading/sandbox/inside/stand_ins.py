"""Things a notebook expects around it, replaced by ones that do nothing.

The sandbox has no exercises (they hold the references and the hidden cases), no figures
that need a browser and no notebook. Cells that use them still run.
"""

import builtins
import importlib.machinery
import importlib.util
import linecache
import re
import site
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

#: Parts of c2a that student code may use; every other part is a stand-in.
VISIBLE = """
__init__.py errors.py scale.py claims.py figures.py training.py data chapters
""".split()  # noqa: SIM905
_VISIBLE_NAMES = frozenset(name.removesuffix(".py") for name in VISIBLE)
#: What a student's machine may have: of a host, or to make the same code faster.
_ELSEWHERE = ("google.colab", "numba")
_RUN_MAGICS = frozenset("time timeit capture prun".split())  # noqa: SIM905


class Inert:
    """Takes anything, does nothing. As a decorator it leaves the function as it is."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        return self

    def __getattr__(self, name: str) -> "Inert":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> "Inert":
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return ""


class InertModule(ModuleType):
    """A module in which every name exists and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return range if name == "prange" else Inert()


class StandInFinder(MetaPathFinder, Loader):
    """Finds the real c2a for its visible parts, and stand-ins for the rest."""

    def __init__(self, package: str) -> None:
        self._package = Path(package)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import protocol."""
        if fullname == "c2a":
            return importlib.util.spec_from_file_location(
                fullname,
                self._package / "__init__.py",
                submodule_search_locations=[str(self._package)],
            )
        first, _, rest = fullname.partition(".")
        hidden = first == "c2a" and rest.partition(".")[0] not in _VISIBLE_NAMES
        elsewhere = any(
            f"{name}.".startswith(f"{fullname}.") or fullname.startswith(f"{name}.")
            for name in _ELSEWHERE
        )
        if not hidden and not (elsewhere and not _is_installed(fullname)):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Part of the import protocol."""
        module = InertModule(spec.name)
        module.__dict__["__all__"] = ["check", "example", "hint", "progress"]
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol: there is nothing to run."""


class Beside(MetaPathFinder, Loader):
    """Finds the student's own modules, after all that is installed."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of the import protocol. Folders are packages, too."""
        package = any(name.startswith(f"{fullname}.") for name in self._sources)
        if fullname not in self._sources and not package:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        """Part of the import protocol."""
        source = self._sources.get(module.__name__, "")
        name = f"<{module.__name__}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)


def bring(sources: dict[str, str]) -> None:
    """Let a student's own modules be imported: dotted name -> source."""
    sys.meta_path.append(Beside(sources))


def _is_installed(name: str) -> bool:
    return importlib.machinery.PathFinder.find_spec(name) is not None


class Notebook(Inert):
    """What `get_ipython()` gives: runs the code of timing magics, ignores the rest."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.user_ns = namespace

    def run_line_magic(self, name: str, line: str, *args: Any, **kwargs: Any) -> Any:
        """Run the statement of `%time`; do nothing for other magics."""
        if name in _RUN_MAGICS:
            return self.run_cell_magic(name, "", _without_options(line))
        return None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Run the cell below `%%time`, `%%capture` and their like, once."""
        if name in _RUN_MAGICS:
            exec(compile(as_python(cell), f"<{name}>", "exec"), self.user_ns)
        return None

    def system(self, command: str) -> None:
        """Shell lines are not run."""

    def getoutput(self, command: str, *args: Any, **kwargs: Any) -> list[str]:
        """Shell lines are not run, and so print nothing."""
        return []


def as_python(source: str) -> str:
    """A cell as plain Python: magics and shell lines become calls of `get_ipython()`.

    Source that is Python already is left alone; so is source that nothing can mend,
    whose syntax error is then the student's own.
    """
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
        return source
    except (SyntaxError, ValueError):
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except SyntaxError:
        return source


def furnish(namespace: dict[str, Any]) -> None:
    """Put what a notebook has by itself into a namespace and into IPython."""
    import IPython

    notebook = Notebook(namespace)

    def get_ipython() -> Notebook:
        return notebook

    def display(*things: Any, **options: Any) -> None:
        for thing in things:
            print(thing)

    for place in (
        namespace,
        builtins.__dict__,
        IPython.__dict__,
        IPython.core.getipython.__dict__,
        IPython.display.__dict__,
        IPython.core.display_functions.__dict__,
    ):
        place.update(get_ipython=get_ipython, display=display)
    site.setquit()
    site.sethelper()
    site.setcopyright()


def install(package: str) -> None:
    """Answer imports of c2a, from the folder `package`, ahead of all other finders."""
    sys.meta_path.insert(0, StandInFinder(package))


def _without_options(line: str) -> str:
    return re.sub(r"^(\s*-\w+(\s+\d+)?)*\s*", "", line)
