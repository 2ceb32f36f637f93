"""Signing in through the provider of OpenID Connect that the settings name.

Only people registered here come in: the claim of the settings must be the login of one. Allauth
does the protocol (authorisation code, PKCE, state); nothing of the provider is kept here.
"""

from __future__ import annotations

from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from sekisho.kernel.errors import Refused, Unavailable
from sekisho.office.accounts.signing_in import person_named
from sekisho.web.entrance import trying
from sekisho.web.request import serving

LOGIN = "login"
SECONDS = 10
REASON_CHARS_MAX = 120


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Registered people come in; nobody is signed up, nothing is connected."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Nothing of what the provider says becomes a person of ours."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The person behind the claim.

        Raises Refused SKS-W033 when nobody is, SKS-W005 for anything but signing in, SKS-W030 and
        SKS-W031 while the login is locked.
        """
        if sociallogin.state.get("process") != LOGIN:
            raise Refused("SKS-W005")
        settings = serving().settings.oidc
        claims = sociallogin.account.extra_data
        found = {**claims.get("id_token", {}), **claims.get("userinfo", {})}
        untrusted = found.get(settings.claim, "") if settings else ""
        person = person_named(untrusted) if isinstance(untrusted, str) and untrusted else None
        if person is None:
            raise Refused("SKS-W033")
        trying.require_unlocked(request, person.login)
        sociallogin.user = person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Raises Unavailable SKS-W034."""
        raise Unavailable("SKS-W034", reason=str(exception or error)[:REASON_CHARS_MAX])

    def get_requests_session(self) -> requests.Session:
        """With a limit on time and with the authority of the settings."""
        settings = serving().settings.oidc
        session = _Session()
        if settings is not None and settings.ca_file is not None:
            session.verify = str(settings.ca_file)
        # Proxies and passwords of the environment are no settings of ours.
        session.trust_env = False
        return session


class _Session(requests.Session):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Raises Unavailable SKS-W034 when the provider does not answer."""
        kwargs.setdefault("timeout", SECONDS)
        try:
            return super().request(*args, **kwargs)
        except requests.RequestException as error:
            reason = type(error).__name__
            raise Unavailable("SKS-W034", reason=reason) from None
