"""What the pages of a node keep secret: the session secret, and the keys of its certificates."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from sekisho.kernel.errors import Refused
from sekisho.seal import keyfiles

FOLDER = "web"
SECRET_FILE = "session.secret"  # noqa: S105 - a file's name
SECRET_BYTES = 48


def session_secret(keys_folder: Path) -> str:
    """What signs cookies and form tokens; made at first use, the same for every process.

    Raises as `keyfiles` does when the file is open to others.
    """
    folder = keys_folder / FOLDER
    keyfiles.make_folder(folder)
    file = folder / SECRET_FILE
    if not file.exists():
        # Refused means that another process was first.
        with suppress(Refused):
            keyfiles.write_new(file, secrets.token_urlsafe(SECRET_BYTES).encode())
    return keyfiles.read(file).decode()
