"""The catalogue of elementary steps: data, in whole sentences, editable without code.

A step needs all its facts and gives one. `for` writes a step once for several zones: `{zone}` in
its facts and sentences becomes each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sekisho.assess import reading
from sekisho.assess.ranges import Range
from sekisho.assess.reading import CHANCE, FACTORS, RANGE, TEXT, WORDS, Source
from sekisho.kernel.speech import Pair

STAGES = ("entrance", "spread", "cross", "end")
SHAPE = {
    "step": {
        "stage": TEXT,
        "zone": TEXT,
        "for": WORDS,
        "when": WORDS,
        "needs": WORDS,
        "gives": TEXT,
        "chance": CHANCE,
        "days": RANGE,
        "measures": FACTORS,
        "ja": TEXT,
        "en": TEXT,
        "attack": WORDS,
        "source": TEXT,
    }
}
REQUIRED = ("stage", "needs", "gives", "chance", "days", "ja", "en", "source")
ZONES: Mapping[str, Pair] = {
    "internet": ("インターネット接続系", "the Internet zone"),
    "lgwan": ("LGWAN接続系", "the LGWAN zone"),
    "mynumber": ("マイナンバー利用事務系", "the My-Number zone"),
}
_FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Step:
    """One elementary step; its coin bears its name. `factors`: measure → what is left of it."""

    name: str
    stage: str
    zone: str
    when: tuple[str, ...]
    needs: tuple[str, ...]
    gives: str
    chance: Range
    days: Range
    factors: Mapping[str, float]
    words: Pair
    attack: tuple[str, ...]
    source: str


@cache
def shipped_steps() -> tuple[Step, ...]:
    """The catalogue that comes with the program."""
    file = _FOLDER / "steps.toml"
    return steps_of(Source(file.read_text("utf-8"), file.name))


def steps_of(source: Source) -> tuple[Step, ...]:
    """The steps of a catalogue. Raises InvalidInput SKS-A001 to SKS-A003."""
    values = reading.read(source, SHAPE).get("step", {})
    return tuple(step for name, table in values.items() for step in _steps(source, name, table))


def _steps(source: Source, name: str, table: dict[str, Any]) -> list[Step]:
    for key in REQUIRED:
        if key not in table:
            raise source.wrong("step", name, key, SHAPE["step"][key])
    if table["stage"] not in STAGES:
        raise source.unknown("step", name, "stage", table["stage"], STAGES)
    zones = table.get("for", ("",))
    for zone in (*zones, table.get("zone", "")):
        if zone and zone not in ZONES:
            raise source.unknown("step", name, "for", zone, ZONES)
    return [_step(name, table, zone) for zone in zones]


def _step(name: str, table: dict[str, Any], zone: str) -> Step:
    ja, en = ZONES.get(zone, ("", ""))
    gives = _placed(table["gives"], zone)
    needs = tuple(_placed(need, zone) for need in table["needs"])
    return Step(
        name=f"{name}@{zone}" if zone else name,
        stage=table["stage"],
        zone=zone or table.get("zone") or _zone_of(gives, needs),
        when=table.get("when", ()),
        needs=needs,
        gives=gives,
        chance=table["chance"],
        days=table["days"],
        factors=table.get("measures", {}),
        words=(_placed(table["ja"], ja), _placed(table["en"], en)),
        attack=table.get("attack", ()),
        source=table["source"],
    )


def _placed(text: str, zone: str) -> str:
    return text.replace("{zone}", zone)


def _zone_of(gives: str, needs: tuple[str, ...]) -> str:
    """Where a step happens: in the zone of what it gives, else of what it needs last."""
    places = [fact.partition("@")[2] for fact in (gives, *reversed(needs))]
    return next((place for place in places if place in ZONES), "outside")
