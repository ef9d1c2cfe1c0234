"""`c2a grade` and `c2a exercise check` as a person types them, in the real sandbox."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from c2a.errors import C2AError
from c2a.grading import local
from c2a.grading.command import grade
from c2a.grading.exercise_command import exercise_check
from c2a.grading.sandbox import SandboxPool

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a sandbox")
OWN = Path(__file__).parents[2] / "examples" / "own_exercise" / "moving_average.py"

RIGHT = (
    "def moving_average(x, width):\n"
    "    return np.array([x[i:i+width].mean() for i in range(len(x) - width + 1)])"
)
APP = typer.Typer()
APP.command()(grade)
APP.command("check")(exercise_check)


def call(*words, code=0):
    result = CliRunner().invoke(APP, list(map(str, words)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def pool():
    with SandboxPool(2) as pool:
        yield pool


class Borrowed:
    """The module's sandbox, for orders that would start one of their own."""

    def __init__(self, pool):
        self.session, self.protection = pool.session, pool.protection

    def close(self):
        pass


@pytest.fixture(autouse=True)
def one_sandbox_for_all(monkeypatch, pool):
    monkeypatch.setattr(local, "SandboxPool", lambda *args, **kwargs: Borrowed(pool))


@pytest.fixture
def folder(tmp_path, kit):
    folder = tmp_path / "submissions"
    kit.write_notebook(folder / "ada.ipynb", "import numpy as np", RIGHT)
    kit.write_notebook(folder / "bob.ipynb", RIGHT.replace("mean", "sum"))
    return folder


def test_an_own_exercise_is_graded(folder, tmp_path):
    out = tmp_path / "out"
    text = call("grade", folder, "--exercise", OWN, "--out", out).stdout
    assert "2 submissions, 2 with a mark" in text
    assert "sandbox: " in text
    seed = out / "private-seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    page = (out / "feedback" / "bob.html").read_text()
    assert "These are sums. Divide by the width." in page
    again = call("grade", folder, "--exercise", OWN, "--out", out, "--json")
    scores = json.loads(again.stdout)
    points = {each["student"]: each["points"] for each in scores["students"]}
    assert points == {"ada": 3, "bob": 0}


def test_unreadable_submissions_show_in_the_exit_code(folder, tmp_path):
    (folder / "joan.ipynb").write_text("{")
    out = tmp_path / "out"
    result = call("grade", folder, "--exercise", OWN, "--out", out, code=3)
    assert "unreadable: joan: joan.ipynb ends in the middle" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--chapter", "77"], "no exercises"),
        (["--exercise", "absent.py"], "no Python file"),
        ([], "--chapter"),
        (["--exercise", OWN, "--regrade", "absent"], "There are: moving_average"),
        (["--exercise", OWN, "--seed-file", "absent"], "cannot be read"),
        (["--exercise", OWN, "--exercise", OWN], "Two exercises"),
        (["--exercise", OWN, "--canvas", "absent.csv"], "no file absent.csv"),
        (["--exercise", OWN, "--moodle", "absent.csv"], "no file absent.csv"),
        (["--exercise", OWN, "--nbgrader-import", "absent.db"], "no file absent.db"),
    ],
)
def test_mistaken_orders_say_what_to_do(folder, tmp_path, words, message):
    with pytest.raises(C2AError, match=message):
        call("grade", folder, "--out", tmp_path / "out", *words)


def test_results_need_a_folder_of_their_own(folder, tmp_path):
    with pytest.raises(C2AError, match="another folder with --out"):
        call("grade", folder, "--exercise", OWN, "--out", folder)
    with pytest.raises(C2AError, match="cannot be written"):
        call("grade", folder, "--exercise", OWN, "--out", folder / "ada.ipynb")
    with pytest.raises(C2AError, match="does not exist"):
        call("grade", tmp_path / "absent", "--exercise", OWN, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    inside = folder / "results"
    for _ in range(2):
        text = call("grade", folder, "--exercise", OWN, "--out", inside).stdout
        assert "2 submissions, 2 with a mark" in text


@pytest.mark.parametrize("source", ["1 / 0", "import sys; sys.exit(0)", "EXERCISE = 3"])
def test_an_exercise_that_does_not_run_is_an_error(folder, tmp_path, source):
    own = tmp_path / "own.py"
    own.write_text(source)
    for words in (["check", own], ["grade", folder, "--exercise", own, "--out", "o"]):
        with pytest.raises(C2AError, match=r"own\.py (stops with|must assign)"):
            call(*words)


def test_a_regrade_says_when_nothing_changes(folder, tmp_path):
    words = ["grade", folder, "--exercise", OWN, "--out", tmp_path / "out"]
    call(*words)
    text = call(*words, "--regrade", "moving_average").stdout
    assert "Marked now: 2" in text
    assert "No mark differs" in text


# Runs the command and tells on standard error whatever it wants of the network.
WATCHED = """
import sys

def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind"):
        print(event, args, file=sys.stderr)

sys.addaudithook(watch)
from c2a.cli import main
main()
"""


def test_it_needs_no_home_no_locale_and_no_network(folder, tmp_path, kit):
    kit.write_notebook(folder / "Jürgen 🦄.ipynb", f"{RIGHT}  # ü")
    out = tmp_path / "out"
    words = ["grade", folder, "--exercise", OWN, "--out", out, "--json"]
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, words)],
        env={"LC_ALL": "C", "HOME": "/nonexistent"},
        capture_output=True,
        timeout=600,
    )
    assert (result.returncode, result.stderr) == (0, b"")
    scores = json.loads(result.stdout)  # and nothing else
    points = {each["student"]: each["points"] for each in scores["students"]}
    assert points == {"ada": 3, "bob": 0, "Jürgen 🦄": 3}


def test_a_gradebook_of_another_assignment_is_left_alone(folder, tmp_path):
    out = tmp_path / "out"
    call("grade", folder, "--exercise", OWN, "--out", out)
    with pytest.raises(C2AError, match="folder of its own"):
        call("grade", folder, "--chapter", "02", "--out", out)


def test_help_teaches():
    text = " ".join(call("grade", "--help").stdout.split())
    for word in ("--regrade", "--seed-file", "gradebook.sqlite"):
        assert word in text
    page = (Path(__file__).parents[2] / "book" / "grading.md").read_text()
    for code, meaning in (
        (0, "every submission has a mark"),
        (1, "an error; the message says what to do"),
        (2, "wrong usage"),
        (3, "finished, but some submissions are unreadable or could not be marked"),
        (130, "interrupted; the same command continues"),
    ):
        assert f"{code} {meaning}" in text
        assert f"| {code} | {meaning} |" in page


def test_the_private_seed_decides_hidden_cases(folder, tmp_path):
    seeds = []
    for name in ("one", "two"):
        seed = tmp_path / name
        seed.write_text(f"a private seed called {name}")
        out = tmp_path / f"out-{name}"
        call("grade", folder, "--exercise", OWN, "--out", out, "--seed-file", seed)
        seeds.append((out / "gradebook.sqlite").read_bytes())
        assert not (out / "private-seed").exists()
        assert seed.read_bytes() not in seeds[-1]


def test_interrupting_is_clean_and_continues(folder, tmp_path, kit):
    slow = f"import time\ntime.sleep(0.3)\n{RIGHT}"
    for number in range(20):
        path = folder / f"s{number}.ipynb"
        kit.write_notebook(path, "import numpy as np", f"{slow}\n# {number}")
    out = tmp_path / "out"
    code = "import typer; from c2a.grading.command import grade; typer.run(grade)"
    command = [sys.executable, "-c", code, folder, "--exercise", OWN, "--out", out]
    command += ["--workers", "2"]
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 600
    while not list((out / "feedback").glob("*.html")):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=900)
    assert run.returncode == 130
    assert "Interrupted." in errors
    assert "Traceback" not in errors
    text = call("grade", folder, "--exercise", OWN, "--out", out, "--json").stdout
    assert len(json.loads(text)["students"]) == 22


def test_a_sound_exercise_is_proved():
    text = call("check", OWN).stdout
    assert text.count("fails and is named") == 5
    assert text.count("passes visible and hidden cases") == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("by_loop(x, width) * width", "by_loop(x, width)", "passes draw 0"),
        ("(by_loop, by_running_sum)", "(by_loop, blocks)", "Alternative 2"),
        ("(by_loop, by_running_sum)", "(by_loop,)", "2 right answers or more"),
        ("d.array(d.int(5, 12))", "np.arange(8.0)", "do not depend on the random"),
    ],
)
def test_an_unsound_exercise_is_refused(tmp_path, old, new, message):
    source = OWN.read_text()
    assert old in source
    path = tmp_path / "unsound.py"
    path.write_text(source.replace(old, new))
    text = call("check", path, code=1).stdout
    assert "FAIL" in text
    assert message in text
