"""A small S3 server in memory that can be told to misbehave, as some servers and attackers do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

MODIFIED = "2026-04-01T00:00:00.000Z"


@dataclass
class Crooked:
    """What the server holds, and how it misbehaves; change it at any time."""

    objects: dict[str, bytes] = field(default_factory=dict)
    overwrites: bool = True
    """Ignore If-None-Match, as some S3-compatible servers do."""

    put_seconds: float = 0.0
    """How long a put takes, so that a race has time to be lost."""

    page: int = 1000
    """How many keys one page of a listing holds."""

    extra_keys: tuple[str, ...] = ()
    """Keys that every listing shows besides what is there."""

    answer: tuple[int, str] | None = None
    """A status and an error code that every request gets."""

    chunked: bool = False
    """Send objects without saying how long they are."""

    url: str = ""
    requests: int = 0
    last_headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def crooked_s3() -> Iterator[Crooked]:
    """The server for the length of the block."""
    state = Crooked()
    handler = type("Handler", (_Handler,), {"state": state, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Crooked
    lock: threading.Lock

    def log_message(self, *_: object) -> None:
        pass

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._reply(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _refused(self) -> bool:
        self.state.requests += 1
        self.state.last_headers = {name.lower(): value for name, value in self.headers.items()}
        if self.state.answer is None:
            return False
        self._error(*self.state.answer)
        return True

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._refused():
            return
        time.sleep(self.state.put_seconds)
        with self.lock:
            taken = self.key in self.state.objects
            if taken and self.headers.get("If-None-Match") == "*" and not self.state.overwrites:
                self._error(412, "PreconditionFailed")
                return
            self.state.objects[self.key] = body
        self._reply(200, ETag='"x"')

    def do_GET(self) -> None:
        if self._refused():
            return
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._list({name: values[0] for name, values in query.items()})
        elif (body := self.state.objects.get(self.key)) is None:
            self._error(404, "NoSuchKey")
        elif self.state.chunked and self.command == "GET":
            self._chunked(body)
        else:
            self._reply(200, body, ETag='"x"', Last_Modified="Wed, 01 Apr 2026 00:00:00 GMT")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _chunked(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Last-Modified", "Wed, 01 Apr 2026 00:00:00 GMT")
        self.end_headers()
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))

    def do_DELETE(self) -> None:
        if self._refused():
            return
        self.state.objects.pop(self.key, None)
        self._reply(204)

    def _list(self, query: dict[str, str]) -> None:
        after = query.get("continuation-token") or query.get("start-after", "")
        keys = sorted({*self.state.objects, *self.state.extra_keys})
        found = [key for key in keys if key.startswith(query.get("prefix", "")) and key > after]
        page = found[: self.state.page]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.state.objects.get(key, b''))}"
            f"</Size><LastModified>{MODIFIED}</LastModified><ETag>x</ETag></Contents>"
            for key in page
        )
        more = f"<NextContinuationToken>{page[-1]}</NextContinuationToken>" if page else ""
        cut = str(len(found) > len(page)).lower()
        self._reply(
            200,
            f"<ListBucketResult><IsTruncated>{cut}</IsTruncated>{more if cut == 'true' else ''}"
            f"{rows}</ListBucketResult>".encode(),
        )
