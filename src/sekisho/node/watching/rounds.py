"""Every watched folder once, as part of a worker's round."""

from __future__ import annotations

from sekisho.kernel.errors import SekishoError
from sekisho.node.opening import Node
from sekisho.node.watching.giving import give
from sekisho.node.watching.taking import take
from sekisho.office.notices.actions import watching
from sekisho.office.notices.models import WatchedFolder
from sekisho.office.notices.queries import watches
from sekisho.office.post import leases
from sekisho.office.site.database import atomic, locked


def watch_folders(node: Node) -> list[SekishoError]:
    """Work through every folder that no other worker is at; the troubles."""
    troubles: list[SekishoError] = []
    for watch in watches():
        if _lease(node, watch):
            try:
                found = take(node, watch) if watch.direction == watching.IN else give(node, watch)
            except SekishoError as trouble:
                found = [trouble]
            finally:
                _release(watch)
            watching.note_trouble(watch, found[-1].code if found else "")
            troubles += found
    return troubles


def _lease(node: Node, watch: WatchedFolder) -> bool:
    now = node.desk.now()
    with atomic():
        rows = WatchedFolder.objects.filter(leases.free(now), pk=watch.pk, ended=None)
        found = list(locked(rows))
        leases.take(WatchedFolder, [row.pk for row in found], now)
    return bool(found)


def _release(watch: WatchedFolder) -> None:
    WatchedFolder.objects.filter(pk=watch.pk).update(lease_until=None)
