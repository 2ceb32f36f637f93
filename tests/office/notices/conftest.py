"""A settled town for every test: on both databases, or on SQLite where that makes no difference."""

from __future__ import annotations

from tests.support.databases import postgresql_town, sqlite_town, town

__all__ = ["postgresql_town", "sqlite_town", "town"]
