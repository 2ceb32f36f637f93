"""Verbs about the rows of the vault."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sekisho.kernel.errors import Broken
from sekisho.office.evidence.actions import Act, record, record_all
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import OutgoingParcel, ReceiverKey
from sekisho.office.site.database import (
    atomic,
    change_vault_key,
    hold_vault_key,
    locked_wait,
    truncate_wal,
)
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find_all, insert_many, update_many
from sekisho.office.vault.models import Removal, RotationOwed, VaultObject
from sekisho.seal.keyring import key_id_of

KEYS_TOGETHER = 500
"""Objects that one statement names; databases bound the number of values."""


class Deposited(Protocol):
    """What the vault engine says of an object it has written."""

    object_id: str
    data_key: bytes
    bytes: int
    sha256: str


def context(object_id: str) -> str:
    """The words a data key is bound to when it is wrapped."""
    return f"object {object_id}"


def register(desk: Desk, deposited: Sequence[Deposited]) -> None:
    """Keep the data keys of new objects. Call it inside the transaction that needs the objects."""
    hold_vault_key()
    insert_many(
        VaultObject(
            object_id=one.object_id,
            wrapped_key=desk.keyring.wrap(context(one.object_id), one.data_key),
            bytes=one.bytes,
            sha256=one.sha256,
            created=desk.now(),
        )
        for one in deposited
    )


def data_keys(desk: Desk, object_ids: Collection[str]) -> dict[str, bytes]:
    """The keys that open objects. Raises Broken SKS-T060 when one was destroyed."""
    if len(object_ids) == 1:
        rows = find_all(VaultObject, object_id=next(iter(object_ids)))
    else:
        rows = _rows_of(list(object_ids))
    found = {
        row.object_id: desk.keyring.unwrap(context(row.object_id), bytes(row.wrapped_key))
        for row in rows
    }
    for object_id in object_ids:
        if object_id not in found:
            raise Broken("SKS-T060", object=object_id)
    return found


def _rows_of(object_ids: Sequence[str]) -> list[VaultObject]:
    found: list[VaultObject] = []
    for start in range(0, len(object_ids), KEYS_TOGETHER):
        batch = object_ids[start : start + KEYS_TOGETHER]
        found += VaultObject.objects.filter(object_id__in=batch)
    return found


def destroy_keys(desk: Desk, *, subject: str, object_ids: Iterable[str]) -> int:
    """Destroy the data keys of objects, in the transaction of the caller, with evidence."""
    found = discard_keys(desk, object_ids)
    record_all(desk, [Act("vault.erased", subject, {"object": one}, {}) for one in found])
    return len(found)


def discard_keys(desk: Desk, object_ids: Iterable[str]) -> list[str]:
    """Destroy the data keys of objects, in the transaction of the caller, who records one event
    for all of them; the objects that had one, sorted."""
    wanted = sorted(set(object_ids))
    found: list[str] = []
    for start in range(0, len(wanted), KEYS_TOGETHER):
        batch = wanted[start : start + KEYS_TOGETHER]
        rows = VaultObject.objects.filter(object_id__in=batch)
        found += sorted(rows.values_list("object_id", flat=True))
    if found:
        owe_rotation(desk)
    for start in range(0, len(found), KEYS_TOGETHER):
        batch = found[start : start + KEYS_TOGETHER]
        VaultObject.objects.filter(object_id__in=batch).delete()
        Removal.objects.bulk_create(
            [Removal(object_id=one) for one in batch], ignore_conflicts=True
        )
    return found


def owe_rotation(desk: Desk) -> None:
    """Remember, in the transaction that destroys a secret, that old copies of its row still open;
    the next rotation settles it, however often the node is killed before."""
    hold_vault_key()
    RotationOwed.objects.get_or_create(pk=1, defaults={"since": desk.now()})


def rotation_owed() -> bool:
    """Whether a secret was destroyed since the vault key was renewed."""
    return RotationOwed.objects.exists()


def rotate(desk: Desk) -> None:
    """Re-wrap every living key under a new vault key and destroy the old ones.

    After it, old copies of rows (in backups, in the database's own log) open nothing.
    """
    new_id = desk.keyring.begin_rotation()
    with atomic():
        change_vault_key()
        RotationOwed.objects.all().delete()
        rewrapped = sum(_rewrap(desk, *columns) for columns in _wrapped_columns())
        record(desk, "vault.rotated", desk.node, {"vault_key": new_id, "rewrapped": rewrapped})
    truncate_wal()
    desk.keyring.finish_rotation(in_use=keys_in_use(desk))


def _wrapped_columns() -> tuple[tuple[type, str, str], ...]:
    return (
        (VaultObject, "wrapped_key", "object"),
        (ReceiverKey, "wrapped_private", "receiver key"),
        (OutgoingParcel, "wrapped_secret", "parcel"),
    )


def _rewrap(desk: Desk, model: type, column: str, words: str) -> int:
    # Held: a secret that another worker destroys meanwhile must not be written back.
    rows = list(locked_wait(model.objects.exclude(**{f"{column}__isnull": True})))
    for row in rows:
        bound_to = f"{words} {row.pk}"
        setattr(row, column, desk.keyring.rewrap(bound_to, bytes(getattr(row, column))))
    update_many(rows, [column])
    return len(rows)


def keys_in_use(desk: Desk) -> set[str]:
    """The ids of every vault key under which some row is still wrapped."""
    used = {desk.keyring.current_id}
    for model, column, _ in _wrapped_columns():
        rows = model.objects.exclude(**{f"{column}__isnull": True})
        for wrapped in rows.values_list(column, flat=True).iterator():
            used.add(key_id_of(bytes(wrapped)))
    return used


def removals() -> list[str]:
    """Objects whose keys are destroyed and whose files are still to be removed."""
    return list(Removal.objects.values_list("object_id", flat=True)[:1_000])


def settle_removals(object_ids: Sequence[str]) -> None:
    """Those files are gone."""
    Removal.objects.filter(object_id__in=list(object_ids)).delete()


def known_objects() -> set[str]:
    """Every object that has a row."""
    return set(VaultObject.objects.values_list("object_id", flat=True))


def registered(object_ids: Collection[str]) -> set[str]:
    """Those of the objects that have a row."""
    if not object_ids:
        return set()
    rows = VaultObject.objects.filter(object_id__in=list(object_ids))
    return set(rows.values_list("object_id", flat=True))


def last_rotation() -> datetime | None:
    """When the vault key was last renewed, by the evidence."""
    rows = Event.objects.filter(kind="vault.rotated").order_by("-time")
    return rows.values_list("time", flat=True).first()
