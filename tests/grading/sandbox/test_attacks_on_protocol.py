"""A student's process that speaks to the grader itself: forged and endless replies.

The attacks find the socket in their own process, as a student could, and write to it.
"""

import json
import struct
import time

import numpy as np
import pytest

from c2a.grading.sandbox import Limits, SandboxPool

SPEAK = """
import gc, socket, struct, json, sys, time, os
for s in gc.get_objects():
    if type(s) is socket.socket and s.fileno() >= 0 and s.family == socket.AF_UNIX:
        break
s.settimeout(None)
def question():
    frame = sys._getframe()
    while "request" not in frame.f_locals or "channel" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]["id"]
def speak(header, blocks=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    length = len(text) if length is None else length
    s.sendall(struct.pack("<I", length) + text + blocks)
def attack(x):
    try:
        forge(x)
    except OSError:
        pass
    time.sleep(60)
"""
#: What is sent, and why it is refused.
FORGERIES = {
    "header of 4 GB": (
        'speak(b"", length=0xFFFFFFFF)',
        "header is too long",
    ),
    "header that is no JSON": (
        'speak(b"{{{{")',
        "not JSON",
    ),
    "header that is no object": (
        "speak([1, 2, 3])",
        "not an object",
    ),
    "header nested too deeply": (
        'speak(b"[" * 100_000)',
        "not JSON",
    ),
    "number of 5,000 digits": (
        """speak(b'{"id": ' + b"9" * 5000 + b"}")""",
        "not JSON",
    ),
    "wrong id": (
        'speak({"id": 99, "kind": "ok", "value": 1})',
        "not asked",
    ),
    "id that is true": (
        'speak({"id": True, "kind": "ok", "value": 1})',
        "not asked",
    ),
    "no kind": (
        'speak({"id": question(), "value": 1})',
        "no known kind",
    ),
    "kind that only the grader gives": (
        'speak({"id": question(), "kind": "timeout"})',
        "no known kind",
    ),
    "kind that is a list": (
        'speak({"id": question(), "kind": ["ok"]})',
        "no known kind",
    ),
    "array that is not there": (
        'speak({"id": question(), "kind": "ok", "value": {"a": 0}})',
        "no such array",
    ),
    "negative array": (
        'speak({"id": question(), "kind": "ok", "value": {"a": -1}})',
        "no such array",
    ),
    "unknown value": (
        'speak({"id": question(), "kind": "ok", "value": {"pickle": "x"}})',
        "no such array",
    ),
    "bare list": (
        'speak({"id": question(), "kind": "ok", "value": [1]})',
        "not a value",
    ),
    "value nested too deeply": (
        """
    value = 1
    for _ in range(90): value = {"l": [value]}
    speak({"id": question(), "kind": "ok", "value": value})""",
        "not a value",
    ),
    "int of 400 bits": (
        'speak({"id": question(), "kind": "ok", "value": 2 ** 400})',
        "too large an int",
    ),
    "scalar that is an array": (
        """speak({"id": question(), "kind": "ok", "value": {"s": 0},
        "arrays": [{"dtype": "f8", "shape": [1]}]}, bytes(8))""",
        "not a scalar",
    ),
    "dtype of objects": (
        'array("O", [1])',
        "not on the list",
    ),
    "dtype of records": (
        'array("V8", [1])',
        "not on the list",
    ),
    "dtype that is no text": (
        "array(8, [1])",
        "not on the list",
    ),
    "array of 80 GB": (
        'array("f8", [10_000_000_000])',
        "impossible shape",
    ),
    "array of many large sides": (
        'array("f8", [2**20] * 8)',
        "too large",
    ),
    "negative shape": (
        'array("f8", [-1, -8])',
        "impossible shape",
    ),
    "shape of floats": (
        'array("f8", [1.0])',
        "impossible shape",
    ),
    "shape of booleans": (
        'array("f8", [True])',
        "impossible shape",
    ),
    "shape with 99 sides": (
        'array("f8", [1] * 99)',
        "no proper shape",
    ),
    "more arrays than allowed": (
        """speak({"id": question(), "kind": "ok", "value": 1,
        "arrays": [{"dtype": "f8", "shape": [0]}] * 5000})""",
        "too many arrays",
    ),
    "arrays that are no list": (
        'speak({"id": question(), "kind": "ok", "arrays": 7})',
        "too many arrays",
    ),
}


QUICK = Limits(cell_seconds=2.0, cells_seconds=10.0, memory_mb=512)


def _attacker(forgery: str) -> str:
    return f"""{SPEAK}
def array(dtype, shape):
    speak({{"id": question(), "kind": "ok", "value": {{"a": 0}},
           "arrays": [{{"dtype": dtype, "shape": shape}}]}})
def forge(x):
    {forgery.strip()}
"""


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_reply_is_refused(name: str, namespaces: SandboxPool) -> None:
    """At once, without reading on, and the next call is answered."""
    forgery, reason = FORGERIES[name]
    cells = [_attacker(forgery), "def f(x): return x"]
    with namespaces.session(cells) as session:
        session.call("f", 0, seconds=5)
        session.fresh()
        # The process sleeps for longer, so that waiting would end in a timeout.
        reply = session.call("attack", 1, seconds=20)
        assert reply.kind == "died"
        assert reason in reply.error
        assert session.call("f", 7, seconds=5).value == 7


def test_well_made_reply_is_taken(namespaces: SandboxPool) -> None:
    """The forgeries above fail for what is wrong with them, not for being forged."""
    with namespaces.session([_attacker("array('f8', [1]); s.sendall(bytes(8))")]) as it:
        np.testing.assert_array_equal(it.call("attack", 1, seconds=5).value, [0.0])


@pytest.mark.parametrize(
    "drip",
    [
        's.sendall(struct.pack("<I", 9999)); part = b" "',
        'array("f8", [9999]); part = b"x"',
    ],
    ids=["header", "numbers"],
)
def test_slow_drip_ends_at_the_deadline(drip: str, namespaces: SandboxPool) -> None:
    """A byte at a time, each soon after the last; only an absolute deadline ends it."""
    forgery = f"{drip}\n    while True:\n        s.sendall(part); time.sleep(0.1)"
    with namespaces.session([_attacker(forgery)]) as session:
        started = time.monotonic()
        assert session.call("attack", 1, seconds=1).kind == "timeout"
        assert time.monotonic() - started < 120


def test_process_that_does_not_read(namespaces: SandboxPool) -> None:
    """The deadline holds for sending, too."""
    forgery = 'speak({"id": question(), "kind": "ok", "value": 1}); time.sleep(600)'
    with namespaces.session([_attacker(forgery)]) as session:
        assert session.call("attack", 1, seconds=5).value == 1
        started = time.monotonic()
        much = np.zeros(8 << 20)
        assert session.call("attack", much, seconds=1).kind == "timeout"
        assert time.monotonic() - started < 120


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
        reply = session.call("f", 3 << 20, seconds=5)
        assert (reply.kind, reply.error) == (
            "unsupported",
            "more than 16 MB of numbers",
        )
        assert session.call("f", 1 << 20, seconds=5).value.shape == (1 << 20,)


def test_long_texts_are_cut(namespaces: SandboxPool) -> None:
    forgery = 'speak({"id": question(), "kind": "exception", "error": "e" * 90_000, '
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
    """NaN with a payload, a denormal, minus zero: carried exactly, judged outside."""
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
