"""The pages under load: 200 people on the work lists, 50 uploads at once.

    python bench/pages.py --people 200 --each 5 --uploads 50 --mib 4

One node on SQLite as `sekisho serve` runs it, on loopback, no worker beside it. In each round the
lists and granian's own static files (the ceiling of the server without any of our code) are asked
one after the other by the same number of clients. Every answer must be a 200.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

import sekisho.web  # first: it configures the pages
from sekisho.kernel.clock import SystemClock
from sekisho.kernel.limits import MIB
from sekisho.node import web_secrets
from sekisho.node.demo import town as towns
from sekisho.node.demo import working_day
from sekisho.node.opening import prepare_database
from sekisho.office.accounts.actions import save_person
from sekisho.office.accounts.models import Person
from sekisho.web import setup

LISTS = ("/", "/approving/", "/receiving/", "/send/")
HERE = Path(sekisho.web.__file__).parent


class RealTime(SystemClock):
    """The machine's clock, for a town that would like to move it."""

    def advance(self, step: object) -> None:
        """Time passes by itself."""


@dataclass
class Measured:
    """Seconds of every answer, and how many were no 200."""

    seconds: list[float]
    wrong: int
    took: float

    def line(self, name: str) -> str:
        ordered = sorted(self.seconds)
        p95 = ordered[int(len(ordered) * 0.95) - 1]
        return (
            f"{name:28} {len(ordered):6} answers  {len(ordered) / self.took:7.0f}/s  "
            f"median {statistics.median(ordered) * 1000:7.1f} ms  p95 {p95 * 1000:8.1f} ms  "
            f"errors {self.wrong}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--uploads", type=int, default=50)
    parser.add_argument("--mib", type=int, default=4)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sekisho-bench-"))
    try:
        cookies = _settle(folder, args.people)
        asyncio.run(_measure(folder, cookies, args))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(folder: Path, people: int) -> list[str]:
    """A town with a working day behind it; a signed-in session for each of so many people."""
    with closing(towns.found(folder, RealTime())) as town:
        working_day.furnish(town)
        node = town.nodes["lgwan"]
        setup.settle(node.settings, web_secrets.session_secret(node.settings.keys_folder))
        with node.at_work():
            prepare_database(node.alias)
            for n in range(people):
                save_person(
                    node.desk, actor="tanaka", login=f"u{n:03}", name=f"職員 {n}", division="税務課"
                )
            return [_session(Person.objects.get(login=f"u{n:03}")) for n in range(people)]


def _session(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY] = person.pk
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return f"sekisho_lgwan={store.session_key}"


async def _measure(folder: Path, cookies: Sequence[str], args: argparse.Namespace) -> None:
    serve = ["serve", "--http", "--port", "8391", "--no-worker"]
    pages = subprocess.Popen(
        [sys.executable, "-m", "sekisho", "--node", folder / "lgwan", *serve],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "pages.log").open("wb"),
    )
    files = ["--static-path-mount", HERE / "static", "--static-path-route", "/static"]
    plain = ["--interface", "wsgi", "--port", "8392", *files, "--log-level", "error"]
    static = subprocess.Popen(
        [Path(sys.executable).parent / "granian", *plain, "wsgiref.simple_server:demo_app"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in (8391, 8392):
            await _await(port)
        await _lists(cookies, 1)  # warm
        for number in range(args.rounds):
            ours = await _lists(cookies, args.each)
            ceiling = await _crowd(
                [lambda: _get(8392, ["/static/sekisho/mark.svg"] * args.each, "") for _ in cookies]
            )
            print(ours.line(f"round {number + 1}: lists"))
            print(ceiling.line(f"round {number + 1}: static files"))
            ratio = (len(ours.seconds) / ours.took) / (len(ceiling.seconds) / ceiling.took)
            print(f"{'':28} ours / static: {ratio:.4f}")
        uploads = await _crowd(
            [
                lambda cookie=cookie: _upload(cookie, args.mib * MIB)  # type: ignore[misc]
                for cookie in cookies[: args.uploads]
            ]
        )
        print(uploads.line(f"{args.uploads} uploads of {args.mib} MiB"))
        if ours.wrong or uploads.wrong:
            print((folder / "pages.log").read_text("utf-8", "replace")[-3_000:])
            raise SystemExit(1)
    finally:
        for process in (pages, static):
            process.terminate()
            process.wait()


async def _lists(cookies: Sequence[str], each: int) -> Measured:
    return await _crowd(
        [
            lambda cookie=cookie, n=n: _get(  # type: ignore[misc]
                8391, [LISTS[(n + k) % len(LISTS)] for k in range(each)], cookie
            )
            for n, cookie in enumerate(cookies)
        ]
    )


async def _crowd(clients: Sequence[Callable[[], Awaitable[tuple[list[float], int]]]]) -> Measured:
    began = time.perf_counter()
    done = await asyncio.gather(*(one() for one in clients))
    took = time.perf_counter() - began
    return Measured([s for seconds, _ in done for s in seconds], sum(w for _, w in done), took)


async def _get(port: int, paths: Sequence[str], cookie: str) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seconds, wrong = [], 0
    for path in paths:
        began = time.perf_counter()
        status, _ = await _ask(reader, writer, "GET", path, cookie)
        seconds.append(time.perf_counter() - began)
        wrong += status != 200
    writer.close()
    return seconds, wrong


async def _upload(cookie: str, count: int) -> tuple[list[float], int]:
    """A draft, its file in one part, and its inspection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", 8391)
    began = time.perf_counter()
    _, page = await _ask(reader, writer, "GET", "/send/", cookie)
    token = page.split(b'name="csrfmiddlewaretoken" value="')[1].split(b'"')[0].decode()
    cookie = f"{cookie}; sekisho_lgwan_form={_csrf(reader)}"
    form = f"csrfmiddlewaretoken={token}&to_node=mynumber&addressees=u001&purpose=x&verb=keep"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
    kept, _ = await _ask(reader, writer, "POST", "/send/new", cookie, form.encode(), headers)
    draft = _location(reader).rstrip("/").rpartition("/")[2]
    said = json.dumps({"path": "large.txt", "bytes": count}).encode()
    path = f"/send/{draft}/announce"
    announced, answer = await _ask(reader, writer, "POST", path, cookie, said, headers)
    upload = json.loads(answer)["upload"]
    path = f"/send/uploads/{upload}?offset=0"
    content = os.urandom(count // 2).hex().encode()
    put, _ = await _ask(reader, writer, "PUT", path, cookie, content, headers)
    took = time.perf_counter() - began
    writer.close()
    return [took], int((kept, announced, put) != (302, 200, 200))


async def _ask(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    method: str,
    path: str,
    cookie: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    given = {"Host": "localhost", "Cookie": cookie, **(headers or {})}
    if method != "GET":
        given["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    await writer.drain()
    raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    reader.head = raw  # type: ignore[attr-defined]
    lines = raw.split("\r\n")
    found = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    if "chunked" in found.get("transfer-encoding", ""):
        content = b""
        while size := int(await reader.readline(), 16):
            content += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    else:
        content = await reader.readexactly(int(found.get("content-length", "0")))
    return int(lines[0].split()[1]), content


def _csrf(reader: asyncio.StreamReader) -> str:
    head: str = reader.head  # type: ignore[attr-defined]
    return head.split("sekisho_lgwan_form=", 1)[1].split(";")[0]


def _location(reader: asyncio.StreamReader) -> str:
    head: str = reader.head  # type: ignore[attr-defined]
    return next(line for line in head.split("\r\n") if line.lower().startswith("location:"))[9:]


async def _await(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit(f"nothing answers at {port}")


if __name__ == "__main__":
    main()
