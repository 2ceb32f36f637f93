"""What is registered of an asset, as one value, and what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from sekisho.erase.planning.rules import shipped_rules
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.office.disposal.kinds import MEDIA, SERIAL_NEEDED, Kind
from sekisho.office.disposal.models import Asset
from sekisho.office.flows.entry import CODE_PATTERN, is_line

TEXT_CHARS_MAX = {
    "serial": 64,
    "model": 100,
    "size": 40,
    "unit": 100,
    "place": 100,
    "holder": 100,
    "lease": 100,
    "note": 400,
}
MEDIA_MAX = 999
_CODE = re.compile(CODE_PATTERN)
_BEFORE_SERIAL = re.compile(r"(?:S\s*/?\s*N|SERIAL(?:\s*(?:NO|NUMBER))?)\s*[.:#]\s*")


@dataclass(frozen=True)
class Entry:
    """Everything that is registered of an asset, but its state. An empty `code` is given when it
    is registered; `inside` is the code of a device; `label` the id of a class of `erase`."""

    kind: str
    code: str = ""
    serial: str = ""
    model: str = ""
    size: str = ""
    label: str = ""
    unit: str = ""
    place: str = ""
    holder: str = ""
    inside: str = ""
    media: int | None = None
    lease: str = ""
    lease_until: date | None = None
    note: str = ""

    @property
    def is_medium(self) -> bool:
        """Whether it holds data itself."""
        return self.kind in MEDIA


COLUMNS = tuple(one.name for one in fields(Entry))


def normal_serial(untrusted: str) -> str:
    """A serial number as it is compared: as printed on labels and as readers of codes type it."""
    text = unicodedata.normalize("NFKC", untrusted).upper().strip()
    return "".join(_BEFORE_SERIAL.sub("", text, count=1).split())


def normal_code(untrusted: str) -> str:
    """A code as it is compared."""
    return unicodedata.normalize("NFKC", untrusted).strip().upper()


def entry_of(row: Asset) -> Entry:
    """What a row says."""
    values = {name: getattr(row, name) for name in COLUMNS if name != "inside"}
    return Entry(**values, inside=row.inside_id or "")


def write_row(row: Asset, entry: Entry) -> None:
    """Let a row say what the entry says."""
    for name in COLUMNS:
        if name != "inside":
            setattr(row, name, getattr(entry, name))
    row.inside_id = entry.inside or None


def changes(old: Entry, new: Entry) -> dict[str, tuple[object, object]]:
    """Field → before and after, of what differs."""
    pairs = ((one, getattr(old, one), getattr(new, one)) for one in COLUMNS)
    return {name: (before, after) for name, before, after in pairs if before != after}


def faults(entry: Entry) -> Iterator[SekishoError]:
    """Everything that keeps an entry from being registered, without a look at others."""
    if entry.code and not _CODE.fullmatch(entry.code):
        yield InvalidInput("SKS-G001", code=entry.code[:40])
    for field, most in TEXT_CHARS_MAX.items():
        if not is_line(getattr(entry, field), most):
            yield InvalidInput("SKS-G002", field=field, allowed=most)
    if entry.kind not in list(Kind):
        yield _not_among("kind", entry.kind, list(Kind))
    if entry.kind in SERIAL_NEEDED and not entry.serial:
        yield InvalidInput("SKS-G004", field="serial")
    yield from _class_faults(entry)
    if entry.media is not None and (entry.is_medium or not 0 <= entry.media <= MEDIA_MAX):
        yield _not_among("media", str(entry.media), [f"0–{MEDIA_MAX}"])


def _class_faults(entry: Entry) -> Iterator[SekishoError]:
    classes = list(shipped_rules().classes)
    if entry.is_medium and not entry.label:
        yield InvalidInput("SKS-G004", field="label")
    elif entry.label and entry.label not in classes:
        yield _not_among("label", entry.label, classes)


def _not_among(field: str, value: str, allowed: list[str]) -> InvalidInput:
    return InvalidInput("SKS-G003", field=field, value=value[:40], allowed=", ".join(allowed))
