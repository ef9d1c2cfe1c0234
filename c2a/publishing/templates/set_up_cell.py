# Set-up: installs the book's package where it is missing or of another edition.
import importlib.metadata
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

WHEEL = "@wheel@"
ADDRESS = "@address@"  # of the wheel on the book's site, empty where there is none


class SetUpError(Exception):
    def _render_traceback_(self):  # one sentence instead of a traceback
        return [str(self)]


def edition():
    """The version that is installed; of a working copy "source"; None without one."""
    if importlib.util.find_spec("c2a") is None:
        return None
    try:
        package = importlib.metadata.distribution("c2a")
    except importlib.metadata.PackageNotFoundError:
        return "source"
    origin = json.loads(package.read_text("direct_url.json") or "{}")
    return "source" if origin.get("dir_info", {}).get("editable") else package.version


def wheel():
    """The wheel beside or above this notebook, also as browsers name a second one."""
    for folder in (pathlib.Path.cwd(), pathlib.Path.cwd().parent):
        for path in sorted(folder.glob(WHEEL[: -len(".whl")] + "*.whl")):
            target = pathlib.Path(tempfile.mkdtemp()) / WHEEL
            return str(path if path.name == WHEEL else shutil.copy(path, target))
    if not ADDRESS:
        raise SetUpError(
            f"Put {WHEEL} from the chapter's zip into the folder of this notebook, or "
            "the one above it, and run this cell again."
        )
    return ADDRESS


def installer():
    """The command that installs a package into this very Python."""
    if importlib.util.find_spec("pip"):
        options = ["--quiet", "--retries", "1", "--disable-pip-version-check"]
        return [sys.executable, "-m", "pip", "install", *options]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    raise SetUpError(
        "This Python has neither pip nor uv, one of which must install the book's "
        f"package: run `{sys.executable} -m ensurepip`, then this cell again."
    )


def cause(error, source):
    """One sentence on why the package could not be installed, and what helps."""
    text = error.lower()
    if "externally-managed" in text or "externally managed" in text:
        return (
            f"{sys.executable} belongs to your system, which lets nobody install into "
            "it: run `python3 -m venv book`, then `book/bin/pip install jupyterlab` "
            "and `book/bin/jupyter lab`, and open this notebook there."
        )
    offline = ("connect", "network", "name resolution", "no matching distribution")
    if any(words in text for words in offline):
        return (
            "The network could not be reached, from which the packages that the book "
            f"builds on are fetched ({source}): connect and run this cell again."
        )
    return f"The book's package could not be installed from {source}: see above."


def set_up():
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        raise SetUpError(
            f"The book needs Python 3.11 or newer, and this is {found}: choose another "
            "kernel, or install a newer Python."
        )
    found = edition()
    if found in ("source", WHEEL.split("-")[1]):
        return
    source = wheel()
    done = subprocess.run([*installer(), source], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        raise SetUpError(cause(done.stderr, source))
    importlib.invalidate_caches()
    if "c2a" in sys.modules or importlib.util.find_spec("c2a") is None:
        raise SetUpError("The book's package is installed: restart the kernel once.")
    if found:
        print(f"The book's package {found} was replaced by this notebook's edition.")


set_up()
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()
