"""Runs first in the student's process: what a notebook takes for granted.

This text is not imported by the grader; it is handed to the sandbox. Nothing here
protects anything: the student's code may undo all of it, to its own harm only.
"""


def _prepare(space):
    import contextlib
    import importlib.abc
    import importlib.machinery
    import math
    import sys
    import types

    class Nothing:
        """Stands for whatever is not there: any use of it gives it back."""

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return self

        def __call__(self, *args, **kwargs):
            return self

        def __iter__(self):
            return iter(())

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            return False

    nothing = Nothing()

    class EmptyModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        """Serves the book's package and notebook helpers as empty modules."""

        packages = frozenset({"c2a", "google", "ipywidgets", "nbgrader", "otter"})

        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in self.packages:
                return importlib.machinery.ModuleSpec(name, self, is_package=True)
            return None

        def create_module(self, spec):
            module = types.ModuleType(spec.name)
            module.__getattr__ = self._missing
            return module

        def exec_module(self, module):
            pass

        def _missing(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return nothing

    class Shell(Nothing):
        """What `get_ipython()` gives: runs what a line magic would run, no more."""

        user_ns = space

        def run_line_magic(self, name, line="", *args, **kwargs):
            if name in ("time", "timeit", "prun") and not line.startswith("-"):
                exec(line, space)

        def run_cell_magic(self, name, line="", body="", *args, **kwargs):
            exec(body, space)

        def getoutput(self, *args, **kwargs):
            return []

    sys.meta_path.insert(0, EmptyModules())
    shell = Shell()
    space["get_ipython"] = lambda: shell
    space["display"] = nothing
    space["math"] = math
    # A deleted import of what every notebook of the book imports costs nothing.
    for name, module in {
        "np": "numpy",
        "torch": "torch",
        "nn": "torch.nn",
        "F": "torch.nn.functional",
        "plt": "matplotlib.pyplot",
    }.items():
        with contextlib.suppress(ImportError):
            space[name] = importlib.import_module(module)


_prepare(globals())
del _prepare
