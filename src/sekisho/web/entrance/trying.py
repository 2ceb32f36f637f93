"""What is tried and fails while signing in is counted, for passwords and for codes alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from sekisho.office.accounts import signing_in
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.sign_in_rules import Lock
from sekisho.web.request import node_of

NO_ADDRESS = "unknown"
WAYS = {"webauthn": "passkey", "recovery_codes": "recovery-code", "socialaccount": "oidc"}


def address_of(request: HttpRequest) -> str:
    """Whoever connects to us; what he says about himself in a header counts for nothing."""
    return str(request.META.get("REMOTE_ADDR") or NO_ADDRESS)


def require_unlocked(request: HttpRequest, untrusted_login: str) -> None:
    """Something may be tried. Raises Refused SKS-W030, SKS-W031."""
    desk, address = node_of(request).desk, address_of(request)
    signing_in.require_unlocked(desk, login=untrusted_login, address=address)


def note_failure(request: HttpRequest, untrusted_login: str) -> None:
    """It failed. Raises Refused SKS-W030, SKS-W031 when that was the last time for now."""
    node, address = node_of(request), address_of(request)
    sign_in = node.settings.sign_in
    lock = Lock(sign_in.lock_after, sign_in.lock_minutes)
    signing_in.note_failure(node.desk, lock, login=untrusted_login, address=address)
    require_unlocked(request, untrusted_login)


def note_success(request: HttpRequest, person: Person, records: Sequence[dict[str, Any]]) -> None:
    """Somebody is in, by the ways that allauth has recorded."""
    names = [str(one.get("type") or one.get("method") or "") for one in records]
    ways = list(dict.fromkeys(WAYS.get(name, name) for name in names if name))
    signing_in.note_success(
        node_of(request).desk,
        login=person.login,
        address=address_of(request),
        by="+".join(ways) or NO_ADDRESS,
    )
