"""Notebook cells run although there is no notebook, no Colab and no exercise."""

import pytest

from c2a.grading.sandbox import SandboxPool

CELLS = {
    "line magic": "%matplotlib inline\nx = 1",
    "shell line": "!pip install torch\nx = 1",
    "shell line in a block": "if True:\n    !ls\n    x = 1",
    "shell output": "files = !ls\nx = 1 + len(files)",
    "help": "x = 1\nx?",
    "timed line": "%time x = 1",
    "repeated line": "%timeit -n 1 -r 1 y = 1\nx = 1",
    "timed cell": "%%time\nx = 1",
    "captured cell": "%%capture out\n!ls\nx = 1",
    "magic below magic": "%%time\n%matplotlib inline\nx = 1",
    "extension": "%load_ext autoreload\n%autoreload 2\nx = 1",
    "notebook's own function": "get_ipython().run_line_magic('pylab', '')\nx = 1",
    "imported shell": "from IPython import get_ipython\n"
    "get_ipython().system('ls')\nx = 1",
    "display": "from IPython.display import display, HTML\ndisplay(HTML('<b>'))\nx = 1",
    "display without import": "display(3)\nx = 1",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)\nx = 1",
    "help on a function": "help(len)\nx = 1",
    "check": "from c2a.exercises.c02_convolution import check, hint, progress\n"
    "check('conv2d'); hint(len, 2); progress()\nx = 1",
    "check by star": "from c2a.exercises.c02_convolution import *\ncheck(1)\nx = 1",
    "check of the module": "import c2a.exercises.c02_convolution as e\n"
    "e.check(1)\nx = 1",
    "widgets": "from c2a.widgets import KernelPlayground\nKernelPlayground()\nx = 1",
    "data": "from c2a.data import load\nx = int(load('digits') is not None)",
    "figures": "from c2a import figures\nfig, axes = figures.subplots()\n"
    "figures.show(fig, alt='Two empty axes, nothing drawn', caption='Empty')\nx = 1",
    "scale": "from c2a.scale import set_scale, pick\nset_scale('smoke')\n"
    "x = pick(smoke=1, cpu=2, gpu=3)",
    "Colab": "from google.colab import drive, files\ndrive.mount('/content')\nx = 1",
    "Colab as a module": "import google.colab\nx = 1",
    "compiler": "from numba import njit, prange\n"
    "@njit(parallel=True, fastmath=True)\ndef g(n):\n"
    "    total = 0\n    for i in prange(n): total += i\n    return total\nx = g(2)",
    "compiler without options": "import numba as nb\n"
    "@nb.njit\ndef g(n): return n\nx = g(1)",
    "compiler for types": "from numba import float64, jit\n"
    "@jit(float64(float64), nopython=True)\ndef g(n): return n\nx = g(1)",
    "progress bar": "from tqdm.auto import tqdm\nfor x in tqdm([1]): pass",
    "progress bar for notebooks": "from tqdm.notebook import tqdm\n"
    "for x in tqdm([1]): pass",
    "data class": "from dataclasses import dataclass\n"
    "@dataclass\nclass A:\n    x: int\nx = A(1).x",
    "picture saved": "import matplotlib.pyplot as plt\nplt.plot([1])\n"
    "plt.savefig('/tmp/a.png')\nx = 1",
}


@pytest.mark.parametrize("name", CELLS)
def test_cell_runs(name: str, namespaces: SandboxPool) -> None:
    with namespaces.session([CELLS[name], "def f(): return x + 0"]) as session:
        assert session.call("f", seconds=5).value == 1, session.cell_reports
        assert session.cell_reports[0].ok, session.cell_reports[0].error


def test_magics_of_other_languages_do_nothing(namespaces: SandboxPool) -> None:
    cells = ["%%bash\nrm -rf /\n", "%%writefile x.py\nx = 1", "%%html\n<b>"]
    with namespaces.session([*cells, "def f(): return 1"]) as session:
        assert session.call("f", seconds=5).value == 1
        assert all(report.ok for report in session.cell_reports)


def test_stand_in_leaves_a_decorated_function(namespaces: SandboxPool) -> None:
    code = "from c2a.exercises.c02_convolution import check\n@check\ndef f(): return 1"
    with namespaces.session([code]) as session:
        assert session.call("f", seconds=5).value == 1
