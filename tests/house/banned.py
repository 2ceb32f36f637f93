"""Calls that have a better replacement, and where they are at home."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.house.names import references
from tests.house.source import Module

EDGE = ("sekisho.cli", "sekisho.web", "sekisho.node")
SETTINGS = ("sekisho.office.site",)
STORE_SECRETS = ("sekisho.store.opening",)  # as S3 clients are used to: the secrets by environment
KEY_MAKERS = (
    "sekisho.kernel.ids",
    "sekisho.kernel.signing",
    "sekisho.seal",
    "sekisho.ledger",
    "sekisho.node.web_secrets",
    "sekisho.web.middleware.headers",
)
ZYGOTE = ("sekisho.disarm.sandbox.starting",)  # files are opened in processes of their own
TEMPORARY_NAMES = (
    "sekisho.store.doctor",
    "sekisho.store.folder_files",
    "sekisho.store.smb_files",
)


@dataclass(frozen=True)
class Ban:
    """Names that begin so are banned outside `at_home`; `instead` is what to do."""

    name: str
    instead: str
    at_home: tuple[str, ...] = ()


_NOW = "take `now: datetime` or a kernel Clock as an argument"
_RANDOM = "kernel.ids.new_id for identifiers; keys and salts are made in seal and ledger"
_ENVIRON = "settings come in as a frozen dataclass"
_CHILD = "no child processes below the edge"
_CODE = "data never becomes code"
BANS = (
    Ban("datetime.datetime.now", _NOW, ("sekisho.kernel.clock", *EDGE)),
    Ban("datetime.datetime.utcnow", _NOW),
    Ban("datetime.datetime.today", _NOW),
    Ban("datetime.date.today", _NOW),
    Ban("django.utils.timezone.now", _NOW),
    Ban("time.time", _NOW),
    Ban("time.localtime", _NOW),
    Ban("time.sleep", "take `sleep` as an argument", EDGE),
    Ban("time.monotonic", "take a timer as an argument", EDGE),
    Ban("time.perf_counter", "take a timer as an argument", EDGE),
    Ban("os.environ", _ENVIRON, (*EDGE, *SETTINGS, *STORE_SECRETS)),
    Ban("os.getenv", _ENVIRON, (*EDGE, *SETTINGS, *STORE_SECRETS)),
    Ban("print", "click.echo, and only in cli"),
    Ban("input", "click.prompt, and only in cli"),
    Ban("random", "secrets for keys, a seed as an argument for tests"),
    Ban("os.urandom", _RANDOM, (*KEY_MAKERS, *EDGE)),
    Ban("secrets", _RANDOM, (*KEY_MAKERS, *TEMPORARY_NAMES)),
    Ban("uuid", "kernel.ids.new_id", ("sekisho.store.smb_access",)),  # SMB asks for one
    Ban("subprocess", _CHILD, (*EDGE, *ZYGOTE)),
    Ban("os.system", _CHILD),
    Ban("os.popen", _CHILD),
    Ban("eval", _CODE),
    Ban("exec", _CODE),
    Ban("pickle", "kernel.documents: strict JSON"),
    Ban("marshal", "kernel.documents: strict JSON"),
    Ban("shelve", "kernel.documents: strict JSON"),
    Ban("yaml", "TOML through tomllib"),
    Ban("xml.etree", "a parser with limits, when one is needed"),
    Ban("hashlib.md5", "SHA-256; MD5 is not on the list of ciphers to use"),
    Ban("hashlib.sha1", "SHA-256; SHA-1 is not on the list of ciphers to use"),
    Ban("tempfile.mktemp", "tempfile.mkstemp or a folder of our own"),
    Ban("warnings.filterwarnings", "mend the cause"),
)


def offences(modules: Iterable[Module], bans: Iterable[Ban] = BANS) -> Iterator[str]:
    """One line for each banned name in use away from home."""
    rules = tuple(bans)
    for module in modules:
        for name, line in set(references(module.tree)):
            for ban in rules:
                if _within(name, ban.name) and not _at_home(module.name, ban):
                    yield f"{module.path}:{line} {name}: {ban.instead}"


def assertions(modules: Iterable[Module]) -> Iterator[str]:
    """`assert` vanishes under -O: what must hold is checked and raised."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assert):
                yield f"{module.path}:{node.lineno} assert: raise a coded error"


def shell_true(modules: Iterable[Module]) -> Iterator[str]:
    """`shell=True` anywhere."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                yield f"{module.path}:{node.value.lineno} shell=: pass a list"


def _within(name: str, banned: str) -> bool:
    return name == banned or name.startswith(banned + ".")


def _at_home(module: str, ban: Ban) -> bool:
    return any(_within(module, home) for home in ban.at_home)
