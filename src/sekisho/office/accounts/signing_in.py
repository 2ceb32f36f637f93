"""Verbs about signing in: failures are counted, logins are locked and unlocked, with evidence.

Not every sign-in is an event: the first one of a day of each person is, and every lock. The rest
would make the ledger grow by more than all transfers do, and tell nobody anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import Refused
from sekisho.office.accounts.actions import by, is_login, require_right
from sekisho.office.accounts.models import Person, SignInTally
from sekisho.office.accounts.sign_in_rules import ADDRESS_TIMES, Lock, Tally, after_failure
from sekisho.office.evidence import actions as evidence
from sekisho.office.evidence.models import Event
from sekisho.office.permissions import Act
from sekisho.office.site.database import atomic, locked_wait
from sekisho.office.site.desk import Desk
from sekisho.office.site.rows import find

NOBODY = "unknown"
TALLY_DAYS = 2
"""After so long a failure that nobody repeated is forgotten."""


def require_unlocked(desk: Desk, *, login: str, address: str) -> None:
    """Something may be tried. Raises Refused SKS-W030 (the login), SKS-W031 (the address)."""
    now = desk.now()
    for key, code in ((_login_key(login), "SKS-W030"), (_address_key(address), "SKS-W031")):
        until = _tally(find(SignInTally, key=key)).locked_until
        if until is not None and now < until:
            raise Refused(code, minutes=_minutes(until, now))


def note_failure(desk: Desk, lock: Lock, *, login: str, address: str) -> None:
    """A wrong password or code: one more failure of the login and of the address."""
    person = person_named(login)
    with atomic():
        SignInTally.objects.filter(last__lt=desk.now() - timedelta(days=TALLY_DAYS)).delete()
        for kind, key, times in (
            ("login", _login_key(login), 1),
            ("address", _address_key(address), ADDRESS_TIMES),
        ):
            SignInTally.objects.get_or_create(key=key, defaults={"last": desk.now()})
            row = locked_wait(SignInTally.objects.filter(key=key)).get()
            tally = after_failure(_tally(row), lock, desk.now(), times)
            SignInTally.objects.filter(key=key).update(
                count=tally.count, last=tally.last, locked_until=tally.locked_until
            )
            if tally.locked_until is not None:
                _record_lock(desk, lock, kind, lock.after * times, person, address)


def _record_lock(
    desk: Desk, lock: Lock, kind: str, failures: int, person: Person | None, address: str
) -> None:
    # Not what was typed as a login that nobody has: that may have been a password.
    concerned = person if kind == "login" else None
    hidden = {"address": address, **({"person": concerned.login} if concerned else {})}
    evidence.record(
        desk,
        "sign_in.locked",
        concerned.person_id if concerned else NOBODY,
        {"of": kind, "failures": failures, "minutes": lock.minutes},
        hidden,
    )


def note_success(desk: Desk, *, login: str, address: str, by: str) -> None:
    """Somebody has signed in, `by` which ways (`password+totp`): his failures no longer count.

    The first sign-in of his day leaves evidence.
    """
    with atomic():
        SignInTally.objects.filter(key=_login_key(login)).delete()
        person = find(Person, login=login)
        if person is None or _was_here_today(person, desk.now()):
            return
        hidden = {"person": login, "address": address}
        evidence.record(desk, "sign_in.succeeded", person.person_id or NOBODY, {"by": by}, hidden)


def _was_here_today(person: Person, now: datetime) -> bool:
    start = now.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Event.objects.filter(kind="sign_in.succeeded", subject=person.person_id)
    return bool(person.person_id) and found.filter(time__gte=start).exists()


def unlock(desk: Desk, *, actor: str, login: str) -> bool:
    """Let a locked login be tried again at once; whether it was locked. For administrators.

    Raises Refused SKS-T051, SKS-T053.
    """
    require_right(actor, Act.PEOPLE)
    with atomic():
        row = find(SignInTally, key=_login_key(login))
        person = person_named(login)
        SignInTally.objects.filter(key=_login_key(login)).delete()
        if not _tally(row).is_locked(desk.now()):
            return False
        subject = person.person_id if person else NOBODY
        hidden = {**by(actor), **({"person": person.login} if person else {})}
        evidence.record(desk, "sign_in.unlocked", subject or NOBODY, {}, hidden)
        return True


def locked_until(desk: Desk, login: str) -> datetime | None:
    """Until when a login is locked; None when it is not."""
    tally = _tally(find(SignInTally, key=_login_key(login)))
    return tally.locked_until if tally.is_locked(desk.now()) else None


def person_named(untrusted_login: str) -> Person | None:
    """The active person whom somebody means who types this: letters large or small."""
    typed = untrusted_login.strip()
    if not is_login(typed):
        return None
    rows = Person.objects.filter(login__iexact=typed, active=True)
    # Compared once more: databases take some signs (NUL in SQLite) for the end of a text.
    found = [one for one in rows if one.login.casefold() == typed.casefold()]
    exact = [one for one in found if one.login == typed]
    return (exact or found)[0] if exact or len(found) == 1 else None


def end_sessions(person: Person) -> None:
    """Every session of this person ends, inside the caller's transaction."""
    person.epoch += 1
    person.save(update_fields=["epoch"])


def _tally(row: SignInTally | None) -> Tally:
    return Tally() if row is None else Tally(row.count, row.last, row.locked_until)


def _login_key(untrusted_login: str) -> str:
    return _key("login", untrusted_login.strip().casefold())


def _address_key(address: str) -> str:
    return _key("address", address)


def _key(kind: str, value: str) -> str:
    return f"{kind}:{sha256(f'{kind}:{value}'.encode()).hexdigest()[:48]}"


def _minutes(until: datetime, now: datetime) -> int:
    return max(1, -(-int((until - now).total_seconds()) // 60))
