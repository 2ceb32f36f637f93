"""Files of a watched folder become transfers: each once, and none is lost.

1. A complete file is moved to `.taken/<row>/`, where nobody who writes by name can replace it.
2. It is submitted from there; the transaction that submits also notes it in its row.
3. It is moved to `done/`, or to `refused/` with the reason beside it.
Killed anywhere, row and place together say what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, SeveralRefused
from sekisho.node.opening import Node
from sekisho.node.submitting import gather, submit_found
from sekisho.node.watching import folders
from sekisho.office.notices.actions import watching
from sekisho.office.notices.models import WatchedFile, WatchedFolder
from sekisho.office.site.desk import Desk
from sekisho.office.transfers.actions.sending import Draft, submit_new
from sekisho.office.transfers.models import Transfer

REASON_NAME_CHARS = 60
QUIET = timedelta(seconds=10)
"""A file that is judged by its looks has looked the same for so long."""


def take(node: Node, watch: WatchedFolder) -> list[SekishoError]:
    """One look through the folder; the troubles, what was refused among them."""
    folder = Path(watch.folder)
    with folders.reaching(folder):
        folders.prepare(folder)
        _give_back_unknown(watch)
        taken = {row.name for row in _taken(watch)}
        # A second one of a name waits for the first.
        found = [one for one in folders.waiting(folder) if one.path.name not in taken]
        for one in found:
            if not one.regular:
                folders.move(one.path, folder / folders.REFUSED)
                reason = Refused("SKS-M202", file=one.path.name)
                _explain(folder, one.path.name, reason)
                _note_refusal(node, watch, one, reason)
            elif _complete(node, watch, one):
                _take(node, watch, one)
        watching.note_gone(watch, [*(one.path.name for one in found), *taken])
        return list(_settle(node, watch))


def _note_refusal(
    node: Node, watch: WatchedFolder, one: folders.Look, reason: SekishoError
) -> None:
    """Keep that something in the folder was no file."""
    row = watching.note_seen(
        node.desk, watch, name=one.path.name, size=one.bytes, mtime_ns=one.mtime_ns
    )
    watching.mark_settled(node.desk, row, watching.REFUSED, reason.code)


def _complete(node: Node, watch: WatchedFolder, one: folders.Look) -> bool:
    row = watching.note_seen(
        node.desk, watch, name=one.path.name, size=one.bytes, mtime_ns=one.mtime_ns
    )
    if watch.ready == watching.MARKER:
        return folders.look(_mark_of(one.path)) is not None
    if watch.ready == watching.RENAME:
        return True
    changed = datetime.fromtimestamp(one.mtime_ns / 1e9, UTC)
    now = node.desk.now()
    # A date in the future says nothing; then only that it was seen the same for a while.
    return now - row.seen >= QUIET and not now - QUIET < changed <= now


def _mark_of(path: Path) -> Path:
    return path.with_name(path.name + folders.MARK)


def _take(node: Node, watch: WatchedFolder, one: folders.Look) -> None:
    row = WatchedFile.objects.get(watch=watch, name=one.path.name, state=watching.SEEN)
    folders.move(one.path, _place_of(watch, row))
    _mark_of(one.path).unlink(missing_ok=True)


def _place_of(watch: WatchedFolder, row: WatchedFile) -> Path:
    return Path(watch.folder) / folders.TAKEN / str(row.pk)


def _taken(watch: WatchedFolder) -> list[WatchedFile]:
    """The rows of what lies in `.taken`, whatever became of it so far."""
    places = (Path(watch.folder) / folders.TAKEN).iterdir()
    keys = sorted(int(place.name) for place in places if place.name.isdigit())
    return list(WatchedFile.objects.filter(watch=watch, pk__in=keys).order_by("pk"))


def _give_back_unknown(watch: WatchedFolder) -> None:
    """What was taken for a row that is not there (an older database was restored) begins anew."""
    folder = Path(watch.folder)
    known = {str(row.pk) for row in _taken(watch)}
    for place in sorted((folder / folders.TAKEN).iterdir()):
        if place.name not in known and place.is_dir():
            for path in sorted(place.iterdir()):
                folders.move(path, folder)
            place.rmdir()


def _settle(node: Node, watch: WatchedFolder) -> Iterator[SekishoError]:
    for row in _taken(watch):
        place = _place_of(watch, row)
        held = folders.look(place / row.name)
        if held is not None and row.state == watching.SEEN:
            trouble = _submit(node, watch, row, held)
            if trouble is not None:
                yield trouble
            row.refresh_from_db()
        # Once more: another worker may have been at it, long after our lease.
        if folders.look(place / row.name) is not None:
            _put_away(node, watch, row, place / row.name)
        if row.state != watching.SEEN or held is None:
            with suppress(FileNotFoundError):
                place.rmdir()


def _put_away(node: Node, watch: WatchedFolder, row: WatchedFile, path: Path) -> None:
    if row.state in (watching.SUBMITTED, watching.DONE):
        folders.move(path, Path(watch.folder) / folders.DONE)
        watching.mark_settled(node.desk, row, watching.DONE)
    elif row.state == watching.REFUSED:
        folders.move(path, Path(watch.folder) / folders.REFUSED)


def _keep(
    row: WatchedFile,
    digest: str,
    desk: Desk,
    /,
    *,
    beside: Callable[[Transfer], None] | None = None,
    **given: Any,
) -> Transfer:
    """`submit_new`, and in its transaction the note that this file was submitted."""

    def both(made: Transfer) -> None:
        watching.mark_submitted(row, made.transfer_id, digest)
        if beside is not None:
            beside(made)

    return submit_new(desk, beside=both, **given)


def _submit(
    node: Node, watch: WatchedFolder, row: WatchedFile, held: folders.Look
) -> SekishoError | None:
    """Submit one file; a refusal settles it, anything else leaves it for the next round."""
    if (held.bytes, held.mtime_ns) != (row.bytes, row.mtime_ns):
        # Somebody still had it open: it is looked at anew where it lies.
        watching.note_seen(node.desk, watch, name=row.name, size=held.bytes, mtime_ns=held.mtime_ns)
        return None
    draft = Draft(watch.to_node, tuple(watch.addressees), watch.purpose, watch.label)
    try:
        digest = folders.digest(held.path)
        if watching.came_before(row, digest):
            raise Refused("SKS-M206", file=row.name)
        submit_found(
            node,
            actor=watch.person,
            draft=draft,
            found=gather([held.path]),
            keep=partial(_keep, row, digest),
        )
    except (Refused, InvalidInput) as refused:
        _explain(Path(watch.folder), row.name, refused)
        watching.mark_settled(node.desk, row, watching.REFUSED, refused.code)
        return refused
    except SekishoError as trouble:
        return trouble
    return None


def _explain(folder: Path, name: str, refused: SekishoError) -> None:
    """The reason beside the file, in both languages."""
    several = refused.reasons if isinstance(refused, SeveralRefused) else ()
    words = []
    for language in ("ja", "en"):
        for one in (refused, *(reason for _, reason in several)):
            told = one.explain(language)
            words += [f"{told.code}: {told.what}", told.next_step, told.ask, ""]
    within = folder / folders.TAKEN / f"{name[:REASON_NAME_CHARS]}.理由.txt"
    within.write_text("\r\n".join(words), "utf-8-sig")
    folders.move(within, folder / folders.REFUSED)
