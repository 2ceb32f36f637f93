"""From settings to a store: which kind, where, and with which secret from which file."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.store.folder import FolderStore
from sekisho.store.marker import ID_PREFIX, Marker, write_marker
from sekisho.store.protocol import Store

KINDS = ("folder", "s3", "smb")
FILE_BYTES_MAX = 1024 * 1024
"""A secret, or a file of certificates."""


@dataclass(frozen=True)
class StoreSettings:
    """Where a store is. Only the fields of its kind are used; secrets stand in a file apart.

    folder: `path`. s3: `url`, `bucket`, `region`, `ca_file`, `allow_http`. smb: `server`,
    `share`, `folder`, `port`, `encrypt`. `credentials_file` is TOML with `access_key_id` and
    `secret_access_key` (s3) or `username` and `password` (smb). `store_id` pins the store.
    """

    kind: str
    store_id: str = ""
    path: Path | None = None
    url: str = ""
    bucket: str = ""
    region: str = "us-east-1"
    ca_file: Path | None = None
    allow_http: bool = False
    server: str = ""
    share: str = ""
    folder: str = ""
    port: int = 445
    encrypt: bool = True
    credentials_file: Path | None = None


class _Founded(Store, Protocol):
    def lay_marker(self, marker: bytes) -> bool: ...


def open_store(settings: StoreSettings, environ: Mapping[str, str] | None = None) -> Store:
    """The store of the settings. Nothing is reached yet; the first call finds out whether it is.

    Without `credentials_file` the secrets are taken from `environ` (default: the process's own):
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or SEKISHO_SMB_USERNAME and SEKISHO_SMB_PASSWORD.
    Raises InvalidInput SKS-S013 (settings), Refused SKS-S016 (smbprotocol is not installed),
    SKS-S017 (a secret or certificate file cannot be used).
    """
    return _open(settings, os.environ if environ is None else environ)


def create_store(
    settings: StoreSettings, now: datetime, environ: Mapping[str, str] | None = None
) -> str:
    """Make the place a store: write its marker. Returns the new store's id.

    A folder is made if its parent is there; a bucket or share must exist. Raises Refused
    SKS-S006 if it is a store already, and whatever `open_store` and `put` raise.
    """
    store = _open(settings, os.environ if environ is None else environ)
    store_id = settings.store_id or new_id(ID_PREFIX)
    if not store.lay_marker(write_marker(Marker(store_id, now))):
        raise Refused("SKS-S006", store=store.describe())
    return store_id


def _open(settings: StoreSettings, environ: Mapping[str, str]) -> _Founded:
    if settings.kind == "folder":
        if settings.path is None:
            raise InvalidInput("SKS-S013", field="path")
        return FolderStore(settings.path, settings.store_id)
    if settings.kind == "s3":
        return _open_bucket(settings, environ)
    if settings.kind == "smb":
        return _open_share(settings, environ)
    raise InvalidInput("SKS-S013", field="kind")


def _open_bucket(settings: StoreSettings, environ: Mapping[str, str]) -> _Founded:
    # Here, not above: loading the client costs a third of what a command may take to start.
    from sekisho.store.s3 import BucketStore
    from sekisho.store.s3_access import S3Access

    _need(settings, "url", "bucket")
    if not settings.url.startswith("https://") and not (
        settings.allow_http and settings.url.startswith("http://")
    ):
        raise InvalidInput("SKS-S013", field="url")
    names = {"access_key_id": "AWS_ACCESS_KEY_ID", "secret_access_key": "AWS_SECRET_ACCESS_KEY"}
    secrets = _secrets(settings, environ, names)
    access = S3Access(
        settings.url,
        settings.bucket,
        secrets["access_key_id"],
        secrets["secret_access_key"],
        settings.region,
        _read(settings.ca_file) if settings.ca_file else b"",
        settings.allow_http,
    )
    return BucketStore(access, settings.store_id)


def _open_share(settings: StoreSettings, environ: Mapping[str, str]) -> _Founded:
    try:
        # An optional part: most stores are folders or buckets.
        from sekisho.store.smb import ShareStore
        from sekisho.store.smb_access import ShareAccess
    except ModuleNotFoundError:
        raise Refused("SKS-S016") from None
    _need(settings, "server", "share")
    names = {"username": "SEKISHO_SMB_USERNAME", "password": "SEKISHO_SMB_PASSWORD"}
    secrets = _secrets(settings, environ, names)
    access = ShareAccess(
        settings.server,
        settings.share,
        secrets["username"],
        secrets["password"],
        settings.folder,
        settings.port,
        settings.encrypt,
    )
    return ShareStore(access, settings.store_id)


def _need(settings: StoreSettings, *fields: str) -> None:
    for field in fields:
        if not getattr(settings, field):
            raise InvalidInput("SKS-S013", field=field)


def _secrets(
    settings: StoreSettings, environ: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, str]:
    """The values named by the keys of `names`, from the file or else from those variables."""
    if settings.credentials_file is None:
        found = {field: environ.get(variable, "") for field, variable in names.items()}
    else:
        found = _read_secrets(settings.credentials_file)
    for field in names:
        if not isinstance(found.get(field), str) or not found[field]:
            raise InvalidInput("SKS-S013", field=f"credentials_file: {field}")
    return found


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        # Group access is left to the owner: service managers hand over secrets as 0440.
        open_to_others = bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError as error:
        raise Refused("SKS-S017", file=str(path), reason=error.strerror) from None
    if open_to_others:
        raise Refused("SKS-S017", file=str(path), reason="readable by everybody")
    try:
        return tomllib.loads(_read(path).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Refused("SKS-S017", file=str(path), reason="not TOML") from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX)
    except OSError as error:
        raise Refused("SKS-S017", file=str(path), reason=error.strerror) from None
