"""What the pages of a node keep secret: the session secret, the key that second factors lie under,
and the keys of its certificates."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sekisho.kernel import documents
from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.seal import keyfiles

FOLDER = "web"
SECRET_FILE = "session.secret"  # noqa: S105 - a file's name
SECRET_BYTES = 48
FACTORS_FILE = "factors.key"
FACTORS_KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"sekisho second factor v1"


def session_secret(keys_folder: Path) -> str:
    """What signs cookies and form tokens; made at first use, the same for every process.

    Raises as `keyfiles` does when the file is open to others.
    """
    fresh = secrets.token_urlsafe(SECRET_BYTES).encode()
    return _kept(keys_folder, SECRET_FILE, fresh).decode()


def seal_factor(keys_folder: Path, secret: str) -> str:
    """The secret of a second factor as the database keeps it: AES-256-GCM, its key apart from the
    database, made at first use. Raises as `keyfiles` does."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_factors_key(keys_folder)).encrypt(nonce, secret.encode(), PURPOSE)
    return documents.b64(nonce + sealed)


def open_factor(keys_folder: Path, sealed: str) -> str:
    """The reverse of `seal_factor`. Raises Broken SKS-W035 for what another key has sealed."""
    try:
        data = documents.unb64(sealed, "factor")
        key = AESGCM(_factors_key(keys_folder))
        return key.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], PURPOSE).decode()
    except (InvalidTag, InvalidInput, ValueError):
        raise Broken("SKS-W035") from None


def _factors_key(keys_folder: Path) -> bytes:
    return _kept(keys_folder, FACTORS_FILE, secrets.token_bytes(FACTORS_KEY_BYTES))


def _kept(keys_folder: Path, name: str, fresh: bytes) -> bytes:
    """What stands in a file of this folder; `fresh`, if there is none yet."""
    folder = keys_folder / FOLDER
    keyfiles.make_folder(folder)
    file = folder / name
    if not file.exists():
        # Refused means that another process was first.
        with suppress(Refused):
            keyfiles.write_new(file, fresh)
    return keyfiles.read(file)
