"""What is registered of a flow, as fields of a form; and what was decided about one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sekisho.kernel.dates import read_day
from sekisho.kernel.errors import InvalidInput, SekishoError
from sekisho.kernel.speech import Pair, both, language
from sekisho.office.flows.actions.deciding import Ruling
from sekisho.office.flows.entry import PER_YEAR_MAX, Entry
from sekisho.office.flows.sheets.register import COLUMN_WORDS, read_entry, written
from sekisho.office.flows.states import FREQUENCY_WORDS, MEDIUM_WORDS
from sekisho.web.sending.forms import addressees_of

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Shape:
    """How one field is asked for: in a line, an area or from a list."""

    name: str
    hint: Pair = ("", "")
    kind: str = "line"
    needed: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Shown:
    """One field as it stands on the page."""

    name: str
    words: str
    hint: str
    kind: str
    needed: bool
    value: str
    choices: Choices = ()
    suggestions: Sequence[str] = ()
    wrong: Sequence[str] = ()
    fixed: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Part:
    """A section of the form."""

    words: str
    fields: list[Shown]


@dataclass(frozen=True)
class Offers:
    """What can be chosen, and what is suggested."""

    nodes: Choices = ()
    units: Sequence[str] = ()
    labels: Sequence[str] = ()


SECTIONS: tuple[tuple[Pair, tuple[Shape, ...]], ...] = (
    (
        ("何を、何のために", "What, and what for"),
        (
            Shape(
                "code",
                (
                    "英大文字・数字・ハイフン（例: ZEI-01）。あとから変えられません。",
                    "Capital letters, digits and hyphens (for example ZEI-01); fixed afterwards.",
                ),
                needed=True,
            ),
            Shape("name", needed=True),
            Shape(
                "purpose",
                (
                    "受け取る側で、何に使うのかを書きます。",
                    "What the receiving side uses it for.",
                ),
                wide=True,
            ),
            Shape(
                "items",
                (
                    "「、」か改行で区切ります。個人情報は「氏名（個人）」、個人番号などは"
                    "「個人番号（個人・番号）」と書きます。",
                    "With commas or line breaks between. Mark personal data 氏名（個人） and"
                    " numbers 個人番号（個人・番号）.",
                ),
                "area",
                wide=True,
            ),
        ),
    ),
    (
        ("根拠", "Legal basis"),
        (
            Shape("basis", ("法令・条例の名前と条", "Law or ordinance, and article")),
            Shape(
                "basis_until",
                (
                    "期限があるとき（例: 2029-03-31、R11.3.31）",
                    "If it ends (for example 2029-03-31)",
                ),
            ),
        ),
    ),
    (
        ("どこから、どこへ", "From where to where"),
        (
            Shape("from_node", kind="choice"),
            Shape("from_body", ("部署または団体の名前", "Division or body")),
            Shape("to_node", kind="choice"),
            Shape("to_body", ("部署または団体の名前", "Division or body")),
            Shape(
                "addressees",
                (
                    "送るときに入る宛先。利用者名か氏名を「、」で区切ります。",
                    "Filled in when something is sent: user names or names, commas between.",
                ),
                wide=True,
            ),
        ),
    ),
    (
        ("だれが、どのくらい、何で", "Who, how often, and by what"),
        (
            Shape("unit", kind="suggest"),
            Shape("owner", ("利用者名か氏名", "User name or name")),
            Shape("frequency", kind="choice"),
            Shape(
                "due",
                (
                    "毎週は 1〜7（月曜が 1）、毎月・四半期は 1〜31、毎年は「6-10」",
                    "Weekly 1–7 (Monday is 1), monthly and quarterly 1–31, yearly 6-10",
                ),
            ),
            Shape("per_year", ("空欄なら頻度から数えます。", "If empty: by the frequency.")),
            Shape("medium", kind="choice"),
        ),
    ),
    (
        ("送るとき", "When it is sent"),
        (
            Shape("label", kind="suggest"),
            Shape(
                "files",
                (
                    "送ってよい名前の型（例: 所得*.csv）。空欄なら何でも送れます。",
                    "Patterns of names that may be sent (for example 所得*.csv); any if empty.",
                ),
            ),
            Shape("valid_from", ("例: 2026-04-01、R8.4.1", "For example 2026-04-01")),
            Shape("valid_until", ("例: 2027-03-31、R9.3.31", "For example 2027-03-31")),
            Shape("note", wide=True),
        ),
    ),
)
_SHAPES = {one.name: one for _, shapes in SECTIONS for one in shapes}
_BY_WORD = {word: name for name, words in COLUMN_WORDS.items() for word in words}
_PLACES = {
    "SKS-F001": "code",
    "SKS-F005": "due",
    "SKS-F006": "valid_until",
    "SKS-F011": "code",
    "SKS-K004": "from_node",
}


@dataclass(frozen=True)
class Filled:
    """A form that came back: its texts, the entry that they make, what is wrong with each field."""

    cells: Mapping[str, str]
    entry: Entry
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def but(self, error: SekishoError) -> Filled:
        """The same with one more thing that is wrong."""
        wrong = {name: list(said) for name, said in self.wrong.items()}
        _note(wrong, error)
        return replace(self, wrong=wrong)


def read_form(untrusted: Mapping[str, str], old: Entry | None) -> Filled:
    """An entry from what was typed. The code of a flow that is registered stays."""
    cells = {name: untrusted.get(name, "").strip() for name in _SHAPES}
    read = {**cells, "addressees": "、".join(addressees_of(cells["addressees"]))}
    owner = addressees_of(cells["owner"])
    read["owner"] = owner[0] if len(owner) == 1 else cells["owner"]
    read["code"] = old.code if old else cells["code"].upper()
    entry, _, faults = read_entry(read, old)
    wrong: dict[str, list[str]] = {}
    for one in faults:
        _note(wrong, one)
    return Filled({**cells, "code": read["code"]}, entry, wrong)


def _note(wrong: dict[str, list[str]], error: SekishoError) -> None:
    told = worded(error).explain(language())
    said = both(
        f"{told.what}{told.next_step}（{told.code}）", f"{told.what} {told.next_step} ({told.code})"
    )
    wrong.setdefault(place_of(error), []).append(said)


def place_of(error: SekishoError) -> str:
    """The field that an error is about; the first one for what is about none."""
    named = str(error.params.get("field", "")).partition(",")[0]
    column = _BY_WORD.get(str(error.params.get("column", "")), "")
    found = named or column or _PLACES.get(error.code, "")
    return found if found in _SHAPES else "code"


def worded(error: SekishoError) -> SekishoError:
    """The error with the words of the screen in place of names of fields and values."""
    at = 0 if language() == "ja" else 1
    params = dict(error.params)
    if "field" in params:
        names = str(params["field"]).split(", ")
        params["field"] = both("・", " / ").join(
            COLUMN_WORDS[n][at] if n in COLUMN_WORDS else n for n in names
        )
    return type(error)(error.code, **params)


def texts_of(entry: Entry) -> dict[str, str]:
    """What stands in the fields of a flow that is registered."""
    texts = {name: text for name, text in written(entry, "draft").items() if name in _SHAPES}
    return {**texts, "frequency": entry.frequency, "medium": entry.medium}


def parts(
    cells: Mapping[str, str], offers: Offers, *, wrong: Mapping[str, Sequence[str]], fixed: bool
) -> list[Part]:
    """The whole form. A `fixed` code cannot be typed."""
    return [
        Part(both(*words), [_shown(one, cells, offers, wrong, fixed) for one in shapes])
        for words, shapes in SECTIONS
    ]


def _shown(
    one: Shape,
    cells: Mapping[str, str],
    offers: Offers,
    wrong: Mapping[str, Sequence[str]],
    fixed: bool,
) -> Shown:
    value = cells.get(one.name, "")
    return Shown(
        name=one.name,
        words=_first_large(both(*COLUMN_WORDS[one.name])),
        hint=both(*one.hint),
        kind=one.kind,
        needed=one.needed,
        value=value,
        choices=_choices(one.name, value, offers),
        suggestions={"unit": offers.units, "label": offers.labels}.get(one.name, ()),
        wrong=wrong.get(one.name, ()),
        fixed=fixed and one.name == "code",
        wide=one.wide,
    )


def _first_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def _choices(name: str, value: str, offers: Offers) -> Choices:
    if name == "frequency":
        return [(str(key), both(*words)) for key, words in FREQUENCY_WORDS.items()]
    if name == "medium":
        return [(str(key), both(*words)) for key, words in MEDIUM_WORDS.items()]
    if name not in ("from_node", "to_node"):
        return ()
    known = [("", both("Sekisho を通らない", "not by Sekisho")), *offers.nodes]
    return known if value in dict(known) else [*known, (value, value)]


def read_ruling(untrusted: Any) -> Ruling:
    """A decision from what was typed. Raises InvalidInput SKS-F033 for what cannot be read; the
    rest is judged by the verb."""
    return Ruling(
        choice=str(untrusted.get("choice", "")),
        day=_read(("いつから", "From"), untrusted.get("day", ""), read_day),
        person=str(untrusted.get("person", "")).strip(),
        reason=" ".join(str(untrusted.get("reason", "")).split()),
        per_year=_count(str(untrusted.get("per_year", "")).strip()),
        medium=str(untrusted.get("medium", "")),
        drop_items=tuple(untrusted.getlist("drop")),
    )


def _read(words: Pair, text: str, reader: Callable[[str], date | None]) -> date:
    found = reader(text)
    if found is None:
        raise InvalidInput("SKS-F033", column=both(*words), value=text[:40])
    return found


def _count(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= PER_YEAR_MAX):
        raise InvalidInput("SKS-F033", column=both("年間の回数", "times a year"), value=text[:40])
    return int(text)


def told(faults: Iterable[SekishoError]) -> list[str]:
    """What is wrong, in sentences."""
    said = [worded(one).explain(language()) for one in faults]
    return [both(f"{one.what}（{one.code}）", f"{one.what} ({one.code})") for one in said]
