"""What django-allauth asks us while somebody signs in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.urls import reverse

from sekisho.kernel.speech import both
from sekisho.office.accounts import passwords
from sekisho.web.entrance import trying
from sekisho.web.entrance.sessions import keep_newest
from sekisho.web.entrance.stepup import may_change_factors
from sekisho.web.request import node_of, serving
from sekisho.web.setup import OIDC

FACTOR_EVENTS = {
    "mfa/email/totp_activated": ("factor.added", "totp"),
    "mfa/email/totp_deactivated": ("factor.removed", "totp"),
    "mfa/email/webauthn_added": ("factor.added", "passkey"),
    "mfa/email/webauthn_removed": ("factor.removed", "passkey"),
    "mfa/email/recovery_codes_generated": ("factor.added", "recovery-codes"),
}
"""What allauth would send a mail about leaves evidence here."""


def spoken(ja: str, en: str) -> Any:
    """A text whose language is chosen when it is shown."""
    return _Spoken(ja, en)


class _Spoken:
    def __init__(self, ja: str, en: str) -> None:
        self._pair = (ja, en)

    def __str__(self) -> str:
        return both(*self._pair)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself; failures are counted in the database; changes are evidence."""

    error_messages = {  # noqa: RUF012 - allauth's name and kind
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": spoken(
            "利用者名かパスワードが違います。", "User name or password is wrong."
        ),
        "incorrect_password": spoken("パスワードが違います。", "The password is wrong."),
        "enter_current_password": spoken(
            "いまのパスワードが違います。", "The present password is wrong."
        ),
        "incorrect_code": spoken("コードが違います。", "The code is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing is tried while login or address are locked. Raises Refused SKS-W030, W031."""
        trying.require_unlocked(request, credentials.get("username", ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it. The failure that locks says so at once."""
        trying.note_failure(request, credentials.get("username", ""))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Everything asked for has been given: the session begins under a new key."""
        super().login(request, user)
        # What the pages before it noted (IdleLimit) was about the browser, not about this sign-in.
        request.session["began"] = int(node_of(request).desk.now().timestamp())
        records = get_authentication_records(request, user)
        trying.note_success(request, user, records)
        keep_newest(request, user)

    def set_password(self, user: Any, password: str) -> None:
        """Allauth's forms have checked it."""
        passwords.change_password(serving().desk, person=user, password=password)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """No mail from here: notices have their own way. Factors that change are evidence."""
        if template_prefix in FACTOR_EVENTS:
            kind, factor = FACTOR_EVENTS[template_prefix]
            passwords.factor_changed(serving().desk, person=user, kind=kind, factor=factor)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail from here."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """For allauth's own pages of second factors: our rule, in place of its own."""
        if not may_change_factors(context.request):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody confirms that it is still he: what he signed in with, or could have."""
        found = [
            {**one, "description": both(*_METHOD_WORDS[one["id"]])}
            for one in super().get_reauthentication_methods(user)
        ]
        if found or not user.is_authenticated:
            return found
        return _of_the_house()


_METHOD_WORDS = {
    "reauthenticate": ("パスワードで確認する", "Use your password"),
    "mfa_reauthenticate": ("確認コードで確認する", "Use a code"),
    "mfa_reauthenticate:webauthn": ("パスキーで確認する", "Use a passkey"),
}


def _of_the_house() -> list[dict[str, Any]]:
    """Who has nothing here is known to the directory service or the provider."""
    settings = serving().settings
    if settings.ldap is not None:
        words = both("庁内のパスワードで確認する", "Use your office password")
        address = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": words, "url": address}]
    if settings.oidc is not None:
        words = both("庁内の認証基盤で確認する", "Use the identity provider")
        address = reverse("openid_connect_login", kwargs={"provider_id": OIDC})
        return [{"id": "oidc", "description": words, "url": address}]
    return []
