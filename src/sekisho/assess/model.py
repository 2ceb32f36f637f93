"""A study: named models with what they share, read from a file that extends the shipped base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sekisho.assess import reading
from sekisho.assess.ranges import Range
from sekisho.assess.reading import NUMBER, NUMBERS, RANGE, TEXT, WORDS, Source
from sekisho.kernel.speech import Pair

_NAMED = {"ja": TEXT, "en": TEXT, "source": TEXT}
SHAPE = {
    "file": {"ja": TEXT, "en": TEXT},
    "threat": {**_NAMED, "per_year": RANGE},
    "network": _NAMED,
    "channel": {**_NAMED, "yen": RANGE, "minutes": RANGE},
    "asset": {
        **_NAMED,
        "owner": TEXT,
        "leak_yen": RANGE,
        "change_yen": RANGE,
        "stop_days": RANGE,
        "stop_yen_per_day": RANGE,
    },
    "flow": {**_NAMED, "per_month": NUMBER},
    "fact": {**_NAMED, "value": TEXT},
    "work": {"yen_per_minute": NUMBER, "source": TEXT},
    "measure": {**_NAMED, "yen": RANGE, "minutes": NUMBER},
    "party": {**_NAMED, "weights": NUMBERS},
    "model": {**_NAMED, "network": TEXT, "channel": TEXT, "measures": WORDS},
}
CONSEQUENCES = ("leak", "change", "stop", "cost", "time")
_BASE = Path(__file__).parent / "data" / "base.toml"
Table = Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """One way to link data: its network, its channel, the measures in force."""

    name: str
    words: Pair
    network: str
    channel: str
    measures: tuple[str, ...]

    @property
    def tags(self) -> frozenset[str]:
        """What conditions of steps ask for."""
        return frozenset((f"network:{self.network}", f"channel:{self.channel}"))


@dataclass(frozen=True)
class Study:
    """Everything that is assessed, base and file merged. `tables`: kind → id → key → value."""

    tables: Mapping[str, Mapping[str, Table]]
    models: Mapping[str, Model]

    def words(self, kind: str, name: str) -> Pair:
        """How a thing is called."""
        table = self.tables[kind][name]
        return table["ja"], table["en"]

    def range(self, kind: str, name: str, key: str) -> Range:
        """An input with its uncertainty."""
        value: Range = self.tables[kind][name][key]
        return value

    @property
    def transfers_per_year(self) -> float:
        """How often something crosses, over all flows."""
        return 12 * sum(float(flow["per_month"]) for flow in self.tables["flow"].values())

    @property
    def yen_per_minute(self) -> float:
        """What a minute of staff costs."""
        return float(self.tables["work"]["office"]["yen_per_minute"])


def study(text: str = "", file: str = "") -> Study:
    """The shipped base with what this text adds and replaces.

    Raises InvalidInput SKS-A001 (not TOML), SKS-A002 (unknown name), SKS-A003 (wrong value).
    """
    base = Source(_BASE.read_text("utf-8"), _BASE.name)
    own = Source(text, file)
    tables: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in SHAPE}
    for source in (base, own):
        for kind, found in reading.read(source, SHAPE).items():
            for name, table in found.items():
                tables[kind][name] = {**tables[kind].get(name, {}), **table}
    _demand_whole(own, tables)
    _demand_known(own, tables)
    models = {name: _model(name, table) for name, table in tables["model"].items()}
    return Study(tables, models)


def _demand_whole(source: Source, tables: Mapping[str, Mapping[str, Table]]) -> None:
    for kind, found in tables.items():
        for name, table in found.items():
            for key, form in SHAPE[kind].items():
                if key not in table:
                    raise source.wrong(kind, name, key, form)


def _demand_known(source: Source, tables: Mapping[str, Mapping[str, Table]]) -> None:
    """Every name that a table refers to stands in the file or the base."""
    for name, table in tables["model"].items():
        for key in ("network", "channel"):
            if table[key] not in tables[key]:
                raise source.unknown("model", name, key, table[key], tables[key])
        for measure in table["measures"]:
            if measure not in tables["measure"]:
                raise source.unknown("model", name, "measures", measure, tables["measure"])
    for name, table in tables["party"].items():
        for consequence in table["weights"]:
            if consequence not in CONSEQUENCES:
                raise source.unknown("party", name, "weights", consequence, CONSEQUENCES)


def _model(name: str, table: Table) -> Model:
    words = (table["ja"], table["en"])
    return Model(name, words, table["network"], table["channel"], tuple(table["measures"]))
