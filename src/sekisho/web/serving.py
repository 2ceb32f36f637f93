"""The server of one node: pages by granian, and the worker beside them."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Refused, Unavailable
from sekisho.node.backup.marker import require_serving
from sekisho.node.certificates import Certificate, authority, fingerprint, server_certificate
from sekisho.node.opening import prepare_database
from sekisho.node.settings import NodeSettings
from sekisho.web.application import FOLDER, open_for_pages

TARGET = "sekisho.web.application:make_application"
BACKLOG = 1_024
HEADER_SECONDS = 30
STOP_SECONDS = 20


@dataclass(frozen=True)
class Serving:
    """What is about to be served: where, under which certificate."""

    settings: NodeSettings
    certificate: Path | None
    private_key: Path | None
    authority: Certificate | None

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the pages."""
        scheme = "https" if self.certificate else "http"
        web = self.settings.web
        loopback = web.host in ("0.0.0.0", "::", "127.0.0.1")  # noqa: S104 - compared, not bound
        host = "localhost" if loopback else web.host
        return f"{scheme}://{host}:{web.port}/"

    @property
    def fingerprint(self) -> str:
        """Of the authority whose certificate the terminals have to trust; empty without one."""
        return fingerprint(self.authority.certificate) if self.authority else ""


def prepare(folder: Path, environment: Mapping[str, str], clock: Clock) -> Serving:
    """Check the node, bring its tables up to date, see to the certificate.

    Raises what `open_node` raises, Broken SKS-B010 or SKS-B011 for a node that was restored and is
    not fit to serve yet, and Refused SKS-W010 for pages without TLS that others could
    reach.
    """
    node = open_for_pages(folder, environment, clock)
    require_serving(node)
    settings, web = node.settings, node.settings.web
    if not web.tls and not _is_loopback(web.host):
        raise Refused("SKS-W010", host=web.host)
    _require_free(web.host, web.port)
    prepare_database(node.alias)
    node.close()
    if not web.tls:
        return Serving(settings, None, None, None)
    if web.certificate and web.private_key:
        return Serving(settings, web.certificate, web.private_key, None)
    now, keys = clock.now(), settings.keys_folder
    names = (*web.names, socket.gethostname(), "localhost", "127.0.0.1", "::1")
    made = server_certificate(keys, settings.title, names, now)
    return Serving(
        settings, made.certificate, made.private_key, authority(keys, settings.title, now)
    )


def serve(serving: Serving, *, with_worker: bool, minutes: int = 0) -> None:
    """Serve until SIGTERM or SIGINT, or so many minutes; the worker, if it is wanted, ends with
    the pages."""
    if minutes:
        end = threading.Timer(minutes * 60, os.kill, (os.getpid(), signal.SIGTERM))
        end.daemon = True
        end.start()
    worker = _start_worker(serving.settings.folder) if with_worker else None
    try:
        _server(serving).serve()
    finally:
        if worker is not None:
            _stop(worker)


def _server(serving: Serving) -> Server:
    web = serving.settings.web
    os.environ[FOLDER] = str(serving.settings.folder)
    return Server(
        TARGET,
        factory=True,
        interface=Interfaces.WSGI,
        address=web.host,
        port=web.port,
        workers=web.workers,
        blocking_threads=web.threads,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1_000),
        log_level="warning",
        ssl_cert=serving.certificate,
        ssl_key=serving.private_key,
        ssl_ca=web.client_ca,
        ssl_client_verify=web.client_ca is not None,
    )


def _start_worker(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "sekisho", "--node", str(folder), "run"])


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_free(host: str, port: int) -> None:
    """Raise Unavailable SKS-W011 when something listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable(
                "SKS-W011", address=f"{host}:{port}", reason=error.strerror or ""
            ) from None
