"""What is registered of an asset, as questions of a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sekisho.erase.planning.rules import shipped_rules
from sekisho.kernel.speech import Pair
from sekisho.office.disposal.kinds import KIND_WORDS, MEDIA
from sekisho.office.disposal.register.columns import COLUMN_WORDS
from sekisho.web.administration.fields import Field, filled

SINGLE = ("code", "serial")
"""What is asked for one asset only: many are given their codes and read by their serials."""


@dataclass(frozen=True)
class Part:
    """Questions under one heading."""

    words: Pair
    fields: Sequence[Field]


def _field(name: str, kind: str = "text", hint: Pair = ("", ""), required: bool = False) -> Field:
    ja, en = COLUMN_WORDS[name]
    return Field(name, (ja, en[:1].upper() + en[1:]), kind, hint, required)


PARTS: tuple[Part, ...] = (
    Part(
        ("何か", "What it is"),
        (
            _field("serial"),
            _field("kind", "select"),
            _field("model"),
            _field("size", hint=("例: 500 GB", "For example 500 GB")),
            _field(
                "label",
                "select",
                (
                    "媒体には必ず。使える廃棄の方法がこれで決まります。",
                    "Needed for media: it decides which methods are allowed.",
                ),
            ),
        ),
    ),
    Part(
        ("どこに、誰のもとに", "Where, and with whom"),
        (
            _field("unit"),
            _field("place", hint=("例: サーバー室 棚3", "For example: server room, shelf 3")),
            _field("holder"),
            _field(
                "inside",
                hint=(
                    "パソコンなどに入っている媒体のとき、その管理番号",
                    "The code of the device, where a medium is built into one",
                ),
            ),
            _field(
                "media",
                "number",
                (
                    "機器のとき、中を見て数えた媒体の数。空欄は「まだ数えていない」です。",
                    "Of a device: how many were counted inside. Empty: not counted yet.",
                ),
            ),
        ),
    ),
    Part(
        ("契約など", "Contract and notes"),
        (
            _field("lease", hint=("契約の名前か番号", "Name or number of the contract")),
            _field("lease_until", hint=("例: 2029-03-31、R11.3.31", "For example 2029-03-31")),
            _field("note"),
        ),
    ),
)


def parts_of(values: Mapping[str, str], *, single: bool) -> list[Part]:
    """The form with these answers; serial numbers have a field of their own where many are read."""
    found = []
    for part in PARTS:
        fields = [_offered(one) for one in part.fields if single or one.name not in SINGLE]
        found.append(Part(part.words, filled(fields, values)))
    return found


def _offered(one: Field) -> Field:
    if one.name == "kind":
        devices = [(str(k), w) for k, w in KIND_WORDS.items() if k not in MEDIA]
        media = [(str(k), w) for k, w in KIND_WORDS.items() if k in MEDIA]
        return replace(one, choices=(*media, *devices))
    if one.name == "label":
        classes = [(name, each.words) for name, each in shipped_rules().classes.items()]
        return replace(one, choices=(("", ("選んでください", "choose")), *classes))
    return one


def serials_of(untrusted: str) -> list[str]:
    """One serial number a line, as a reader of barcodes types them."""
    return [line.strip() for line in untrusted.splitlines() if line.strip()]
