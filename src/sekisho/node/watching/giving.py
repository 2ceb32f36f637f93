"""What arrives for a person is written into a folder: whole or not at all, with its evidence.

`.taken/<transfer>` is filled, then renamed to `<transfer>`. Killed in between, what was recorded
as collected is kept, and the rest is written anew.
"""

from __future__ import annotations

from pathlib import Path

from sekisho.kernel.errors import SekishoError
from sekisho.node.collecting import collect
from sekisho.node.opening import Node
from sekisho.node.packages import export_transfer
from sekisho.node.watching import folders
from sekisho.office.notices.models import WatchedFolder
from sekisho.office.transfers.actions.collecting import arrivals_for
from sekisho.office.transfers.models import Arrival, ArrivedFile
from sekisho.office.transfers.queries import not_collected

EVIDENCE = "証跡一式.zip"


def give(node: Node, watch: WatchedFolder) -> list[SekishoError]:
    """Write every arrival that is not there yet; the troubles."""
    folder, troubles = Path(watch.folder), list[SekishoError]()
    with folders.reaching(folder):
        folders.prepare(folder)
        for arrival in reversed(arrivals_for(watch.person, erased=False)):
            target = folder / arrival.transfer_id
            part = folder / folders.TAKEN / arrival.transfer_id
            begun = part.is_dir()
            if arrival.erased or target.exists() or (not begun and not _new(arrival, watch)):
                continue
            try:
                _write(node, watch, arrival.transfer_id, part, target)
            except SekishoError as trouble:
                troubles.append(trouble)
    return troubles


def _new(arrival: Arrival, watch: WatchedFolder) -> bool:
    return bool(not_collected(arrival.transfer_id, watch.person))


def _write(node: Node, watch: WatchedFolder, transfer_id: str, part: Path, target: Path) -> None:
    part.mkdir(mode=0o700, exist_ok=True)
    rest = not_collected(transfer_id, watch.person)
    _drop_unrecorded(watch, transfer_id, part)
    if rest:
        collect(node, actor=watch.person, transfer_id=transfer_id, folder=part, positions=rest)
    (part / EVIDENCE).write_bytes(export_transfer(node, transfer_id))
    part.rename(target)
    folders.sync(target.parent)


def _drop_unrecorded(watch: WatchedFolder, transfer_id: str, part: Path) -> None:
    """What a killed run wrote without recording it would stand in the way of the next."""
    recorded = ArrivedFile.objects.filter(arrival=transfer_id, collections__person=watch.person)
    digests = set(recorded.values_list("sha256", flat=True))
    for path in sorted(part.rglob("*")):
        if path.is_symlink() or (path.is_file() and folders.digest(path) not in digests):
            path.unlink()
