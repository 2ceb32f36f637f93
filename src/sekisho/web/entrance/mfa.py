"""Second factors: how their secrets are kept, what names and words they have, who must have one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from sekisho.kernel.speech import both
from sekisho.node import web_secrets
from sekisho.node.opening import Node
from sekisho.office.accounts.models import Appointment, Person
from sekisho.office.accounts.passwords import factors_reset
from sekisho.office.accounts.periods import day_of
from sekisho.office.accounts.sign_in_rules import OPTIONAL, needs_factor
from sekisho.office.site.database import atomic
from sekisho.web.entrance.adapter import spoken
from sekisho.web.request import serving

FACTORS = ("totp", "webauthn")
"""What counts as a second factor; recovery codes only stand in for one."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets lie in the database under a key of the node that is kept apart from it."""

    error_messages = {  # noqa: RUF012 - allauth's name and kind
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": spoken(
            "コードが違います。新しく表示されたコードを入れてください。",
            "The code is wrong. Type the one that is shown now.",
        ),
        "cannot_delete_authenticator": spoken(
            "この人には二つめの要素が必要なため、最後の一つは外せません。",
            "A second factor is required, so the last one stays.",
        ),
    }

    def encrypt(self, text: str) -> str:
        """As the database keeps it."""
        return web_secrets.seal_factor(serving().settings.keys_folder, text)

    def decrypt(self, encrypted_text: str) -> str:
        """The reverse. Raises Broken SKS-W035."""
        return web_secrets.open_factor(serving().settings.keys_folder, encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Who must have a second factor keeps the last one."""
        person = authenticator.user
        others = factors_of(person).exclude(pk=authenticator.pk)
        return others.exists() or not is_factor_required(serving(), person)

    def get_totp_issuer(self) -> str:
        """What the app of a phone shows: several nodes of one person must be told apart."""
        return f"{both('関所', 'Sekisho')} {serving().settings.title}"

    def get_totp_label(self, user: Any) -> str:
        """The login."""
        return str(user.login)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """This node, by the host of its pages."""
        return {**super().get_public_key_credential_rp_entity(), "name": self.get_totp_issuer()}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The person, as a passkey remembers one."""
        found = super().get_public_key_credential_user_entity(user)
        return {**found, "name": user.login, "display_name": user.name}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's
        """`パスキー 2`."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return both(f"パスキー {count + 1}", f"Passkey {count + 1}")


def factors_of(person: Person) -> Any:
    """The second factors of a person."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS)


def is_factor_required(node: Node, person: Person) -> bool:
    """Whether the settings ask a second factor of this person."""
    mode = node.settings.sign_in.second_factor
    if mode == OPTIONAL:
        return False
    return needs_factor(mode, person.roles, _heads(node, person))


def _heads(node: Node, person: Person) -> bool:
    today = day_of(node.desk.now())
    posts = Appointment.objects.filter(person=person, head=True, starts__lte=today)
    return any(one.ends is None or one.ends >= today for one in posts)


def reset_factors(node: Node, *, actor: str, login: str, reason: str) -> int:
    """Take away the second factors, passkeys and recovery codes of somebody who has lost them; how
    many. His sessions end. For administrators. Raises InvalidInput SKS-H073; Refused SKS-T051,
    SKS-T053."""
    with atomic():
        rows = Authenticator.objects.filter(user_id=login)
        count = rows.count()
        factors_reset(node.desk, actor=actor, login=login, removed=count, reason=reason)
        rows.delete()
        return count
