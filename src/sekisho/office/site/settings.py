"""Django is configured here, once per process, from a node's own settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connections

ROOMS = (
    "accounts",
    "vault",
    "post",
    "evidence",
    "transfers",
    "uploads",
    "notices",
    "flows",
    "disposal",
    "risks",
)
SQLITE_BUSY_SECONDS = 30
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
)


PASSWORD_CHARS_MIN = 10
PASSWORD_RULES = (
    ("UserAttributeSimilarityValidator", {"user_attributes": ("login", "name")}),
    ("MinimumLengthValidator", {"min_length": PASSWORD_CHARS_MIN}),
    ("CommonPasswordValidator", {}),
    ("NumericPasswordValidator", {}),
)
"""What Django asks of a password, in pages and at the command line."""


def sqlite(path: Path) -> dict[str, Any]:
    """A SQLite database in WAL mode whose writers take their turn from the first statement.

    `secure_delete` overwrites deleted content, without which an erased key would stay readable
    in the free pages (https://www.sqlite.org/pragma.html#pragma_secure_delete).
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "CONN_MAX_AGE": None,
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": "; ".join(SQLITE_PRAGMAS),
        },
    }


def postgresql(*, host: str, port: int, name: str, user: str, password: str = "") -> dict[str, Any]:
    """A PostgreSQL database; `host` may be the folder of a Unix socket."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": host,
        "PORT": port,
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def configure(apps: Sequence[str] = (), **more: Any) -> None:
    """Configure Django once per process, so that the rooms' models can be imported.

    The databases of nodes come later, through `connect`. Who serves pages adds what they need:
    further applications and settings. A process that was configured before stays as it is.
    """
    if settings.configured:
        return
    usual: dict[str, Any] = {
        "DATABASES": {"default": sqlite(Path(":memory:"))},
        "DATABASE_ROUTERS": ["sekisho.office.site.database.CurrentNodeRouter"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": "ja",
        "AUTH_USER_MODEL": "accounts.Person",
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
            for name, options in PASSWORD_RULES
        ],
    }
    rooms = [f"sekisho.office.{room}" for room in ROOMS]
    settings.configure(**{**usual, **more, "INSTALLED_APPS": [*rooms, *apps]})
    django.setup()


def connect(alias: str, database: dict[str, Any]) -> None:
    """Let Django know a node's database under `alias`, in place of another one of that name."""
    known = connections.settings.get(alias)
    if known is not None and known["NAME"] == database["NAME"]:
        return
    if known is not None:
        connections[alias].close()
        del connections[alias]
    fresh = {"default": dict(database), alias: dict(database)}
    connections.settings[alias] = connections.configure_settings(fresh)[alias]
