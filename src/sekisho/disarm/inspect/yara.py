"""YARA-X: rules of the municipality's own choice, looked for in the bytes of a file.

An optional part (`pip install sekisho[yara]`): without it, and where a scan takes too long, a file is
not scanned, with the reason. Rules inform the approver; they are no part of the disarming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sekisho.disarm.account import Account, Act
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import MIB

try:
    import yara_x
except ModuleNotFoundError:
    yara_x = None  # type: ignore[assignment]

SECONDS_MAX = 20
RULE_FILES_MAX = 2_000
RULE_FILE_BYTES_MAX = 8 * MIB
MATCHES_MAX = 50


class Unscanned(StrEnum):
    """Why rules were not looked for."""

    NOT_INSTALLED = "not-installed"
    NO_RULES = "no-rules"
    TIMEOUT = "timeout"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Matches:
    """The rules that match, as `file:rule`, sorted; or why nobody looked."""

    rules: tuple[str, ...] = ()
    unscanned: Unscanned | None = None


class Rules:
    """Compiled rules. They stay in this process and are used for one file after the other."""

    def __init__(self, compiled: Any, files: int) -> None:
        self._compiled = compiled
        self._files = files

    def scan(self, untrusted: bytes | memoryview, *, seconds_max: int = SECONDS_MAX) -> Matches:
        """The rules that match the bytes. Raises nothing for what is in them."""
        if yara_x is None:
            return Matches(unscanned=Unscanned.NOT_INSTALLED)
        if not self._files:
            return Matches(unscanned=Unscanned.NO_RULES)
        scanner = yara_x.Scanner(self._compiled)
        scanner.set_timeout(seconds_max)
        try:
            found = scanner.scan(bytes(untrusted))
        except yara_x.TimeoutError:
            return Matches(unscanned=Unscanned.TIMEOUT)
        except yara_x.ScanError:
            return Matches(unscanned=Unscanned.FAILED)
        names = sorted(f"{rule.namespace}:{rule.identifier}" for rule in found.matching_rules)
        return Matches(tuple(names[:MATCHES_MAX]))


def read_rules(folder: Path) -> dict[str, str]:
    """The files of a folder that end in `.yar` or `.yara`, by name. Raises InvalidInput SKS-D810."""
    files = sorted(file for file in folder.iterdir() if file.suffix in (".yar", ".yara"))
    if len(files) > RULE_FILES_MAX:
        raise InvalidInput("SKS-D810", file=folder.name, reason=f"> {RULE_FILES_MAX}")
    sources: dict[str, str] = {}
    for file in files:
        if file.stat().st_size > RULE_FILE_BYTES_MAX:
            raise InvalidInput("SKS-D810", file=file.name, reason=f"> {RULE_FILE_BYTES_MAX}")
        try:
            sources[file.name] = file.read_text("utf-8")
        except UnicodeDecodeError:
            raise InvalidInput("SKS-D810", file=file.name, reason="UTF-8") from None
    return sources


def compile_rules(sources: Mapping[str, str]) -> Rules:
    """Rules from texts, each under its file's name. Raises InvalidInput SKS-D810.

    A rule that cannot be compiled is an error, not a rule less. Files may not include others.
    """
    if yara_x is None:
        return Rules(None, len(sources))
    compiler = yara_x.Compiler()
    compiler.enable_includes(False)
    for name, source in sources.items():
        compiler.new_namespace(name)
        try:
            compiler.add_source(source, origin=name)
        except yara_x.CompileError as error:
            reason = str(error).partition("\n")[0]
            raise InvalidInput("SKS-D810", file=name, reason=reason) from None
    return Rules(compiler.build(), len(sources))


def note(account: Account, matches: Matches) -> None:
    """Put what was found, or that nobody looked, into the account of a file."""
    for rule in matches.rules:
        account.add(Act.FOUND, "yara-rule", rule)
    if matches.unscanned:
        account.add(Act.FOUND, f"yara-{matches.unscanned.value}")
