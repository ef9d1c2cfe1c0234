"""Attacks on the comparison itself. All earn the mark of a naive grader; none ours."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from c2a.exercises.kit.compare import compare
from c2a.grading.sandbox import SandboxPool

NAIVE = Path(__file__).with_name("naive.py")
WRONG = "\ndef double(x):\n    return x * 0\n"

ATTACKS = {
    "patched comparator": "import numpy as np\nnp.allclose = lambda *a, **k: True"
    + WRONG,
    "patched builtin": "import builtins\nbuiltins.all = lambda things: True" + WRONG,
    "patched result of isclose": """
import numpy.testing, numpy._core.numeric as numeric
def yes(*args, **kwargs): return True
import numpy as np
for name in ("isclose", "allclose", "array_equal"):
    setattr(np, name, yes); setattr(numeric, name, yes)"""
    + WRONG,
    "syntax tree without asserts": """
import ast, builtins
real = compile
def without(source, *args, **kwargs):
    if isinstance(source, ast.AST):
        source.body = [n for n in source.body if not isinstance(n, ast.Assert)]
    return real(source, *args, **kwargs)
import IPython.core.compilerop as compilerop
compilerop.compile = builtins.compile = without"""
    + WRONG,
    "fake module by the import system": """
import sys, types, numpy
fake = types.ModuleType("numpy")
fake.__dict__.update(numpy.__dict__)
fake.allclose = lambda *a, **k: True
sys.modules["numpy"] = fake"""
    + WRONG,
    "finder in meta_path": """
import sys, types, importlib.machinery
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return types.ModuleType("numpy")
    def exec_module(self, module): module.allclose = lambda *a, **k: True
sys.modules.pop("numpy"); sys.meta_path.insert(0, Finder())"""
    + WRONG,
    "input transformer": """
get_ipython().input_transformers_post.append(
    lambda lines: [l for l in lines if not l.startswith("assert")])"""
    + WRONG,
    "syntax tree transformer": """
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return None
get_ipython().ast_transformers.append(Strip())"""
    + WRONG,
    "hook before each cell": """
def patch(*args):
    import numpy
    numpy.allclose = lambda *a, **k: True
get_ipython().events.register("pre_run_cell", patch)"""
    + WRONG,
    "patched result of a cell": """
import IPython.core.interactiveshell as shell
shell.ExecutionResult.success = True"""
    + WRONG,
    "array subclass that lies": """
import numpy as np
class Liar(np.ndarray):
    def __array_function__(self, *args, **kwargs): return True
    def __array_ufunc__(self, *args, **kwargs): return np.array(True)
    def __eq__(self, other): return True
def double(x):
    return (x * 0).view(Liar)""",
    "object equal to everything": """
import builtins
class Same(list):
    def __eq__(self, other): return True
builtins.all = lambda things: Same()"""
    + WRONG,
    "expected value in a frame": """
import sys
def double(x):
    frame = sys._getframe(1)
    while frame:
        for names in (frame.f_locals, frame.f_globals):
            if "expected" in names: return names["expected"]
        frame = frame.f_back
    return x * 0""",
    "expected value through gc": """
import gc
def double(x):
    for thing in gc.get_objects():
        if type(thing) is dict and "expected" in thing: return thing["expected"]
    return x * 0""",
    "expected value at its address": """
import ctypes, sys, gc
def double(x):
    found = [id(d["expected"]) for d in gc.get_objects()
             if type(d) is dict and "expected" in d]
    return ctypes.cast(found[0], ctypes.py_object).value if found else x * 0""",
}


@pytest.fixture(scope="module")
def naive_marks() -> dict[str, bool]:
    """Which attacks the naive grader rewards."""
    done = subprocess.run(
        [sys.executable, str(NAIVE)],
        input=json.dumps(ATTACKS),
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return json.loads(done.stdout)


def _earns_mark(pool: SandboxPool, cell: str) -> bool:
    expected = np.random.default_rng().normal(size=5)
    with pool.session([cell]) as session:
        reply = session.call("double", expected / 2, seconds=5)
    return reply.kind == "ok" and compare(reply.value, expected, 1e-6, 1e-9) is None


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_earns_nothing(
    name: str, namespaces: SandboxPool, naive_marks: dict[str, bool]
) -> None:
    assert naive_marks[name], "the attack does not work where nothing stops it"
    assert not _earns_mark(namespaces, ATTACKS[name])


def test_right_answer_earns_the_mark(namespaces: SandboxPool) -> None:
    assert _earns_mark(namespaces, "def double(x):\n    return x * 2")
