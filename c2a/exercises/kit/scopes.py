"""Which names a stretch of Python binds, and where: the scopes of a syntax tree."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

#: What a name is bound to: a dotted name, an expression, or None for anything else.
Value = str | ast.expr | None

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Scope:
    """The names of a function, class or comprehension; `parent` None: of a statement.

    limit: the place in the module before which outer names are looked up, for what
        runs at once; a function's body runs later, with the last ones.
    """

    parent: "Scope | None" = None
    limit: float = float("inf")
    is_class: bool = False
    values: dict[str, list[Value]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)  # declared global

    def child(self, node: ast.AST) -> "Scope":
        """The scope that a function, class or comprehension opens."""
        later = isinstance(node, FUNCTIONS)
        limit = float("inf") if later else self.limit
        inner = Scope(self, limit, isinstance(node, ast.ClassDef))
        if isinstance(node, FUNCTIONS):
            for each in ast.walk(node.args):
                if isinstance(each, ast.arg):
                    inner.values[each.arg] = [None]
        nodes = inside(node)
        for each in own(nodes):
            if isinstance(each, ast.Global):
                inner.outer |= set(each.names)
            if isinstance(node, COMPREHENSIONS) and isinstance(each, ast.NamedExpr):
                continue  # bound around the comprehension
            for name, value in bound(each):
                inner.values.setdefault(name, []).append(value)
        return inner

    def find(self, name: str) -> "Scope | None":
        """The scope around that binds a name, None if that is the module."""
        scope: Scope | None = self
        while scope is not None and name not in scope.outer:
            if name in scope.values and (scope is self or not scope.is_class):
                return scope
            scope = scope.parent
        return None


def own(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of one scope: those of functions and classes in it are left out.

    Annotations are left out, too: they are not run.
    """
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, SCOPES):
            waiting += _around(node)
        else:
            skipped = getattr(node, "annotation", None)
            children = ast.iter_child_nodes(node)
            waiting += [each for each in children if each is not skipped]


def inside(node: ast.AST) -> list[ast.AST]:
    """What belongs to the scope that a node opens."""
    if isinstance(node, COMPREHENSIONS):
        return list(ast.iter_child_nodes(node))
    body = getattr(node, "body", [])
    return list(body) if isinstance(body, list) else [body]


def _around(node: ast.AST) -> list[ast.AST]:
    """What of a definition runs in the scope where it stands."""
    arguments = getattr(node, "args", None)
    parts = [*getattr(node, "decorator_list", []), *getattr(node, "bases", [])]
    parts += [each.value for each in getattr(node, "keywords", [])]
    if isinstance(arguments, ast.arguments):
        parts += arguments.defaults
        parts += [each for each in arguments.kw_defaults if each is not None]
    return parts


def bound(node: ast.AST) -> Iterator[tuple[str, Value]]:
    """The names that a node itself binds, without its parts."""
    if isinstance(node, DEFINITIONS):
        yield node.name, None
    elif isinstance(node, ast.Import):
        for name in node.names:
            top = name.name.partition(".")[0]
            yield name.asname or top, name.name if name.asname else top
    elif isinstance(node, ast.ImportFrom):
        for name in node.names:
            known = node.module and not node.level
            dotted = f"{node.module}.{name.name}" if known else None
            yield name.asname or name.name, dotted
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, None
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        if node.name:
            yield node.name, None
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, None
    if isinstance(node, COMPREHENSIONS):
        for each in ast.walk(node):
            if isinstance(each, ast.NamedExpr) and isinstance(each.target, ast.Name):
                yield each.target.id, each.value


@dataclass(frozen=True)
class Leaf:
    """A statement of a module, or the head of a compound one.

    certain: false where it may not run, as in the branch of an `if`.
    """

    nodes: tuple[ast.AST, ...]
    certain: bool = True

    def names(self) -> Iterator[tuple[str, Value, bool]]:
        """What it binds: the name, the value, and whether nothing else remains of it.

        `a.b = c` and `a[b] = c` change what `a` is, and so does a function that
        declares `a` global.
        """
        for node in own(self.nodes):
            whole = self.certain and not isinstance(node, ast.AugAssign)
            for name, value in bound(node):
                yield name, value, whole
            if isinstance(node, ast.Attribute | ast.Subscript):
                root: ast.AST = node if isinstance(node.ctx, ast.Store) else ast.Pass()
                while isinstance(root, ast.Attribute | ast.Subscript):
                    root = root.value
                if isinstance(root, ast.Name):
                    yield root.id, None, False
            if isinstance(node, DEFINITIONS):
                for each in ast.walk(node):
                    if isinstance(each, ast.Global):
                        yield from ((name, None, False) for name in each.names)


def leaves(body: Sequence[ast.AST], certain: bool = True) -> Iterator[Leaf]:
    """The statements of a module in order, those within `if`, `for` and so on too."""
    for statement in body:
        parts = list(ast.iter_child_nodes(statement))
        compound = not isinstance(statement, SCOPES) and any(
            isinstance(part, ast.stmt | ast.ExceptHandler | ast.match_case)
            for part in parts
        )
        if not compound:
            yield Leaf((statement,), certain)
            continue
        below = (ast.stmt, ast.ExceptHandler, ast.match_case)
        head = tuple(part for part in parts if not isinstance(part, below))
        if head:
            yield Leaf(head, certain)
        always = certain and isinstance(statement, ast.With | ast.AsyncWith)
        yield from leaves([p for p in parts if isinstance(p, below)], always)


def taken_from_outside(nodes: Sequence[ast.AST]) -> set[str]:
    """The names that code uses and does not bind in a scope of its own."""
    found: set[str] = set()
    stack: list[tuple[Sequence[ast.AST], Scope]] = [(nodes, Scope())]
    while stack:
        nodes, scope = stack.pop()
        for node in own(nodes):
            if isinstance(node, ast.Name) and scope.find(node.id) is None:
                found.add(node.id)
            elif isinstance(node, SCOPES):
                stack.append((inside(node), scope.child(node)))
    return found
