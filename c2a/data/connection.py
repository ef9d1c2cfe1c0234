"""One connection to one address, its failures sorted by whether to try again."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import TracebackType

import c2a
from c2a.data.proxy import Proxy, proxy_for

# Answers of a server that may be another in a moment; all others stay as they are.
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_RANGE_NOT_SATISFIABLE = 416

# The first is that of requests, the second that of OpenSSL.
_CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


class FailedForNow(Exception):
    """A failure that may pass. The message goes on after the name of the server."""


class FailedForGood(Exception):
    """A failure that another attempt at once would only repeat; message likewise."""


class AlreadyWhole(Exception):
    """The server has no bytes beyond those that are there."""


class Response:
    """What a server sends.

    start: offset in the file of its first byte; 0 where the server sends all of it.
    total: bytes of the whole file, or None where the server does not say.
    """

    def __init__(self, answer: http.client.HTTPResponse, start: int, stall: float):
        self._answer = answer
        self._stall = stall
        self.start = start
        length = answer.headers.get("Content-Length")
        self.total = start + int(length) if length and length.isdigit() else None

    def __enter__(self) -> Response:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._answer.close()

    def blocks(self, size: int) -> Iterator[bytes]:
        """The content in blocks of at most `size` bytes, as they come in.

        Raises FailedForNow when the connection breaks or stalls. The errors of whoever
        uses the blocks are not touched, so that disk and network stay apart.
        """
        while True:
            try:
                # read1 returns what has come in; read would lose it at a timeout.
                block = self._answer.read1(size)
            except (OSError, http.client.HTTPException) as error:
                raise _sorted_failure(error, self._stall) from error
            if not block:
                return
            yield block


def open_url(url: str, start: int, stall: float) -> Response:
    """Ask for the bytes of `url` from offset `start` on.

    Raises FailedForNow, FailedForGood, or AlreadyWhole where `start` is at the end.
    """
    headers = {"User-Agent": f"c2a/{c2a.__version__}", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(url, headers=headers)
    proxy = proxy_for(url)
    # urlopen would keep the proxies that it found when it was first called.
    opener = urllib.request.build_opener()
    if url.startswith("https:"):
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=_context())
        )
    try:
        answer = opener.open(request, timeout=stall)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _RANGE_NOT_SATISFIABLE and start:
            raise AlreadyWhole from error
        if error.code == http.HTTPStatus.PROXY_AUTHENTICATION_REQUIRED and proxy:
            raise _proxy_failure(error, proxy, stall) from error
        kind = FailedForNow if error.code in _PASSING else FailedForGood
        raise kind(f"answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        # Whatever fails before a proxy has opened the way to the server is its fault.
        if proxy and not isinstance(cause, ssl.SSLError):
            raise _proxy_failure(cause, proxy, stall) from error
        raise _sorted_failure(error, stall) from error
    return Response(answer, _offset(answer, start), stall)


def _offset(answer: http.client.HTTPResponse, start: int) -> int:
    """`start` where the server kept to the Range it was asked for, otherwise 0."""
    if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0
    stated = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if stated is None or int(stated[1]) != start:
        answer.close()
        raise FailedForNow("sent another part of the file than it was asked for")
    return start


def _context() -> ssl.SSLContext:
    """Trust what the system trusts, certifi's list, and what the environment names.

    Raises FailedForGood where a variable names certificates that cannot be read.
    """
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    for variable, path in _named_certificates().items():
        place = {"capath" if os.path.isdir(path) else "cafile": path}
        try:
            context.load_verify_locations(**place)
        except OSError as error:  # ssl.SSLError is one
            raise FailedForGood(
                f"was not asked: the certificates {path} (from {variable}) cannot be "
                f"read ({error.strerror or error}); correct {variable} or unset it"
            ) from error
    return context


def _named_certificates() -> dict[str, str]:
    """Files of certificates that the environment names, by the name of the variable."""
    named = {name: os.environ.get(name, "") for name in _CERTIFICATE_VARIABLES}
    return {name: path for name, path in named.items() if path}


def _proxy_failure(
    cause: object, proxy: Proxy, stall: float
) -> FailedForNow | FailedForGood:
    """What it means that a proxy did not open the way to the server."""
    kind: type[FailedForNow | FailedForGood] = FailedForGood
    if isinstance(cause, TimeoutError):
        kind, what = FailedForNow, f"stalled: it sent nothing for {stall:g} seconds"
    elif isinstance(cause, socket.gaierror):
        what = "cannot be found"
    elif isinstance(cause, ConnectionRefusedError):
        what = "refused the connection"
    elif isinstance(cause, ConnectionError):
        kind, what = FailedForNow, "broke the connection off"
    else:
        what = f"did not let the request through ({cause})"
    return kind(f"was not reached: {proxy} {what}; {proxy.remedy}")


def _certificate_failure(error: ssl.SSLCertVerificationError) -> FailedForGood:
    """Networks of firms and universities often put their own certificate in between."""
    named = _named_certificates()
    advice = "if your network has certificates of its own, name them in SSL_CERT_FILE"
    if named:
        told = " and ".join(f"{path} (from {name})" for name, path in named.items())
        advice = f"nor by {told}"
    return FailedForGood(
        f"could not prove who it is (certificate not accepted: "
        f"{error.verify_message}); {advice}"
    )


def _sorted_failure(
    error: OSError | http.client.HTTPException, stall: float
) -> FailedForNow | FailedForGood:
    """What a failed connection means for whoever wanted the file."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return FailedForNow(f"stalled: it sent nothing for {stall:g} seconds")
    if isinstance(cause, socket.gaierror):
        return FailedForGood("cannot be found: this machine seems to be offline")
    if isinstance(cause, ConnectionRefusedError):
        return FailedForGood("refused the connection")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate_failure(cause)
    if isinstance(cause, ConnectionError | http.client.HTTPException):
        return FailedForNow("broke the connection off")
    return FailedForGood(f"cannot be reached ({cause})")
