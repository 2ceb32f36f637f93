"""Making a backup of a running node: data in one file, keys sealed in another, elsewhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sekisho import __version__
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Broken, Refused, Unavailable
from sekisho.kernel.ids import new_id
from sekisho.node.backup import archive, erasures, secrets
from sekisho.node.backup.database import dumped
from sekisho.node.backup.manifest import ID_PREFIX, Manifest
from sekisho.node.backup.marker import require_serving
from sekisho.node.backup.noted import Made, note_listed, note_made
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.node.progress import Progress, silent
from sekisho.node.settings import FILE_NAME
from sekisho.node.upkeep import check_watermark
from sekisho.office.evidence.actions import open_log
from sekisho.office.vault.actions import known_objects
from sekisho.seal import keyfiles, recovery
from sekisho.seal.disk import disk_errors
from sekisho.seal.floe import KEY_BYTES
from sekisho.seal.vaultobject import ObjectWriter

TRIES_MAX = 5
SUFFIX, KEYS_SUFFIX, ERASED_SUFFIX = ".backup", ".keys", ".erased"


@dataclass(frozen=True)
class Kept:
    """A backup that is whole: its two files and the list of what was erased so far."""

    backup_id: str
    data: Path
    keys: Path
    erased: Path
    objects: int
    bytes: int
    ledger_size: int


@dataclass(frozen=True)
class _Database:
    object_id: str
    key: bytes
    files: dict[str, bytes]


def back_up(
    node: Node,
    *,
    into: Path,
    keys_into: Path,
    lock: recovery.Lock,
    progress: Progress = silent,
) -> Kept:
    """Write `<node>-<time>.backup` and `.erased` into one folder, `.keys` into the other.

    Raises Refused SKS-B001 (a file is there), SKS-B005 (both folders are one); Broken SKS-L014,
    SKS-L015 (a ledger that was set back is not worth keeping); Unavailable SKS-B003, SKS-B006,
    SKS-V012, SKS-V013.
    """
    require_serving(node)
    check_watermark(node)
    into, keys_into = into.resolve(), keys_into.resolve()
    _require_apart(into, keys_into)
    backup_id, now = new_id(ID_PREFIX), node.desk.now()
    name = f"{node.name}-{compact(stamp(now))}"
    keys_file = keys_into / (name + KEYS_SUFFIX)
    if keys_file.exists():
        raise Refused("SKS-B001", file=str(keys_file))
    writer = archive.Writer(into / (name + SUFFIX), now)
    try:
        manifest, database = _fill(node, writer, backup_id, progress)
        bundle = secrets.Bundle(database.files, database.key)
        # The keys first: data without keys is of no use, keys without data do no harm.
        sealed = recovery.seal_secrets(lock, bundle.encode(), backup_id)
        keyfiles.write_new(keys_file, sealed)
        writer.finish(manifest.sign(node.desk.signing))
    except BaseException:
        writer.drop()
        with suppress(OSError):
            keys_file.unlink(missing_ok=True)
        raise
    erased = write_list(node, into)
    data = into / (name + SUFFIX)
    size, objects, ledger = data.stat().st_size, manifest.objects, manifest.ledger_size
    note_made(node, Made(now, data, keys_file, size, objects, ledger))
    return Kept(backup_id, data, keys_file, erased, manifest.objects, size, manifest.ledger_size)


def write_list(node: Node, into: Path) -> Path:
    """Write what was erased here so far, as `<node>-<time>.erased`, whole and durable.

    Raises Broken SKS-L014 or SKS-L015, Unavailable SKS-N005.
    """
    check_watermark(node)
    _make(into)
    file = into / f"{node.name}-{compact(stamp(node.desk.now()))}{ERASED_SUFFIX}"
    keyfiles.replace(file, erasures.sign_list(node))
    note_listed(node)
    return file


def compact(moment: str) -> str:
    """A moment as it stands in names of files."""
    return moment.replace("-", "").replace(":", "")


def _require_apart(into: Path, keys_into: Path) -> None:
    _make(into)
    _make(keys_into)
    if into == keys_into or into in keys_into.parents or keys_into in into.parents:
        raise Refused("SKS-B005", folder=str(keys_into))


def _make(folder: Path) -> None:
    with disk_errors(str(folder)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _fill(
    node: Node, writer: archive.Writer, backup_id: str, progress: Progress
) -> tuple[Manifest, _Database]:
    writer.add(archive.SETTINGS, (node.settings.folder / FILE_NAME).read_bytes())
    # Before the dump: what is asked now holds for it too, a log only grows.
    log = open_log()
    size = log.size()
    root = log.root(size).hex() if size else "0" * 64
    directory = newest_directory(node)
    before = known_objects()
    database = _add_database(node, writer)
    count = _add_objects(node, writer, before | known_objects(), progress)
    manifest = Manifest(
        backup_id=backup_id,
        node=node.name,
        title=node.settings.title,
        made=node.desk.now().replace(microsecond=0),
        version=__version__,
        database=str(node.settings.database["kind"]),
        database_object=database.object_id,
        objects=count,
        ledger_size=size,
        ledger_root=root,
        directory_version=directory.version if directory else 0,
        whole=writer.whole(),
        keys=node.desk.signing.public,
    )
    return manifest, database


def _add_database(node: Node, writer: archive.Writer) -> _Database:
    """The dump, encrypted like an object of the vault, with key files that open its rows.

    A rotation in between would leave rows that no kept key opens: then once more.
    """
    for _ in range(TRIES_MAX):
        files = secrets.collect(node.settings.keys_folder)
        with tempfile.TemporaryFile(dir=node.settings.folder) as sealed:
            object_id, key = new_id("ob"), os.urandom(KEY_BYTES)
            with dumped(node.settings) as pieces:
                sealer = ObjectWriter(node.settings.work.threads)
                sealer.write(sealed.fileno(), object_id, key, pieces, lambda done: None)
            if _same_keys(files, secrets.collect(node.settings.keys_folder)):
                sealed.seek(0)
                writer.add_file(archive.DATABASE, sealed)
                return _Database(object_id, key, files)
    raise Unavailable("SKS-B006")


def _same_keys(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    kept = [{n: d for n, d in one.items() if n.endswith(".key")} for one in (before, after)]
    return kept[0] == kept[1]


def _add_objects(
    node: Node, writer: archive.Writer, object_ids: Collection[str], progress: Progress
) -> int:
    """Every object that still lies in the vault; one that is gone was erased meanwhile."""
    count = 0
    for number, object_id in enumerate(sorted(object_ids), 1):
        try:
            with node.vault.open_sealed(object_id) as file:
                writer.add_file(archive.OBJECTS + object_id, file)
                count += 1
        except Broken as gone:
            if gone.code != "SKS-V010":
                raise
        progress("backup", number, len(object_ids))
    return count
