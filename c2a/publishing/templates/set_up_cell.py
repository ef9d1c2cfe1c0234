# Set-up: installs the book's package where it is missing or of another edition.
# It parses and begins under any Python 3, to say that one is too old.
import importlib
import importlib.util
import json
import os
import pathlib
import platform
import re
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
    from importlib import metadata

    try:
        package = metadata.distribution("c2a")
    except metadata.PackageNotFoundError:
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
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    raise SetUpError(
        "This Python has neither pip nor uv, one of which must install the book's "
        f"package: run `{sys.executable} -m ensurepip`, then this cell again."
    )


def proxy():
    """Which variable names the proxy that stands before the network."""
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy")
    named = [name for name in names if os.environ.get(name)]
    return named[0] if named else "the `proxy` of pip's settings (`pip config list`)"


# What an installer says, and what the matter is: the first that fits.
CAUSES = (
    (
        r"externally.managed",
        "{python} belongs to your system, which lets nobody install into it: run "
        "`python3 -m venv book`, then `book/bin/pip install jupyterlab` and "
        "`book/bin/jupyter lab`, and open this notebook there.",
    ),
    (
        r"proxyerror|proxy.?auth|\b407\b|tunnel error|tunnel connection failed",
        "The proxy did not let the installer through: correct or unset {proxy}, "
        "restart the kernel and run this cell again.",
    ),
    (
        r"certificate|unknownissuer",
        "A server's certificate is not trusted here. Where a university or a company "
        "signs its own, set PIP_CERT and SSL_CERT_FILE to the file of its certificates "
        "(is one of REQUESTS_CA_BUNDLE, PIP_CERT or SSL_CERT_FILE set to a file that "
        "is not there?), restart the kernel and run this cell again.",
    ),
    (
        r"connection|network|name resolution|dns error|timed out|connect error",
        "The network could not be reached, from which the packages that the book "
        "builds on are fetched ({source}): connect and run this cell again.",
    ),
    (
        r"\.whl.* is invalid|is not a valid wheel|badzip|zip file|zip archive",
        "The file {source} is damaged: download it, or the chapter's zip, once more.",
    ),
    (
        r"\b404\b",
        "There is no {source} any more: download this notebook again from the book's "
        "site.",
    ),
    (
        r"no space left|disk quota",
        "The disk is full: the book and torch need about 2 GB. Make room and run this "
        "cell again.",
    ),
    (
        r"permission denied|read-only file system",
        "{python} is not yours to install into: run `python3 -m venv book`, then "
        "`book/bin/pip install jupyterlab` and `book/bin/jupyter lab`, and open this "
        "notebook there.",
    ),
    (
        r"no matching distribution|no solution found|different python",
        "A package that the book builds on, named above, is not to be had for Python "
        "{version} on {system}: choose a kernel with another Python, 3.11 or newer.",
    ),
)


def cause(error, source):
    """One sentence on why the package could not be installed, and what helps."""
    for pattern, sentence in CAUSES:
        if re.search(pattern, error, re.IGNORECASE):
            return sentence.format(
                python=sys.executable,
                proxy=proxy(),
                source=source,
                version=platform.python_version(),
                system=platform.system() + " " + platform.machine(),
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
