"""A backup becomes a node again: its files placed, then settled so that nothing erased returns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Broken, Refused
from sekisho.ledger.audit import Watermark, compare_with_watermark
from sekisho.ledger.body import origin_of
from sekisho.node.backup import archive, checking, marker, secrets
from sekisho.node.backup.database import load
from sekisho.node.backup.erasures import Erased, read_list
from sekisho.node.backup.manifest import Manifest
from sekisho.node.backup.settling import ERASED_FILE, Settled, settle
from sekisho.node.opening import VAULT_KEYS, Node, database_entry, open_node, prepare_database
from sekisho.node.peers import newest_directory
from sekisho.node.progress import Progress, silent
from sekisho.node.settings import FILE_NAME, NodeSettings, load_settings
from sekisho.office.evidence.actions import open_log
from sekisho.office.site import settings as site
from sekisho.seal import identity, keyfiles, recovery
from sekisho.seal.keyring import Keyring
from sekisho.seal.vault import Vault
from sekisho.seal.vaultobject import read_object


@dataclass(frozen=True)
class Sources:
    """The files of one backup, and what opens its keys. `erased` is the newest list there is,
    `settings` a settings file to be used in place of the one in the backup."""

    data: Path
    keys: Path
    unlock: recovery.Unlock
    erased: Path | None = None
    settings: Path | None = None


@dataclass(frozen=True)
class Restored:
    """What came back; `lost` counts records of the ledger that the list of erasures knows and the
    backup does not."""

    manifest: Manifest
    settled: Settled
    lost: int
    serving: bool


def restore(
    folder: Path,
    sources: Sources,
    environment: Mapping[str, str],
    clock: Clock,
    *,
    alias: str = "default",
    progress: Progress = silent,
) -> Restored:
    """Make `folder`, which must hold no node, the node of the backup.

    Without a list of erasures the node does not serve before `sekisho expire` was run. Raises
    Refused SKS-C006, SKS-B004, SKS-B007, SKS-B008, SKS-B009, SKS-B015; Broken SKS-B002, SKS-L014,
    SKS-L015, SKS-C015; Unavailable SKS-B003, SKS-V012, SKS-V013, and what the store raises.
    """
    if (folder / FILE_NAME).exists():
        raise Refused("SKS-C006", folder=str(folder))
    with checking.opened(sources.data) as opened:
        manifest = opened.manifest
        bundle = checking.open_keys(sources.keys, sources.unlock, manifest)
        listed = _read_list(sources.erased, manifest)
        settings = _place_settings(folder, opened, sources, environment)
        _place_keys(settings, bundle, manifest)
        _place_objects(settings, opened.reader, progress)
        site.connect(alias, database_entry(settings))
        _place_database(settings, opened, bundle, alias)
    prepare_database(alias)
    if listed is not None and sources.erased is not None:
        keyfiles.replace(folder / ERASED_FILE, sources.erased.read_bytes())
    marker.mark(folder, marker.Stage.ERASING)
    node = open_node(folder, environment, clock, alias=alias)
    with node.at_work():
        _require_same_history(node, manifest)
        settled = settle(node, confirmed=False)
    lost = max(0, listed.ledger_size - manifest.ledger_size) if listed else 0
    return Restored(manifest, settled, lost, marker.stage_of(folder) is None)


def _read_list(path: Path | None, manifest: Manifest) -> Erased | None:
    if path is None:
        return None
    found = read_list(path.read_bytes(), manifest.keys)
    if found.node != manifest.node or found.made < manifest.made:
        raise Refused("SKS-B009", file=path.name)
    return found


def _place_settings(
    folder: Path, opened: checking.Opened, sources: Sources, environment: Mapping[str, str]
) -> NodeSettings:
    keyfiles.make_folder(folder)
    marker.mark(folder, marker.Stage.PLACING)
    text = opened.reader.small(archive.SETTINGS)
    keyfiles.write_new(
        folder / FILE_NAME, sources.settings.read_bytes() if sources.settings else text
    )
    settings = load_settings(folder, environment)
    manifest = opened.manifest
    if (settings.name, settings.database["kind"]) != (manifest.node, manifest.database):
        raise Refused("SKS-B008", node=manifest.node, database=manifest.database)
    return settings


def _place_keys(settings: NodeSettings, bundle: secrets.Bundle, manifest: Manifest) -> None:
    secrets.place(bundle, settings.keys_folder)
    who = identity.load(settings.keys_folder, settings.name)
    if who.signing.public.set_id != manifest.keys.set_id:
        raise Refused("SKS-B007", file=settings.keys_folder.name, backup=manifest.backup_id)
    Keyring.open(settings.keys_folder / VAULT_KEYS)


def _place_objects(settings: NodeSettings, reader: archive.Reader, progress: Progress) -> None:
    vault = Vault.create(settings.vault, settings.work.threads)
    names = [name for name in reader.members if name.startswith(archive.OBJECTS)]
    for number, name in enumerate(names, 1):
        vault.place_sealed(name.removeprefix(archive.OBJECTS), reader.pieces(name))
        progress("restore", number, len(names))


def _place_database(
    settings: NodeSettings, opened: checking.Opened, bundle: secrets.Bundle, alias: str
) -> None:
    with tempfile.TemporaryFile(dir=settings.folder) as sealed:
        for piece in opened.reader.pieces(archive.DATABASE):
            sealed.write(piece)
        sealed.flush()
        object_id = opened.manifest.database_object
        found = read_object(sealed.fileno(), object_id, bundle.database_key, settings.work.threads)
        load(settings, alias, _bytes(found))


def _bytes(pieces: Iterator[memoryview]) -> Iterator[bytes]:
    return (bytes(one) for one in pieces)


def _require_same_history(node: Node, manifest: Manifest) -> None:
    """The log and the directory are at least those that the manifest was signed over."""
    log = open_log()
    if manifest.ledger_size:
        root = bytes.fromhex(manifest.ledger_root)
        mark = Watermark(origin_of(node.name), manifest.ledger_size, root)
        compare_with_watermark(log.size(), log.root, mark)
    directory = newest_directory(node)
    found = directory.version if directory else 0
    if found < manifest.directory_version:
        raise Broken("SKS-C015", seen=manifest.directory_version, found=found)
