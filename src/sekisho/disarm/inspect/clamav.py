"""ClamAV over its socket: hand a file to clamd and read what it says.

The one place of the engine with a socket. It runs in the process that hands files to children, never
in a child. Our side of the protocol (clamd(8): zINSTREAM, zPING, zVERSION) is written here. There are
three answers, and `NOT_SCANNED` is never `CLEAN`: whatever is not exactly the word for clean, after
every byte was sent, is not.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sekisho.disarm.account import Account, Act
from sekisho.disarm.work import Stopped
from sekisho.kernel.limits import KIB

CHUNK_BYTES = 64 * KIB
ANSWER_BYTES_MAX = 4 * KIB
NAME_CHARS_MAX = 120
SECONDS_MAX = 120.0

_FOUND = re.compile(rb"stream: ([\x21-\x7e][\x20-\x7e]*) FOUND")
_LIMITS = ("Heuristics.Limits.Exceeded", "Heuristics.Limits")
_VERSION = re.compile(
    rb"ClamAV ([0-9][\x21-\x2e\x30-\x7e]{0,40})(?:/([0-9]{1,10})/([\x20-\x7e]{1,60}))?"
)
_DATE = "%a %b %d %H:%M:%S %Y"


class State(StrEnum):
    """What is known of a file after a scan."""

    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not-scanned"


class Reason(StrEnum):
    """Why a file was not scanned."""

    NOT_CONFIGURED = "not-configured"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    LIMITS = "limits"
    """It was looked at in part: something in it goes beyond what clamd unpacks."""
    ANSWER = "answer"
    """clamd answered with an error, or what answered is not clamd."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state, with the signature's name when infected and the reason when not scanned."""

    state: State
    signature: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Clamd:
    """Where clamd listens: a path of a UNIX socket, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 3310
    seconds_max: float = SECONDS_MAX

    @property
    def is_configured(self) -> bool:
        return bool(self.path or self.host)


@dataclass(frozen=True, slots=True)
class Signatures:
    """The program's version and, where it says so, the number and the day of its signatures."""

    program: str
    number: int | None = None
    made: datetime | None = None

    def age_days(self, now: datetime) -> int | None:
        """How old the signatures are, or None where clamd does not say."""
        return (now - self.made).days if self.made else None


class _Silent(Exception):
    """No answer, for a reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


Timer = Callable[[], float]


class _Line:
    """One connection with one deadline for all of it."""

    def __init__(self, clamd: Clamd, timer: Timer) -> None:
        self._timer = timer
        self._end = timer() + clamd.seconds_max
        try:
            if clamd.path:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._socket.settimeout(clamd.seconds_max)
                self._socket.connect(clamd.path)
            else:
                address = (clamd.host, clamd.port)
                self._socket = socket.create_connection(address, clamd.seconds_max)
        except TimeoutError:
            raise _Silent(Reason.TIMEOUT) from None
        except OSError:
            raise _Silent(Reason.UNREACHABLE) from None

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def answer(self) -> bytes:
        """Everything up to a NUL or the end, without it."""
        data = b""
        while b"\0" not in data:
            self._socket.settimeout(self._left())
            piece = self._socket.recv(ANSWER_BYTES_MAX)
            data += piece
            if len(data) > ANSWER_BYTES_MAX:
                raise _Silent(Reason.ANSWER)
            if not piece:
                break
        answer, end, more = data.partition(b"\0")
        if not end or more:
            raise _Silent(Reason.ANSWER)
        return answer.rstrip(b"\n")

    def _left(self) -> float:
        left = self._end - self._timer()
        if left <= 0:
            raise TimeoutError
        return left


def scan(
    clamd: Clamd, untrusted: Iterable[bytes | memoryview], *, timer: Timer = time.monotonic
) -> Verdict:
    """What clamd says of the bytes. Raises nothing: what fails is not scanned, with the reason."""
    if not clamd.is_configured:
        return _not_scanned(Reason.NOT_CONFIGURED)
    try:
        line = _Line(clamd, timer)
        try:
            sent = _sent(line, untrusted)
            return _verdict(line.answer(), sent)
        finally:
            line.close()
    except _Silent as silent:
        return _not_scanned(silent.reason)
    except TimeoutError:
        return _not_scanned(Reason.TIMEOUT)
    except OSError:
        return _not_scanned(Reason.UNREACHABLE)


def _sent(line: _Line, untrusted: Iterable[bytes | memoryview]) -> bool:
    """Send all of it; whether all of it went. clamd hangs up where a file is too large for it."""
    try:
        line.send(b"zINSTREAM\0")
        for chunk in untrusted:
            for at in range(0, len(chunk), CHUNK_BYTES):
                piece = bytes(chunk[at : at + CHUNK_BYTES])
                line.send(struct.pack(">L", len(piece)) + piece)
        line.send(struct.pack(">L", 0))
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _verdict(answer: bytes, all_was_sent: bool) -> Verdict:
    if found := _FOUND.fullmatch(answer):
        name = found[1].decode("ascii")[:NAME_CHARS_MAX]
        if name.startswith(_LIMITS):
            return _not_scanned(Reason.LIMITS)
        return Verdict(State.INFECTED, name)
    if answer == b"stream: OK" and all_was_sent:
        return Verdict(State.CLEAN)
    return _not_scanned(Reason.TOO_LARGE if b"size limit exceeded" in answer else Reason.ANSWER)


def _not_scanned(reason: Reason) -> Verdict:
    return Verdict(State.NOT_SCANNED, reason=reason)


def signatures(clamd: Clamd, *, timer: Timer = time.monotonic) -> Signatures | None:
    """The version of clamd and of its signatures, or None when it does not answer as clamd does."""
    answer = _asked(clamd, b"zVERSION\0", timer)
    found = _VERSION.fullmatch(answer) if answer else None
    if found is None:
        return None
    made = None
    if found[3]:
        with suppress(ValueError):
            made = datetime.strptime(found[3].decode("ascii"), _DATE).replace(tzinfo=UTC)
    return Signatures(found[1].decode("ascii"), int(found[2]) if found[2] else None, made)


def is_there(clamd: Clamd, *, timer: Timer = time.monotonic) -> bool:
    """Whether clamd answers a ping."""
    return _asked(clamd, b"zPING\0", timer) == b"PONG"


def _asked(clamd: Clamd, command: bytes, timer: Timer) -> bytes | None:
    try:
        line = _Line(clamd, timer)
        try:
            line.send(command)
            return line.answer()
        finally:
            line.close()
    except (_Silent, OSError):
        return None


def note(account: Account, verdict: Verdict) -> None:
    """Put what is not clean into the account of a file."""
    if verdict.state is State.INFECTED:
        account.add(Act.FOUND, "malware", verdict.signature)
    elif verdict.reason is not None:
        account.add(Act.FOUND, f"not-scanned-{verdict.reason.value}")


def require_clean(verdict: Verdict, *, may_be_unscanned: bool) -> None:
    """Raises Stopped: SKS-D800 for malware, SKS-D801 where a scan is required and there was none."""
    if verdict.state is State.INFECTED:
        raise Stopped("SKS-D800", name=verdict.signature)
    if verdict.state is State.NOT_SCANNED and not may_be_unscanned:
        raise Stopped("SKS-D801", reason=verdict.reason.value if verdict.reason else "")
