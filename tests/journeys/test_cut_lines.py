"""A line that is cut at every tenth of an upload and of a download, over real HTTP: what was sent
goes on where it stopped and arrives byte for byte, and nothing in clear is left on the disk."""

from __future__ import annotations

import http.client
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Commands
from tests.support.ports import free_ports
from tests.support.waiting import until
from tests.web.test_serving import served, wait_for

CANARY = b"canary:" + os.urandom(16).hex().encode()
SIZE = 3 << 20
TENTHS = range(1, 10)


@dataclass
class Client:
    """A program with a token."""

    port: int
    secret: str

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """A whole answer."""
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=60)) as connection:
            connection.request(method, f"/api/v1{path}", body, self._headers(headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def value(self, method: str, path: str, value: Any = None) -> Any:
        """What a request that succeeds answers."""
        body = None if value is None else json.dumps(value).encode()
        status, _, found = self.ask(method, path, body, **{"Content-Type": "application/json"})
        assert status < 300, found.decode()
        return json.loads(found or b"null")

    def put_cut(self, path: str, body: bytes, after: int) -> None:
        """Promise all of the body, send a part of it and reset the line."""
        head = [f"PUT /api/v1{path} HTTP/1.1", f"Content-Length: {len(body)}"]
        more = {"Host": "localhost", "Content-Type": "application/octet-stream"}
        head += [f"{name}: {value}" for name, value in self._headers(more).items()]
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode() + body[:after])
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def get_cut(self, path: str, after: int, begin: int) -> bytes:
        """The first bytes of an answer, then nothing more of it is taken."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        asked = {"Range": f"bytes={begin}-"} if begin else {}
        connection.request("GET", f"/api/v1{path}", None, self._headers(asked))
        answer = connection.getresponse()
        assert answer.status == (206 if begin else 200)
        found = answer.read(after)
        assert connection.sock is not None
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        return found

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more}


@contextmanager
def client_of(town: Commands, node: str, *acts: str) -> Iterator[Client]:
    """A served node, and a token of sato's for these acts."""
    end = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    words = [word for act in acts for word in ("--act", act)]
    made = town.value(
        node, "--as", "admin", "token", "add", "試験", "--owner", "sato", *words, "--place", "*",
        "--until", end,
    )  # fmt: skip
    (port,) = free_ports(1)
    options = ("--port", str(port), "--http", "--no-worker")
    with served(town.folder / node, *options) as process:
        wait_for(port, process)
        yield Client(port, made["secret"])


def content(number: int) -> bytes:
    """A text of some MiB that says who it is all over."""
    line = CANARY + b" %d\n" % number
    return (line * (SIZE // len(line) + 1))[:SIZE]


def in_clear(folder: Path) -> list[Path]:
    """Files below a folder in which the canary can be read."""
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [one for one in files if CANARY in one.read_bytes()]


@pytest.fixture
def uploaded(town: Commands) -> str:
    """A transfer whose nine files were each cut at another tenth."""
    with client_of(town, "internet", "send", "show") as client:
        draft = client.value(
            "POST",
            "/drafts",
            {"to_node": "lgwan", "addressees": ["sato"], "purpose": "試験", "label": "機密性2"},
        )["draft"]
        for tenth in TENTHS:
            _send_cut(client, draft, f"{tenth}.txt", content(tenth), SIZE * tenth // 10)
        assert in_clear(town.folder) == []
        client.value("POST", f"/drafts/{draft}/submit")
        until(lambda: client.value("GET", f"/drafts/{draft}")["state"] == "submitted", 60)
        transfer = client.value("GET", f"/drafts/{draft}")["transfer"]
        files = client.value("GET", f"/transfers/{transfer}")["files"]
        assert {one["path"]: one["sha256"] for one in files} == {
            f"{tenth}.txt": sha256(content(tenth)).hexdigest() for tenth in TENTHS
        }
    return str(transfer)


def _send_cut(client: Client, draft: str, path: str, data: bytes, after: int) -> None:
    told = {"path": path, "bytes": len(data)}
    file = client.value("POST", f"/drafts/{draft}/files", told)["file"]
    client.put_cut(f"/files/{file}?offset=0", data, after)
    again = client.value("POST", f"/drafts/{draft}/files", told)
    assert again["file"] == file
    begin = again["received"]
    assert begin <= after
    status, _, answer = client.ask("PUT", f"/files/{file}?offset={begin}", data[begin:])
    assert (status, json.loads(answer)["received"]) == (200, len(data))


def test_cut_at_every_tenth_up_and_down(town: Commands, uploaded: str) -> None:
    town.at("internet", "approve", uploaded, "--as", "suzuki")
    town.settle("internet", "lgwan")
    with client_of(town, "lgwan", "list", "collect") as client:
        for number, tenth in enumerate(TENTHS, 1):
            path = f"/arrivals/{uploaded}/files/{number}"
            data = content(tenth)
            found = client.get_cut(path, SIZE * tenth // 10, 0)
            if number < len(TENTHS):
                # Of the last file all may lie in the buffers of the line when it is cut.
                assert _state(client) in ("received", "part")
            while len(found) < len(data):
                found += client.get_cut(path, SIZE, len(found))
            assert found == data
        until(lambda: _state(client) == "collected", 20)
    assert in_clear(town.folder) == []


def _state(client: Client) -> str:
    (arrival,) = client.value("GET", "/arrivals")
    return str(arrival["state"])
