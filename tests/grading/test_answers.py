"""No honest mark is lost to what editors and students do to cells."""

import sys

import pytest

from c2a.grading.answers import arrange
from c2a.grading.notebooks import Cell

SCALE = "# exercise: scale\ndef scale(x, factor):\n    return x * factor\n"
TOTAL = "# exercise: total\ndef total(x):\n    return float(np.sum(x))\n"
STUB = "# exercise: scale\ndef scale(x, factor):\n    raise NotImplementedError\n"
FUNCTIONS = {"scale": ("scale",), "total": ("total",)}


def program(*cells):
    cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells]
    return arrange(cells, FUNCTIONS, {"scale": 2, "total": 1})


HONEST = {
    "as released": (SCALE, TOTAL),
    "reordered": (TOTAL, SCALE),
    "merged": (SCALE + TOTAL,),
    "duplicated": (SCALE, SCALE, TOTAL),
    "duplicated stub below": (SCALE, TOTAL, STUB),
    "duplicated stub above": (STUB, SCALE, TOTAL),
    "docstring stub below": (
        SCALE,
        TOTAL,
        'def scale(x, factor):\n    """Multiply."""\n    # YOUR CODE HERE\n'
        '    raise NotImplementedError("soon")\n',
    ),
    "marker deleted": (SCALE.partition("\n")[2], TOTAL),
    "other cells deleted": (TOTAL, "", SCALE),
    "renamed function": (SCALE.replace("def scale", "def my_scale"), TOTAL),
    "renamed function, stub kept below": (
        SCALE.replace("def scale", "def my_scale"),
        TOTAL,
        STUB,
    ),
    "renamed functions in one cell": (
        SCALE.replace("def scale", "def a") + TOTAL.replace("def total", "def b"),
    ),
    "renamed, helper after it": (
        "# exercise: scale\ndef mine(x, factor):\n    return helper(x) * factor\n"
        "def helper(x):\n    return x\n",
        TOTAL,
    ),
    "renamed, marker lost, metadata kept": (
        Cell("def mine(x, factor):\n    return x * factor", "scale"),
        TOTAL,
    ),
    "lambda": ("scale = lambda x, factor: x * factor", TOTAL),
    "inside if": ("if True:\n    def scale(x, f):\n        return x * f", TOTAL),
    "failing assertion before": ("assert 1 == 2\n" + SCALE, TOTAL),
    "exception between": (SCALE + "print(1 / 0)\n" + TOTAL,),
    "missing module beside it": (f"import no_such_module\n{SCALE}", TOTAL),
    "syntax error in another cell": ("def broken(:", SCALE, TOTAL),
    "syntax error in the same cell": (f"{SCALE}\ndef broken(:\n    x\n{TOTAL}",),
    "unfinished line in the same cell": (f"x = (1,\n\n{SCALE}\n{TOTAL}",),
    "magic": ("%matplotlib inline\n" + SCALE, TOTAL),
    "shell line": ("!pip install numpy\n" + SCALE, TOTAL),
    "captured shell line": ("files = !ls\n" + SCALE, TOTAL),
    "help line": ("np.sum?\n" + SCALE, TOTAL),
    "timed cell": ("%%time\n" + SCALE, TOTAL),
    "captured timed cell": ("%%capture out\n%%time\n" + SCALE, TOTAL),
    "timed line": (SCALE + "%time y = scale(np.ones(2), 2)\n", TOTAL),
    "cell in another language": ("%%bash\nls | head", SCALE, TOTAL),
    "magic in a docstring": (
        'def scale(x, factor):\n    """\n%time\n!ls\n    """\n    return x * factor',
        TOTAL,
    ),
    "Windows line ends": (SCALE.replace("\n", "\r\n"), TOTAL),
    "two statements on a line": ("a = 1; " + "b = 2\n" + SCALE, TOTAL),
    "indented cell": ("".join(f"  {line}\n" for line in SCALE.splitlines()), TOTAL),
    "name used again below": (SCALE, TOTAL, "total = total(np.ones(3))"),
    "name used again in the same cell": (SCALE, TOTAL + "total = total(np.ones(3))"),
    "name used in a loop": (SCALE, TOTAL, "for scale in range(3):\n    pass"),
    "name deleted": (SCALE, TOTAL, "del scale"),
    "wrong draft above": (SCALE.replace("*", "+"), SCALE, TOTAL),
    "marker in capitals": (
        "# Exercise: scale\ndef mine(x, factor):\n    return x * factor",
        TOTAL,
    ),
    "words between answers": (f"My answer:\n{SCALE}And the total:\n{TOTAL}",),
    "unfinished line below": (f"{SCALE}print('a'\n\n{TOTAL}",),
    "file magic": ("%%writefile scale.py\n" + SCALE, "from scale import *", TOTAL),
    "pasted prompts": (
        ">>> def scale(x, factor):\n...     return x * factor\n",
        TOTAL,
    ),
    "display hook": (
        SCALE + "display(3)\nget_ipython().run_line_magic('x', '')",
        TOTAL,
    ),
}


@pytest.mark.parametrize("cells", HONEST.values(), ids=HONEST.keys())
def test_no_honest_mark_is_lost(cells, kit):
    arranged = program(*cells)
    for exercise in kit.exercises():
        assert arranged.answers[exercise.name].attempted
        assert kit.passes(arranged, exercise)


def test_imports_within_functions_are_made_ahead_and_bind_nothing(
    tmp_path, monkeypatch
):
    (tmp_path / "made_ahead").mkdir()
    (tmp_path / "made_ahead" / "part.py").write_text("LOADED = True")
    monkeypatch.syspath_prepend(tmp_path)
    cell = (
        "def scale(x, factor):\n    import not_there\n"
        "    from made_ahead import part as p\n    return x * factor"
    )
    space: dict = {}
    for piece in program(cell).pieces:
        exec(piece.source, space)
    assert sys.modules.pop("made_ahead.part").LOADED
    assert set(space) == {"__builtins__", "scale"}


def test_of_two_answers_the_last_counts(kit):
    wrong = SCALE.replace("*", "+")
    assert not kit.passes(program(SCALE, wrong, TOTAL), kit.exercises()[0])
    assert program(SCALE, wrong, TOTAL).answers["scale"].cells == (0, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "class Mine:\n    def scale(self, x, factor):\n        return x * factor",
        "def outer():\n    def scale(x, factor):\n        return x * factor",
    ],
    ids=["in a class", "in a function"],
)
def test_a_function_that_cannot_be_called_is_no_attempt(cell):
    assert not program(cell, TOTAL).answers["scale"].attempted


def test_an_empty_stub_is_no_attempt():
    answers = program(STUB, TOTAL).answers
    assert not answers["scale"].attempted
    assert answers["total"].attempted


CELL = """class Cell(nn.Module):
    \"\"\"A recurrent cell.\"\"\"

    def __init__(self, size):
        super().__init__()
        # Write your answer here.
        raise NotImplementedError

    def forward(self, x, h):
        raise NotImplementedError
"""


def of_class(*cells):
    return arrange([Cell(each) for each in cells], {"Cell": ("Cell",)}, {})


def test_the_stub_of_a_class_is_no_attempt():
    assert not of_class(CELL).answers["Cell"].attempted
    begun = CELL.replace("        raise", "        self.size = size\n        raise", 1)
    assert of_class(begun).answers["Cell"].attempted
    inherited = "class Cell(nn.RNNCell):\n    pass\n"
    assert of_class(inherited).answers["Cell"].attempted


def test_the_stub_of_a_class_does_not_take_the_place_of_the_answer():
    written = CELL.replace("raise NotImplementedError", "return x + h")
    pieces = of_class(written, CELL).pieces
    classes = [piece.source for piece in pieces if "class Cell" in piece.source]
    assert ["return x + h" in source for source in classes] == [True]


def test_a_renamed_class_is_found_by_its_marker():
    written = CELL.replace("class Cell", "class MyCell").replace(
        "raise Not", "return Not"
    )
    answer = of_class(f"# exercise: Cell\n{written}").answers["Cell"]
    assert (answer.attempted, answer.renamed) == (True, "MyCell")


def test_a_missing_answer_is_no_attempt():
    assert not program(TOTAL).answers["scale"].attempted


def test_a_syntax_error_is_reported_with_its_line():
    broken = program(SCALE, "x = 1\ndef broken(:").broken
    assert list(broken) == [1]
    assert broken[1].startswith("SyntaxError: ")
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    assert broken[1].endswith(f"(line 2, {python})")


def test_line_numbers_of_pieces_are_those_of_the_cell():
    arranged = program("import numpy\nx = 1\n\n" + SCALE + "raise ValueError")
    lines = [piece.source.split("\n") for piece in arranged.pieces]
    assert lines[-1][6] == "raise ValueError"
    assert lines[-2][4] == "def scale(x, factor):"


ABSURD = {
    "dots": "a" + ".b" * 100_000,
    "plus": "+".join("x" * 100_000),
    "minus": "-" * 100_000 + "1",
    "brackets": "(" * 100_000,
    "lambdas": "lambda:" * 30_000 + "1",
    "elifs": "if 1:\n pass\n" + "elif 1:\n pass\n" * 2_000,
    "null": "x = 1\0",
    "digits": "1" * 10_000,
    "functions": "def f(): pass\n" * 5_000,
    "broken functions": "def f(:\n" * 30_000,
    "imports": "x = 1\nimport y\n" * 15_000,
    "magics": "%x\n" * 80_000,
    "cell magics": "%%time\n" * 30_000,
    "assignments": "y = !x\n" * 30_000 + "(",
    "markers": "# exercise: scale\n" * 14_000,
    "names": "total = 3\n" * 20_000 + "del total\n",
}


@pytest.mark.parametrize("source", ABSURD.values(), ids=ABSURD.keys())
@pytest.mark.timeout(300)
def test_absurd_source_costs_only_its_cell(source, kit):
    arranged = program(source, SCALE, TOTAL)
    assert all(kit.passes(arranged, exercise) for exercise in kit.exercises())
