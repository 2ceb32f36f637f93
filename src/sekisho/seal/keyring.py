"""The vault keys: they wrap the secrets that stand in the database, and they end.

A vault key lies in a file apart from the database. To erase for good is to wrap the living rows
again under a new vault key and to destroy the old one: copies of old rows then open nothing.
Layout of the files and of a wrapped secret: docs/formats/vault-v1.md.

Python cannot erase memory: keys are immutable bytes and cipher objects keep their own copy, both
stay in memory until the space is used again. What this module can do is hold no key longer than
its file lives, never print one, and leave swap and core dumps to the operating system's settings.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekisho.kernel.errors import Broken, Refused, Unavailable
from sekisho.kernel.limits import KIB
from sekisho.seal import keyfiles

KEY_BYTES = 32
KEY_ID_BYTES = 8
IV_BYTES = 12
TAG_BYTES = 16
SECRET_BYTES_MAX = 64 * KIB

WRAPS_PER_KEY_MAX = 2**32
"""With random 96-bit IVs one AES-GCM key may encrypt 2^32 times (NIST SP 800-38D, 8.3)."""

WRAPS_RESERVED = 4096
"""Wraps are counted in blocks: one byte in the counter file, durable before the block is used."""

_VERSION = b"\x01"
_HEADER_BYTES = len(_VERSION) + KEY_ID_BYTES
_MAGIC = b"SKSVKEY1"
_FILE_BYTES = len(_MAGIC) + 4 + KEY_BYTES
_PREFIX, _SUFFIX, _COUNTER_SUFFIX = "vault-", ".key", ".wraps"


@dataclass(frozen=True)
class VaultKey:
    """One vault key; the one with the highest number wraps, all of them unwrap."""

    number: int
    key_id: str
    cipher: AESGCM = field(repr=False, compare=False)


def key_id_of(wrapped: bytes) -> str:
    """The id of the vault key that a wrapped secret needs. Raises Broken SKS-V003."""
    if len(wrapped) < _HEADER_BYTES + IV_BYTES + TAG_BYTES or wrapped[:1] != _VERSION:
        raise Broken("SKS-V003", context="")
    return wrapped[1:_HEADER_BYTES].hex()


class Keyring:
    """The vault keys of one node. Safe to share between threads, and between processes: every
    wrap and unwrap looks at the folder first, so no process goes on using a key that another one
    has replaced or destroyed.

    A secret must be wrapped inside the transaction that stores it, and `finish_rotation` must run
    inside a transaction that keeps such transactions out; only then is `in_use` complete.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._keys: dict[str, VaultKey] = {}
        self._damaged: set[str] = set()
        self._reserved: dict[str, int] = {}
        self._look()

    @classmethod
    def create(cls, folder: Path) -> Keyring:
        """Make the folder if need be and the first vault key in it.

        Raises Refused SKS-V005 when the folder holds a vault key, and as `keyfiles` does.
        """
        keyfiles.make_folder(folder)
        if _key_ids(folder):
            raise Refused("SKS-V005", folder=str(folder))
        _make_key(folder, 1)
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Keyring:
        """Open the keyring that is there.

        Raises Broken SKS-V001 (no key that can be used) or SKS-N001/N004 (no folder), Refused
        SKS-N002/N006 (files open to others).
        """
        keyfiles.check_folder(folder)
        return cls(folder)

    @property
    def current_id(self) -> str:
        """The id of the key that wraps: 16 hexadecimal digits."""
        return self._current().key_id

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of all keys in the folder; more than one means a rotation is unfinished."""
        with self._lock:
            self._look()
            return frozenset(self._keys) | self._damaged

    @property
    def rotation_due(self) -> bool:
        """Whether the current key has done half of what it may."""
        used = _counted_blocks(self._counter(self.current_id)) * WRAPS_RESERVED
        return used * 2 >= WRAPS_PER_KEY_MAX

    def wrap(self, context: str, secret: bytes) -> bytes:
        """`secret` (64 KiB at most) encrypted under the current key, bound to `context`.

        `context` names the row it will stand in, so that wrapped secrets cannot change places.
        Raises Refused SKS-V004 (the key has done its number of wraps: rotate).
        """
        if len(secret) > SECRET_BYTES_MAX:
            raise ValueError(f"a secret of {len(secret)} bytes")
        with self._lock:
            self._look()
            key = max(self._keys.values(), key=_order)
            self._count_one(key.key_id)
        header = _VERSION + bytes.fromhex(key.key_id)
        iv = os.urandom(IV_BYTES)
        return header + iv + key.cipher.encrypt(iv, secret, _bound(header, context))

    def unwrap(self, context: str, wrapped: bytes) -> bytes:
        """The secret that `wrap` was given.

        Raises Broken SKS-V002 (its vault key is missing or damaged) or SKS-V003 (altered, or
        wrapped for another context).
        """
        key = self._key(key_id_of(wrapped))
        header, iv = wrapped[:_HEADER_BYTES], wrapped[_HEADER_BYTES:][:IV_BYTES]
        try:
            return key.cipher.decrypt(
                iv, wrapped[_HEADER_BYTES + IV_BYTES :], _bound(header, context)
            )
        except InvalidTag:
            raise Broken("SKS-V003", context=context) from None

    def rewrap(self, context: str, wrapped: bytes) -> bytes:
        """The same secret under the current key; raises as `unwrap` and `wrap` do."""
        return self.wrap(context, self.unwrap(context, wrapped))

    def begin_rotation(self) -> str:
        """Make a new current key, durable before this returns, and return its id.

        A rotation that was begun and never finished is taken up again with the key it made,
        unless that key is itself due.
        """
        current = self._current()
        unfinished = len(self._keys) > 1
        if not unfinished or self.rotation_due:
            _make_key(self._folder, current.number + 1)
        return self.current_id

    def finish_rotation(self, in_use: Collection[str]) -> tuple[str, ...]:
        """Destroy every vault key that is neither current nor in `in_use`, and return their ids.

        `in_use` is the `key_id_of` of every row left (see the class). Can be run again after a
        kill. Raises Broken SKS-V002, before anything is destroyed, when a row needs a key that is
        not there.
        """
        present = self.key_ids
        for key_id in in_use:
            if key_id not in present:
                raise Broken("SKS-V002", key=key_id)
        ended = sorted(present - set(in_use) - {self.current_id})
        for key_id in ended:
            keyfiles.destroy(_key_path(self._folder, key_id))
        for counter in self._folder.glob(f"{_PREFIX}*{_COUNTER_SUFFIX}"):
            if not _key_path(self._folder, _id_in(counter.name)).exists():
                counter.unlink(missing_ok=True)
        return tuple(ended)

    def _current(self) -> VaultKey:
        with self._lock:
            self._look()
            return max(self._keys.values(), key=_order)

    def _key(self, key_id: str) -> VaultKey:
        with self._lock:
            self._look()
            key = self._keys.get(key_id)
        if key is None:
            raise Broken("SKS-V002", key=key_id)
        return key

    def _look(self) -> None:
        """Take up what other processes changed in the folder."""
        there = _key_ids(self._folder)
        known = {key_id: self._keys.get(key_id) for key_id in there}
        found = {key_id: key or _load_key(self._folder, key_id) for key_id, key in known.items()}
        self._keys = {key_id: key for key_id, key in found.items() if key is not None}
        self._damaged = there - self._keys.keys()
        if not self._keys:
            raise Broken("SKS-V001", folder=str(self._folder))

    def _count_one(self, key_id: str) -> None:
        if not self._reserved.get(key_id):
            self._reserve(key_id)
            self._reserved = {key_id: WRAPS_RESERVED}
        self._reserved[key_id] -= 1

    def _reserve(self, key_id: str) -> None:
        """One byte more, appended: processes that do this at once do not undo each other."""
        counter = self._counter(key_id)
        if (_counted_blocks(counter) + 1) * WRAPS_RESERVED > WRAPS_PER_KEY_MAX:
            raise Refused("SKS-V004", key=key_id)
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(counter, flags, keyfiles.FILE_MODE)
            try:
                os.write(descriptor, b"\x00")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Unavailable("SKS-V013", file=str(counter), reason=str(error.strerror)) from None

    def _counter(self, key_id: str) -> Path:
        return self._folder / f"{_PREFIX}{key_id}{_COUNTER_SUFFIX}"


def _bound(header: bytes, context: str) -> bytes:
    """The associated data; the header has a fixed length, so nothing can shift between the two."""
    return b"sekisho wrapped secret\x00" + header + context.encode()


def _order(key: VaultKey) -> tuple[int, str]:
    return key.number, key.key_id


def _counted_blocks(counter: Path) -> int:
    try:
        return counter.stat().st_size
    except FileNotFoundError:
        return 0


def _key_path(folder: Path, key_id: str) -> Path:
    return folder / f"{_PREFIX}{key_id}{_SUFFIX}"


def _id_in(file_name: str) -> str:
    return file_name.removeprefix(_PREFIX).partition(".")[0]


def _key_ids(folder: Path) -> set[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - on the path of every wrap; iterdir costs thrice
    except OSError as error:
        raise Unavailable("SKS-V013", file=str(folder), reason=str(error.strerror)) from None
    return {_id_in(name) for name in names if name.startswith(_PREFIX) and name.endswith(_SUFFIX)}


def _make_key(folder: Path, number: int) -> None:
    body = _MAGIC + number.to_bytes(4) + os.urandom(KEY_BYTES)
    keyfiles.write_new(_key_path(folder, _id_of_file(body)), body)


def _load_key(folder: Path, key_id: str) -> VaultKey | None:
    """The key, or None when its file is damaged or half destroyed: its name no longer fits it."""
    try:
        body = keyfiles.read(_key_path(folder, key_id), _FILE_BYTES)
    except Broken:
        return None
    if len(body) != _FILE_BYTES or not body.startswith(_MAGIC) or _id_of_file(body) != key_id:
        return None
    number = int.from_bytes(body[len(_MAGIC) : -KEY_BYTES])
    return VaultKey(number, key_id, AESGCM(body[-KEY_BYTES:]))


def _id_of_file(body: bytes) -> str:
    """The digest of a random 256-bit key says nothing about it and shows any damaged byte."""
    return sha256(b"sekisho vault key\x00" + body).digest()[:KEY_ID_BYTES].hex()
