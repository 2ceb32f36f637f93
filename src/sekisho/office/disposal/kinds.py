"""Closed words of assets: what they are, how they stand, and how one state leads to another."""

from __future__ import annotations

from enum import StrEnum

from sekisho.erase.media import KIND_WORDS as MEDIUM_WORDS
from sekisho.erase.media import Kind as MediumKind
from sekisho.kernel.errors import Refused
from sekisho.kernel.speech import Pair


class Kind(StrEnum):
    """What an asset is. The media are those that the rules of `erase` tell apart."""

    PC = "pc"
    SERVER = "server"
    STORAGE = "storage"
    PRINTER = "printer"
    MOBILE = "mobile"
    NETWORK = "network"
    OTHER = "other"
    HDD = "hdd"
    SSD = "ssd"
    USB = "usb"
    OPTICAL = "optical"


MEDIA = frozenset({Kind.HDD, Kind.SSD, Kind.USB, Kind.OPTICAL})
SERIAL_NEEDED = frozenset({Kind.HDD, Kind.SSD})
"""A proof is per serial number; USB memories and discs often have none and are called by code."""

KIND_WORDS: dict[str, Pair] = {
    Kind.PC: ("パソコン", "PC"),
    Kind.SERVER: ("サーバー", "server"),
    Kind.STORAGE: ("ストレージ装置", "storage system"),
    Kind.PRINTER: ("複合機・プリンター", "printer, copier"),
    Kind.MOBILE: ("タブレット・スマートフォン", "tablet, phone"),
    Kind.NETWORK: ("通信機器", "network device"),
    Kind.OTHER: ("その他の機器", "other device"),
    **{Kind(one.value): words for one, words in MEDIUM_WORDS.items() if one in MEDIA},
}
PREFIXES: dict[str, str] = {
    **dict.fromkeys(Kind, "KIKI"),
    **{one: str(one).upper() for one in MEDIA},
    Kind.OPTICAL: "DISC",
    Kind.PC: "PC",
    Kind.SERVER: "SV",
}
"""How the code of an asset begins that has none of its own."""


class State(StrEnum):
    """How an asset stands."""

    USE = "use"
    STORED = "stored"
    WORKING = "working"
    OUTSIDE = "outside"
    ERASED = "erased"
    DESTROYED = "destroyed"
    LEFT = "left"
    MISSING = "missing"
    LOST = "lost"


STATE_WORDS: dict[str, Pair] = {
    State.USE: ("使用中", "in use"),
    State.STORED: ("保管中", "stored"),
    State.WORKING: ("廃棄の作業中", "in a disposal"),
    State.OUTSIDE: ("庁舎の外", "off the premises"),
    State.ERASED: ("除去・消去済み", "erased"),
    State.DESTROYED: ("破壊済み", "destroyed"),
    State.LEFT: ("返却・引渡し済み", "handed over"),
    State.MISSING: ("所在不明", "missing"),
    State.LOST: ("紛失", "lost"),
}
ENDED = frozenset({State.DESTROYED, State.LEFT, State.LOST})


class Verb(StrEnum):
    """What leads an asset from one state to another."""

    USE = "use"
    STORE = "store"
    TAKE = "take"
    SEND = "send"
    RETURN = "return"
    ERASE = "erase"
    DESTROY = "destroy"
    LEAVE = "leave"
    MISS = "miss"
    FIND = "find"
    LOSE = "lose"


_LIVING = (State.USE, State.STORED, State.WORKING, State.OUTSIDE, State.ERASED)
_STEPS: dict[tuple[str, Verb], State] = {
    **{(one, Verb.USE): State.USE for one in (State.STORED, State.ERASED)},
    **{(one, Verb.STORE): State.STORED for one in (State.USE, State.WORKING, State.ERASED)},
    **{(one, Verb.TAKE): State.WORKING for one in (State.USE, State.STORED, State.ERASED)},
    (State.MISSING, Verb.TAKE): State.MISSING,
    (State.WORKING, Verb.SEND): State.OUTSIDE,
    (State.OUTSIDE, Verb.RETURN): State.WORKING,
    (State.WORKING, Verb.RETURN): State.WORKING,
    (State.WORKING, Verb.ERASE): State.ERASED,
    **{(one, Verb.DESTROY): State.DESTROYED for one in (State.WORKING, State.OUTSIDE)},
    **{(one, Verb.LEAVE): State.LEFT for one in (State.WORKING, State.OUTSIDE, State.ERASED)},
    **{(one, Verb.MISS): State.MISSING for one in (*_LIVING, State.MISSING)},
    (State.MISSING, Verb.FIND): State.STORED,
    (State.MISSING, Verb.LOSE): State.LOST,
}


def able(state: str, verb: Verb) -> bool:
    """Whether the verb has a place in this state."""
    return (state, verb) in _STEPS


def after(state: str, verb: Verb) -> State:
    """The state after a verb. Raises Refused SKS-G008 where the verb has no place."""
    if not able(state, verb):
        ja, en = STATE_WORDS[state]
        raise Refused("SKS-G008", state=ja, state_en=en)
    return _STEPS[state, verb]


def medium_kind(kind: str) -> MediumKind:
    """The kind as `erase` knows it; a device is none that its rules speak of."""
    return MediumKind(kind) if kind in MEDIA else MediumKind.UNKNOWN
