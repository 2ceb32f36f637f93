"""ClamAV: a real clamd with a signature of our own, and servers that break the protocol."""

from __future__ import annotations

import io
import socket
import struct
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest
from tests.support.parts import need

from sekisho.disarm.account import Account, Act
from sekisho.disarm.inspect.clamav import (
    Clamd,
    Reason,
    State,
    Verdict,
    is_there,
    note,
    require_clean,
    scan,
    signatures,
)
from sekisho.disarm.words import things
from sekisho.disarm.work import Stopped

# In two pieces, so that no scanner stops at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A clamd of our own: no network, one signature, one megabyte at most."""
    program = which("clamd") or which("clamd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        need("clamd", "clamav-daemon is not installed")
    folder = tmp_path_factory.mktemp("clamd")
    database = folder / "db"
    database.mkdir()
    (database / "own.ndb").write_text(f"Eicar-Test-Signature:0:0:{EICAR.hex()}\n")
    path = folder / "clamd.sock"
    config = folder / "clamd.conf"
    config.write_text(
        f"DatabaseDirectory {database}\nLocalSocket {path}\nForeground yes\nStreamMaxLength 1M\n"
        f"OfficialDatabaseOnly no\nMaxThreads 2\nPidFile {folder / 'pid'}\n"
    )
    server = subprocess.Popen(
        [program, "--config-file", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    here = Clamd(path=str(path), seconds_max=20)
    for _ in range(300):
        if is_there(here):
            break
        time.sleep(0.1)
    yield here
    server.terminate()
    server.wait(20)


@pytest.mark.parametrize(
    "content",
    [EICAR, zipped("a.com", EICAR), zipped("b.zip", zipped("a.com", EICAR))],
    ids=["plain", "in a zip", "in a zip in a zip"],
)
def test_the_test_virus_is_found(clamd: Clamd, content: bytes) -> None:
    verdict = scan(clamd, [content])
    assert verdict.state is State.INFECTED
    assert verdict.signature.startswith("Eicar-Test-Signature")


def test_a_clean_file_is_clean_in_any_chunks(clamd: Clamd) -> None:
    for chunks in ([b"hello"], [], [b""], [bytes(100_000), memoryview(b"end")]):
        assert scan(clamd, chunks) == Verdict(State.CLEAN)


def test_a_file_larger_than_clamd_takes_is_not_scanned(clamd: Clamd) -> None:
    for size in (1_100_000, 30_000_000):
        assert scan(clamd, [bytes(size)]) == Verdict(State.NOT_SCANNED, reason=Reason.TOO_LARGE)


def test_the_version_is_read(clamd: Clamd) -> None:
    found = signatures(clamd)
    assert found is not None
    assert found.program[0].isdigit()


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[Clamd]:
    """A server on this machine that treats each connection in a way of its own."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Clamd(host="127.0.0.1", port=listener.getsockname()[1], seconds_max=0.5)
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def after_all(data: bytes) -> Callable[[socket.socket], None]:
    """Reads the whole stream, then says this."""

    def answer(connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        stream.read(len(b"zINSTREAM\0"))
        while size := struct.unpack(">L", stream.read(4))[0]:
            stream.read(size)
        connection.sendall(data)

    return answer


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"stream: OK\0", Verdict(State.CLEAN)),
        (b"stream: A.B-1 FOUND\0", Verdict(State.INFECTED, "A.B-1")),
        (b"stream: " + b"x" * 500 + b" FOUND\0", Verdict(State.INFECTED, "x" * 120)),
        (b"stream: Heuristics.Limits.Exceeded FOUND\0",
         Verdict(State.NOT_SCANNED, reason=Reason.LIMITS)),
        (b"INSTREAM size limit exceeded. ERROR\0",
         Verdict(State.NOT_SCANNED, reason=Reason.TOO_LARGE)),
    ],
)  # fmt: skip
def test_answers_that_clamd_gives(data: bytes, expected: Verdict) -> None:
    with server(after_all(data)) as there:
        assert scan(there, [b"some", b"thing"]) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"stream: OK",  # cut off
        b"stream: OK\0more",
        b"stream: OK FOUND OK\0",
        b"stream: ok\0",
        b" stream: OK\0",
        b"stream: OK\nstream: X FOUND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"stream: \xff\xfe FOUND\0",
        b"stream: a\nb FOUND\0",
        b"HTTP/1.1 200 OK\r\n\r\n\0",
        b"x" * 100_000,
        b"\0",
    ],
)
def test_any_other_answer_is_not_clean(data: bytes) -> None:
    with server(after_all(data)) as there:
        verdict = scan(there, [b"something"])
    assert verdict.state is State.NOT_SCANNED
    assert verdict.reason in (Reason.ANSWER, Reason.UNREACHABLE)


def hang(connection: socket.socket) -> None:
    connection.recv(10)
    connection.settimeout(3)
    while connection.recv(65_536):
        pass


def drip(connection: socket.socket) -> None:
    for byte in b"stream: OK" * 10:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def ok_at_once(connection: socket.socket) -> None:
    connection.sendall(b"stream: OK\0")
    connection.shutdown(socket.SHUT_RDWR)


def never_reads(connection: socket.socket) -> None:
    time.sleep(2)


@pytest.mark.parametrize("crooked", [hang, drip, ok_at_once, never_reads])
def test_a_server_that_hangs_drips_or_answers_early_is_not_clean(
    crooked: Callable[[socket.socket], None],
) -> None:
    with server(crooked) as there:
        verdict = scan(there, (bytes(65_536) for _ in range(500)))
    assert verdict.state is State.NOT_SCANNED


def test_nobody_there_and_not_configured(tmp_path: Path) -> None:
    assert scan(Clamd(), [b"x"]).reason is Reason.NOT_CONFIGURED
    nobody = Clamd(path=str(tmp_path / "nobody"))
    assert scan(nobody, [b"x"]).reason is Reason.UNREACHABLE
    assert not is_there(nobody)
    assert signatures(nobody) is None


def test_the_age_of_signatures() -> None:
    answer = b"ClamAV 1.4.3/27500/Wed Jan  1 09:00:00 2025\0"
    with server(lambda connection: connection.sendall(answer)) as there:
        found = signatures(there)
    assert found is not None
    assert (found.program, found.number) == ("1.4.3", 27500)
    assert found.age_days(datetime(2025, 1, 11, 10, tzinfo=UTC)) == 10
    for strange in (b"nginx\0", b"ClamAV 1.4.3/27500/yesterday\0"):
        with server(lambda connection, say=strange: connection.sendall(say)) as there:
            found = signatures(there)
        assert found is None or found.made is None


def test_what_is_not_clean_stands_in_the_account_and_stops() -> None:
    account = Account()
    note(account, Verdict(State.CLEAN))
    assert account.entries() == ()
    note(account, Verdict(State.INFECTED, "A.B"))
    for reason in Reason:
        note(account, Verdict(State.NOT_SCANNED, reason=reason))
    assert {entry.what for entry in account.entries()} <= things().keys()
    assert account.entries()[0].act is Act.FOUND
    require_clean(Verdict(State.CLEAN), may_be_unscanned=False)
    require_clean(Verdict(State.NOT_SCANNED, reason=Reason.TIMEOUT), may_be_unscanned=True)
    with pytest.raises(Stopped, match="SKS-D801"):
        require_clean(Verdict(State.NOT_SCANNED, reason=Reason.TIMEOUT), may_be_unscanned=False)
    with pytest.raises(Stopped, match="SKS-D800"):
        require_clean(Verdict(State.INFECTED, "A.B"), may_be_unscanned=True)
