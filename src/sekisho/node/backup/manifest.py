"""What a backup says of itself, signed by the node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.ids import check_id, check_node_name
from sekisho.kernel.signing import SigningKeys, VerifyingKeys, read_verifying_keys
from sekisho.node.backup.archive import Whole

BACKUP_TYPE = "application/vnd.sekisho.backup+json; v=1"
ID_PREFIX = "bk"
DATABASES = frozenset({"sqlite", "postgresql"})


@dataclass(frozen=True)
class Manifest:
    """`database_object` is the id that the database was encrypted under, `ledger_size` and
    `ledger_root` (hexadecimal) what the log in it holds at least."""

    backup_id: str
    node: str
    title: str
    made: datetime
    version: str
    database: str
    database_object: str
    objects: int
    ledger_size: int
    ledger_root: str
    directory_version: int
    whole: Whole
    keys: VerifyingKeys

    def sign(self, signing: SigningKeys) -> bytes:
        """The manifest in an envelope."""
        words: dict[str, Any] = {
            "backup": self.backup_id,
            "node": self.node,
            "title": self.title,
            "made": stamp(self.made),
            "version": self.version,
            "database": self.database,
            "database_object": self.database_object,
            "objects": self.objects,
            "ledger": {"size": self.ledger_size, "root": self.ledger_root},
            "directory": self.directory_version,
            "bytes": self.whole.bytes,
            "sha256": self.whole.sha256,
            "keys": self.keys.as_document(),
        }
        return signing.sign(BACKUP_TYPE, documents.write(words)).encode()


def read_manifest(untrusted: bytes) -> Manifest:
    """A manifest whose own signatures hold; whose keys they are must be compared by the caller.

    Raises InvalidInput SKS-K001 to SKS-K009, Refused SKS-K007 or SKS-K008.
    """
    envelope = dsse.decode(untrusted, BACKUP_TYPE)
    fields = documents.read(envelope.payload, "backup manifest")
    ledger = fields.object("ledger")
    found = Manifest(
        backup_id=fields.checked("backup", check_id, ID_PREFIX),
        node=fields.checked("node", check_node_name),
        title=fields.text("title"),
        made=fields.moment("made"),
        version=fields.text("version", chars_max=40),
        database=fields.choice("database", DATABASES),
        database_object=fields.checked("database_object", check_id, "ob"),
        objects=fields.integer("objects"),
        ledger_size=ledger.integer("size"),
        ledger_root=ledger.digest("root"),
        directory_version=fields.integer("directory"),
        whole=Whole(fields.integer("bytes"), fields.digest("sha256")),
        keys=read_verifying_keys(fields.object("keys")),
    )
    ledger.done()
    fields.done()
    found.keys.verify(envelope)
    return found
