"""The rules as values, read from data. `data/rules.toml` says what each key means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sekisho.erase.media import Ability, Kind
from sekisho.kernel import tables
from sekisho.kernel.speech import Pair
from sekisho.kernel.tables import Codes, TableSource

TEXT, FLAG, WORDS, PASSES = "text", "true/false", "list of texts", "1 or 2"
LEVELS: Mapping[str, Pair] = {
    "clear": ("消去", "overwrite (Clear)"),
    "purge": ("除去", "sanitize (Purge)"),
    "destruct": ("破壊", "destroy (Destruct)"),
}
KEEPS = ("yes", "either", "no")
_SPOKEN = {"ja": TEXT, "en": TEXT}
_SOURCED = {**_SPOKEN, "source": TEXT, "edition": TEXT}
SHAPE: tables.Shape = {
    "edition": {**_SPOKEN, "day": TEXT, "certain": FLAG},
    "class": {**_SPOKEN, "labels": WORDS},
    "purpose": {**_SPOKEN, "keeps": TEXT, "evidence_ja": TEXT, "evidence_en": TEXT},
    "method": {
        **_SOURCED,
        "level": TEXT,
        "keeps": FLAG,
        "media": WORDS,
        "abilities": WORDS,
        "encryption": FLAG,
        "by_hand": FLAG,
        "passes": PASSES,
        **{
            f"{name}_{language}": TEXT
            for name in ("verify", "residual", "why", "nist")
            for language in ("ja", "en")
        },
    },
    "reason": _SPOKEN,
    "rule": {
        **_SOURCED,
        "answer": TEXT,
        "media": WORDS,
        "classes": WORDS,
        "purposes": WORDS,
        "methods": WORDS,
        "certain": FLAG,
    },
}
_OPTIONAL = {
    "method": {
        "abilities",
        "encryption",
        "by_hand",
        "passes",
        "why_ja",
        "why_en",
        "nist_ja",
        "nist_en",
    },
    "rule": {"media", "classes", "purposes"},
}
REASONS = (
    "wrong-medium",
    "would-not-work",
    "not-destruction",
    "no-ability",
    "not-encrypted",
    "not-writable",
)
CODES = Codes("SKS-R020", "SKS-R021", "SKS-R022")


@dataclass(frozen=True)
class Edition:
    """A document that judgements come from, with its day."""

    id: str
    words: Pair
    day: str
    certain: bool


@dataclass(frozen=True)
class AssetClass:
    """A class of assets and the labels that municipalities use for it."""

    id: str
    words: Pair
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Purpose:
    """Why a medium leaves; `keeps` is whether it is to work afterwards."""

    id: str
    words: Pair
    keeps: str
    evidence: Pair
    """What has to be recorded besides the erasing itself."""


@dataclass(frozen=True)
class Method:
    """One way to erase or destroy."""

    id: str
    words: Pair
    level: str
    keeps: bool
    media: frozenset[Kind]
    abilities: frozenset[Ability]
    """It needs one of these of the drive itself; empty: none."""
    needs_encryption: bool
    by_hand: bool
    """Done by people with a machine of their own; Sekisho only records it."""
    passes: int
    verify: Pair
    residual: Pair
    why: Pair
    nist: Pair
    source: str
    edition: str


@dataclass(frozen=True)
class Rule:
    """A judgement over media, classes, purposes and methods; an empty set stands for all."""

    id: str
    allows: bool
    media: tuple[str, ...]
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    methods: tuple[str, ...]
    words: Pair
    source: str
    edition: str
    certain: bool

    def names(self, kind: Kind, asset_class: str, purpose: str, method: str) -> bool:
        """Whether it says anything about this."""
        return (
            _is_in(kind.value, self.media)
            and _is_in(asset_class, self.classes)
            and _is_in(purpose, self.purposes)
            and _is_in(method, self.methods)
        )


def _is_in(name: str, names: tuple[str, ...]) -> bool:
    return not names or name in names


@dataclass(frozen=True)
class Rules:
    """One set of rules, with every table by its id."""

    editions: Mapping[str, Edition]
    classes: Mapping[str, AssetClass]
    purposes: Mapping[str, Purpose]
    methods: Mapping[str, Method]
    reasons: Mapping[str, Pair]
    rules: tuple[Rule, ...]
    source: TableSource = field(repr=False, compare=False)

    def asset_class(self, label: str) -> AssetClass:
        """The class by its id or one of its labels. Raises InvalidInput SKS-R021."""
        for one in self.classes.values():
            if label in (one.id, *one.labels):
                return one
        known = [name for one in self.classes.values() for name in (one.id, *one.labels)]
        raise self.source.unknown("class", "", "", label, known)

    def purpose(self, name: str) -> Purpose:
        """Raises InvalidInput SKS-R021."""
        if name not in self.purposes:
            raise self.source.unknown("purpose", "", "", name, self.purposes)
        return self.purposes[name]

    def method(self, name: str) -> Method:
        """Raises InvalidInput SKS-R021."""
        if name not in self.methods:
            raise self.source.unknown("method", "", "", name, self.methods)
        return self.methods[name]


@cache
def shipped_rules() -> Rules:
    """The rules that come with the program."""
    file = Path(__file__).parents[1] / "data" / "rules.toml"
    return rules_of(file.read_text("utf-8"), file.name)


def rules_of(text: str, file: str) -> Rules:
    """A set of rules. Raises InvalidInput SKS-R020 to SKS-R022 with file, line and key."""
    source = TableSource(text, file, CODES)
    values = tables.read(source, SHAPE, _READERS)
    for kind in SHAPE:
        for name, table in values.get(kind, {}).items():
            _complete(source, kind, name, table)
    found = _Reading(source, values)
    return Rules(
        editions={
            name: Edition(name, _pair(t), t["day"], t["certain"])
            for name, t in found.all("edition")
        },
        classes={name: AssetClass(name, _pair(t), t["labels"]) for name, t in found.all("class")},
        purposes={name: found.purpose(name, t) for name, t in found.all("purpose")},
        methods={name: found.method(name, t) for name, t in found.all("method")},
        reasons={name: _pair(t) for name, t in found.reasons()},
        rules=tuple(found.rule(name, t) for name, t in found.all("rule")),
        source=source,
    )


def _complete(source: TableSource, kind: str, name: str, table: Mapping[str, Any]) -> None:
    for key, form in SHAPE[kind].items():
        if key not in table and key not in _OPTIONAL.get(kind, ()):
            raise source.wrong(kind, name, key, form)


class _Reading:
    """Tables into values; names in them must be known."""

    def __init__(self, source: TableSource, values: tables.Values) -> None:
        self._source, self._values = source, values

    def all(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        return list(self._values.get(kind, {}).items())

    def reasons(self) -> list[tuple[str, dict[str, Any]]]:
        given = self._values.get("reason", {})
        for name in REASONS:
            if name not in given:
                raise self._source.wrong("reason", name, "ja", TEXT)
        return list(given.items())

    def purpose(self, name: str, table: dict[str, Any]) -> Purpose:
        self._known("purpose", name, "keeps", (table["keeps"],), KEEPS)
        return Purpose(name, _pair(table), table["keeps"], _pair(table, "evidence_"))

    def method(self, name: str, table: dict[str, Any]) -> Method:
        abilities = table.get("abilities", ())
        self._known("method", name, "level", (table["level"],), LEVELS)
        self._known("method", name, "media", table["media"], [one.value for one in Kind])
        self._known("method", name, "abilities", abilities, [one.value for one in Ability])
        self._known("method", name, "edition", (table["edition"],), self._values["edition"])
        return Method(
            id=name,
            words=_pair(table),
            level=table["level"],
            keeps=table["keeps"],
            media=frozenset(Kind(one) for one in table["media"]),
            abilities=frozenset(Ability(one) for one in abilities),
            needs_encryption=table.get("encryption", False),
            by_hand=table.get("by_hand", False),
            passes=table.get("passes", 0),
            verify=_pair(table, "verify_"),
            residual=_pair(table, "residual_"),
            why=_pair(table, "why_"),
            nist=_pair(table, "nist_"),
            source=table["source"],
            edition=table["edition"],
        )

    def rule(self, name: str, table: dict[str, Any]) -> Rule:
        self._known("rule", name, "answer", (table["answer"],), ("allow", "refuse"))
        self._known("rule", name, "edition", (table["edition"],), self._values["edition"])
        self._known("rule", name, "media", table.get("media", ()), [one.value for one in Kind])
        for key, kind in (("classes", "class"), ("purposes", "purpose"), ("methods", "method")):
            self._known("rule", name, key, table.get(key, ()), self._values.get(kind, {}))
        return Rule(
            id=name,
            allows=table["answer"] == "allow",
            media=table.get("media", ()),
            classes=table.get("classes", ()),
            purposes=table.get("purposes", ()),
            methods=table["methods"],
            words=_pair(table),
            source=table["source"],
            edition=table["edition"],
            certain=table["certain"],
        )

    def _known(
        self, kind: str, name: str, key: str, found: Collection[str], valid: Collection[str]
    ) -> None:
        for one in found:
            if one not in valid:
                raise self._source.unknown(kind, name, key, one, valid)


def _pair(table: Mapping[str, Any], prefix: str = "") -> Pair:
    return table.get(f"{prefix}ja", ""), table.get(f"{prefix}en", "")


def _passes(value: Any) -> int:
    tables.demand(type(value) is int and value in (1, 2))
    return int(value)


_READERS: dict[str, tables.Reader] = {
    TEXT: tables.text,
    FLAG: tables.flag,
    WORDS: tables.words,
    PASSES: _passes,
}
