"""A grader as one must not build it: everything in one process, tests in the notebook.

    python naive.py < attacks.json

prints, for each attack, whether it earned the mark. Every attack runs in a fork, and
none is bounded: give it only what ends by itself.
"""

import json
import os
import sys

from IPython.core.interactiveshell import InteractiveShell

TEST = """
import ast
import numpy as np
expected = x * 2
assert all([np.allclose(double(x), expected)]) == True, "wrong"
assert type(ast.parse("1")) is ast.Module
"""


def earns_mark(cell: str) -> bool:
    """Run the student's cell, then the test, in one shell."""
    import numpy as np

    shell = InteractiveShell.instance()
    numbers = np.random.default_rng().normal(size=5)
    shell.run_cell(cell)
    shell.user_ns["x"] = numbers
    return bool(shell.run_cell(TEST).success)


def main() -> None:
    """Try each attack in a fork, so that none changes the next one's world."""
    results = {}
    for name, cell in json.load(sys.stdin).items():
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os._exit(0 if earns_mark(cell) else 1)
        results[name] = os.waitpid(pid, 0)[1] == 0
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
