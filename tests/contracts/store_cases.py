"""Every implementation of the store, ready to be put through one contract suite."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import obstore
from obstore.store import S3Store
from tests.support.crooked_s3 import crooked_s3
from tests.support.faulty_store import CountingStore, Faults, FaultyStore
from tests.support.parts import need
from tests.support.samba import SambaServer
from tests.support.seaweedfs import S3Server

from sekisho.kernel.errors import Refused
from sekisho.store.folder import FolderStore
from sekisho.store.opening import StoreSettings, create_store, open_store
from sekisho.store.placing import place_by_rename
from sekisho.store.protocol import Store

NOW = datetime(2026, 4, 1, tzinfo=UTC)
OTHER_FILE_SYSTEM = Path("/dev/shm")


@dataclass(frozen=True)
class StoreCase:
    """One store to test. Tests keep below `at`, because servers are shared between tests.

    `again` opens the same store once more, as another process would. `put_foreign` writes
    something under any name behind the store's back. `one_winner`: of many writers at one time
    exactly one gets True.
    """

    store: Store
    again: Callable[[], Store]
    put_foreign: Callable[[str, bytes], None]
    one_winner: bool = True
    at: str = ""

    def name(self, rest: str) -> str:
        return f"{self.at}/{rest}"


def folder_case(root: Path) -> StoreCase:
    """A folder that is made a store."""
    settings = StoreSettings("folder", path=root)
    create_store(settings, NOW)
    return StoreCase(
        open_store(settings), lambda: open_store(settings), lambda *it: _write(root, *it)
    )


@contextlib.contextmanager
def other_file_system_case() -> Iterator[StoreCase]:
    """A folder on a file system in memory."""
    if not OTHER_FILE_SYSTEM.is_dir():
        need("/dev/shm", "no such folder")
    with tempfile.TemporaryDirectory(dir=OTHER_FILE_SYSTEM) as root:
        yield folder_case(Path(root) / "store")


def folder_by_renames_case(root: Path) -> StoreCase:
    """A folder as on VFAT, where a file cannot have two names."""
    case = folder_case(root)
    return replace(
        case,
        store=FolderStore(root, giving_name=place_by_rename),
        again=lambda: FolderStore(root, giving_name=place_by_rename),
    )


def without_faults_case(root: Path) -> StoreCase:
    """A folder behind both wrappers of the fault tests, with all faults off."""
    case = folder_case(root)

    def wrapped() -> Store:
        return CountingStore(FaultyStore(case.again(), Faults(), seed=1, folder=root), lambda _: 0)

    return replace(case, store=wrapped(), again=wrapped)


def s3_case(server: S3Server) -> StoreCase:
    """The bucket of a real S3-compatible server."""
    environ = {"AWS_ACCESS_KEY_ID": server.key, "AWS_SECRET_ACCESS_KEY": server.secret}
    settings = StoreSettings("s3", url=server.url, bucket=server.bucket, allow_http=True)
    with contextlib.suppress(Refused):  # It is a store already from the test before.
        create_store(settings, NOW, environ)
    raw = S3Store(
        server.bucket,
        endpoint=server.url,
        access_key_id=server.key,
        secret_access_key=server.secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    return StoreCase(
        open_store(settings, environ),
        lambda: open_store(settings, environ),
        lambda name, data: obstore.put(raw, name, data) and None,
    )


@contextlib.contextmanager
def overwriting_s3_case() -> Iterator[StoreCase]:
    """An S3 server that ignores If-None-Match and pages its listings by three."""
    environ = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with crooked_s3() as server:
        server.page = 3
        settings = StoreSettings("s3", url=server.url, bucket="store", allow_http=True)
        create_store(settings, NOW, environ)
        yield StoreCase(
            open_store(settings, environ),
            lambda: open_store(settings, environ),
            server.objects.__setitem__,
            one_winner=False,
        )


def smb_case(server: SambaServer) -> StoreCase:
    """The share of a real SMB server."""
    environ = {
        "SEKISHO_SMB_USERNAME": server.username,
        "SEKISHO_SMB_PASSWORD": server.password,
    }
    settings = StoreSettings(
        "smb", server=server.server, port=server.port, share=server.share, folder="受け渡し"
    )
    with contextlib.suppress(Refused):
        create_store(settings, NOW, environ)
    return StoreCase(
        open_store(settings, environ),
        lambda: open_store(settings, environ),
        lambda *it: _write(server.folder / "受け渡し", *it, owner=server.username),
    )


def with_place_of_its_own(case: StoreCase) -> StoreCase:
    """The same case, below a name that no other test uses."""
    return replace(case, at=f"t{secrets.token_hex(4)}")


def _write(root: Path, name: str, data: bytes, owner: str | None = None) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if owner:
        for one in (path, path.parent):
            shutil.chown(one, owner)
