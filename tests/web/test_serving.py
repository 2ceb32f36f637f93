"""`sekisho serve` as it runs: TLS by the node's own authority, one machine without it, the end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from tests.support.ports import free_ports
from tests.support.town import Town

from sekisho.node.certificates import authority, server_certificate


@contextmanager
def served(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A node that serves its pages."""
    command = [sys.executable, "-m", "sekisho", "--node", str(folder), "serve", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    """Until something listens there."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(process.stdout.read() if process.stdout else "")


def test_a_browser_that_trusts_the_authority_opens_the_pages(sqlite_town: Town) -> None:
    folder, port = sqlite_town.nodes["lgwan"].settings.folder, free_ports(1)[0]
    with served(folder, "--port", str(port), "--no-worker") as process:
        wait_for(port, process)
        trusting = ssl.create_default_context(cafile=folder / "keys/web/authority.crt")
        connection = http.client.HTTPSConnection("localhost", port, context=trusting, timeout=30)
        connection.request("GET", "/account/login/")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-sekisho_lgwan") and "; Secure" in cookie
        sock = connection.sock
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.version() == "TLSv1.3"
        with pytest.raises(ssl.SSLCertVerificationError):
            strange = ssl.create_default_context()
            stranger = http.client.HTTPSConnection("localhost", port, context=strange, timeout=30)
            stranger.request("GET", "/")


def test_sigterm_ends_the_pages_and_their_worker(sqlite_town: Town) -> None:
    folder, port = sqlite_town.nodes["lgwan"].settings.folder, free_ports(1)[0]
    with served(folder, "--port", str(port), "--http") as process:
        wait_for(port, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    running = subprocess.run(["pgrep", "-f", f"{folder} run"], capture_output=True, check=False)
    assert running.stdout == b""


def test_without_tls_only_this_machine_is_served(sqlite_town: Town) -> None:
    folder, port = sqlite_town.nodes["lgwan"].settings.folder, free_ports(1)[0]
    with served(folder, "--port", str(port), "--http", "--host", "0.0.0.0") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "SKS-W010" in said


def test_a_port_that_is_taken_is_said(sqlite_town: Town) -> None:
    folder = sqlite_town.nodes["lgwan"].settings.folder
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with served(folder, "--port", str(port), "--http") as process:
            said, _ = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "SKS-W011" in said


NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_certificate_is_made_anew_for_another_name_and_before_its_end(tmp_path: Path) -> None:
    first = server_certificate(tmp_path, "町", ["localhost", "127.0.0.1"], NOW)
    assert server_certificate(tmp_path, "町", ["localhost"], NOW) == first
    named = server_certificate(tmp_path, "町", ["localhost", "sekisho.example.lg.jp"], NOW)
    assert set(named.names) == {"localhost", "sekisho.example.lg.jp"}
    later = NOW + timedelta(days=380)
    renewed = server_certificate(tmp_path, "町", ["localhost"], later)
    assert renewed.until > named.until
    assert authority(tmp_path, "町", later).until == authority(tmp_path, "町", NOW).until


def test_the_authority_signs_for_servers_and_for_nothing_else(tmp_path: Path) -> None:
    made = server_certificate(tmp_path, "町", ["localhost", "::1"], NOW)
    issuer = x509.load_pem_x509_certificate(authority(tmp_path, "町", NOW).certificate.read_bytes())
    found = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    found.verify_directly_issued_by(issuer)
    limits = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    own = found.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert own.ca is False
    for file in tmp_path.rglob("*.key"):
        assert file.stat().st_mode & 0o077 == 0
