"""Is this backup whole, and whose is it? Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sekisho.kernel.errors import Broken, Refused
from sekisho.node.backup import archive, secrets
from sekisho.node.backup.manifest import Manifest, read_manifest
from sekisho.seal import recovery
from sekisho.seal.disk import disk_errors


@dataclass(frozen=True)
class Opened:
    """A backup of which every byte was found as it was written."""

    manifest: Manifest
    reader: archive.Reader


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The backup, checked from its first byte to its last.

    Whose keys signed it must be compared: `manifest.keys.fingerprint`. Raises Broken SKS-B002
    (damaged), Unavailable SKS-V013, and what `read_manifest` raises.
    """
    with disk_errors(str(path)):
        file = path.open("rb")
    with file:
        reader = archive.Reader(file, path.name)
        manifest = read_manifest(reader.small(archive.MANIFEST))
        reader.require_whole(manifest.whole)
        wanted = {archive.MANIFEST, archive.SETTINGS, archive.DATABASE}
        objects = [name for name in reader.members if name.startswith(archive.OBJECTS)]
        if set(reader.members) - set(objects) != wanted or len(objects) != manifest.objects:
            raise Broken("SKS-B002", file=path.name, where="members")
        yield Opened(manifest, reader)


def open_keys(path: Path, unlock: recovery.Unlock, manifest: Manifest) -> secrets.Bundle:
    """The keys that belong to a backup.

    Raises Refused SKS-B007 (keys of another backup), SKS-B015 (not to be opened with this key or
    phrase), InvalidInput SKS-K001 or SKS-K002, Unavailable SKS-V013.
    """
    with disk_errors(str(path)), path.open("rb") as file:
        sealed = file.read(recovery.SEALED_BYTES_MAX + 1)
    about, found = recovery.open_secrets(unlock, sealed)
    if about != manifest.backup_id:
        raise Refused("SKS-B007", file=path.name, backup=manifest.backup_id)
    return secrets.read_bundle(found)
