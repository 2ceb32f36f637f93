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
from operator import attrgetter
from pathlib import Path

from cryptography.exceptions import InvalidTag

from sekisho.kernel.errors import Broken, Refused
from sekisho.kernel.limits import KIB
from sekisho.seal import keyfiles, vaultkeys
from sekisho.seal.vaultkeys import KEY_ID_BYTES, VaultKey

IV_BYTES = 12
TAG_BYTES = 16
SECRET_BYTES_MAX = 64 * KIB

_VERSION = b"\x01"
_HEADER_BYTES = len(_VERSION) + KEY_ID_BYTES


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
        if vaultkeys.key_ids(folder):
            raise Refused("SKS-V005", folder=str(folder))
        vaultkeys.make_key(folder, 1)
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
        used = vaultkeys.counted_wraps(self._folder, self.current_id)
        return used * 2 >= vaultkeys.WRAPS_PER_KEY_MAX

    def wrap(self, context: str, secret: bytes) -> bytes:
        """`secret` (64 KiB at most) encrypted under the current key, bound to `context`.

        `context` names the row it will stand in, so that wrapped secrets cannot change places.
        Raises Refused SKS-V004 (the key has done its number of wraps: rotate).
        """
        if len(secret) > SECRET_BYTES_MAX:
            raise ValueError(f"a secret of {len(secret)} bytes")
        with self._lock:
            self._look()
            key = max(self._keys.values(), key=attrgetter("order"))
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
            vaultkeys.make_key(self._folder, current.number + 1)
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
            vaultkeys.destroy_key(self._folder, key_id)
        vaultkeys.remove_lone_counters(self._folder)
        return tuple(ended)

    def _current(self) -> VaultKey:
        with self._lock:
            self._look()
            return max(self._keys.values(), key=attrgetter("order"))

    def _key(self, key_id: str) -> VaultKey:
        with self._lock:
            self._look()
            key = self._keys.get(key_id)
        if key is None:
            raise Broken("SKS-V002", key=key_id)
        return key

    def _look(self) -> None:
        """Take up what other processes changed in the folder."""
        there = vaultkeys.key_ids(self._folder)
        known = {key_id: self._keys.get(key_id) for key_id in there}
        found = {
            key_id: key or vaultkeys.load_key(self._folder, key_id) for key_id, key in known.items()
        }
        self._keys = {key_id: key for key_id, key in found.items() if key is not None}
        self._damaged = there - self._keys.keys()
        if not self._keys:
            raise Broken("SKS-V001", folder=str(self._folder))

    def _count_one(self, key_id: str) -> None:
        if not self._reserved.get(key_id):
            vaultkeys.reserve_wraps(self._folder, key_id)
            self._reserved = {key_id: vaultkeys.WRAPS_RESERVED}
        self._reserved[key_id] -= 1


def _bound(header: bytes, context: str) -> bytes:
    """The associated data; the header has a fixed length, so nothing can shift between the two."""
    return b"sekisho wrapped secret\x00" + header + context.encode()
