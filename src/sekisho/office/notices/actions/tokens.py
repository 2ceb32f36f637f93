"""Tokens of machines: what a program may do, in whose name, until when."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.ids import new_id
from sekisho.office.accounts.actions import require_person, require_right
from sekisho.office.evidence.actions import record
from sekisho.office.notices.models import GivenAnswer, MachineToken
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk

ID_PREFIX = "tk"
BEGINS = "sks_"
DAYS_MAX = 366
"""A token is looked at anew once a year at the latest."""

ACTS = ("send", "list", "show", "collect", "evidence")
"""What a token can be allowed to do. Deciding is for people."""

PLACES_MAX = 100
NAME_CHARS_MAX = 100
USED_NOTED_EVERY = timedelta(minutes=1)
KEY_CHARS_MAX = 100
ANSWER_KEPT = timedelta(days=7)
PENDING_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Issued:
    """A new token; `secret` is shown once and kept nowhere."""

    row: MachineToken
    secret: str = field(repr=False)


def issue(
    desk: Desk,
    *,
    actor: str,
    name: str,
    owner: str,
    acts: Sequence[str],
    places: Sequence[str],
    expires: datetime,
    secret: bytes,
) -> Issued:
    """A token with `secret` (32 random bytes, made at the edge) for acts at some places.

    `places` are names of nodes to send to, ids of flows, or `*`. Raises Refused SKS-T051 (owner),
    SKS-T053 (only for administrators), SKS-M102 (when it ends); InvalidInput SKS-M101.
    """
    require_right(actor, Act.ROUTES)
    require_person(owner)
    _require_fit(name, acts, places)
    now = desk.now()
    if not now < expires <= now + timedelta(days=DAYS_MAX):
        raise Refused("SKS-M102", allowed=DAYS_MAX)
    text = BEGINS + secret.hex()
    row = MachineToken(
        token_id=new_id(ID_PREFIX),
        sha256=sha256(text.encode()).hexdigest(),
        name=name,
        owner=owner,
        acts=sorted(set(acts)),
        places=sorted(set(places)),
        created=now,
        expires=expires,
    )
    with atomic():
        row.save(force_insert=True)
        data = {"acts": row.acts, "until": stamp(expires)}
        places = " ".join(row.places)
        hidden = {"actor": actor, "owner": owner, "name": name, "places": places}
        record(desk, "token.issued", row.token_id, data, hidden)
    return Issued(row, text)


def _require_fit(name: str, acts: Sequence[str], places: Sequence[str]) -> None:
    wrong = [one for one in acts if one not in ACTS]
    texts = (name, *places)
    if wrong or not acts or not name.strip() or not 0 < len(places) <= PLACES_MAX:
        raise InvalidInput("SKS-M101", allowed=", ".join(ACTS))
    if any(not one.isprintable() or len(one) > NAME_CHARS_MAX for one in texts):
        raise InvalidInput("SKS-M101", allowed=", ".join(ACTS))


def revoke(desk: Desk, *, actor: str, token_id: str, reason: str = "") -> MachineToken:
    """End a token at once; its owner may, and administrators.

    Raises Refused SKS-T051, SKS-T053, SKS-M103 (no such token in force).
    """
    require_person(actor)
    with atomic():
        row = locked_wait(MachineToken.objects.filter(pk=token_id, revoked=None)).first()
        if row is None:
            raise Refused("SKS-M103", token=token_id)
        if row.owner != actor:
            require_right(actor, Act.ROUTES)
        row.revoked = desk.now()
        row.save(update_fields=["revoked"])
        record(desk, "token.revoked", token_id, {}, {"actor": actor, "reason": reason})
    return row


def recognise(desk: Desk, untrusted_secret: str) -> MachineToken:
    """The token in force that belongs to a secret; its use is noted.

    Raises Refused SKS-M104, in one way for all reasons: who guesses learns nothing.
    """
    digest = sha256(untrusted_secret.encode("utf-8", "replace")).hexdigest()
    row = MachineToken.objects.filter(sha256=digest).first()
    now = desk.now()
    known = row is not None and hmac.compare_digest(row.sha256, digest)
    if row is None or not known or not in_force(row, now):
        raise Refused("SKS-M104")
    try:
        require_person(row.owner)
    except Refused:
        raise Refused("SKS-M104") from None
    if row.last_used is None or abs(now - row.last_used) >= USED_NOTED_EVERY:
        MachineToken.objects.filter(pk=row.pk).update(last_used=now)
    return row


def in_force(row: MachineToken, now: datetime) -> bool:
    """Whether a program may act with it at this moment."""
    return row.revoked is None and row.created <= now < row.expires


def require_token_right(row: MachineToken, act: str, place: str = "") -> None:
    """Raise Refused SKS-M105 unless the token allows this act (at this place)."""
    if act not in row.acts or (place and "*" not in row.places and place not in row.places):
        raise Refused("SKS-M105", act=act, place=place or "—")


@dataclass(frozen=True)
class Before:
    """The answer that was given to the same request before."""

    status: int
    body: str


def begin_answer(
    desk: Desk, token: MachineToken, *, key: str, request_sha256: str
) -> Before | None:
    """Take an idempotency key into use: None means do the work and `give_answer`.

    Raises InvalidInput SKS-M106 (no such key can be), Refused SKS-M107 (used for another request),
    SKS-M108 (the same request is being worked on).
    """
    if not 0 < len(key) <= KEY_CHARS_MAX or not key.isascii() or not key.isprintable():
        raise InvalidInput("SKS-M106", allowed=KEY_CHARS_MAX)
    now = desk.now()
    with atomic():
        GivenAnswer.objects.filter(token=token, key=key, expires__lte=now).delete()
        row, fresh = GivenAnswer.objects.get_or_create(
            token=token,
            key=key,
            defaults={
                "request_sha256": request_sha256,
                "created": now,
                "expires": now + PENDING_FOR,
            },
        )
    if fresh:
        return None
    if row.request_sha256 != request_sha256:
        raise Refused("SKS-M107", key=key)
    if row.status is None:
        raise Refused("SKS-M108", key=key)
    return Before(row.status, row.body)


def give_answer(desk: Desk, token: MachineToken, *, key: str, status: int, body: str) -> None:
    """Keep the answer for a week. Call it in the transaction of the act, if there is one."""
    GivenAnswer.objects.filter(token=token, key=key).update(
        status=status, body=body, expires=desk.now() + ANSWER_KEPT
    )


def drop_answer(token: MachineToken, *, key: str) -> None:
    """The work was not done: the same key may try again."""
    GivenAnswer.objects.filter(token=token, key=key, status=None).delete()


def forget_answers(desk: Desk) -> int:
    """Remove answers that are over; how many."""
    return int(GivenAnswer.objects.filter(expires__lte=desk.now()).delete()[0])
