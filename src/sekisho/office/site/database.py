"""Which node's database this piece of code is working on.

A running node has one. The demo, the tests and a hub hold several nodes in one process, so the
current one is a context variable that the router and the transactions follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

_current: ContextVar[str] = ContextVar("current_database", default="default")


class CurrentNodeRouter:
    """Django's router: everything goes to the current node's database."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        return _current.get()

    def db_for_write(self, model: type, **hints: Any) -> str:
        return _current.get()

    def allow_relation(self, left: Any, right: Any, **hints: Any) -> bool:
        return bool(left._state.db == right._state.db)


@contextmanager
def working_on(alias: str) -> Iterator[None]:
    """Everything inside the block works on this node's database.

    A connection that a database server has dropped since (it was restarted) is made anew, but
    never in the middle of a transaction, which would be lost with it.
    """
    if not connections[alias].in_atomic_block:
        connections[alias].close_if_unusable_or_obsolete()
    token = _current.set(alias)
    try:
        yield
    finally:
        _current.reset(token)


def current_alias() -> str:
    """The alias of the database in use."""
    return _current.get()


def connection() -> BaseDatabaseWrapper:
    """The connection of this thread to the current node's database."""
    return connections[_current.get()]


def atomic() -> AbstractContextManager[Any]:
    """One durable transaction; an act and its evidence stand in the same one."""
    return transaction.atomic(using=_current.get())


def is_postgresql() -> bool:
    """Whether rows can be locked one by one (SQLite has one writer at a time instead)."""
    return connection().vendor == "postgresql"


def locked(rows: Any) -> Any:
    """A queryset whose rows this transaction alone may change, skipping those others hold."""
    return rows.select_for_update(skip_locked=True) if is_postgresql() else rows


def locked_wait(rows: Any) -> Any:
    """A queryset whose rows this transaction alone may change, waiting for others."""
    return rows.select_for_update() if is_postgresql() else rows


def truncate_wal() -> None:
    """Write SQLite's log back into the database and empty it, so that no old page stays."""
    if connection().vendor == "sqlite":
        with connection().cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_KEYS_LOCK = 0x5E4153


def hold_vault_key() -> None:
    """Until this transaction ends, no rotation passes the vault key it wraps secrets under.

    SQLite has one writer at a time, which gives the same.
    """
    _advisory("pg_advisory_xact_lock_shared")


def change_vault_key() -> None:
    """Until this transaction ends, nobody else wraps a secret."""
    _advisory("pg_advisory_xact_lock")


def _advisory(function: str) -> None:
    if is_postgresql():
        with connection().cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_KEYS_LOCK])
