"""What an honest submission meets: its cells run, its functions answer."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from c2a.exercises.kit.driver import Driver
from c2a.exercises.kit.values import Tensor, numbers
from c2a.grading.answers import arrange
from c2a.grading.notebooks import Cell
from c2a.grading.sandbox import Limits, SandboxPool
from c2a.grading.sandbox.inside.wire import DTYPES

QUICK = Limits(cell_seconds=1.0, cells_seconds=5.0, memory_mb=512)
ECHO = "def echo(*things): return things"


def test_values_come_back_as_they_went(shut_pool: SandboxPool) -> None:
    things = (
        *(True, 7, -0.5, float("inf"), "naïve ☃", None),
        [1, (2.0, "three"), {"four": [None]}],
        (),
        {},
    )
    with shut_pool.session([ECHO]) as session:
        reply = session.call("echo", *things, seconds=5)
    assert reply.value == things
    assert [type(part) for part in reply.value] == [type(part) for part in things]
    assert reply.arguments == things


def test_what_a_function_imports_costs_no_time_of_its_call(
    shut_pool: SandboxPool,
) -> None:
    """Whatever the machine does beside: limits count the processor's time."""
    cell = "def f(x):\n    import slow\n    return x + slow.ONE"
    program = arrange([Cell(cell)], {"f": ("f",)}, {"f": 1})
    slow = "import time\nwhile time.process_time() < 2: pass\nONE = 1"
    sources = [piece.source for piece in program.beside({"slow": slow}, {}).pieces]
    patient = replace(QUICK, cell_seconds=20.0, cells_seconds=20.0)
    with shut_pool.session(sources, patient) as session:
        assert session.call("f", 1, seconds=1).value == 2
    with shut_pool.session([sources[0], cell], patient) as session:
        assert session.call("f", 1, seconds=1).kind == "timeout"


def drive_counter(Counter, steps: int):
    counter = Counter()
    return [doubled(counter.step()) for _ in range(steps)]


def doubled(number: int) -> int:
    return 2 * number


def test_a_driver_runs_beside_the_answer(shut_pool: SandboxPool) -> None:
    code = """
class Counter:
    doubled = count = 0
    def step(self):
        self.count += 1
        return self.count
def doubled(n): return "the student's"
"""
    driver = Driver(drive_counter, ("Counter",))
    with shut_pool.session([code]) as session:
        for _ in range(2):
            reply = session.call("Counter", 3, seconds=5, driver=driver)
            assert reply.value == [2, 4, 6]
    with shut_pool.session([code.replace("step", "go")]) as session:
        reply = session.call("Counter", 3, seconds=5, driver=driver)
        assert "no attribute 'step'" in reply.error
    with shut_pool.session(["x = 1"]) as session:
        reply = session.call("Counter", 3, seconds=5, driver=driver)
        assert (reply.kind, reply.error) == ("missing", "`Counter`: found nothing")


def test_an_exception_tells_what_it_is_derived_from(shut_pool: SandboxPool) -> None:
    code = "class Bad(ValueError): pass\ndef f(): raise Bad('shape')"
    with shut_pool.session([code]) as session:
        reply = session.call("f", seconds=5)
    assert reply.error.startswith("Bad: shape")
    assert reply.bases[0] == "ValueError"


@pytest.mark.parametrize("dtype", sorted(DTYPES))
def test_arrays_keep_dtype_and_shape(dtype: str, namespaces: SandboxPool) -> None:
    whole = np.arange(12).reshape(3, 4).astype(dtype)
    arrays = whole, whole[:0], whole[0, 0].reshape(()), whole.astype(f">{dtype}")
    with namespaces.session([ECHO]) as session:
        for array, got in zip(
            arrays, session.call("echo", *arrays, seconds=5).value, strict=True
        ):
            assert (got.dtype, got.shape) == (np.dtype(dtype), array.shape)
            np.testing.assert_array_equal(got, array)


def test_arrays_keep_their_layout(namespaces: SandboxPool) -> None:
    """A function that forgets that an array may be strided must fail here, too."""
    code = "def steps(*arrays): return [list(a.strides) for a in arrays]"
    whole = np.arange(24.0).reshape(4, 6)
    arrays = whole, whole.T, whole[::2, ::-3], np.broadcast_to(whole[0], (3, 6))
    with namespaces.session([code, ECHO]) as session:
        steps = session.call("steps", *arrays, seconds=5).value
        assert steps == [list(array.strides) for array in arrays]
        for array, got in zip(
            arrays, session.call("echo", *arrays, seconds=5).value, strict=True
        ):
            np.testing.assert_array_equal(got, array)


def test_tensors_are_tensors_inside_and_told_apart_outside(
    namespaces: SandboxPool,
) -> None:
    code = """
import torch, numpy as np
def f(x):
    assert type(x) is torch.Tensor and x.dtype == torch.float32
    return x.T, torch.nn.Parameter(x), x.numpy(), np.float32(2), x.sum()
"""
    with namespaces.session([code]) as session:
        tensor = torch.arange(6.0).reshape(2, 3)
        reply = session.call("f", tensor, seconds=5)
        again = session.call("f", Tensor(tensor.numpy()), seconds=5)
    for value in (reply.value, again.value):
        turned, parameter, array, scalar, total = value
        assert [type(part) for part in value] == [
            *(Tensor, Tensor, np.ndarray, np.ndarray, Tensor)
        ]
        np.testing.assert_array_equal(turned.array, tensor.numpy().T)
        np.testing.assert_array_equal(parameter.array, array)
        assert (scalar.shape, scalar.dtype, scalar) == ((), np.float32, 2)
        assert total.array == 15


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("object()", "object"),
        ("lambda: 0", "function"),
        ("{1: 2}", "dict"),
        ("{1, 2}", "set"),
        ("np.array(['text'])", "array of dtype <U4"),
        ("np.array([object()])", "array of dtype object"),
        ("torch.empty(2, device='meta')", "tensor of torch.float32"),
        ("np.array([[1], [1, 2]], dtype=object)", "array of dtype object"),
        ("10 ** 40", "int of more than 64 bits"),
        ("1j", "complex"),
    ],
)
def test_unsupported_values_are_named(
    value: str, named: str, namespaces: SandboxPool
) -> None:
    code = f"import numpy as np, torch\ndef f(): return {value}"
    with namespaces.session([code]) as session:
        reply = session.call("f", seconds=5)
    assert (reply.kind, reply.error) == ("unsupported", named)


@pytest.mark.parametrize(
    "value",
    [
        "torch.tensor([1.0, 2]).to_sparse()",
        "torch.tensor([1.0, 2], dtype=torch.bfloat16)",
        "torch.tensor([1 + 0j, 2]).conj().real",
        "np.array([1.0, 2], dtype=object)",
        "np.array([1.0, 2], dtype=np.longdouble)",
    ],
)
def test_odd_types_of_numbers_come_as_usual_ones(
    value: str, namespaces: SandboxPool
) -> None:
    code = f"import numpy as np, torch\ndef f(): return {value}"
    with namespaces.session([code]) as session:
        reply = session.call("f", seconds=5)
    assert reply.kind == "ok", reply
    np.testing.assert_array_equal(numbers(reply.value), [1.0, 2.0])


def test_changed_arguments_are_seen(namespaces: SandboxPool) -> None:
    code = "def f(array, numbers):\n    array[0] = 9; numbers.append(3)"
    array, numbers = np.zeros(2), [1]
    with namespaces.session([code]) as session:
        reply = session.call("f", array, numbers, seconds=5)
    assert reply.arguments is not None
    np.testing.assert_array_equal(reply.arguments[0], [9, 0])
    assert reply.arguments[1] == [1, 3]
    assert (array[0], numbers) == (0, [1])


def test_errors_say_where(namespaces: SandboxPool) -> None:
    code = "def inner(x):\n    return x[5]\n\ndef f(x):\n    return inner(x)"
    with namespaces.session(["pass", code]) as session:
        reply = session.call("f", [1], seconds=5)
    assert reply.kind == "exception"
    assert reply.error == (
        "IndexError: list index out of range\ncell 2, line 2, in inner: return x[5]"
    )


def test_missing_functions(namespaces: SandboxPool) -> None:
    with namespaces.session(["number = 3"]) as session:
        assert session.call("f", seconds=5).kind == "missing"
        assert session.call("number", seconds=5).error == "`number`: found int"


def test_output_is_kept_per_call(namespaces: SandboxPool) -> None:
    code = """
import sys, warnings
def f(n):
    print("out", n); sys.stderr.write("err\\n"); sys.stdout.buffer.write(b"raw\\n")
    warnings.warn("careful")
"""
    with namespaces.session(["print('cell')", code]) as session:
        first, second = (session.call("f", n, seconds=5).printed for n in (1, 2))
        assert session.cell_reports[0].printed == "cell\n"
    assert first.startswith("out 1\nerr\nraw\n")
    assert "careful" in first
    assert second.startswith("out 2\n")


def test_closed_output_breaks_nothing(namespaces: SandboxPool) -> None:
    with namespaces.session(["import sys\nsys.stdout.close()", ECHO]) as session:
        assert session.call("echo", 1, seconds=5).value == (1,)


def test_bad_cells_cost_only_themselves(shut_pool: SandboxPool) -> None:
    cells = [
        "a = 1",
        "this is no Python",
        "1 / 0",
        "import os; os._exit(3)",
        "while True: pass",
        "def f(): return a",
    ]
    with shut_pool.session(cells, QUICK) as session:
        assert session.call("f", seconds=5).value == 1
        reports = session.cell_reports
    assert [r.ok for r in reports] == [True, False, False, False, False, True]
    assert [r.kind for r in reports[1:5]] == [
        *("exception", "exception", "died", "timeout")
    ]
    assert reports[1].error.startswith("SyntaxError")
    assert reports[2].error.startswith("ZeroDivisionError")
    assert "exit code 3" in reports[3].error


def test_cells_have_a_common_budget(namespaces: SandboxPool) -> None:
    """Many slow cells cannot hold the grader; good ones after them are not run."""
    limits = replace(QUICK, cell_seconds=0.3, cells_seconds=0.7)
    with namespaces.session(["while True: pass"] * 20, limits) as session:
        reports = session.cell_reports
    assert {report.kind for report in reports} == {"timeout"}
    ran = [not report.error.startswith("not run") for report in reports]
    assert sum(ran) <= 4
    assert not any(ran[4:])


def test_cells_that_there_is_no_time_for_are_not_run(namespaces: SandboxPool) -> None:
    """The time of all is over; what was defined before can still be called."""
    limits = replace(QUICK, cell_seconds=5.0, cells_seconds=0.5)
    busy = "import time\nwhile time.process_time() < 0.8: pass"
    cells = ["x = 1", "def f(): return x", busy, "x = 2"]
    with namespaces.session(cells, limits) as session:
        assert session.call("f", seconds=5).value == 1
        reports = session.cell_reports
    assert [report.ok for report in reports] == [True, True, True, False], reports
    assert (reports[-1].kind, reports[-1].error[:7]) == ("timeout", "not run")


def test_many_large_cells_do_not_block_each_other(namespaces: SandboxPool) -> None:
    """All are sent at once, and each prints, while nobody listens on either side."""
    loud = "print('x' * 15_000)\n" + "# a long comment\n" * 20_000
    with namespaces.session([*[loud] * 30, "def f(): return 1"]) as session:
        assert session.call("f", seconds=5).value == 1
        assert all(len(each.printed) == 15_001 for each in session.cell_reports[:-1])


def test_of_a_flood_of_printed_text_the_beginning_is_kept(
    namespaces: SandboxPool,
) -> None:
    cells = [*["print('x' * 19_000)"] * 200, *["raise ValueError('x' * 3_000)"] * 200]
    with namespaces.session(cells) as session:
        reports = session.cell_reports
    assert all(len(each.printed) == 19_001 for each in reports[:30])
    assert all("ValueError" in each.error for each in reports[200:])
    assert sum(len(each.printed) + len(each.error) for each in reports) < 1.2 * 2**20


def test_numbers_too_large_for_the_socket(namespaces: SandboxPool) -> None:
    numbers = np.arange(3_000_000.0)
    with namespaces.session(["def f(x): return x + 1"]) as session:
        got = session.call("f", numbers, seconds=20).value
    np.testing.assert_array_equal(got, numbers + 1)


def test_fresh_forgets_all_but_the_cells(shut_pool: SandboxPool) -> None:
    code = """
kept = []
def put(x):
    kept.append(x)
    try:
        with open("/tmp/kept", "w") as file: file.write("x")
    except OSError: pass
def get():
    import os
    return len(kept), os.path.exists("/tmp/kept")
"""
    with shut_pool.session([code]) as session:
        session.call("put", 1, seconds=5)
        assert session.call("get", seconds=5).value[0] == 1
        session.fresh()
        assert session.call("get", seconds=5).value == (0, False)


def test_random_numbers_repeat(namespaces: SandboxPool) -> None:
    """A submission that sets no seed gets the same marks when graded again."""
    code = """
import random, numpy as np, torch
def f(): return random.random(), np.random.rand(), torch.rand(1).item()
"""
    drawn = []
    for _ in range(2):
        with namespaces.session([code]) as session:
            drawn.append(session.call("f", seconds=5).value)
    assert drawn[0] == drawn[1]


def test_training_is_warm(namespaces: SandboxPool) -> None:
    """Nothing that training or plotting needs is loaded anew for each submission."""
    code = """
import sys
before = set(sys.modules)
import torch, matplotlib.pyplot as plt
from c2a.data import load
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())
model(torch.zeros(3, 2)).sum().backward()
optimizer.step()
plt.plot([1, 2]); plt.show()
def f(): return sorted(set(sys.modules) - before)
"""
    with namespaces.session([code]) as session:
        assert session.call("f", seconds=5).value == []
        assert session.cell_reports[0].printed == ""
