"""The key files of a node as one bundle, and back into a folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.seal import keyfiles

BUNDLE_BYTES_MAX = 6 * 1024 * 1024
NAME = re.compile(
    r"signing\.key|signing-next\.key|handover-\d{4}\.json|(?:ledger|directory)-seen\.json"
    r"|vault/vault-[0-9a-f]{16}\.(?:key|wraps)|web/(?:authority\.(?:crt|key)|factors\.key)",
    re.ASCII,
)
"""What belongs to a node for long: terminals trust its certificate authority, people's second
factors lie under its key. What is made anew at
need (the session secret, the certificate of the pages) stays behind."""


@dataclass(frozen=True)
class Bundle:
    """Key files by their name in the key folder, and the key of the database in the backup."""

    files: Mapping[str, bytes] = field(repr=False)
    database_key: bytes = field(repr=False)

    @property
    def vault_keys(self) -> frozenset[str]:
        """The ids of the vault keys in it."""
        names = (Path(name) for name in self.files if name.endswith(".key"))
        return frozenset(one.stem[6:] for one in names if one.stem.startswith("vault-"))

    def encode(self) -> bytes:
        """The bytes to be sealed."""
        files = {name: documents.b64(data) for name, data in self.files.items()}
        words = {"files": files, "database_key": documents.b64(self.database_key)}
        return documents.write(words)


def read_bundle(untrusted: bytes) -> Bundle:
    """The reverse of `encode`. Raises InvalidInput SKS-K001 or SKS-K002."""
    fields = documents.read(untrusted, "keys of a backup", BUNDLE_BYTES_MAX)
    inner = fields.object("files")
    files = {name: inner.data(name) for name in inner.names()}
    for name in files:
        if not NAME.fullmatch(name):
            raise InvalidInput("SKS-K002", where=f"files.{ascii(name)[:60]}", reason="name")
    found = Bundle(files, fields.data("database_key", length=32))
    fields.done()
    return found


def collect(folder: Path) -> dict[str, bytes]:
    """Every key file of a node, as it stands now. Raises what `keyfiles.read` raises."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if NAME.fullmatch(name) and path.is_file() and not path.is_symlink():
            found[name] = keyfiles.read(path)
    return found


def place(bundle: Bundle, folder: Path) -> None:
    """Write the files into a key folder that holds no keys yet.

    Raises Refused SKS-N003 (there are keys), Unavailable SKS-N005.
    """
    if (folder / "signing.key").exists():
        raise Refused("SKS-N003", file=str(folder / "signing.key"))
    keyfiles.make_folder(folder)
    for within in sorted({Path(name).parent.name for name in bundle.files} - {""}):
        keyfiles.make_folder(folder / within)
    for name, data in bundle.files.items():
        keyfiles.write_new(folder / name, data)
