"""Open or make a node: the one place where settings become keys, vault, store and desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.management import call_command

from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import Refused
from sekisho.node.children import start_disarmer
from sekisho.node.disarming import Disarmer
from sekisho.node.settings import FILE_NAME, NodeSettings, load_settings
from sekisho.office.site import settings as site
from sekisho.office.site.database import working_on
from sekisho.office.site.desk import Desk
from sekisho.seal import identity, keyfiles
from sekisho.seal.keyring import Keyring
from sekisho.seal.vault import Vault
from sekisho.store.opening import open_store
from sekisho.store.protocol import Store

VAULT_KEYS = "vault"


@dataclass(frozen=True)
class Node:
    """A node that is open: its settings and everything its work needs."""

    settings: NodeSettings
    identity: identity.Identity
    desk: Desk
    vault: Vault
    alias: str = "default"
    given_store: Store | None = field(default=None, repr=False)
    given_disarmer: Disarmer | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return self.settings.name

    @cached_property
    def store(self) -> Store:
        """The store, opened at first use: much can be done while it is away."""
        return self.given_store or open_store(self.settings.store)

    @cached_property
    def disarmer(self) -> Disarmer:
        """Who disarms files, started at first use: most commands never need it."""
        return self.given_disarmer or start_disarmer(self.settings.disarm)

    def close(self) -> None:
        """End what was started for this node; a disarmer that was given lives on."""
        if "disarmer" in self.__dict__ and self.given_disarmer is None:
            self.__dict__.pop("disarmer").close()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Everything inside the block works on this node's database."""
        with working_on(self.alias):
            yield


def open_node(
    folder: Path,
    environment: Mapping[str, str],
    clock: Clock,
    *,
    alias: str = "default",
    store: Store | None = None,
) -> Node:
    """The node in `folder`. Raises what settings, keys and vault raise when they are not sound."""
    settings = load_settings(folder, environment)
    site.connect(alias, database_entry(settings))
    return _assemble(settings, clock, alias, store)


def _assemble(settings: NodeSettings, clock: Clock, alias: str, store: Store | None) -> Node:
    who = identity.load(settings.keys_folder, settings.name)
    keyring = Keyring.open(settings.keys_folder / VAULT_KEYS)
    desk = Desk(settings.name, settings.zone, who.signing, keyring, clock)
    vault = Vault(settings.vault, settings.work.threads)
    return Node(settings, who, desk, vault, alias, store)


def make_node(
    folder: Path,
    settings_text: str,
    environment: Mapping[str, str],
    clock: Clock,
    *,
    alias: str = "default",
) -> Node:
    """A new node: settings file, keys, vault, database. Raises Refused SKS-C006 if one is there."""
    file = folder / FILE_NAME
    if file.exists():
        raise Refused("SKS-C006", folder=str(folder))
    keyfiles.make_folder(folder)
    keyfiles.write_new(file, settings_text.encode())
    try:
        settings = load_settings(folder, environment)
    except Exception:
        keyfiles.destroy(file)
        raise
    identity.create(settings.keys_folder, settings.name, settings.suite, clock.now())
    Keyring.create(settings.keys_folder / VAULT_KEYS)
    Vault.create(settings.vault, settings.work.threads)
    site.connect(alias, database_entry(settings))
    prepare_database(alias)
    return _assemble(settings, clock, alias, None)


def database_entry(settings: NodeSettings) -> dict[str, Any]:
    """The settings of the database in Django's words."""
    found = dict(settings.database)
    if found.pop("kind") == "sqlite":
        return site.sqlite(found["path"])
    return site.postgresql(**found)


def prepare_database(alias: str) -> None:
    """Bring the tables to the present version."""
    call_command("migrate", database=alias, verbosity=0, interactive=False)
