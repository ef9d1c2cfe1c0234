"""Downloads against a local server that does everything a server should not do."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from c2a.data import DataError
from c2a.data.download import fetch
from c2a.data.locations import is_sound


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "cache" / "numbers"


def get(data_set, folder, patience) -> Path:
    return fetch(data_set, data_set.files[0], folder, patience)


def failure(data_set, folder, patience) -> str:
    """The message of a download that must fail and leave nothing under the name."""
    with pytest.raises(DataError) as caught:
        get(data_set, folder, patience)
    assert not (folder / "numbers.bin").exists()
    return str(caught.value)


def names(folder: Path) -> set[str]:
    """What is in the folder, lock files apart."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


@pytest.mark.parametrize("compressed", [False, True])
def test_arrives_whole_and_alone(server, make_set, folder, patience, compressed):
    content = bytes(reversed(range(256))) * 3000
    server.content = content
    path = get(make_set(content, compressed=compressed), folder, patience)
    assert path.read_bytes() == content
    assert names(folder) == {"numbers.bin"}


def test_second_fetch_asks_nobody(server, make_set, folder, patience):
    data_set = make_set()
    get(data_set, folder, patience)
    get(data_set, folder, patience)
    assert len(server.ranges) == 1


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_damaged_cache_is_fetched_again(server, make_set, folder, patience, damage):
    data_set = make_set()
    path = get(data_set, folder, patience)
    wrong = bytes(len(server.content)) if damage is None else damage
    path.write_bytes(wrong)
    assert get(data_set, folder, patience).read_bytes() == server.content
    assert len(server.ranges) == 2


@pytest.mark.parametrize("trouble", ["truncated", "stalled", "reset"])
@pytest.mark.parametrize("compressed", [False, True])
def test_goes_on_where_it_broke_off(
    server, make_set, folder, patience, trouble, compressed
):
    data_set = make_set(compressed=compressed)
    server.usual = server.part
    server.plan = [getattr(server, trouble)]
    assert is_sound(get(data_set, folder, patience), data_set.files[0])
    first, second = server.ranges
    assert first is None
    resumed_from = int(second.removeprefix("bytes=").removesuffix("-"))
    half = len(server.content) // 2
    # A reset may take with it what the system had received but not yet handed over.
    assert resumed_from <= half if trouble == "reset" else resumed_from == half
    assert names(folder) == {"numbers.bin"}


@pytest.mark.parametrize("trouble", ["truncated", "stalled", "reset"])
def test_starts_again_where_range_is_ignored(
    server, make_set, folder, patience, trouble
):
    data_set = make_set()
    server.plan = [getattr(server, trouble)]
    assert get(data_set, folder, patience).read_bytes() == server.content
    assert len(server.ranges) == 2


@pytest.mark.parametrize("trouble", ["busy", "corrupted", "login_page", "too_long"])
@pytest.mark.parametrize("compressed", [False, True])
def test_one_bad_answer_is_survived(
    server, make_set, folder, patience, trouble, compressed
):
    data_set = make_set(compressed=compressed)
    server.plan = [getattr(server, trouble)]
    assert is_sound(get(data_set, folder, patience), data_set.files[0])
    assert names(folder) == {"numbers.bin"}


def test_another_part_than_asked_for_is_not_appended(
    server, make_set, folder, patience
):
    data_set = make_set()
    server.usual = server.part
    server.plan = [server.truncated, server.wrong_part]
    assert get(data_set, folder, patience).read_bytes() == server.content
    half = f"bytes={len(server.content) // 2}-"
    assert server.ranges == [None, half, half]


def test_goes_on_after_the_program_was_ended(server, make_set, folder, patience):
    data_set = make_set()
    server.usual = server.truncated
    failure(data_set, folder, patience)
    got = (folder / ".numbers.bin.part").stat().st_size
    assert got == len(server.content) // 2
    server.usual = server.part
    assert get(data_set, folder, patience).read_bytes() == server.content
    assert server.ranges[-1] == f"bytes={got}-"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("left", ["foreign", "whole", "foreign and too long"])
def test_part_left_by_an_earlier_run_is_not_trusted(
    server, make_set, folder, patience, left, compressed
):
    data_set = make_set(compressed=compressed)
    server.usual = server.part
    folder.mkdir(parents=True)
    content = {
        "foreign": b"other" * 10,
        "whole": server.content,
        "foreign and too long": bytes(2 * len(server.content) + 5000),
    }[left]
    (folder / ".numbers.bin.part").write_bytes(content)
    assert is_sound(get(data_set, folder, patience), data_set.files[0])
    assert names(folder) == {"numbers.bin"}


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("truncated", "sent only 512,000 of 1,024,000 bytes"),
        ("truncated_silently", "sent only 512,000 of 1,024,000 bytes"),
        ("stalled", "stalled: it sent nothing for 1.5 seconds"),
        ("reset", "broke the connection off"),
        ("corrupted", "sent a file whose SHA-256 is not the one"),
        ("login_page", "sent only 26 of"),
        ("too_long", "sent more than the file holds"),
        ("busy", "answered 503 Service Unavailable"),
        ("missing", "answered 404 Not Found"),
    ],
)
def test_says_what_a_server_did_and_what_to_do(
    server, make_set, folder, patience, trouble, says
):
    server.usual = getattr(server, trouble)
    message = failure(make_set(), folder, patience)
    assert f"127.0.0.1 {says}" in message
    assert message.startswith("The numbers is not on this machine")
    assert "https://numbers.example" in message
    assert "`c2a data fetch numbers`" in message
    assert str(folder) in message


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("truncated_silently", "ends too early"),
        ("login_page", "no gzip file"),
        ("corrupted", "SHA-256 is not the one|damaged|ends too early"),
    ],
)
def test_says_what_was_wrong_with_a_compressed_file(
    server, make_set, folder, patience, trouble, says
):
    server.usual = getattr(server, trouble)
    with pytest.raises(DataError, match=says):
        get(make_set(compressed=True), folder, patience)
    assert names(folder) == set()


def test_gzip_bomb_is_cut_off(server, make_set, folder, patience, monkeypatch):
    """A few bytes that decompress to far more than the file holds."""
    data_set = make_set(bytes(1_000_000), compressed=True)
    server.content = gzip.compress(bytes(50_000_000))
    sizes = []

    def size_when_checked(path, file):
        if path.exists():
            sizes.append(path.stat().st_size)
        return is_sound(path, file)

    monkeypatch.setattr("c2a.data.download.is_sound", size_when_checked)
    assert "SHA-256 is not the one" in failure(data_set, folder, patience)
    assert max(sizes) < 2_000_000
    assert names(folder) == set()


def test_attempts_are_counted(server, make_set, folder, patience):
    server.usual = server.busy
    failure(make_set(), folder, patience)
    assert len(server.ranges) == patience.attempts
    for usual, attempts in ((server.missing, 1), (server.corrupted, 2)):
        server.usual = usual
        server.ranges.clear()
        failure(make_set(), folder, patience)
        assert len(server.ranges) == attempts


def test_refused(make_set, folder, patience):
    with socket.socket() as silent:  # it has the port, and listens to nobody
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        data_set = make_set(urls=(f"http://127.0.0.1:{port}/file",))
        assert "127.0.0.1 refused the connection" in failure(data_set, folder, patience)


def test_offline(make_set, folder, patience, monkeypatch):
    def nowhere(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.delenv("http_proxy", raising=False)
    data_set = make_set(urls=("http://numbers.example/file",))
    message = failure(data_set, folder, patience)
    assert "numbers.example cannot be found: this machine seems to be offline" in (
        message
    )


def test_next_address_where_one_fails(server, make_set, folder, patience):
    server.plan = [server.missing]
    data_set = make_set(urls=(server.url, server.url + "-mirror"))
    assert get(data_set, folder, patience).read_bytes() == server.content


def test_copy_on_this_machine_comes_first(server, make_set, folder, patience, tmp_path):
    content = b"local" * 1000
    make_set(content, compressed=True)
    copy = tmp_path / "copy.gz"
    urls = (copy.as_uri(), server.url)
    data_set = make_set(content, compressed=True, urls=urls)
    assert get(data_set, folder, patience).read_bytes() == content
    assert len(server.ranges) == 1

    copy.write_bytes(server.content)
    (folder / "numbers.bin").unlink()
    assert get(data_set, folder, patience).read_bytes() == content
    assert len(server.ranges) == 1


def test_absent_copy_on_this_machine_is_no_news(
    server, make_set, folder, patience, tmp_path
):
    server.usual = server.missing
    data_set = make_set(urls=((tmp_path / "copy.gz").as_uri(), server.url))
    told = failure(data_set, folder, patience)
    assert "could not be downloaded: 127.0.0.1 answered 404 Not Found. It" in told


def test_disk_known_to_be_full(server, make_set, folder, patience, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    message = failure(make_set(), folder, patience)
    assert message.startswith("The disk is full: The numbers needs 1,024,000 bytes")
    assert "C2A_DATA" in message
    assert server.ranges == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_disk_filled_on_the_way(server, make_set, folder, patience, monkeypatch, code):
    def full(source, target):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", full)
    assert "The disk is full" in failure(make_set(), folder, patience)
    assert names(folder) == set()


FETCH_ON_TINY_DISK = """
import pathlib, sys
from c2a.data import DataError, DataFile, DataSet, download
folder = pathlib.Path(sys.argv[1])
file = DataFile("numbers.bin", 1_024_000, sys.argv[3], urls=(sys.argv[2],))
about = dict.fromkeys(["title", "description", "license", "citation", "source"], "x")
data_set = DataSet(name="numbers", files=(file,), read=None, **about)
download._require_space = lambda file, path: None
try:
    download.fetch(data_set, file, folder)
except DataError as error:
    print(error, sorted(path.name for path in folder.iterdir()))
"""


def test_really_full_disk(server, make_set, tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("no unshare to mount a tiny disk with")
    script = tmp_path / "fetch.py"
    script.write_text(FETCH_ON_TINY_DISK)
    mount = 'mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" "$3" "$1" "$4" "$5"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount]
    (tmp_path / "disk").mkdir()
    sha256 = make_set().files[0].sha256
    values = ["sh", tmp_path / "disk", sys.executable, script, server.url, sha256]
    done = subprocess.run(
        [*command, *values], capture_output=True, text=True, timeout=600, check=False
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip("this system lets nobody mount a tiny disk")
    assert "The disk is full" in done.stdout, done.stderr
    assert "['.numbers.bin.lock']" in done.stdout


def test_something_in_the_way_of_the_folder(make_set, tmp_path, patience):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cannot be kept in .*C2A_DATA"):
        get(make_set(), tmp_path / "cache" / "numbers", patience)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_folder_that_is_not_writable(make_set, patience):
    with tempfile.TemporaryDirectory() as name:
        locked = Path(name)
        locked.chmod(0o555)
        # Root may write anywhere, so that the test becomes somebody else for a moment.
        was_root = os.geteuid() == 0
        if was_root:
            os.seteuid(65534)
        try:
            with pytest.raises(DataError, match=r"Permission denied.*C2A_DATA"):
                get(make_set(), locked / "numbers", patience)
        finally:
            if was_root:
                os.seteuid(0)
            locked.chmod(0o755)


FETCH = """
import pathlib, sys
from c2a.data import DataFile, DataSet, download
file = DataFile("numbers.bin", 1_024_000, sys.argv[3], urls=(sys.argv[2],))
about = dict.fromkeys(["title", "description", "license", "citation", "source"], "x")
data_set = DataSet(name="numbers", files=(file,), read=None, **about)
print(download.fetch(data_set, file, pathlib.Path(sys.argv[1])))
"""


def test_two_processes_at_once_download_once(server, make_set, folder):
    def slow(request):
        time.sleep(1)
        server.whole(request)

    server.usual = slow
    sha256 = make_set().files[0].sha256
    command = [sys.executable, "-c", FETCH, folder, server.url, sha256]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    outputs = [process.communicate(timeout=900) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert (folder / "numbers.bin").read_bytes() == server.content
    assert len(server.ranges) == 1
    assert names(folder) == {"numbers.bin"}


def test_killed_process_leaves_the_lock_free(server, make_set, folder, patience):
    server.plan = [server.stalled]
    sha256 = make_set().files[0].sha256
    command = [sys.executable, "-c", FETCH, folder, server.url, sha256]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 600
    while not server.ranges and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert names(folder) <= {".numbers.bin.part"}
    assert get(make_set(), folder, patience).read_bytes() == server.content
