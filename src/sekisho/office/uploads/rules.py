"""Judgements about drafts and uploads: values in, values out. No clock, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sekisho.kernel import names
from sekisho.kernel.documents import write
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError
from sekisho.kernel.limits import KIB, MIB
from sekisho.office.transfers.letter import LOGIN_CHARS_MAX, PURPOSE_CHARS_MAX
from sekisho.office.transfers.policy import LABEL_CHARS_MAX
from sekisho.office.transfers.rules import fits, unfit_text

PART_BYTES_MAX = 16 * MIB
"""What one call may append; at most so much has to be sent again after a cut."""

PARTS_MAX = 65_536
DRAFTS_MAX = 100
"""Drafts of one person."""

NODE_CHARS_MAX = 32
FLOW_CHARS_MAX = 40
ADDRESSEES_MAX = 1_000
MORE_BYTES_MAX = 16 * KIB
ATTEMPTS_MAX = 8
"""So often a submission is begun anew after a failure; then the sender decides."""


class DraftState(StrEnum):
    """How far a draft has come."""

    OPEN = "open"
    QUEUED = "queued"
    REFUSED = "refused"
    SUBMITTED = "submitted"


class UploadState(StrEnum):
    """Whether all bytes of a file are there."""

    OPEN = "open"
    WHOLE = "whole"


@dataclass(frozen=True)
class Texts:
    """What a person has filled in so far; everything may still be missing.

    In `more` the transfer takes `approvers` (a list of logins that are asked to approve) and
    `emergency` (why it has to leave at once); other keys are the page's own.
    """

    to_node: str = ""
    addressees: tuple[str, ...] = ()
    purpose: str = ""
    label: str = ""
    flow: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def check_texts(texts: Texts) -> None:
    """Whether the texts of a draft can be kept; whether they may leave says the route, later.

    Raises Refused SKS-T036 (a text), SKS-T037 (addressees) or InvalidInput SKS-U016 (`more`).
    """
    for text, chars_max, word, word_en in (
        (texts.to_node, NODE_CHARS_MAX, "送り先", "The destination"),
        (texts.label, LABEL_CHARS_MAX, "機密性の区分", "The class"),
        (texts.flow, FLOW_CHARS_MAX, "定例連携", "The flow"),
        *((login, LOGIN_CHARS_MAX, "宛先", "An addressee") for login in texts.addressees),
    ):
        if len(text) > chars_max or not fits(text):
            raise unfit_text(word, word_en, chars_max)
    if not fits(texts.purpose):
        raise unfit_text("目的", "The purpose", PURPOSE_CHARS_MAX)
    if len(texts.addressees) > ADDRESSEES_MAX:
        raise Refused("SKS-T037", count=len(texts.addressees), allowed=ADDRESSEES_MAX)
    _check_more(texts.more)


def _check_more(more: Mapping[str, Any]) -> None:
    size = len(write(dict(more)))
    if size > MORE_BYTES_MAX:
        raise InvalidInput("SKS-U016", bytes=size, allowed=MORE_BYTES_MAX)
    if not fits(str(more.get("emergency") or "")):
        raise unfit_text("緊急の理由", "The reason of the emergency", PURPOSE_CHARS_MAX)
    for login in more.get("approvers", ()):
        if len(str(login)) > LOGIN_CHARS_MAX or not fits(str(login)):
            raise unfit_text("承認者", "An approver", LOGIN_CHARS_MAX)


def mark_of(path: str, bytes_total: int, modified: str) -> str:
    """What tells a file that is chosen again from another: name, size, and the time of its last
    change as the browser says it. Nothing is proved by it."""
    return sha256(write([path, bytes_total, modified[:LOGIN_CHARS_MAX]])).hexdigest()


def check_part(*, bytes_total: int, received: int, offset: int, length: int) -> bool:
    """Whether `length` bytes at `offset` are a repeat of what is held (True) or come next (False).

    Raises Refused SKS-U005, whose `offset` says where to go on, or InvalidInput SKS-U006 (empty,
    over the limit, over the end).
    """
    if not 0 < length <= PART_BYTES_MAX or offset < 0 or offset + length > bytes_total:
        most = min(PART_BYTES_MAX, max(0, bytes_total - max(0, offset)))
        raise InvalidInput("SKS-U006", bytes=length, allowed=most)
    if offset + length <= received:
        return True
    if offset != received:
        raise wrong_place(received, offset)
    return False


def wrong_place(received: int, offset: int) -> Refused:
    """SKS-U005: bytes came for another place than the one that is next."""
    return Refused("SKS-U005", offset=received, given=offset)


def refuse_double(path: str, others: Sequence[str]) -> None:
    """Raise Refused SKS-T048 when a draft has a file of that name already."""
    key = names.collision_key(path)
    for other in others:
        if names.collision_key(other) == key:
            raise Refused("SKS-T048", path=names.shown(path), other=names.shown(other))


def reason_row(error: SekishoError, upload_id: str = "") -> dict[str, Any]:
    """A reason as a draft keeps it."""
    params = {
        key: value if isinstance(value, int) else str(value) for key, value in error.params.items()
    }
    return {"upload": upload_id, "code": error.code, "params": params}


def reason_of(row: Mapping[str, Any]) -> Refused:
    """The reason once more, with its words."""
    return Refused(row["code"], **row["params"])
