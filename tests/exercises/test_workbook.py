"""What a reader sees: check, hint and progress, in a notebook and in a script."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import scipy.signal

from c2a.exercises.c02_convolution import CHAPTER
from c2a.exercises.c02_convolution.conv2d import by_loops
from c2a.exercises.c02_convolution.output_size import by_counting
from c2a.exercises.c02_convolution.same_padding import by_rounding_up
from c2a.exercises.kit.progress import FILE_NAME, ProgressFile
from c2a.exercises.kit.report import Block, Report
from c2a.exercises.kit.workbook import Workbook


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Workbook(CHAPTER)


def named(function, name):
    """The function as if the reader had defined it under this name."""

    def answer(*args):
        return function(*args)

    answer.__name__ = name
    return answer


def output_size(size, kernel_size, stride, padding, dilation):
    return by_counting(size, kernel_size, stride, padding, dilation)


def test_a_right_answer_passes_well_under_a_second(workbook):
    start = time.process_time()
    report = workbook.report(output_size)
    assert report.passed
    assert time.process_time() - start < 5  # usual is 0.02, on any machine


def test_a_failing_case_is_shown_with_its_diagnosis(workbook):
    def flipped(x, w, stride, padding):
        return by_loops(x, w[:, :, ::-1, ::-1], stride, padding)

    text = repr(workbook.report(named(flipped, "conv2d")))
    assert "kernel flipped" in text
    assert "First at index" in text
    for label in ("Smallest failing case", "array of shape", "Expected", "Yours"):
        assert label in text
    assert "Read again: chapter 2, “Slide, multiply, add”" in text


def test_the_section_is_a_link_where_the_chapter_lies_beside(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "02-convolution.ipynb").touch()
    monkeypatch.chdir(tmp_path / "exercises")
    html = Workbook(CHAPTER).report(named(lambda *_: 0, "conv2d"))._repr_html_()
    assert '<a href="../book/02-convolution.ipynb#' in html
    assert "<code>hint(conv2d)</code>" in html
    assert "`" not in html


def test_an_impossible_setting_waits_until_the_possible_ones_pass(workbook):
    def without_floor(size, kernel_size, stride, padding, dilation):
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1

    text = repr(workbook.report(named(without_floor, "output_size")))
    assert "Expected a whole number" in text
    assert "This input is impossible" not in text

    def unchecked(size, kernel_size, stride, padding, dilation):
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1

    text = repr(workbook.report(named(unchecked, "output_size")))
    assert "raise ValueError before you return" in text
    assert "Expected: ValueError" in text


def test_a_stub_is_not_written_yet(workbook):
    def im2col(x, kernel_size, stride):
        raise NotImplementedError

    report = workbook.report(im2col)
    assert repr(report) == "im2col: not written yet."
    assert report.passed is False


def test_half_an_answer_says_how_far_it_goes(workbook):
    def by_hand(question):
        if question == "size":
            return [2, 3]
        raise NotImplementedError

    text = repr(workbook.report(by_hand))
    assert "1 of 8 checks pass: 0 of 4 points." in text
    assert "does not answer this case yet" in text
    assert "question = 'first'" in text
    assert "Expected:" not in text


def test_a_stub_beside_an_answer_is_named(workbook, monkeypatch):
    def network():
        raise NotImplementedError

    def fit(images, labels):
        return network()

    report = workbook.report(fit, named(lambda *_: 0, "predict"))
    assert repr(report) == "fit: `network` is not written yet."


def test_the_points_and_what_is_open_are_told(workbook):
    def at_every_position(x, w, stride, padding):
        return by_loops(x, w, 1, padding)

    text = repr(workbook.report(named(at_every_position, "conv2d")))
    assert "4 of 6 points; open: stride, padding." in text
    assert "Read again: chapter 2, “Stride and dilation”" in text


def test_the_form_of_a_letter_is_told_and_not_the_letter(workbook):
    def read_plot(question):
        wrong = 2 if question == "average" else None
        return wrong or CHAPTER.by_name["read_plot"].reference(question)

    text = repr(workbook.report(read_plot))
    assert "Answer with one letter, as text." in text
    assert "Expected:" not in text


def test_the_smallest_failing_case_is_drawn_with_what_differs_marked(workbook):
    def flipped(x, w, stride, padding):
        return by_loops(x, w[:, :, ::-1, ::-1], stride, padding)

    report = workbook.report(named(flipped, "conv2d"))
    html = report._repr_html_()
    assert html.count("<figure") == 4  # x, w, Expected, Yours
    assert html.count('role="img" aria-label="') == 4
    assert 'aria-label="Yours: array of shape' in html
    assert "outline: 3px" in html.partition("Yours")[2]
    assert "outline: 3px" not in html.partition("Yours")[0]
    assert "(differing at [0, 0, 0]" in repr(report)


def test_the_worked_example_of_a_task_is_drawn(workbook):
    report = workbook.worked_example("conv2d")
    assert report._repr_html_().count("<figure") == 3
    assert "[[[21. 32.]" in repr(report)
    assert "No example" in repr(workbook.worked_example("conv3"))


def test_imports_take_none_of_the_time(workbook, monkeypatch, tmp_path):
    slow = "import time\nend = time.process_time() + 2\n"
    slow += "while time.process_time() < end:\n    pass\n"
    (tmp_path / "slow_import.py").write_text(slow)
    monkeypatch.syspath_prepend(tmp_path)
    exercise = replace(CHAPTER.by_name["same_padding"], seconds=1.0)
    quick = Workbook(replace(CHAPTER, exercises=(exercise,)))

    def same_padding(kernel_size, dilation):
        import slow_import  # noqa: F401

        return by_rounding_up(kernel_size, dilation)

    assert quick.report(same_padding).passed


def test_a_forbidden_import_is_refused_before_it_happens(workbook, tmp_path):
    def conv2d(x, w, stride, padding):
        import skimage.never_there as library

        return library.conv2d(x, w)

    assert "not accepted" in repr(workbook.report(conv2d))


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ((), "Pass your function"),
        ((3,), "not its result: this is int"),
        (("conv2d",), "without quotes: check(conv2d)"),
        ((named(abs, "conv_2d"),), "Did you rename `conv2d`?"),
        ((named(abs, "xyz"),), "The functions are: "),
        ((lambda x: x,), "a lambda"),
        ((named(abs, "fit"),), "check(fit, predict)"),
        ((output_size, named(abs, "im2col")), "check(output_size)"),
    ],
)
def test_a_wrong_object_is_told_apart(workbook, objects, said):
    report = workbook.report(*objects)
    assert report.passed is False
    assert said in repr(report)


def test_forbidden_calls_are_refused_before_they_run(workbook):
    def conv2d(x, w, stride, padding):
        return scipy.signal.correlate(x, w)

    text = repr(workbook.report(conv2d))
    assert "not accepted" in text
    assert "scipy.signal.correlate" in text
    assert "Write it yourself, with NumPy" in text


def test_where_all_cases_stand_in_the_task_the_grader_has_no_others(workbook):
    answers = {name: CHAPTER.by_name[name].reference for name in ("by_hand", "im2col")}
    texts = {name: repr(workbook.report(named(f, name))) for name, f in answers.items()}
    assert "The grader runs the same ones." in texts["by_hand"]
    assert "The grader runs others of the same kind." in texts["im2col"]


def test_hand_computed_answers_are_not_given_away(workbook):
    def by_hand(question):
        return 12345 if question == "first" else None

    text = repr(workbook.report(by_hand))
    assert "12345" in text or "None" in text
    assert "Expected:" not in text


def test_hints_go_one_step_further_and_stop(workbook):
    hints = CHAPTER.by_name["conv2d"].hints
    shown = [repr(workbook.next_hint("conv2d")) for _ in range(len(hints) + 1)]
    for hint, text in zip((*hints, hints[-1]), shown, strict=True):
        assert hint in text
    assert "the last one" in shown[-1]
    assert "Did you rename" in repr(workbook.next_hint("conv2"))
    assert "fit: hint 1" in repr(workbook.next_hint("predict"))


def test_hint_and_example_take_any_number_of_functions(workbook):
    first = CHAPTER.exercises[0].name
    for ask, name in (
        (workbook.next_hint, "hint"),
        (workbook.worked_example, "example"),
    ):
        assert f"Say of which exercise: {name}({first})" in repr(ask())
        assert "fit: " in repr(ask("fit", "predict"))
        assert "Pass one" in repr(ask("fit", "conv2d"))


def test_a_spoiled_progress_file_is_named(workbook, tmp_path):
    (tmp_path / FILE_NAME).write_text("{")
    assert f"{FILE_NAME}.damaged-" in repr(workbook.report(output_size))
    assert "damaged" not in repr(workbook.report(output_size))


NOTEBOOK_CELLS = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell()
shell.run_cell(
    "from c2a.exercises.c02_convolution import CHAPTER\\n"
    "from c2a.exercises.kit.workbook import Workbook\\n"
    "book = Workbook(CHAPTER)",
    store_history=True,
)
for cell in {cells!r}:
    shell.run_cell(cell, store_history=True).raise_error()
"""
LOOPS = """
import numpy as np
def conv2d(x, w, stride, padding):
    x = pad(x, padding)
    rows, columns = w.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (rows, columns), (1, 2))
    return np.einsum("cijab,ocab->oij", windows[:, ::stride, ::stride], w)
"""
PAD = "def pad(x, n):\n    return np.pad(x, ((0, 0), (n, n), (n, n)))"
COMPARE = """
import torch
from torch.nn.functional import *
from torch.nn.functional import conv2d as theirs
x, w = np.ones((1, 4, 4)), np.ones((1, 1, 2, 2))
assert np.allclose(theirs(torch.tensor(x)[None], torch.tensor(w)), {mine})
"""
# The cells of a notebook, and whether its `conv2d` is accepted.
RUNS = {
    "compares below": (
        [
            LOOPS,
            PAD,
            COMPARE.replace(" import *", " import relu").format(
                mine="conv2d(x, w, 1, 0)"
            ),
        ],
        True,
    ),
    "uses torch in the helper": (
        [LOOPS, "import torch\n" + PAD, "pad = torch.nn.functional.pad"],
        False,
    ),
    "mended": (["import torch\nconv2d = torch.conv2d", LOOPS, PAD], True),
    "has data that torch computed": (
        [
            "import torch\nframe = torch.nn.functional.pad(torch.ones(9, 9), (1, 1))",
            LOOPS,
            "def pad(x, n):\n    return np.pad(frame.numpy()[:x.shape[1]], n)",
        ],
        False,
    ),
}
SCRIPT = """
from c2a.exercises.c02_convolution import CHAPTER
from c2a.exercises.kit.workbook import Workbook

# %%
{answer}
# %%
print(repr(Workbook(CHAPTER).report(conv2d)))
"""


@pytest.mark.parametrize(("cells", "accepted"), RUNS.values(), ids=RUNS.keys())
def test_check_and_the_grader_say_the_same(tmp_path, cells, accepted):
    code = NOTEBOOK_CELLS.format(cells=[*cells, "print(repr(book.report(conv2d)))"])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert ("not accepted" not in done.stdout) == accepted, done.stdout + done.stderr
    assert "conv2d:" in done.stdout, done.stderr
    script = tmp_path / "answer.py"
    script.write_text(SCRIPT.format(answer="\n# %%\n".join(cells)), "utf-8")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=tmp_path
    )
    assert ("not accepted" not in done.stdout) == accepted, done.stdout + done.stderr
    assert "conv2d:" in done.stdout, done.stderr
    exercise = next(each for each in CHAPTER.exercises if each.name == "conv2d")
    assert (exercise.source_problems(cells) == []) == accepted


def test_progress_is_kept_for_the_next_session(workbook):
    workbook.report(output_size)
    text = repr(Workbook(CHAPTER).overview())
    assert f"1 of {len(CHAPTER.exercises)} exercises done" in text
    assert "output_size       done   4 of 4 points" in text


def test_a_worse_answer_takes_no_progress_back(workbook):
    workbook.report(output_size)
    workbook.report(named(lambda *_: 1, "output_size"))
    text = repr(workbook.overview())
    assert "output_size       done   4 of 4 points" in text
    assert "4 of 4 points; your latest check: 0" in text
    assert "your best check" in text
    workbook.report(output_size)
    assert "latest check" not in repr(workbook.overview())


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"02-convolution": 3}',
        '{"02-convolution": {"fit": "x"}}',
        '{"02-convolution": {"fit": [1]}}',
    ],
)
def test_a_damaged_progress_file_counts_as_empty(workbook, tmp_path, content):
    (tmp_path / FILE_NAME).write_text(content)
    count = len(CHAPTER.exercises)
    assert f"0 of {count} exercises done" in repr(workbook.overview())
    workbook.report(output_size)
    assert f"1 of {count} exercises done" in repr(workbook.overview())


def test_an_unwritable_folder_does_not_stop_a_check(workbook, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError("read-only")

    monkeypatch.setattr("c2a.exercises.kit.progress.tempfile.mkstemp", refuse)
    text = repr(workbook.report(output_size))
    assert "checks pass" in text
    assert "could not be saved" in text


def test_progress_is_written_in_one_step(tmp_path, monkeypatch):
    file = ProgressFile(tmp_path)
    assert file.record("a", "b", 1.0)

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr("c2a.exercises.kit.progress.os.replace", fail)
    assert not file.record("a", "b", 2.0)
    assert file.points("a") == {"b": (1.0, 1.0)}
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert json.loads(file.path.read_text()) == {"a": {"b": [1.0, 1.0]}}


def test_reports_are_escaped_in_html():
    report = Report("a < b", False, [Block("<script>"), Block("1 & 2", "x")])
    html = report._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<pre>1 &amp; 2</pre>" in html


def test_grade_gives_points_by_group_and_no_exception(workbook, capsys):
    assert workbook.grade(output_size) == 4.0
    assert capsys.readouterr().out == ""

    def unchecked(size, kernel_size, stride, padding, dilation):
        reach = dilation * (kernel_size - 1) + 1
        return (size + 2 * padding - reach) // stride + 1

    assert workbook.grade(named(unchecked, "output_size")) == 3.0
    assert "ValueError" in capsys.readouterr().out


def test_it_works_in_a_plain_script(tmp_path):
    script = tmp_path / "answer.py"
    script.write_text(
        "from c2a.exercises.c02_convolution import check, hint, progress\n"
        "def same_padding(kernel_size, dilation):\n"
        "    return kernel_size // 2, kernel_size // 2\n"
        "check(same_padding)\nhint(same_padding)\nprogress()\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "one zero too many for an even kernel" in done.stdout
    assert "same_padding: hint 1 of 3" in done.stdout
    assert "same_padding      begun  1 of 3 points" in done.stdout


def test_inputs_of_a_case_are_not_the_reader_s(workbook):
    """A function that spoils its input harms no later case."""
    seen = []

    def im2col(x, kernel_size, stride):
        seen.append(x)
        x[...] = np.nan
        return x

    workbook.report(im2col)
    again = CHAPTER.by_name["im2col"].visible()
    assert len(seen) == len(again)
    assert not any(np.isnan(case.args[0]).any() for case in again)
