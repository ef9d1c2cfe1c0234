"""Turn what a notebook cell says into Python that a bare interpreter can run."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from c2a.exercises.kit import parsing

# Cell magics whose body is not Python to run in the student's namespace.
_FOREIGN_MAGICS = frozenset(
    {"bash", "bigquery", "cmd", "cython", "html", "javascript", "js", "latex"}
    | {"markdown", "perl", "pypy", "R", "ruby", "script", "sh", "shell", "sql", "svg"}
    | {"sx", "system"}
)
_FILE_MAGICS = frozenset({"file", "writefile"})
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*(?:\n|$)")
_TIMED_LINE = re.compile(r"^([ \t]*)%time[ \t]+", re.MULTILINE)
# What can only begin a statement: where a damaged cell may be cut into blocks.
_BLOCK = re.compile(r"(?:def|class|async def|import|from)\b|@")
# A line that is a magic, a shell command or a request for help, or assigns from one.
_COMMAND = re.compile(r"([ \t]*(?:[\w., ]+=[ \t]*)?)(?:[%!?].*|[\w.*]+\?{1,2}[ \t]*$)")
# What IPython looks at again and again, so that a flood of it would take for ever.
_SLOW = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)
# Where a function may import something; a closer look would cost every submission.
_INNER_IMPORT = re.compile(r"(?:^[ \t]+|:[ \t]*)(?:from|import)\b", re.MULTILINE)
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MOST_COMMANDS = 50
MOST_IMPORTS = 20  # of those within functions
MOST_SLOW = 10
LONGEST_LINE, LONGEST_CELL = 1_000, 20_000  # characters that IPython is shown
MOST_PADDING = 5_000_000  # characters of the empty lines above all blocks of a cell
_STATEMENT = re.compile(r"[^\s#)\]}]")


@lru_cache(maxsize=16)  # one cell is asked about several times in a row
def parse(source: str) -> ast.Module | None:
    """Parse Python source, `None` when it is not Python or absurdly nested."""
    try:
        return parsing.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def without_magics(source: str) -> str:
    """Replace IPython's magics, shell lines and help requests; keep line numbers.

    A cell that is Python already is returned unchanged, so a docstring may hold a line
    that looks like a magic. `%%time` and its kin are dropped and their body stays;
    cells in another language become empty. Other lines become calls of `get_ipython()`,
    which the sandbox answers with nothing.
    """
    if parse(source) is not None:
        return source
    for _ in range(MOST_SLOW):
        magic = _CELL_MAGIC.match(source)
        if magic is None:
            break
        if magic[1] in _FOREIGN_MAGICS:
            return ""
        body = "\n" * magic[0].count("\n") + source[magic.end() :]
        if magic[1] in _FILE_MAGICS:  # may hold an answer, or anything else
            return body if parse(body) is not None else ""
        source = body
        if parse(source) is not None:
            return source
    source = _TIMED_LINE.sub(r"\1", source)
    if parse(source) is not None:
        return source
    return _transformed(source)


def blocks(source: str) -> list[str]:
    """Cut source that does not parse where a definition or an import begins.

    Each block is padded with empty lines, so that its line numbers stay the cell's.
    """
    count = sum(1 for line in source.split("\n") if _BLOCK.match(line))
    if count * source.count("\n") > MOST_PADDING:
        return []
    pieces: list[str] = []
    lines: list[str] = []
    decorated = False
    for number, line in enumerate(source.split("\n")):
        if _BLOCK.match(line) and not decorated:
            pieces.append(_saved(lines))
            lines = [""] * number
        lines.append(line)
        decorated = line.startswith("@")
    return [*pieces, _saved(lines)]


def _saved(lines: list[str]) -> str:
    """Leave out what stands below a definition, where that makes it parse."""
    whole = "\n".join(lines)
    if parse(whole) is not None:
        return whole
    begun = False
    for number, line in enumerate(lines):
        if begun and _STATEMENT.match(line):
            head = "\n".join(lines[:number])
            return head if parse(head) is not None else whole
        begun |= line.startswith(("def ", "class ", "async def "))
    return whole


def syntax_error(source: str) -> str:
    """Say what is wrong with source that does not parse, as Python says it."""
    try:
        parsing.parse(source)
    except SyntaxError as error:
        python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
        return f"SyntaxError: {error.msg} (line {error.lineno}, {python})"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error or 'nested too deeply'}"
    return ""


def _transformed(source: str) -> str:
    """Replace commands where they stand alone on a line; leave the rest to IPython."""
    lines = source.split("\n")
    for _ in range(MOST_COMMANDS):
        number = _wrong_line("\n".join(lines))
        if number is None:
            return "\n".join(lines)
        command = _COMMAND.match(lines[number]) if number < len(lines) else None
        if command is None:
            break
        lines[number] = command[1] + "get_ipython()"
    return _transformed_by_ipython(source)


def _wrong_line(source: str) -> int | None:
    """Return the index of the line that Python complains about, `None` if of none."""
    try:
        parsing.parse(source)
    except SyntaxError as error:
        return max((error.lineno or 1) - 1, 0)
    except (ValueError, RecursionError, MemoryError):
        return 0
    return None


def _transformed_by_ipython(source: str) -> str:
    # Its expressions take the square of a line's length, and of the commands' number.
    longest = max(map(len, source.split("\n")))
    if longest > LONGEST_LINE or len(source) > LONGEST_CELL:
        return source
    if len(_SLOW.findall(source)) > MOST_SLOW:
        return source
    # IPython comes with ipywidgets; it loads only for cells that need it.
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # tokenizer errors of many kinds: the cell is not Python
        return source


def imports_inside(sources: Iterable[str]) -> list[str]:
    """Python that imports what functions import in their bodies, and binds no name.

    Run ahead, lest it use up the time limit of their first call. What is not there is
    passed over: the call will say so.
    """
    lines = (line for source in sources for line in _imports_inside(source))
    known = islice(dict.fromkeys(lines), MOST_IMPORTS)
    return [f"try:\n    {line}\nexcept Exception:\n    pass" for line in known]


def _imports_inside(source: str) -> Iterator[str]:
    tree = parse(source) if _INNER_IMPORT.search(source) else None
    body = tree.body if tree else []
    within = [each for each in body if isinstance(each, DEFINITION)]
    for node in (node for each in within for node in ast.walk(each)):
        if isinstance(node, ast.Import):
            yield from (f"__import__({alias.name!r})" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [alias.name for alias in node.names]
            yield f"__import__({node.module!r}, None, None, {names!r})"


def is_stub(node: ast.stmt) -> bool:
    """Tell whether an answer does nothing but raise NotImplementedError or pass.

    A class does nothing if all its methods do; what a task gives around them, such as
    `super().__init__()`, is no attempt either.
    """
    if isinstance(node, ast.ClassDef):
        methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
        if not methods and node.bases:  # it may inherit all that it needs
            return False
        rest = [each for each in node.body if each not in methods]
        return all(map(is_stub, methods)) and all(map(_is_idle, rest))
    if not isinstance(node, ast.FunctionDef):
        return False
    for statement in node.body:
        if _is_idle(statement):
            continue
        if not isinstance(statement, ast.Raise) or statement.exc is None:
            return False
        raised = statement.exc
        raised = raised.func if isinstance(raised, ast.Call) else raised
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return True


def _is_idle(statement: ast.stmt) -> bool:
    """Tell whether a statement is `pass`, a docstring or `super().__init__(...)`."""
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    called = value.func if isinstance(value, ast.Call) else None
    constructor = isinstance(called, ast.Attribute) and called.attr == "__init__"
    return isinstance(value, ast.Constant) or constructor
