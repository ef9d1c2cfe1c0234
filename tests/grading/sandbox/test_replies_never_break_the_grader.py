"""Whatever a process sends, the grader gets a `Reply`, in time, and no exception."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from c2a.exercises.kit.cases import Reply
from c2a.exercises.kit.compare import compare
from c2a.grading.sandbox import Limits, SandboxSession
from c2a.grading.sandbox.clock import Clock
from c2a.grading.sandbox.inside.wire import Channel, FrameLimits, ProtocolError

QUICK = Limits(reply_mb=1, header_kb=64)
FRAME = FrameLimits(header=1000, blocks=80, count=2)

KEYS = "id kind value arguments arrays error printed a s T l t d"
keys = st.sampled_from(KEYS.split())
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just("ok")
)
trees = st.recursive(
    scalars, lambda t: st.lists(t) | st.dictionaries(keys, t), max_leaves=20
)
descriptions = st.fixed_dictionaries(
    {"dtype": st.sampled_from(["f8", "i4", "O", 3]), "shape": st.lists(trees)}
)
headers = st.dictionaries(keys, trees) | st.fixed_dictionaries(
    {
        "id": st.just(1),
        "kind": st.sampled_from(["ok", "exception", "memory", "missing"]),
        "value": trees,
        "arguments": trees,
        "arrays": st.just([]) | st.lists(descriptions),
        "error": scalars,
        "printed": scalars,
    }
)


class Impostor:
    """A process that has already sent all it will ever say."""

    def __init__(self, said: bytes) -> None:
        mine, its = socket.socketpair()
        its.sendall(said)
        its.shutdown(socket.SHUT_WR)
        self._its = its
        self.channel = Channel(mine)
        self.clock = Clock(0)  # of no process: the wall clock counts

    def end(self, died: bool = False) -> int:
        """Close both ends."""
        self.channel.close()
        self._its.close()
        return 0


def _reply_to(said: bytes) -> Reply:
    with SandboxSession(lambda limits: Impostor(said), [], QUICK) as session:
        return session.call("f", seconds=5)


@settings(deadline=None, max_examples=300)
@given(header=headers, blocks=st.binary(max_size=64))
def test_any_header_gives_a_reply(header: dict, blocks: bytes) -> None:
    text = json.dumps(header).encode()
    reply = _reply_to(struct.pack("<I", len(text)) + text + blocks)
    assert type(reply) is Reply
    assert reply.kind in ("ok", "exception", "memory", "missing", "died")
    json.dumps([reply.error, reply.printed], ensure_ascii=False).encode()
    for expected in (np.zeros(2), 1.5, (1, "a"), {"a": 1}):
        compare(reply.value, expected, 1e-6, 1e-9)


@settings(deadline=None)
@given(said=st.binary(max_size=200))
def test_any_bytes_give_a_reply(said: bytes) -> None:
    assert _reply_to(said).kind == "died"


@pytest.mark.parametrize(
    "said",
    [
        {"id": True},
        {"value": {"l": 3}},
        {"value": {"t": {"a": 0}}},
        {"value": {"d": [1]}},
        {"value": {"d": None}},
        {"arguments": [{"l": None}]},
        {"kind": "late"},
    ],
    ids=str,
)
def test_nearly_well_formed_replies_are_refused(said: dict) -> None:
    """Each would be taken, or break the grader, if one question were not asked."""
    good = {"id": 1, "kind": "ok", "value": 1, "arguments": []}
    for header, kind in ((good, "ok"), (good | said, "died")):
        text = json.dumps(header).encode()
        assert _reply_to(struct.pack("<I", len(text)) + text).kind == kind


@contextmanager
def _pair() -> Iterator[tuple[Channel, socket.socket]]:
    mine, its = socket.socketpair()
    with mine, its:
        yield Channel(mine), its


@given(
    array=st.sampled_from(["f8", "f4", "i8", "u1", "b1", "c16"]).flatmap(
        lambda dtype: st.lists(st.integers(0, 1), max_size=5).map(
            lambda numbers: np.array(numbers).astype(dtype)
        )
    )
)
def test_messages_arrive_as_sent(array: np.ndarray) -> None:
    with _pair() as (channel, its):
        Channel(its).send({"text": "☃"}, [array, array[:0]])
        header, (got, empty) = channel.receive(FRAME, time.monotonic() + 120)
    assert header == {"text": "☃"}
    assert (got.dtype, empty.shape) == (array.dtype, (0,))
    np.testing.assert_array_equal(got, array)


def test_several_messages_arrive_one_by_one() -> None:
    """However they were cut on their way, and though more than one was received."""
    limits = FrameLimits(header=100, blocks=400, count=1)
    with _pair() as (channel, its):
        for number in range(50):
            Channel(its).send({"id": number}, [np.full(number, number)])
        for number in range(50):
            header, (got,) = channel.receive(limits, time.monotonic() + 120)
            assert (header["id"], got.tolist()) == (number, [number] * number)


def test_who_does_not_listen_cannot_hold_the_sender() -> None:
    with _pair() as (channel, _):
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            channel.send({}, [np.zeros(1_000_000)], started + 0.3)
        assert 0.2 < time.monotonic() - started < 120


@pytest.mark.parametrize(
    ("limits", "accepted"),
    [
        (FRAME, True),
        (FrameLimits(header=20, blocks=80, count=2), False),
        (FrameLimits(header=1000, blocks=79, count=2), False),
        (FrameLimits(header=1000, blocks=80, count=1), False),
    ],
)
def test_each_limit_of_a_message_holds(limits: FrameLimits, accepted: bool) -> None:
    with _pair() as (channel, its):
        Channel(its).send({}, [np.zeros(5), np.ones(5)])
        if accepted:
            assert len(channel.receive(limits, time.monotonic() + 120)[1]) == 2
        else:
            with pytest.raises(ProtocolError):
                channel.receive(limits, time.monotonic() + 120)
