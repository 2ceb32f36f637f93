"""The examination of a node: one check after the other, none of which changes anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor

from sekisho.disarm.inspect import clamav
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Broken, Refused, SekishoError, Unavailable
from sekisho.kernel.limits import GIB, MIB
from sekisho.node import upkeep
from sekisho.node.backup.noted import is_expected, is_late, noted
from sekisho.node.children import look_at_disarming
from sekisho.node.opening import VAULT_KEYS, Node
from sekisho.node.peers import newest_directory
from sekisho.node.scanning import clamd_of
from sekisho.node.settings import DISARM_LEVELS
from sekisho.office.accounts.queries import everybody
from sekisho.office.evidence import queries as evidence
from sekisho.office.evidence.actions import open_log
from sekisho.office.evidence.queries import audit_log
from sekisho.office.site.database import connection
from sekisho.office.transfers.queries import open_routes
from sekisho.office.vault.actions import known_objects
from sekisho.seal import identity, keyfiles
from sekisho.seal.directory import expires_soon, require_fresh
from sekisho.store import layout

FREE_BYTES_LOW = GIB
FREE_BYTES_MIN = 100 * MIB


SIGNATURES_OLD_DAYS = 3
"""ClamAV's signatures change every day."""


class Level(StrEnum):
    """How a check came out."""

    OK = "ok"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One check: its stable name, how it came out, figures for the eye, the reason if any."""

    check: str
    level: Level
    figures: tuple[str, ...] = ()
    reason: SekishoError | None = None


Check = Callable[[Node], Iterator[Finding]]


def examine(node: Node, *, full: bool = False) -> Iterator[Finding]:
    """Every finding, as it is made. `full` computes the whole ledger again."""
    for name, check in CHECKS.items():
        yield from _guarded(name, check, node)
    if full:
        yield from _guarded("ledger-full", _ledger_full, node)


def _guarded(name: str, check: Check, node: Node) -> Iterator[Finding]:
    try:
        yield from check(node)
    except SekishoError as error:
        yield Finding(name, Level.BAD, reason=error)
    except DatabaseError as error:
        yield Finding(name, Level.BAD, reason=Unavailable("SKS-C010", reason=str(error)[:200]))
    except OSError as error:
        yield Finding(name, Level.BAD, reason=Unavailable("SKS-C013", reason=str(error)[:200]))


def require_migrated() -> None:
    """Raises Refused SKS-C029 when the tables are those of another version."""
    executor = MigrationExecutor(connection())
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise Refused("SKS-C029", count=len(pending))


def outdated() -> SekishoError | None:
    """Why the tables do not fit this version, or None when they do or cannot be asked."""
    try:
        require_migrated()
    except SekishoError as reason:
        return reason
    except DatabaseError:
        return None
    return None


def _settings(node: Node) -> Iterator[Finding]:
    yield Finding("settings", Level.OK, (str(node.settings.folder),))


def _keys(node: Node) -> Iterator[Finding]:
    folder = node.settings.keys_folder
    who = identity.load(folder, node.name)
    keyfiles.check_folder(folder / VAULT_KEYS)
    yield Finding("keys", Level.OK, (who.signing.public.fingerprint,))
    count = len(node.desk.keyring.key_ids)
    yield Finding("vault-keys", Level.OK if count == 1 else Level.CARE, (str(count),))


def _database(node: Node) -> Iterator[Finding]:
    with connection().cursor() as cursor:
        cursor.execute("SELECT 1")
    require_migrated()
    yield Finding("database", Level.OK, (connection().vendor,))


def _vault(node: Node) -> Iterator[Finding]:
    known, there = known_objects(), set(node.vault.object_ids())
    missing = known - there
    if missing:
        raise Broken("SKS-C030", count=len(missing), example=min(missing))
    yield Finding("vault", Level.OK, (str(len(known)),))


def _ledger(node: Node) -> Iterator[Finding]:
    upkeep.check_watermark(node)
    pending = evidence.pending_events()
    yield Finding("ledger", Level.OK, (str(open_log().size()), str(pending)))


def _ledger_full(node: Node) -> Iterator[Finding]:
    result = audit_log()
    result.require()
    yield Finding("ledger-full", Level.OK, (str(result.size),))


def _clock(node: Node) -> Iterator[Finding]:
    now, newest = node.desk.now(), evidence.newest_event_time()
    if newest is not None and now < newest:
        raise Broken("SKS-C031", now=stamp(now), newest=stamp(newest))
    yield Finding("clock", Level.OK, (stamp(now),))


def _store(node: Node) -> Iterator[Finding]:
    next(iter(node.store.list(layout.node_prefix(node.name))), None)
    yield Finding("store", Level.OK, (node.store.describe(),))


def _directory(node: Node) -> Iterator[Finding]:
    directory = newest_directory(node)
    if directory is None:
        raise Refused("SKS-C007")
    require_fresh(directory, node.desk.now())
    if node.name not in directory.nodes:
        raise Refused("SKS-C008", node=node.name)
    soon = expires_soon(directory, node.desk.now())
    yield Finding(
        "directory",
        Level.CARE if soon else Level.OK,
        (str(directory.version), stamp(directory.expires)),
    )
    for one in open_routes():
        if (one.from_node, one.to_node) not in directory.links:
            reason = Refused("SKS-C009", sender=one.from_node, receiver=one.to_node)
            yield Finding("routes", Level.CARE, (one.from_node, one.to_node), reason)


def _people(node: Node) -> Iterator[Finding]:
    active = [one for one in everybody() if one.active]
    roles = {role for one in active for role in one.roles}
    enough = {"admin", "approver"} <= roles
    yield Finding("people", Level.OK if enough else Level.CARE, (str(len(active)),))


def _disarm(node: Node) -> Iterator[Finding]:
    settings = node.settings.disarm
    found = look_at_disarming(settings)
    full = found.sandbox.level == DISARM_LEVELS[0]
    figures = (found.sandbox.level, str(settings.children), str(len(found.hello.kinds)))
    yield Finding("disarm", Level.OK if full else Level.CARE, figures)
    if settings.clamd:
        seen = clamav.signatures(clamd_of(settings.clamd))
        if seen is None:
            raise Unavailable("SKS-D801", reason=settings.clamd)
        age = seen.age_days(node.desk.now())
        old = age is None or age > SIGNATURES_OLD_DAYS
        figures = (seen.program, str(seen.number or "—"), "—" if age is None else str(age))
        yield Finding("clamav", Level.CARE if old else Level.OK, figures)


def _backup(node: Node) -> Iterator[Finding]:
    found = noted(node)
    sound = is_expected(node.settings, found) and not is_late(node.settings, found, node.desk.now())
    last = stamp(found.made.when) if found.made else "—"
    yield Finding("backup", Level.OK if sound else Level.CARE, (last,))


def _disk(node: Node) -> Iterator[Finding]:
    free = shutil.disk_usage(node.settings.vault).free
    low = Level.CARE if free < FREE_BYTES_LOW else Level.OK
    yield Finding("disk", Level.BAD if free < FREE_BYTES_MIN else low, (f"{free / GIB:.1f}",))


CHECKS: dict[str, Check] = {
    "settings": _settings,
    "keys": _keys,
    "database": _database,
    "vault": _vault,
    "ledger": _ledger,
    "clock": _clock,
    "store": _store,
    "directory": _directory,
    "people": _people,
    "disarm": _disarm,
    "disk": _disk,
    "backup": _backup,
}
