"""A student's process that speaks to the grader itself: forged and endless replies.

The attacks find the socket in their own process, as a student could, and write to it.
"""

import json
import struct
import time

import numpy as np
import pytest
from conftest import QUICK

from c2a.grading.sandbox import SandboxPool

SPEAK = """
import gc, socket, struct, json, time, os
for s in gc.get_objects():
    if type(s) is socket.socket and s.fileno() >= 0 and s.family == socket.AF_UNIX:
        break
s.settimeout(None)
def speak(header, blocks=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    s.sendall(struct.pack("<I", len(text) if length is None else length) + text + blocks)
def attack(x):
    try:
        forge(x)
    except OSError:
        pass
    time.sleep(60)
"""
ARRAY = '{"id": 2, "kind": "ok", "value": {"a": 0}, "arrays": [%s]}'

FORGERIES = {
    "header of 4 GB": 'speak(b"", length=0xFFFFFFFF)',
    "header that is no JSON": 'speak(b"{{{{")',
    "header that is no object": "speak([1, 2, 3])",
    "header nested too deeply": 'speak(b"[" * 100_000)',
    "number of 5,000 digits": """speak(b'{"id": ' + b"9" * 5000 + b"}")""",
    "wrong id": 'speak({"id": 99, "kind": "ok", "value": 1})',
    "id that is true": 'speak({"id": True, "kind": "ok", "value": 1})',
    "no kind": 'speak({"id": 2, "value": 1})',
    "kind that only the grader gives": 'speak({"id": 2, "kind": "timeout"})',
    "kind that is a list": 'speak({"id": 2, "kind": ["ok"]})',
    "array that is not there": 'speak({"id": 2, "kind": "ok", "value": {"a": 0}})',
    "negative array": 'speak({"id": 2, "kind": "ok", "value": {"a": -1}})',
    "unknown value": 'speak({"id": 2, "kind": "ok", "value": {"pickle": "x"}})',
    "bare list": 'speak({"id": 2, "kind": "ok", "value": [1]})',
    "value nested too deeply": """
    value = 1
    for _ in range(90): value = {"l": [value]}
    speak({"id": 2, "kind": "ok", "value": value})""",
    "int of 400 bits": 'speak({"id": 2, "kind": "ok", "value": 2 ** 400})',
    "scalar that is an array": """speak({"id": 2, "kind": "ok", "value": {"s": 0},
        "arrays": [{"dtype": "f8", "shape": [1]}]}, bytes(8))""",
    "dtype of objects": 'array("O", [1])',
    "dtype of records": 'array("V8", [1])',
    "dtype that is no text": "array(8, [1])",
    "array of 80 GB": 'array("f8", [10_000_000_000])',
    "array of many large sides": 'array("f8", [2**20] * 8)',
    "negative shape": 'array("f8", [-1, -8])',
    "shape of floats": 'array("f8", [1.0])',
    "shape of booleans": 'array("f8", [True])',
    "shape with 99 sides": 'array("f8", [1] * 99)',
    "more arrays than allowed": """speak({"id": 2, "kind": "ok", "value": 1,
        "arrays": [{"dtype": "f8", "shape": [0]}] * 5000})""",
    "arrays that are no list": 'speak({"id": 2, "kind": "ok", "arrays": 7})',
}


def _attacker(forgery: str) -> str:
    return f"""{SPEAK}
def array(dtype, shape):
    speak({{"id": 2, "kind": "ok", "value": {{"a": 0}},
           "arrays": [{{"dtype": dtype, "shape": shape}}]}})
def forge(x):
    {forgery.strip()}
"""


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_reply_is_refused(name: str, namespaces: SandboxPool) -> None:
    """At once, without reading on, and the next call is answered."""
    cells = [_attacker(FORGERIES[name]), "def f(x): return x"]
    with namespaces.session(cells) as session:
        session.call("f", 0, seconds=5)
        session.fresh()
        started = time.monotonic()
        reply = session.call("attack", 1, seconds=20)
        assert reply.kind == "died"
        assert reply.error.startswith("no proper reply")
        assert time.monotonic() - started < 5
        assert session.call("f", 7, seconds=5).value == 7


def test_well_made_reply_is_taken(namespaces: SandboxPool) -> None:
    """The forgeries above fail for what is wrong with them, not for being forged."""
    forgery = 'speak({"id": 3, "kind": "ok", "value": {"a": 0}, "arrays": [{"dtype":'
    forgery += ' "f8", "shape": [1]}]}, struct.pack("<d", 0.5))'
    with namespaces.session([_attacker(forgery), "pass"]) as session:
        reply = session.call("attack", 1, seconds=5)
    np.testing.assert_array_equal(reply.value, [0.5])


@pytest.mark.parametrize(
    "drip",
    [
        's.sendall(struct.pack("<I", 100)); part = b" "',
        """text = json.dumps({"id": 2, "kind": "ok", "value": {"a": 0}, "arrays":
        [{"dtype": "f8", "shape": [999]}]}).encode()
    s.sendall(struct.pack("<I", len(text)) + text); part = b"x\"""",
    ],
    ids=["header", "numbers"],
)
def test_slow_drip_ends_at_the_deadline(drip: str, namespaces: SandboxPool) -> None:
    """A byte at a time, each soon after the last; only an absolute deadline ends it."""
    forgery = f"{drip}\n    while True:\n        s.sendall(part); time.sleep(0.1)"
    with namespaces.session([_attacker(forgery)]) as session:
        started = time.monotonic()
        assert session.call("attack", 1, seconds=1).kind == "timeout"
        assert time.monotonic() - started < 3


def test_process_that_does_not_read(namespaces: SandboxPool) -> None:
    """The deadline holds for sending, too."""
    stuck = "import time, threading, sys\n"
    stuck += "def attack(x): sys.exit()\n"
    forgery = 'speak({"id": 2, "kind": "ok", "value": 1}); time.sleep(60)'
    with namespaces.session([_attacker(forgery)]) as session:
        assert session.call("attack", 1, seconds=5).value == 1
        started = time.monotonic()
        much = np.zeros(8 << 20)
        assert session.call("attack", much, seconds=1).kind == "timeout"
        assert time.monotonic() - started < 3


def test_reply_before_the_question(namespaces: SandboxPool) -> None:
    """What was sent ahead answers nothing: it cannot know the id, or is the answer."""
    early = """
for n in range(2, 60):
    speak({"id": 1, "kind": "ok", "value": {"a": 0},
           "arrays": [{"dtype": "f8", "shape": [1]}]}, bytes(8))
def f(x): return x
"""
    with namespaces.session([SPEAK, early]) as session:
        assert session.call("f", 7, seconds=2).value != 0.0


def test_oversized_answer_of_an_honest_student(namespaces: SandboxPool) -> None:
    """Is named for what it is, and costs no process."""
    code = "import numpy as np\ndef f(n): return np.zeros(n)"
    with namespaces.session([code]) as session:
        reply = session.call("f", 9 << 20, seconds=5)
        assert (reply.kind, reply.error) == (
            "unsupported",
            "more than 64 MB of numbers",
        )
        assert session.call("f", 1 << 20, seconds=5).value.shape == (1 << 20,)


def test_long_texts_are_cut(namespaces: SandboxPool) -> None:
    forgery = 'speak({"id": 2, "kind": "exception", "error": "e" * 90_000, '
    forgery += '"printed": "p" * 90_000})'
    with namespaces.session([_attacker(forgery)]) as session:
        reply = session.call("attack", 1, seconds=5)
    assert (len(reply.error), len(reply.printed)) == (4000, QUICK.printed_bytes + 100)


def test_halves_of_characters_are_replaced(namespaces: SandboxPool) -> None:
    """Text that cannot be written as UTF-8 would break a report."""
    code = "def f():\n    print('\\ud800')\n    return {'\\udc00': '\\ud800'}"
    with namespaces.session([code]) as session:
        reply = session.call("f", seconds=5)
    json.dumps([reply.value, reply.printed], ensure_ascii=False).encode()
    assert reply.value == {"?": "?"}


@pytest.mark.parametrize("bits", [0x7FF8_0000_0000_0001, 0x1, 0x8000_0000_0000_0000])
def test_odd_floats_arrive_as_they_are(bits: int, namespaces: SandboxPool) -> None:
    """NaN with a payload, a denormal, minus zero: judged outside, so carried exactly."""
    code = """
import numpy as np
def f(bits): return np.array([bits], "u8").view("f8")
def g(bits): return float(f(bits)[0])
"""
    with namespaces.session([code]) as session:
        array = session.call("f", bits, seconds=5).value
        assert array.view("u8")[0] == bits
        number = session.call("g", bits, seconds=5).value
    assert np.isnan(number) or struct.pack("<d", number) == struct.pack("<Q", bits)
