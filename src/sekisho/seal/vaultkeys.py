"""The files of the vault keys: one key each, and a counter of what it has wrapped.

Layout: docs/formats/vault-v1.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekisho.kernel.errors import Broken, Refused
from sekisho.seal import keyfiles
from sekisho.seal.disk import disk_errors

KEY_BYTES = 32
KEY_ID_BYTES = 8

WRAPS_PER_KEY_MAX = 2**32
"""With random 96-bit IVs one AES-GCM key may encrypt 2^32 times (NIST SP 800-38D, 8.3)."""

WRAPS_RESERVED = 4096
"""Wraps are counted in blocks: one byte in the counter file, durable before the block is used."""

_MAGIC = b"SKSVKEY1"
_FILE_BYTES = len(_MAGIC) + 4 + KEY_BYTES
_PREFIX, _SUFFIX, _COUNTER_SUFFIX = "vault-", ".key", ".wraps"


@dataclass(frozen=True)
class VaultKey:
    """One vault key; the one with the highest number wraps, all of them unwrap."""

    number: int
    key_id: str
    cipher: AESGCM = field(repr=False, compare=False)

    @property
    def order(self) -> tuple[int, str]:
        """The greatest is the current one, also when two processes made the same number."""
        return self.number, self.key_id


def key_ids(folder: Path) -> set[str]:
    """The ids in the names of the key files. Raises Unavailable SKS-V013."""
    with disk_errors(str(folder)):
        names = os.listdir(folder)  # noqa: PTH208 - on the path of every wrap; iterdir costs thrice
    return {_id_in(name) for name in names if name.startswith(_PREFIX) and name.endswith(_SUFFIX)}


def make_key(folder: Path, number: int) -> None:
    """Make a key with this number, durable before this returns."""
    body = _MAGIC + number.to_bytes(4) + os.urandom(KEY_BYTES)
    keyfiles.write_new(_key_path(folder, _id_of(body)), body)


def load_key(folder: Path, key_id: str) -> VaultKey | None:
    """The key, or None when its file is damaged or half destroyed: its name no longer fits it.

    Raises Refused SKS-N002 or SKS-N006 (open to others, owned by another user).
    """
    try:
        body = keyfiles.read(_key_path(folder, key_id), _FILE_BYTES)
    except Broken:
        return None
    if len(body) != _FILE_BYTES or not body.startswith(_MAGIC) or _id_of(body) != key_id:
        return None
    number = int.from_bytes(body[len(_MAGIC) : -KEY_BYTES])
    return VaultKey(number, key_id, AESGCM(body[-KEY_BYTES:]))


def destroy_key(folder: Path, key_id: str) -> None:
    """Destroy the key's file for good; its counter goes with `remove_lone_counters`."""
    keyfiles.destroy(_key_path(folder, key_id))


def remove_lone_counters(folder: Path) -> None:
    """Remove counters whose key is gone."""
    with disk_errors(str(folder)):
        for counter in folder.glob(f"{_PREFIX}*{_COUNTER_SUFFIX}"):
            if not _key_path(folder, _id_in(counter.name)).exists():
                counter.unlink(missing_ok=True)


def counted_wraps(folder: Path, key_id: str) -> int:
    """How many wraps have been reserved under the key so far."""
    try:
        return _counter_path(folder, key_id).stat().st_size * WRAPS_RESERVED
    except FileNotFoundError:
        return 0


def reserve_wraps(folder: Path, key_id: str) -> None:
    """Reserve WRAPS_RESERVED more. Raises Refused SKS-V004 when the key has had enough.

    One byte, appended: processes that do this at once do not undo each other.
    """
    if counted_wraps(folder, key_id) + WRAPS_RESERVED > WRAPS_PER_KEY_MAX:
        raise Refused("SKS-V004", key=key_id)
    counter = _counter_path(folder, key_id)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with disk_errors(str(counter)):
        descriptor = os.open(counter, flags, keyfiles.FILE_MODE)
        try:
            os.write(descriptor, b"\x00")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _key_path(folder: Path, key_id: str) -> Path:
    return folder / f"{_PREFIX}{key_id}{_SUFFIX}"


def _counter_path(folder: Path, key_id: str) -> Path:
    return folder / f"{_PREFIX}{key_id}{_COUNTER_SUFFIX}"


def _id_in(file_name: str) -> str:
    return file_name.removeprefix(_PREFIX).partition(".")[0]


def _id_of(body: bytes) -> str:
    """The digest of a random 256-bit key says nothing about it and shows any damaged byte."""
    return sha256(b"sekisho vault key\x00" + body).digest()[:KEY_ID_BYTES].hex()
