"""The life of a transfer: every state, every verb, every allowed step, in one table."""

from __future__ import annotations

from enum import StrEnum

from sekisho.kernel.errors import Refused


class State(StrEnum):
    """States of a transfer on the sending side, with the word staff see."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    READY = "ready"
    SEALING = "sealing"
    SENT = "sent"
    RECEIVED = "received"
    REFUSED = "refused"
    EXPIRED = "expired"


class ArrivalState(StrEnum):
    """States of a transfer on the receiving side."""

    RECEIVED = "received"
    PARTLY_COLLECTED = "part"
    COLLECTED = "collected"
    EXPIRED = "expired"


class Verb(StrEnum):
    """What people and workers do to a transfer."""

    SUBMIT = "submit"
    APPROVE = "approve"
    CONFIRM = "confirm"
    RELEASE = "release"
    SEND_BACK = "send_back"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SEAL = "seal"
    STORE = "store"
    TAKE_RECEIPT = "take_receipt"
    TAKE_REFUSAL = "take_refusal"
    RESEND = "resend"
    EXPIRE = "expire"


WORDS = {
    "draft": ("下書き", "draft"),
    "waiting": ("承認待ち", "waiting for approval"),
    "sent_back": ("差戻し", "sent back"),
    "rejected": ("却下", "rejected"),
    "withdrawn": ("取下げ", "withdrawn"),
    "ready": ("送信待ち", "ready to be sent"),
    "sealing": ("封緘中", "being sealed"),
    "sent": ("送信済み", "sent"),
    "received": ("受領済み", "received"),
    "refused": ("受領拒否", "refused by the receiver"),
    "expired": ("消去済み", "erased"),
    "part": ("一部受取り", "partly collected"),
    "collected": ("受取り済み", "collected"),
}

S, V = State, Verb

TRANSITIONS: dict[tuple[State, Verb], State] = {
    (S.DRAFT, V.SUBMIT): S.WAITING,
    (S.DRAFT, V.WITHDRAW): S.WITHDRAWN,
    (S.DRAFT, V.EXPIRE): S.EXPIRED,
    (S.WAITING, V.APPROVE): S.WAITING,
    (S.WAITING, V.RELEASE): S.READY,
    (S.WAITING, V.SEND_BACK): S.SENT_BACK,
    (S.WAITING, V.REJECT): S.REJECTED,
    (S.WAITING, V.WITHDRAW): S.WITHDRAWN,
    (S.WAITING, V.EXPIRE): S.EXPIRED,
    (S.SENT_BACK, V.SUBMIT): S.WAITING,
    (S.SENT_BACK, V.WITHDRAW): S.WITHDRAWN,
    (S.SENT_BACK, V.EXPIRE): S.EXPIRED,
    (S.READY, V.SEAL): S.SEALING,
    (S.READY, V.REJECT): S.REJECTED,
    (S.READY, V.WITHDRAW): S.WITHDRAWN,
    (S.READY, V.EXPIRE): S.EXPIRED,
    (S.SEALING, V.STORE): S.SENT,
    (S.SEALING, V.RESEND): S.READY,
    (S.SENT, V.TAKE_RECEIPT): S.RECEIVED,
    (S.SENT, V.TAKE_REFUSAL): S.REFUSED,
    (S.SENT, V.RESEND): S.READY,
    (S.SENT, V.EXPIRE): S.EXPIRED,
    (S.REFUSED, V.RESEND): S.READY,
    (S.REFUSED, V.TAKE_RECEIPT): S.RECEIVED,
    (S.REFUSED, V.WITHDRAW): S.WITHDRAWN,
    (S.REFUSED, V.EXPIRE): S.EXPIRED,
    (S.RECEIVED, V.EXPIRE): S.EXPIRED,
    (S.REJECTED, V.EXPIRE): S.EXPIRED,
    (S.WITHDRAWN, V.EXPIRE): S.EXPIRED,
}

ENDED_EARLY = frozenset({S.REJECTED, S.WITHDRAWN})
"""States in which nobody needs the content any more: it is erased at the next expiry run."""


def after(state: str, verb: Verb) -> State:
    """The state after `verb`. Raises Refused SKS-T010 when the table has no such step."""
    found = TRANSITIONS.get((State(state), verb))
    if found is None:
        raise Refused("SKS-T010", state=WORDS[state][0], state_en=WORDS[state][1], verb=verb.value)
    return found
